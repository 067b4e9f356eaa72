"""The profile measures the checkout that it says it measures."""

from __future__ import annotations

from pathlib import Path

from benchmarks.profile import Checkout


def test_another_checkout_runs_its_own_code(tmp_path: Path) -> None:
    """Without an environment of its own it ran ours, and was compared with itself."""
    root = tmp_path / "other"
    root.mkdir()
    (root / "__init__.py").write_text("")
    (root / "cli.py").write_text("print('the other')")
    output, _ = Checkout("other", root, tmp_path / "scratch").run("seedqa.cli")
    assert output.strip() == "the other"
