"""How each system is used: an adapter a module, run in the environment of its own."""
