"""What tests share: documents, servers, processes and a toy encoder; none of it is a test."""
