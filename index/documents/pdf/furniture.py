"""Find the page headers, page footers and page numbers of a PDF.

Knows where lines repeat on pages; knows nothing of columns, paragraphs or text offsets.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from seedqa.index.documents.pdf.lines import group_rows, join_pieces
from seedqa.index.documents.pdf.pieces import Direction, Page, Piece

#: Rows at the top and at the bottom of a page that may be furniture.
MAX_EDGE_ROWS = 3
#: They are within this share of the page's height from its edge.
MAX_EDGE_SHARE = 0.17
#: A repeated line may move by this many points from page to page.
MAX_MOVE = 4.0
#: Between furniture and the text is a gap of at least this many font sizes, or less where the
#: type is smaller than the text's: the header row of a table that repeats has no such gap.
MIN_GAP = 0.8
MIN_GAP_OF_SMALL = 0.25
#: Type larger than the text by this factor is a heading, even if it repeats.
MAX_SIZE = 1.12
SMALL_SIZE = 0.92

#: Upright type larger than the text by this factor is a watermark if it is printed over so many
#: lines; no page has more of them.
MIN_WATERMARK_SIZE = 2.5
MIN_LINES_BELOW = 2
MAX_WATERMARKS = 20

_DIGITS = re.compile(r"\d+")
_NUMBER = r"(?:\d{1,4}|[ivxlc]{1,6})"
_PAGE_NUMBER = re.compile(
    rf"[-–—|\s]*(?:(?:page|seite|página|pagina|pág\.?|p\.|s\.|blz\.?|bladzijde)\s*{_NUMBER}"
    rf"(?:\s*(?:/|of|von|de|di|van|sur|out of)\s*{_NUMBER})?|{_NUMBER}"
    rf"|{_NUMBER}\s*(?:/|of|von|de|di|van|sur)\s*{_NUMBER})[-–—|\s]*",
    re.IGNORECASE,
)


_NUMBER_OF_ALL = re.compile(r"(?:^|\s)\d{1,4}\s*(?:/|of|von|de|di|van|sur)\s*\d{1,4}$")
#: A line in small type this near to the upper edge, in shares of the height, and this far from
#: the text, in font sizes, is the header of a page that has a numbered footer.
MAX_HEADER_SHARE = 0.09
MIN_HEADER_GAP = 1.5
_END_NUMBERS = re.compile(r"^\d{1,4}(?=\s)|(?<=\s)\d{1,4}$")


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """The furniture of a page and the pieces of its text."""

    header: tuple[Piece, ...]
    body: tuple[Piece, ...]
    footer: tuple[Piece, ...]
    slanted: tuple[Piece, ...]
    """What is printed across the page: watermarks, and turned lines that repeat."""
    turned: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class _Edge:
    """The rows of a page from one edge inwards, and how far each is from that edge."""

    rows: list[list[Piece]]
    distances: list[float]
    keys: list[str]
    gaps: list[float]
    """From each row to the next one inwards; 0 from the last row of a page."""
    height: float
    is_alone: bool
    """Whether the page has only one row."""


#: A piece of fewer words is more likely a cell, a heading or a number than text.
MIN_TEXT_WORDS = 4
TEXT_WEIGHT = 10


def body_size(pages: Iterable[Iterable[Piece]]) -> float:
    """Return the font size of most text; pieces of a few words hardly count."""
    counts: Counter[float] = Counter()
    for page in pages:
        for piece in page:
            is_text = piece.text.count(" ") >= MIN_TEXT_WORDS - 1
            counts[round(piece.size * 2) / 2] += len(piece.text) * (TEXT_WEIGHT if is_text else 1)
    return counts.most_common(1)[0][0] if counts else 0.0


def part_furniture(pages: Sequence[Page], size: float) -> list[ParsedPage]:
    """Split each page into header, text and footer; `size` is the font size of the text.

    Furniture are lines near an edge that repeat on another page, digits aside, and page numbers.
    """
    pages = [_slant_watermarks(page, size) for page in pages]
    upright = [
        [piece for piece in page.pieces if piece.direction is Direction.UPRIGHT] for page in pages
    ]
    rows = [group_rows(pieces) for pieces in upright]
    tops = [_read_edge(page, page_rows, True) for page, page_rows in zip(pages, rows, strict=True)]
    ends = [_read_edge(page, page_rows, False) for page, page_rows in zip(pages, rows, strict=True)]
    top_counts, end_counts = _count_furniture(tops, size), _count_furniture(ends, size)
    parsed = []
    turned = Counter(
        text
        for page in pages
        for text in {piece.text for piece in page.pieces if _is_turned(piece)}
    )
    for page, page_rows, top, end, headers, footers in zip(
        pages, rows, tops, ends, top_counts, end_counts, strict=True
    ):
        if footers and not headers:
            headers = int(_has_header(top, size))  # noqa: PLW2901
        count = min(footers, len(page_rows) - headers)
        middle = page_rows[headers : len(page_rows) - count]
        parsed.append(
            ParsedPage(
                tuple(join_pieces(row) for row in top.rows[:headers]),
                tuple(sorted((p for row in middle for p in row), key=lambda p: p.order)),
                tuple(join_pieces(row) for row in reversed(end.rows[:count])),
                *_part_turned(page, turned),
            )
        )
    return parsed


def _slant_watermarks(page: Page, size: float) -> Page:
    """Return the page, its upright watermarks marked as slanted: large type over lines of text."""
    large = [piece for piece in page.pieces if piece.size > MIN_WATERMARK_SIZE * size]
    marks = {
        mark
        for mark in large[:MAX_WATERMARKS]
        if sum(_is_over(mark, piece) for piece in page.pieces) >= MIN_LINES_BELOW
    }
    if not marks:
        return page
    pieces = tuple(
        replace(piece, direction=Direction.SLANTED) if piece in marks else piece
        for piece in page.pieces
    )
    return replace(page, pieces=pieces)


def _is_over(mark: Piece, piece: Piece) -> bool:
    """Tell whether a smaller piece is printed within the box of a larger one."""
    overlap = min(mark.right, piece.right) - max(mark.left, piece.left)
    is_within = mark.bottom < piece.base < mark.top
    return is_within and overlap > piece.size and 2 * piece.size < mark.size


def _is_turned(piece: Piece) -> bool:
    return piece.direction is not Direction.UPRIGHT


def _part_turned(page: Page, counts: Counter[str]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return what is furniture of the pieces that are not upright, and the rest."""
    pieces = [piece for piece in page.pieces if _is_turned(piece)]
    slanted = {
        piece for piece in pieces if piece.direction is Direction.SLANTED or counts[piece.text] > 1
    }
    return (
        tuple(piece for piece in pieces if piece in slanted),
        tuple(piece for piece in pieces if piece not in slanted),
    )


def _read_edge(page: Page, rows: list[list[Piece]], is_top: bool) -> _Edge:
    inward = rows if is_top else rows[::-1]
    height = max(1.0, page.top - page.bottom)
    edge = page.top if is_top else page.bottom
    taken, gaps = [], []
    for index, row in enumerate(inward[:MAX_EDGE_ROWS]):
        if abs(edge - row[0].middle) > MAX_EDGE_SHARE * height:
            break
        taken.append(row)
        following = inward[index + 1 : index + 2]
        gaps.append(_gap(row, following[0]) if following else 0.0)
    distances = [abs(edge - row[0].base) for row in taken]
    keys = [_DIGITS.sub("#", join_pieces(row).text.casefold()) for row in taken]
    return _Edge(taken, distances, keys, gaps, height, len(rows) == 1)


def _gap(row: Sequence[Piece], other: Sequence[Piece]) -> float:
    upper, lower = (row, other) if row[0].base > other[0].base else (other, row)
    return min(piece.bottom for piece in upper) - max(piece.top for piece in lower)


def _count_furniture(edges: Sequence[_Edge], size: float) -> list[int]:
    """Return for each page how many of its rows from the edge inwards are furniture."""
    repeated = _find_repeated(edges) | _find_numbered(edges)
    counts = []
    for number, edge in enumerate(edges):
        count = 0
        for index, row in enumerate(edge.rows):
            is_number = _states_page(row, number + 1, size)
            if row[0].size > MAX_SIZE * size:
                break
            is_apart = _is_apart(edge, index, size)
            if (is_apart and (number, index) in repeated) or (
                is_number and (is_apart or edge.is_alone)
            ):
                count = index + 1
        counts.append(count)
    return counts


def _states_page(row: Sequence[Piece], number: int, size: float) -> bool:
    """Tell whether a row is a page number, or small type that has one of its own in it."""
    if _PAGE_NUMBER.fullmatch(join_pieces(row).text):
        return True
    if max(piece.size for piece in row) > SMALL_SIZE * size:
        return False
    texts = [piece.text for piece in row]
    if _NUMBER_OF_ALL.search(texts[-1]):
        return True
    own = [text for text in (texts[0], texts[-1]) if _PAGE_NUMBER.fullmatch(text)]
    return len(row) > 1 and any(not text.isdigit() or int(text) == number for text in own)


def _has_header(edge: _Edge, size: float) -> bool:
    """Tell whether small type far from the text heads a page that has a numbered footer."""
    if not edge.rows or edge.distances[0] > MAX_HEADER_SHARE * edge.height:
        return False
    row_size = max(piece.size for piece in edge.rows[0])
    return row_size <= SMALL_SIZE * size and edge.gaps[0] >= MIN_HEADER_GAP * row_size


def _is_apart(edge: _Edge, index: int, size: float) -> bool:
    """Tell whether a gap parts a row from the text."""
    row_size = max(piece.size for piece in edge.rows[index])
    least = MIN_GAP_OF_SMALL if row_size <= SMALL_SIZE * size else MIN_GAP
    return edge.gaps[index] > least * row_size


def _find_repeated(edges: Sequence[_Edge]) -> set[tuple[int, int]]:
    """Return the (page, row) whose text is that of a row at the same height of another page."""
    by_key: defaultdict[str, list[tuple[float, int, int]]] = defaultdict(list)
    for number, index, key, distance in _rows_of(edges):
        by_key[key].append((distance, number, index))
    return _near_on_other_pages(by_key.values())


def _near_on_other_pages(
    groups: Iterable[list[tuple[float, int, int]]],
) -> set[tuple[int, int]]:
    """Return the (page, row) of each group at the same height as one of another page."""
    repeated = set()
    for found in groups:
        for (distance, number, index), (following, other, other_index) in pairwise(sorted(found)):
            if following - distance <= MAX_MOVE and number != other:
                repeated |= {(number, index), (other, other_index)}
    return repeated


def _find_numbered(edges: Sequence[_Edge]) -> set[tuple[int, int]]:
    """Return the (page, row) that begins or ends with a number which counts the pages.

    The rest may differ: the title of the chapter.
    """
    by_offset: defaultdict[int, list[tuple[float, int, int]]] = defaultdict(list)
    for number, edge in enumerate(edges):
        for index, (row, distance) in enumerate(zip(edge.rows, edge.distances, strict=True)):
            text = join_pieces(row).text
            for match in _END_NUMBERS.finditer(text):
                by_offset[int(match[0]) - number].append((distance, number, index))
    return _near_on_other_pages(by_offset.values())


def _rows_of(edges: Sequence[_Edge]) -> Iterator[tuple[int, int, str, float]]:
    for number, edge in enumerate(edges):
        for index, (key, distance) in enumerate(zip(edge.keys, edge.distances, strict=True)):
            yield number, index, key, distance
