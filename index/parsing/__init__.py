"""Read documents in a process of its own, so that no file can hang, exhaust or crash the rest."""
