"""The recipes that made the models: run each as `python -m training.NAME` in the checkout."""
