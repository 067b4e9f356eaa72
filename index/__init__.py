"""From a folder of documents to an index on disk; knows nothing of questions and answers."""
