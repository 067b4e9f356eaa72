"""Cut a text into sentences by its punctuation, lines and abbreviations.

Pure: knows nothing of files, chunks or languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from seedqa.index.patterns import lazy_pattern

#: What follows the last word of a sentence: closing quotes, then white space, which a script
#: written without spaces does not need.
SENTENCE_END = (
    r"(?<=[.!?…])(?:\s*[\"'»“”’)\]])*\s+"
    r"|(?<=[。！？])[」』”’）]*\s*"
)
_SENTENCE_GAP = lazy_pattern(rf"{SENTENCE_END}|\n\s*")
#: A full stop after one of these, an initial, or a number of one or two digits ("am 3. Oktober")
#: ends no sentence. Those that often do end one ("etc.", "a.m.") are left out.
_ABBREVIATION = lazy_pattern(
    r"\b(?:[^\W\d_]|\d{1,2}|abb|art|bd|bzw|ca|cap|cf|dott|dr|dra|drs|env|fig|hl|ing|jh|mlle|mm"
    r"|mme|mr|mrs|ms|mt|nr|núm|op|pág|pp|prof|sig|sr|sra|srta|st|ste|str|tel|vgl|vol|vs)\.\Z",
    re.IGNORECASE,
)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of `text`, without white space at either end."""
    bounds = [0, *sentence_starts(text, 0, len(text)), len(text)]
    spans = (trim(text, start, end) for start, end in pairwise(bounds))
    return [(start, end) for start, end in spans if start < end]


def sentence_starts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where sentences begin between `start` and `end`.

    What follows the end of another begins one, unless that ended in an abbreviation; so does a
    line. What begins in lower case goes on, a wrapped line or "dit-il" after "« Viens ! »".
    A paragraph always begins one.
    """
    for match in _SENTENCE_GAP.finditer(text, start, end):
        at = match.end()
        if at == end:
            return
        lines = match.group().count("\n")
        if lines < 2 and text[at].islower():
            continue
        if lines or not _ABBREVIATION.search(text, match.start() - 6, match.start()):
            yield at


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without white space at either end."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
