"""A benchmark of structure: small ordinary documents made by a seed, with questions whose answer
depends on headings, tables, notes, page furniture, lists, names, columns or whole words."""
