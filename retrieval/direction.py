"""Tell whether a text goes the other way than a question: from B to A, not from A to B.

Knows texts and the question; nothing of models or of the index.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from seedqa.index.lexical import fold
from seedqa.retrieval.question import Question

_PLACE = r"[^\W\d_][\w'’-]*(?:[ -][^\W\d_a-zß-ÿ][\w'’-]*){0,2}"
_FROM = r"\b(?:from|von|vom|ab|de|du|d['’]|da|dal|dalla|do|desde|van)\s*"
_TO = r"\s+(?:to|nach|zum|zur|à|au|aux|a|al|alla|ao|à|para|hasta|até|fino\s+a|naar|bis)\s+"
#: "from Leeds to York". Names of places have a capital.
_ROUTE = re.compile(rf"(?i:{_FROM})(?P<origin>{_PLACE})(?i:{_TO})(?:the\s+)?(?P<target>{_PLACE})")
_TOWARDS = re.compile(
    r"\b(?:to|nach|zum|zur|à|au|aux|a|al|alla|ao|para|hasta|até|naar)\s+(?:the\s+)?\Z",
    re.IGNORECASE,
)
#: A place is looked for in as many characters.
MAX_CHARS = 600


class Route(NamedTuple):
    """Where a journey begins and where it ends, folded."""

    origin: str
    target: str


def asked_route(question: Question) -> Route | None:
    """Return the route that a question names, or None.

    >>> from seedqa.retrieval.question import parse_question
    >>> asked_route(parse_question("When do buses from Leeds to York leave?"))
    Route(origin='leeds', target='york')
    """
    found = _ROUTE.search(question.text)
    if not found or not (found["origin"][0].isupper() and found["target"][0].isupper()):
        return None
    return Route(fold(found["origin"]), fold(found["target"]))


def goes_the_other_way(text: str, route: Route) -> bool:
    """Return whether a text has both ends of a route, only in the other order.

    "To York from Leeds" has the order of "from Leeds to York".

    >>> goes_the_other_way("York – Leeds: 12:30", Route("leeds", "york"))
    True
    """
    known = fold(text[:MAX_CHARS])
    places = {end: _places(known, end) for end in route}
    origins, targets = places[route.origin], places[route.target]
    if not origins or not targets:
        return False
    forth = any(
        origin < target if not _TOWARDS.search(known, 0, min(origin, target)) else target < origin
        for origin in origins
        for target in targets
    )
    return not forth


def _places(text: str, name: str) -> list[int]:
    return [found.start() for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
