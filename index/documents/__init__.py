"""Find files, read them, and turn each into a document: walk, formats, decoding, metadata."""
