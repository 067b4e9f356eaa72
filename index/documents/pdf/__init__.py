"""Read a PDF by its layout: characters, lines, columns, tables, blocks, and the text of these."""
