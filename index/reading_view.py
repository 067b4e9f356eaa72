"""How a chunk is read: its edits applied, with a map back to its exact characters.

The reading view is encoded, matched and read; the text as it is in the file is shown. The view maps
back to the file. Knows texts and edits; nothing of documents, encoders or the database.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from seedqa.index.types import Chunk, Edit

#: Joins the parts of a chunk's context: its document's title, then the headings above it.
CONTEXT_MARK = " › "


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a reading view; `start` and `end` are offsets into the original text."""

    at: int
    """Offset in the reading view."""
    start: int
    end: int
    is_literal: bool
    """Whether it reads as it is written; else it is the replacement of an edit."""


@dataclass(frozen=True, slots=True)
class ReadingView:
    """A text as it is read; `segments` cover it in order."""

    text: str
    segments: tuple[Segment, ...]

    def locate(self, start: int, end: int) -> tuple[int, int] | None:
        r"""Return the span of the original text that `text[start:end]` was read from.

        A span that touches a replacement takes in all that it replaced. None where the span
        holds nothing but inserted text, or nothing.

        >>> view = make_view("Bar-\ntholomew", [Edit(3, 5)])
        >>> view.text, view.locate(0, 11)
        ('Bartholomew', (0, 13))
        """
        starts = [segment.at for segment in self.segments]
        first = max(0, bisect_right(starts, start) - 1)
        bounds: list[tuple[int, int]] = []
        for segment in self.segments[first:]:
            if segment.at >= end:
                break
            size = segment.end - segment.start
            if not segment.is_literal:
                if size:
                    bounds.append((segment.start, segment.end))
                continue
            left = max(start - segment.at, 0)
            right = min(end - segment.at, size)
            if left < right:
                bounds.append((segment.start + left, segment.start + right))
        return (bounds[0][0], bounds[-1][1]) if bounds else None


@lru_cache(maxsize=256)  # the passages of a question are viewed several times
def _make_view(text: str, edits: tuple[Edit, ...]) -> ReadingView:
    parts: list[str] = []
    segments: list[Segment] = []
    position = at = 0
    for edit in edits:
        if edit.start > position:
            segments.append(Segment(at, position, edit.start, True))
            parts.append(text[position : edit.start])
            at += edit.start - position
        if edit.replacement:
            segments.append(Segment(at, edit.start, edit.end, False))
            parts.append(edit.replacement)
            at += len(edit.replacement)
        position = edit.end
    if position < len(text):
        segments.append(Segment(at, position, len(text), True))
        parts.append(text[position:])
    return ReadingView("".join(parts), tuple(segments))


def make_view(text: str, edits: Sequence[Edit]) -> ReadingView:
    """Return `text` as its edits say that it is read."""
    return _make_view(text, tuple(edits))


def offset_in_view(text: str, edits: Sequence[Edit], at: int) -> int:
    r"""Return where the reading view of `text` has the character `at`.

    >>> offset_in_view("Bar-\ntholomew", [Edit(3, 5)], 6)
    4
    """
    return len(make_view(text[:at], clip_edits(edits, 0, at)).text)


def readable_text(chunk: Chunk) -> str:
    """Return the text of a chunk as it is read."""
    return make_view(chunk.text, chunk.edits).text if chunk.edits else chunk.text


def encoder_input(chunk: Chunk) -> str:
    """Return what the encoder reads of a chunk: where it belongs, then the text as it is read."""
    return f"{readable_context(chunk)}\n{readable_text(chunk)}"


def readable_context(chunk: Chunk) -> str:
    """Return where a chunk belongs, as one line; empty where nothing is known."""
    return CONTEXT_MARK.join(chunk.context)


def reader_context(context: Sequence[str], text: str) -> str:
    """Return what the reader is shown before a passage, as one line, from its title and headings.

    A document without a title has its first sentence as its title. The passage that contains that
    sentence is shown without it: the reader takes what is before a passage for no answer.

    >>> reader_context(["Harbour", "It was sold in 2018."], "It was sold in 2018. Nobody knew.")
    'Harbour'
    """
    return CONTEXT_MARK.join(
        part for part in context if not (part.endswith((".", "!", "?")) and part in text)
    )


def clip_edits(edits: Sequence[Edit], start: int, end: int) -> tuple[Edit, ...]:
    """Return the edits within text[start:end], with offsets from `start`.

    An edit that crosses an end is cut there; its replacement is kept where it begins.
    """
    clipped = []
    first = bisect_left(edits, start, key=lambda edit: edit.end)
    last = bisect_right(edits, end, key=lambda edit: edit.start)
    for edit in edits[first:last]:
        left, right = max(edit.start, start), min(edit.end, end)
        if left > right or (left == right and edit.start != edit.end):
            continue
        replacement = edit.replacement if edit.start >= start else ""
        clipped.append(Edit(left - start, right - start, replacement))
    return tuple(clipped)


def merge_edits(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return edits in order without overlaps: of two that overlap, the one that begins first.

    Of two that begin at the same offset an insertion comes first, then the longer one.
    """
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.start != edit.end, -edit.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return tuple(kept)
