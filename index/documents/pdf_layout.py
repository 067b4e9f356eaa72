"""Put the pieces of a page in reading order: lines, columns of prose, and tables.

Knows positions and a little of words; knows nothing of headings, pages or documents.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from seedqa.index.documents.pdf_pieces import (
    MAX_SMALL_SIZE,
    MIN_RAISE,
    Gap,
    Piece,
    is_note_mark,
)

#: Columns are at least this far apart, in font sizes.
MIN_GUTTER = 0.9
#: A line may come nearer to the other column than that, where other lines leave the gutter.
MIN_FITTED_GUTTER = 0.4
#: A row without a neighbour across the gutter joins its columns if it is this near, in font sizes.
MAX_ROW_DISTANCE = 2.6
#: A table has at least this many rows, and columns of prose at least this many lines.
MIN_ROWS = 3
#: Fewer filled cells than this share are the labels of a drawing.
MIN_FILLED = 0.5
#: A line of prose in a narrow column has at least this many words, by the median.
MIN_PROSE_WORDS = 3.5
#: A column is prose with this many words as well, if this share of its lines begins in lower case.
MIN_SHORT_PROSE_WORDS = 2.5
MIN_LOWER_SHARE = 0.4
#: More columns are the noise of a drawing, or made to take time.
MAX_COLUMNS = 60
#: A gap on a line under this, in font sizes, is none: a note number drawn on its own.
MAX_GLUED_GAP = 0.12
#: A piece whose base line is this near to another's, in font sizes, is on its line.
MAX_BASE_DIFFERENCE = 0.3

BULLET = re.compile(r"[•◦▪▫‣⁃∙·●○■□◆➢➤✓✔❖\uf0b7\uf0a7\uf0d8*–—-]")
_MARKER = re.compile(rf"(?:{BULLET.pattern}|\(?(?:\d{{1,3}}|[a-zA-Z]|[ivx]{{1,4}})[.)])")
_SECTION_NUMBER = re.compile(r"(?:\d{1,2}\.)*\d{1,2}\.?")
_CLAUSE_NUMBER = re.compile(r"§?\s?(?:\d{1,2}\.)+\d{1,2}\.?")
_WORD = re.compile(r"[^\W\d_]{2,}|\b[aAIàéyeoEO]\b")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its rows from the top, each with one piece or None for each column."""

    rows: tuple[tuple[Piece | None, ...], ...]


Flow = list[Piece]
"""Lines of one column, from the top."""


#: Columns within columns are parted to this depth; real pages have two.
MAX_DEPTH = 4


def read_in_order(pieces: Sequence[Piece], depth: int = 0) -> list[Flow | Grid]:
    """Return the lines and tables of a page in reading order."""
    rows = [_merge_markers(_merge_spaced(row)) for row in group_rows(pieces)]
    parts: list[Flow | Grid] = []
    start = 0
    for first, last in _find_bands(rows):
        _append_lines(parts, rows[start:first])
        _append_band(parts, rows[first:last], depth)
        start = last
    _append_lines(parts, rows[start:])
    return parts


def group_rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return the pieces by lines from the top, each from the left."""
    rows: list[list[Piece]] = []
    main: Piece | None = None
    for piece in sorted(pieces, key=lambda piece: (-piece.base, piece.left)):
        if main and _is_on_line(main, piece) and not _is_overprint(rows[-1], piece):
            rows[-1].append(piece)
            main = max(main, piece, key=lambda one: one.size)
        else:
            rows.append([piece])
            main = piece
    return [sorted(row, key=lambda piece: piece.left) for row in rows]


#: Small type is on the line of larger type if its base line is not further above or below it, in
#: font sizes of the larger.
MAX_SMALL_RAISE = 0.62
MAX_SMALL_DROP = 0.4


def _is_on_line(main: Piece, piece: Piece) -> bool:
    """Tell whether a piece is on a line whose largest piece, not lower, is `main`."""
    drop, size = main.base - piece.base, max(main.size, piece.size)
    if drop <= MAX_BASE_DIFFERENCE * size:
        return True
    if main.size <= MAX_SMALL_SIZE * piece.size:
        return drop <= MAX_SMALL_RAISE * size
    return piece.size <= MAX_SMALL_SIZE * main.size and drop <= MAX_SMALL_DROP * size


#: Type that differs by this factor and is printed over a line is no part of it: a watermark.
MIN_OVERPRINT_SIZE = 1.5
#: Pieces of a row that are compared with an overprint; a row of more is a table of figures.
MAX_COMPARED = 20


def _is_overprint(row: Sequence[Piece], piece: Piece) -> bool:
    for other in row[-MAX_COMPARED:]:
        larger, smaller = max(other.size, piece.size), min(other.size, piece.size)
        if larger > MIN_OVERPRINT_SIZE * smaller:
            overlap = min(other.right, piece.right) - max(other.left, piece.left)
            if overlap > smaller:
                return True
    return False


def join_pieces(row: Sequence[Piece]) -> Piece:
    """Return the pieces of one line as one piece."""
    if _is_letter_spaced(row):
        return _spell_out(row)
    if len(row) == 1:
        return row[0]
    ordered = sorted(row, key=lambda piece: piece.left, reverse=_is_right_to_left(row))
    main = max(ordered, key=lambda piece: len(piece.text) * piece.size)
    text, notes, gaps = ordered[0].text, list(ordered[0].notes), list(ordered[0].gaps)
    for before, piece in pairwise(ordered):
        gap = max(piece.left - before.right, before.left - piece.right)
        text += "" if gap < MAX_GLUED_GAP * main.size else " "
        notes += [(start + len(text), end + len(text)) for start, end in piece.notes]
        if piece.left - before.right > MIN_FITTED_GUTTER * main.size:
            gaps.append(Gap(len(text), before.right, piece.left))
        gaps += [replace(one, offset=one.offset + len(text)) for one in piece.gaps]
        if _is_raised_number(piece, main) and is_note_mark(text[-24:].rstrip()):
            notes.append((len(text), len(text) + len(piece.text)))
        text += piece.text
    return replace(
        main,
        text=text,
        left=min(piece.left for piece in row),
        right=max(piece.right for piece in row),
        order=min(piece.order for piece in row),
        bold=all(piece.bold for piece in row),
        mono=all(piece.mono for piece in row),
        notes=tuple(notes),
        gaps=tuple(gaps),
    )


def _is_right_to_left(pieces: Sequence[Piece]) -> bool:
    return sum(bool(_RIGHT_TO_LEFT.search(piece.text)) for piece in pieces) * 2 > len(pieces)


#: Fewer single letters next to each other are no letter-spaced word: "A B C".
MIN_SPACED_LETTERS = 4


def _is_letter_spaced(row: Sequence[Piece]) -> bool:
    if not all(piece.spaced for piece in row):
        return False
    return sum(len(piece.spaced) for piece in row) >= MIN_SPACED_LETTERS


def _spell_out(row: Sequence[Piece]) -> Piece:
    """Return letter-spaced pieces as one piece of whole words."""
    text = " ".join(piece.spaced for piece in sorted(row, key=lambda piece: piece.left))
    return replace(row[0], text=text, right=max(piece.right for piece in row), spaced="")


def _merge_spaced(row: list[Piece]) -> list[Piece]:
    return [_spell_out(row)] if _is_letter_spaced(row) else row


def _is_raised_number(piece: Piece, line: Piece) -> bool:
    is_small = piece.size <= MAX_SMALL_SIZE * line.size
    return is_small and piece.text.isdigit() and piece.base - line.base > MIN_RAISE * line.size


def _merge_markers(row: list[Piece]) -> list[Piece]:
    """Join a bullet or the number of an item with the text after it."""
    merged: list[Piece] = []
    for piece in row:
        before = merged[-1] if merged else None
        is_numbered = len(merged) == 1 and _is_clause_of(merged[0], piece)
        if before and (is_numbered or _is_marker_of(before, piece) or _is_close(before, piece)):
            merged[-1] = join_pieces([before, piece])
        else:
            merged.append(piece)
    return merged


def _is_marker_of(before: Piece, piece: Piece) -> bool:
    """Tell whether a piece is a bullet or a number and the next one the text after it."""
    is_heading = before.bold and piece.bold and _SECTION_NUMBER.fullmatch(before.text)
    is_marker = _MARKER.fullmatch(before.text) or is_heading
    return bool(is_marker) and piece.left - before.right < 4 * piece.size


def _is_clause_of(before: Piece, piece: Piece) -> bool:
    """Tell whether a line begins with the number of a clause, "4.2", and then words."""
    is_number = bool(_CLAUSE_NUMBER.fullmatch(before.text)) and bool(_WORD.search(piece.text))
    return is_number and piece.left - before.right < 4 * piece.size


def _is_close(before: Piece, piece: Piece) -> bool:
    return piece.left - before.right < MIN_GUTTER * max(before.size, piece.size)


def _append_lines(parts: list[Flow | Grid], rows: Sequence[Sequence[Piece]]) -> None:
    lines = [join_pieces(row) for row in rows]
    if not lines:
        return
    if parts and isinstance(parts[-1], list) and parts[-1][-1].base > lines[0].base:
        parts[-1].extend(lines)
    else:
        parts.append(lines)


# --- bands: rows that share a gutter ---------------------------------------------------------

Span = tuple[float, float]


def _find_bands(rows: list[list[Piece]]) -> list[tuple[int, int]]:
    """Return the runs of rows that have one white gap in common with text on both sides.

    Pieces that reach over the gap, but leave it white, are cut in `rows`.
    """
    bands: list[tuple[int, int]] = []
    done = index = 0
    while index < len(rows):
        columns = _seed_columns(rows, index)
        if not 2 <= len(columns) <= MAX_COLUMNS:
            index += 1
            continue
        last, columns = _extend(rows, index, len(rows), columns)
        first, columns = _extend(rows, index, done - 1, columns)
        bands.append((first + 1, last))
        done = index = last
    return bands


def _seed_columns(rows: Sequence[Sequence[Piece]], index: int) -> list[Span]:
    """Return the columns of a row, or of it and the next where they are side by side."""
    columns = _merge_spans([], rows[index])
    if len(columns) < 2 and index + 1 < len(rows):
        here, below = rows[index], rows[index + 1]
        if len(here) == len(below) == 1 and below[0].top > here[0].middle:
            columns = _merge_spans(columns, below)
    return columns


def _extend(
    rows: list[list[Piece]], index: int, stop: int, columns: list[Span]
) -> tuple[int, list[Span]]:
    """Return the first row beyond `index` towards `stop` that leaves no gutter, and the columns."""
    step = 1 if stop > index else -1
    size = max(piece.size for piece in rows[index])
    row = index
    for row in range(index + step, stop, step):
        distance = abs(rows[row][0].base - rows[row - step][0].base)
        fitted = _fit_row(rows[row], columns)
        merged = _merge_spans(columns, fitted, MIN_FITTED_GUTTER)
        is_far = distance > MAX_ROW_DISTANCE * size
        is_larger = rows[row][0].size > 1.15 * size
        is_alone = len(rows[row]) == 1
        if not 2 <= len(merged) <= MAX_COLUMNS or (is_alone and (is_far or is_larger)):
            return row, columns
        rows[row] = fitted
        columns = merged
    return stop, columns


def _fit_row(row: list[Piece], columns: Sequence[Span]) -> list[Piece]:
    """Return a row, its pieces cut where they have a wide gap between two columns."""
    gutters = [(one[1], other[0]) for one, other in pairwise(columns)]
    fitted: list[Piece] = []
    for piece in row:
        rest = piece
        for gap in piece.gaps:
            overlaps = (min(gap.right, right) - max(gap.left, left) for left, right in gutters)
            if max(overlaps, default=0.0) > MIN_FITTED_GUTTER * piece.size:
                first, rest = _cut_piece(rest, gap)
                fitted.append(first)
        fitted.append(rest)
    return fitted


def _cut_piece(piece: Piece, gap: Gap) -> tuple[Piece, Piece]:
    """Return the two parts of a piece before and after a gap of the page."""
    at = next(one.offset for one in piece.gaps if one.left == gap.left)
    first = replace(
        piece,
        text=piece.text[:at].rstrip(),
        right=gap.left,
        notes=tuple(note for note in piece.notes if note[1] <= at),
        gaps=tuple(one for one in piece.gaps if one.offset < at),
    )
    rest = replace(
        piece,
        text=piece.text[at:],
        left=gap.right,
        notes=tuple((start - at, end - at) for start, end in piece.notes if start >= at),
        gaps=tuple(replace(one, offset=one.offset - at) for one in piece.gaps if one.offset > at),
    )
    return first, rest


def _merge_spans(spans: list[Span], row: Sequence[Piece], least: float = MIN_GUTTER) -> list[Span]:
    """Return the union of spans and the pieces of a row, gaps under `least` font sizes closed."""
    size = max(piece.size for piece in row)
    merged: list[Span] = []
    for left, right in sorted([*spans, *((piece.left, piece.right) for piece in row)]):
        if merged and left - merged[-1][1] < least * size:
            merged[-1] = (merged[-1][0], max(merged[-1][1], right))
        else:
            merged.append((left, right))
    return merged


def _append_band(parts: list[Flow | Grid], rows: Sequence[Sequence[Piece]], depth: int) -> None:
    spans: list[Span] = []
    for row in rows:
        spans = _merge_spans(spans, row, MIN_FITTED_GUTTER)
    if _is_right_to_left([piece for row in rows for piece in row]):
        spans.reverse()
    columns = [[piece for row in rows for piece in row if _in_span(piece, span)] for span in spans]
    if len(spans) < 2 or depth == MAX_DEPTH:
        _append_lines(parts, rows)
    elif all(_is_prose(column) for column in columns) or _is_drawn_by_column(columns):
        for column in columns:
            parts.extend(read_in_order(column, depth + 1))
    elif _is_table(rows, spans):
        _append_table(parts, rows, spans)
    else:
        _append_lines(parts, rows)


def _in_span(piece: Piece, span: Span) -> bool:
    return span[0] <= (piece.left + piece.right) / 2 <= span[1]


def _is_prose(column: Sequence[Piece]) -> bool:
    """Tell whether a column is of running text or items, rather than of a table's cells."""
    lines = [join_pieces(row) for row in group_rows(column)]
    if len(lines) < MIN_ROWS:
        return False
    counts = [_count_words(line.text) for line in lines]
    lower = sum(line.text[:1].islower() for line in lines) / len(lines)
    items = sum(bool(BULLET.match(line.text)) for line in lines) / len(lines)
    words = median(counts)
    is_short = words >= MIN_SHORT_PROSE_WORDS and lower >= MIN_LOWER_SHARE
    return words >= MIN_PROSE_WORDS or is_short or items > MIN_LOWER_SHARE


def _count_words(text: str) -> float:
    """Return the number of words; two characters of a script without spaces make one."""
    return len(_WORD.findall(text)) + len(_UNSPACED.findall(text)) / 2


def _is_drawn_by_column(columns: Sequence[Sequence[Piece]]) -> bool:
    """Tell whether each column is drawn before the next, and one of them is prose."""
    in_turn = all(
        max(piece.order for piece in one) < min(piece.order for piece in other)
        for one, other in pairwise(columns)
    )
    is_tall = all(len(group_rows(column)) >= MIN_ROWS - 1 for column in columns)
    return in_turn and is_tall and any(_is_prose(column) for column in columns)


# --- tables ---------------------------------------------------------------------------------------


def _is_table(rows: Sequence[Sequence[Piece]], spans: Sequence[Span]) -> bool:
    """Tell whether enough rows fill enough columns, aligned at one of their edges."""
    full = [row for row in rows if len(row) >= 2]
    filled = sum(len(row) for row in full)
    if len(full) < MIN_ROWS or filled < MIN_FILLED * len(full) * len(spans):
        return False
    aligned = 0
    for span in spans:
        cells = [piece for row in full for piece in row if _in_span(piece, span)]
        aligned += _is_aligned(cells)
    return aligned >= max(2, len(spans) // 2)


def _is_aligned(cells: Sequence[Piece]) -> bool:
    """Tell whether most cells share the left edge, the right edge or the middle."""
    if not cells:
        return False
    for edges in (
        [cell.left for cell in cells],
        [cell.right for cell in cells],
        [(cell.left + cell.right) / 2 for cell in cells],
    ):
        usual = median(edges)
        near = sum(abs(edge - usual) <= 0.35 * cells[0].size for edge in edges)
        if near >= 0.6 * len(edges):
            return True
    return False


def _append_table(
    parts: list[Flow | Grid], rows: Sequence[Sequence[Piece]], spans: Sequence[Span]
) -> None:
    """Append the rows from the first to the last with two cells as a table, the rest as lines."""
    full = [number for number, row in enumerate(rows) if len(row) >= 2]
    first, last = full[0], full[-1] + 1
    last = _include_wrapped(rows, last)
    _append_lines(parts, rows[:first])
    grid = [
        tuple(_cell([piece for piece in row if _in_span(piece, span)]) for span in spans)
        for row in rows[first:last]
    ]
    parts.append(Grid(_join_wrapped(grid)))
    _append_lines(parts, rows[last:])


def _cell(pieces: Sequence[Piece]) -> Piece | None:
    return join_pieces(pieces) if pieces else None


def _include_wrapped(rows: Sequence[Sequence[Piece]], last: int) -> int:
    """Return the end of the table with the lines that its last row goes on with."""
    while last < len(rows):
        pitch = rows[last - 1][0].base - rows[last][0].base
        first_left = min(row[0].left for row in rows[:last])
        is_wrapped = rows[last][0].left > first_left + rows[last][0].size
        if not is_wrapped or pitch > 1.35 * rows[last][0].size:
            break
        last += 1
    return last


def _join_wrapped(grid: Sequence[tuple[Piece | None, ...]]) -> tuple[tuple[Piece | None, ...], ...]:
    """Join a row without a first cell to the row above if it is nearer than rows usually are."""
    bases = [max(cell.base for cell in row if cell) for row in grid]
    pitches = [above - below for above, below in pairwise(bases)]
    full = [pitch for pitch, row in zip(pitches, grid[1:], strict=True) if row[0]]
    usual = median(full or pitches)
    joined: list[tuple[Piece | None, ...]] = [grid[0]]
    for row, pitch in zip(grid[1:], pitches, strict=True):
        if row[0] is None and (pitch < 0.95 * usual or _goes_on(joined[-1], row)):
            joined[-1] = tuple(
                _stack(above, below) for above, below in zip(joined[-1], row, strict=True)
            )
        else:
            joined.append(row)
    return tuple(joined)


def _goes_on(above: Sequence[Piece | None], row: Sequence[Piece | None]) -> bool:
    """Tell whether every cell of a row goes on with a sentence of the row above."""
    pairs = [(one, other) for one, other in zip(above, row, strict=True) if other]
    return all(one and other and other.text[:1].islower() for one, other in pairs)


def _stack(above: Piece | None, below: Piece | None) -> Piece | None:
    """Return the two lines of one cell as one piece, a line break between them."""
    if above is None or below is None:
        return above or below
    offset = len(above.text) + 1
    notes = tuple((start + offset, end + offset) for start, end in below.notes)
    return replace(
        above,
        text=f"{above.text}\n{below.text}",
        left=min(above.left, below.left),
        right=max(above.right, below.right),
        bottom=below.bottom,
        base=above.base,
        notes=above.notes + notes,
    )
