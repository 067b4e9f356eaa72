"""Cut a document into chunks at paragraphs and sentences, each knowing its exact place.

Pure: knows nothing of files, encoders or the database.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from seedqa.index.types import Chunk, Document


@dataclass(frozen=True, slots=True)
class ChunkSettings:
    """How documents are cut; a part of what an index was built with."""

    size: int = 600
    """Characters of a chunk at most. docs/measurements.md has recall for other sizes."""
    overlap: int = 120
    """Characters at most that a chunk repeats from the end of the one before, whole sentences."""


DEFAULT_SETTINGS = ChunkSettings()

#: What follows the last word of a sentence: closing quotes, then white space, which a script
#: written without spaces does not need.
_SENTENCE_END = (
    r"(?<=[.!?…])(?:\s*[\"'»“”’)\]])*\s+"
    r"|(?<=[。！？])[」』”’）]*\s*"
)
#: Where a text may be cut, best first: paragraph, line, sentence, clause, word, anywhere.
_SEPARATORS = [
    r"\n[ \t]*\n\s*",
    r"\n",
    _SENTENCE_END,
    r"(?<=[;:])\s+",
    r"\s+",
    "",
]
#: A text is handed to the splitter in blocks of about this many characters: it holds lists of
#: every piece, which for one line of 20 MB would be gigabytes.
BLOCK_CHARACTERS = 100_000
_SENTENCE_GAP = re.compile(rf"{_SENTENCE_END}|\n\s*")
#: A full stop after one of these, an initial, or a number of one or two digits ("am 3. Oktober")
#: ends no sentence. Those that often do end one ("etc.", "a.m.") are left out.
_ABBREVIATION = re.compile(
    r"\b(?:[^\W\d_]|\d{1,2}|abb|art|bd|bzw|ca|cap|cf|dott|dr|dra|drs|env|fig|hl|ing|jh|mlle|mm"
    r"|mme|mr|mrs|ms|mt|nr|núm|op|pág|pp|prof|sig|sr|sra|srta|st|ste|str|tel|vgl|vol|vs)\.\Z",
    re.IGNORECASE,
)


def split_document(document: Document, settings: ChunkSettings = DEFAULT_SETTINGS) -> list[Chunk]:
    """Return the chunks of `document` in order; every character but white space is in one.

    For each of them `document.text[chunk.start:chunk.end] == chunk.text`, without white space at
    either end. A chunk does not cross a page, and is at most `settings.size` characters long.
    """
    text = document.text
    line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
    chunks = []
    previous: tuple[int, int] | None = None
    for own_start, end in _spans(document, settings.size - settings.overlap):
        start = own_start
        page = bisect_right(document.page_starts, start) or None
        if previous and page == (bisect_right(document.page_starts, previous[0]) or None):
            start = _reach_back(text, previous, start, settings.overlap)
        previous = (start, end)
        chunks.append(
            Chunk(
                start=start,
                end=end,
                line_start=bisect_right(line_starts, start),
                line_end=bisect_right(line_starts, end - 1),
                page=page,
                text=text[start:end],
            )
        )
    return chunks


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of `text`, without white space at either end."""
    bounds = [0, *_sentence_starts(text, 0, len(text)), len(text)]
    spans = (_trim(text, start, end) for start, end in pairwise(bounds))
    return [(start, end) for start, end in spans if start < end]


def _spans(document: Document, size: int) -> Iterator[tuple[int, int]]:
    """Yield the trimmed spans of pieces of at most `size` characters that do not overlap."""
    splitter = _splitter(size)
    for block_start, block_end in _blocks(document):
        position = block_start
        for piece in splitter.split_text(document.text[block_start:block_end]):
            start, end = _trim(document.text, position, position + len(piece))
            position += len(piece)
            if start < end:
                yield start, end
        assert position == block_end, "the splitter must keep every character"


def _blocks(document: Document) -> Iterator[tuple[int, int]]:
    """Yield spans that cover the text, cut at pages and, within a long page, at a good place."""
    text = document.text
    bounds = [*document.page_starts[1:], len(text)]
    start = 0
    for bound in bounds:
        while bound - start > BLOCK_CHARACTERS:
            end = _good_cut(text, start, start + BLOCK_CHARACTERS)
            yield start, end
            start = end
        if start < bound:
            yield start, bound
            start = bound


def _good_cut(text: str, start: int, limit: int) -> int:
    """Return where to end a block before `limit`: after a paragraph, line or word if there is."""
    for separator in ("\n\n", "\n", " "):
        found = text.rfind(separator, start + 1, limit)
        if found > start:
            return found + len(separator)
    return limit


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _reach_back(text: str, previous: tuple[int, int], start: int, overlap: int) -> int:
    """Return an earlier start that takes in whole sentences from the end of the chunk before."""
    earliest = max(previous[0] + 1, start - overlap)
    starts = _sentence_starts(text, previous[0], start)
    return next((at for at in starts if at >= earliest), start)


def _sentence_starts(text: str, start: int, end: int) -> Iterator[int]:
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


@cache
def _splitter(size: int):  # type: ignore[no-untyped-def]
    # 0.4 s to import: needed only by a build that has something to cut
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(
        separators=_SEPARATORS,
        is_separator_regex=True,
        keep_separator="end",
        chunk_size=size,
        chunk_overlap=0,
        strip_whitespace=False,
    )
