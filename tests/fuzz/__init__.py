"""Seeded mutators that attack seedqa; `scripts/fuzz` runs them, the tests run a short part."""
