"""Read words whole."""
from __future__ import annotations
from collections.abc import Iterable
from seedqa.index.types import Edit
def join_hyphens(text: str, spans: Iterable[tuple[int, int]]) -> list[Edit]:
    return []
