"""From a question to ranked passages and an answer; reads the index and never writes it."""
