"""Keep what questions have fetched of a generation, so that the next ones need not fetch it again.

Knows ids and values; nothing of the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

#: Chunks whose vectors and places are kept, 25 MB of vectors at most. Up to this size of an index
#: a question soon finds everything here; beyond, a question fetches about 400.
MAX_KEPT = 16_384

Matrix = NDArray[np.float32]
Value = TypeVar("Value")


class KeptVectors:
    """Vectors by chunk id, in one matrix; memory is used only where there are rows."""

    def __init__(self, dimension: int) -> None:
        self._matrix = np.empty((MAX_KEPT, dimension), dtype=np.float32)
        self._row_of: dict[int, int] = {}

    def get(
        self, ids: Sequence[int], fetch: Callable[[Sequence[int]], tuple[list[int], Matrix]]
    ) -> tuple[list[int], Matrix]:
        """Return those of `ids` that have a vector, in order, and the vectors.

        `fetch` returns the same of the ids that are not kept.
        """
        missing = [one for one in ids if one not in self._row_of]
        if missing:
            if len(self._row_of) + len(missing) > MAX_KEPT:
                self._row_of.clear()
                missing = list(ids)
            if len(missing) > MAX_KEPT:
                return fetch(missing)
            found, vectors = fetch(missing)
            first = len(self._row_of)
            self._matrix[first : first + len(found)] = vectors
            self._row_of.update(zip(found, range(first, first + len(found)), strict=True))
        known = [one for one in ids if one in self._row_of]
        return known, self._matrix[[self._row_of[one] for one in known]]


class KeptValues(Generic[Value]):
    """Values by chunk id."""

    def __init__(self) -> None:
        self._values: dict[int, Value] = {}

    def get(
        self, ids: Iterable[int], fetch: Callable[[Sequence[int]], dict[int, Value]]
    ) -> dict[int, Value]:
        """Return the values of those of `ids` that have one; `fetch` returns those not kept."""
        wanted = list(ids)
        missing = [one for one in wanted if one not in self._values]
        if len(self._values) + len(missing) > MAX_KEPT:
            self._values.clear()
            missing = wanted
        if missing:
            self._values.update(fetch(missing))
        return {one: self._values[one] for one in wanted if one in self._values}
