"""What the page is made of: its values, its guard, its rebuild, its uploads and its assets."""
