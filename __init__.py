"""Ask a folder of documents, across languages and offline: the exact words and their source."""
