"""The index on disk: rows in SQLite, vectors in a file, and the lock of the one writer."""
