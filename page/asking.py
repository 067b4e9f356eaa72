"""Ask in two steps, passages first and the answer after, with one search for both.

The page shows passages at once and asks for the answer in a second call. This keeps the searches of
the last few questions, so that the second call neither encodes nor searches again. Knows the
results of searches; nothing of threads, nor of the page.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

from seedqa.index.types import Filters
from seedqa.retrieval.pipeline import Found

#: As many as may wait for their answer (`service.MAX_WAITING`), 20 KB each.
MAX_SEARCHES = 32
#: A page asks for the answer as soon as it has the passages, but may wait in a full queue: 32
#: questions of a second each. An older search may report an outdated freshness.
KEEP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it was asked: the key of a kept search."""

    question: str
    count: int
    filters: Filters


class RecentSearches:
    """The searches of the last few questions."""

    def __init__(
        self, max_searches: int = MAX_SEARCHES, keep_seconds: float = KEEP_SECONDS
    ) -> None:
        self._max_searches = max_searches
        self._keep_seconds = keep_seconds
        self._searches: OrderedDict[Asked, tuple[float, Found]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many searches are kept."""
        return len(self._searches)

    def keep(self, asked: Asked, found: Found) -> None:
        """Keep a search; replace an earlier one for the same question."""
        self._searches[asked] = (time.monotonic() + self._keep_seconds, found)
        self._searches.move_to_end(asked)
        while len(self._searches) > self._max_searches:
            self._searches.popitem(last=False)

    def get(self, asked: Asked, generation: int) -> Found | None:
        """Return the search for a question; None if not kept, too old or of another generation."""
        until, found = self._searches.get(asked, (0.0, None))
        if found is None:
            return None
        if time.monotonic() >= until or found.index.generation != generation:
            del self._searches[asked]
            return None
        return found
