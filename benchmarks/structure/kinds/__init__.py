"""The kinds of the benchmark: each adds documents and questions to a world."""
