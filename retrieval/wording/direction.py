"""Tell whether a text goes the other way than a question: from B to A, not from A to B.

Knows texts; nothing of models or of the index.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from seedqa.index.lexical import fold
from seedqa.index.patterns import lazy_pattern

_PLACE = r"[^\W\d_][\w'’-]*(?:[ -][^\W\d_a-zß-ÿ][\w'’-]*){0,2}"
_FROM = r"\b(?:from|von|vom|ab|de|du|d['’]|da|dal|dalla|do|desde|van)\s*"
_TO = r"\s+(?:to|nach|zum|zur|à|au|aux|a|al|alla|ao|à|para|hasta|até|fino\s+a|naar|bis)\s+"
#: "from Leeds to York". Names of places have a capital.
_ROUTE = lazy_pattern(rf"(?i:{_FROM})(?P<origin>{_PLACE})(?i:{_TO})(?:the\s+)?(?P<target>{_PLACE})")
_TOWARDS = lazy_pattern(
    r"\b(?:to|nach|zum|zur|à|au|aux|a|al|alla|ao|para|hasta|até|naar)\s+(?:the\s+)?\Z",
    re.IGNORECASE,
)
#: A place is looked for in as many characters.
MAX_CHARS = 600


class Route(NamedTuple):
    """Where a journey begins and where it ends, folded."""

    origin: str
    target: str


@lru_cache(maxsize=64)  # each candidate is compared with it
def asked_route(question: str) -> Route | None:
    """Return the route that a question names, or None.

    >>> asked_route("When do buses from Leeds to York leave?")
    Route(origin='leeds', target='york')
    """
    found = _ROUTE.search(question)
    if not found or not (found["origin"][0].isupper() and found["target"][0].isupper()):
        return None
    return Route(fold(found["origin"]), fold(found["target"]))


def goes_the_other_way(text: str, route: Route, at: int | None = None) -> bool:
    """Return whether a text has both ends of a route, only in the other order.

    "To York from Leeds" has the order of "from Leeds to York". Of what is said before the offset
    `at` the last pair counts, if there is one.

    >>> goes_the_other_way("York – Leeds: 12:30", Route("leeds", "york"))
    True
    """
    if at is not None and at > 0:
        before = fold(text[max(0, at - MAX_CHARS) : at])
        ends = [_places(before, end)[-1:] for end in route]
        if all(ends):
            return not _is_forth(before, ends[0][0], ends[1][0])
    known = fold(text[:MAX_CHARS])
    origins, targets = (_places(known, end) for end in route)
    if not origins or not targets:
        return False
    return not any(_is_forth(known, origin, target) for origin in origins for target in targets)


def _is_forth(text: str, origin: int, target: int) -> bool:
    """Return whether a place is where a journey to another begins, both by their offsets."""
    if _TOWARDS.search(text, 0, min(origin, target)):
        return target < origin
    return origin < target


def _places(text: str, name: str) -> list[int]:
    return [found.start() for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
