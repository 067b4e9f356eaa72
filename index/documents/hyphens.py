"""Read words whole: a hyphen at a line end, soft hyphens and ligatures.

The words of the same document decide whether a hyphen belongs to the word. Knows only text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from seedqa.index.types import Edit

#: Longer parts are no words; the bound keeps a text of one endless word linear.
MAX_PART_CHARS = 60

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_LETTERS = str.maketrans(_LIGATURES)
_HYPHENS = "-\u2010"
_SOFT_HYPHEN = "\u00ad"

_BREAK = re.compile(
    r"\u00ad(?:[ \t]*\n[ \t]*)?|[ﬀ-ﬆ]|[-\u2010](?<=[^\W_][-\u2010])[ \t]*\n[ \t]*(?=[^\W_])"
)
_ASCII_HINT = re.compile(r"-[ \t]*\n")
_OTHER_HINT = re.compile(r"[\u00ad\u2010ﬀ-ﬆ]")
_WORD = re.compile(r"[^\W_]+(?:[-\u2010][^\W_]+)*")
_PART_BEFORE = re.compile(r"(?P<chain>[-\u2010])?(?P<part>[^\W_]+)\Z")
_PART_AFTER = re.compile(r"[^\W_]+")

#: "Haupt-\nund Nebeneingang": the hyphen stands for the rest of a word that follows later.
_SUSPENDING = frozenset(("und", "oder", "bzw", "sowie", "bis", "and", "or", "en", "of"))
#: English words that keep their hyphen where the document does not say otherwise.
_HYPHENATED_FIRST = frozenset(("well", "self"))
_HYPHENATED_LAST = frozenset(
    (
        "based",
        "controlled",
        "driven",
        "friendly",
        "known",
        "oriented",
        "related",
        "specific",
        "term",
    )
)
#: "de-" and "un-" are prefixes of closed words ("debased", "unknown").
MIN_COMPOUND_FIRST = 4


def join_hyphens(text: str, spans: Iterable[tuple[int, int]]) -> list[Edit]:
    """Return the edits that make the words between the offsets of each span whole.

    A word that goes on in lower case on the next line loses its hyphen, unless the document has it
    with the hyphen on one line ("climate-controlled") and never without. Before a capital or a
    figure only the line end goes ("E-1047", "Jean-Pierre"). Soft hyphens go, ligatures become
    letters. Spans are in order; so are the edits.
    """
    if not _ASCII_HINT.search(text) and (text.isascii() or not _OTHER_HINT.search(text)):
        return []
    words = _Words(text)
    return [
        edit
        for start, end in spans
        for match in _BREAK.finditer(text, start, end)
        for edit in _edit(text, start, match, words)
    ]


class _Words:
    """The words of a document, folded; gathered when the first hyphen asks for them."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def all(self) -> frozenset[str]:
        return frozenset(_fold(word) for word in _WORD.findall(self._text))


def _fold(word: str) -> str:
    return word.translate(_LETTERS).replace("\u2010", "-").lower()


def _edit(text: str, start: int, match: re.Match[str], words: _Words) -> Iterator[Edit]:
    mark = match[0][0]
    if mark in _LIGATURES:
        yield Edit(*match.span(), _LIGATURES[mark])
    elif mark == _SOFT_HYPHEN:
        yield Edit(*match.span())
    else:
        before = _PART_BEFORE.search(
            text, max(start, match.start() - MAX_PART_CHARS), match.start()
        )
        after = _PART_AFTER.match(text, match.end(), match.end() + MAX_PART_CHARS)
        if before is None or after is None:
            return
        keeps = _keeps_hyphen(before["part"], after[0], before["chain"] is not None, words)
        if keeps is not None:
            yield Edit(match.start() + keeps, match.end())


def _keeps_hyphen(first: str, last: str, in_chain: bool, words: _Words) -> bool | None:
    """Tell whether the hyphen belongs to the word; None where the line end does as well."""
    left, right = _fold(first), _fold(last)
    if left + right in words.all and not (first[-1].isdigit() or last[0].isdigit()):
        return False
    if not last[0].islower() or not first[-1].isalpha() or f"{left}-{right}" in words.all:
        return True
    if right in _SUSPENDING:
        return None
    return (
        in_chain
        or first in _HYPHENATED_FIRST
        or (right in _HYPHENATED_LAST and len(left) >= MIN_COMPOUND_FIRST)
    )
