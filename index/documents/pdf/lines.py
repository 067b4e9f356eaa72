"""Join the pieces of a PDF page into lines: rows, raised numbers, letter-spaced words, bullets.

Knows pieces on one base line; knows nothing of columns, tables or paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from seedqa.index.documents.pdf.pieces import (
    MAX_SMALL_SIZE,
    MIN_RAISE,
    Gap,
    Piece,
    is_note_mark,
)

#: Pieces nearer than this, in font sizes, are never of two columns.
MIN_GUTTER = 0.9
#: A gap on a line over this, in font sizes, may part columns where other lines leave a gutter.
MIN_FITTED_GUTTER = 0.4
#: A gap on a line under this, in font sizes, is none: a note number drawn on its own.
MAX_GLUED_GAP = 0.12
#: A piece whose base line is this near to another's, in font sizes, is on its line.
MAX_BASE_DIFFERENCE = 0.3
#: The text of an item begins within this many font sizes of its bullet or number; that of a dash,
#: which may be an empty cell, within less.
MAX_MARKER_GAP = 4.0
MAX_DASH_GAP = 2.0

BULLET = re.compile(r"[•◦▪▫‣⁃∙·●○■□◆➢➤✓✔❖\uf0b7\uf0a7\uf0d8*–—-]")
DASHES = "*–—-"
WORD = re.compile(r"[^\W\d_]{2,}|\b[aAIàéyeoEO]\b")
_MARKER = re.compile(rf"(?:{BULLET.pattern}|\(?(?:\d{{1,3}}|[a-zA-Z]|[ivx]{{1,4}})[.)])")
_SECTION_NUMBER = re.compile(r"(?:\d{1,2}\.)*\d{1,2}\.?")
_CLAUSE_NUMBER = re.compile(r"§?\s?(?:\d{1,2}\.)+\d{1,2}\.?")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


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
    ordered = sorted(row, key=lambda piece: piece.left, reverse=is_right_to_left(row))
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
        spaced="",
    )


def is_right_to_left(pieces: Sequence[Piece]) -> bool:
    """Tell whether most pieces are of a script that is written from the right."""
    return sum(bool(_RIGHT_TO_LEFT.search(piece.text)) for piece in pieces) * 2 > len(pieces)


#: Fewer single letters next to each other are no letter-spaced word: "A B C".
MIN_SPACED_LETTERS = 4
#: Fewer letters than this share are a formula or figures: "a + b = c + d", "10 20 30".
MIN_LETTER_SHARE = 0.6


def _is_letter_spaced(row: Sequence[Piece]) -> bool:
    if not all(piece.spaced for piece in row):
        return False
    characters = "".join(piece.spaced for piece in row).replace(" ", "")
    letters = sum(char.isalpha() for char in characters)
    return letters >= max(MIN_SPACED_LETTERS, MIN_LETTER_SHARE * len(characters))


def _spell_out(row: Sequence[Piece]) -> Piece:
    """Return letter-spaced pieces as one piece of whole words."""
    text = " ".join(piece.spaced for piece in sorted(row, key=lambda piece: piece.left))
    return replace(row[0], text=text, right=max(piece.right for piece in row), spaced="")


def _is_raised_number(piece: Piece, line: Piece) -> bool:
    is_small = piece.size <= MAX_SMALL_SIZE * line.size
    return is_small and piece.text.isdigit() and piece.base - line.base > MIN_RAISE * line.size


def merge_pieces(row: list[Piece]) -> list[Piece]:
    """Join what never is of two columns: close pieces, a bullet and its text, spaced letters."""
    if _is_letter_spaced(row):
        return [_spell_out(row)]
    if len(row) == 2 and _is_numbered_item(*row):
        return [join_pieces(row)]
    merged: list[Piece] = []
    for piece in row:
        before = merged[-1] if merged else None
        is_clause = len(merged) == 1 and _is_clause_of(merged[0], piece)
        if before and (is_clause or _is_marker_of(before, piece) or _is_close(before, piece)):
            merged[-1] = join_pieces([before, piece])
        else:
            merged.append(piece)
    return merged


def _is_marker_of(before: Piece, piece: Piece) -> bool:
    """Tell whether a piece is a bullet or a number and the next one the text after it."""
    is_heading = before.bold and piece.bold and _SECTION_NUMBER.fullmatch(before.text)
    is_marker = _MARKER.fullmatch(before.text) or is_heading
    most = MAX_DASH_GAP if before.text in DASHES else MAX_MARKER_GAP
    return bool(is_marker) and piece.left - before.right < most * piece.size


def _is_clause_of(before: Piece, piece: Piece) -> bool:
    """Tell whether a line begins with the number of a clause, "4.2", and then words."""
    is_number = bool(_CLAUSE_NUMBER.fullmatch(before.text)) and bool(WORD.search(piece.text))
    return is_number and piece.left - before.right < MAX_MARKER_GAP * piece.size


def _is_numbered_item(number: Piece, text: Piece) -> bool:
    """Tell whether a line is nothing but a bare number and words near to it."""
    is_number = number.text.isdigit() and len(number.text) <= 2 and bool(WORD.search(text.text))
    return is_number and text.left - number.right < MAX_MARKER_GAP * text.size


def _is_close(before: Piece, piece: Piece) -> bool:
    return piece.left - before.right < MIN_GUTTER * max(before.size, piece.size)
