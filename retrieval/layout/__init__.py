"""What the layout of a document tells: its tables, lists, headings, timetables and fields."""
