"""What holds for the structure of every text, and how tests show a structure."""

from __future__ import annotations

from seedqa.index.documents.structure import read_span
from seedqa.index.documents.types import Extracted
from seedqa.index.types import Block, BlockKind, Row


def shown(extracted: Extracted) -> list[tuple[str, int, str, str]]:
    """Return the kind, level, characters and reading of each block."""
    return [
        (
            block.kind.value,
            block.level,
            extracted.text[block.start : block.end],
            reading(extracted, block),
        )
        for block in extracted.blocks
    ]


def read(extracted: Extracted) -> list[tuple[str, str]]:
    """Return the kind and reading of each block."""
    return [(kind, reading) for kind, _, _, reading in shown(extracted)]


def reading(extracted: Extracted, block: Block | Row) -> str:
    edits = [edit for edit in extracted.edits if block.start <= edit.start < block.end]
    return read_span(extracted.text, block.start, block.end, edits)


def anchors(extracted: Extracted) -> list[tuple[str, str | None]]:
    """Return the reading of each note, and the ten characters before what it is a note to."""
    return [
        (
            reading(extracted, block),
            None
            if block.anchor is None
            else extracted.text[max(0, block.anchor - 10) : block.anchor],
        )
        for block in extracted.blocks
        if block.kind is BlockKind.NOTE
    ]


def cells(extracted: Extracted, row: Row) -> list[str]:
    """Return the cells of a row as they are read."""
    return [reading(extracted, Row(start, end, ())) for start, end in row.cells]


def assert_sound(extracted: Extracted) -> None:
    """Check what `Block`, `Row` and `Edit` promise."""
    text, position = extracted.text, 0
    for block in extracted.blocks:
        assert not text[position : block.start].strip()
        assert position <= block.start < block.end <= len(text)
        assert text[block.start : block.end] == text[block.start : block.end].strip()
        _assert_rows_sound(text, block)
        assert block.anchor is None or 0 <= block.anchor <= len(text)
        position = block.end
    assert not text[position:].strip()
    _assert_edits_sound(extracted)


def _assert_rows_sound(text: str, block: Block) -> None:
    position = block.start
    for row in [block.header, *block.rows]:
        if row is None:
            continue
        assert position <= row.start <= row.end <= block.end
        position = row.start
        for start, end in row.cells:
            assert position <= start <= end <= row.end
            assert text[start:end] == text[start:end].strip()
            position = end
        position = row.end


def _assert_edits_sound(extracted: Extracted) -> None:
    position, blocks = 0, iter(extracted.blocks)
    block = next(blocks, None)
    for edit in extracted.edits:
        assert position <= edit.start <= edit.end
        while block and block.end <= edit.start:
            block = next(blocks, None)
        assert block is not None
        assert block.start <= edit.start <= edit.end <= block.end
        position = edit.end
