"""Measurements of the product: run each as `python -m benchmarks.NAME` in the checkout."""
