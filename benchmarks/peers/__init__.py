"""Compare seedqa with other libraries for local search: run `python -m benchmarks.peers`."""
