"""Write a document as plain text. Knows nothing of files."""

from __future__ import annotations

from benchmarks.structure.model import (
    NOTE_MARK,
    Block,
    Document,
    Heading,
    Listing,
    Markup,
    Paragraph,
    Table,
)
from benchmarks.structure.writers.wrap import is_broken, wrap_text

WIDTH = 78
#: Tried in turn until the wanted word is broken at a line end.
_NARROW = range(74, 34, -1)


def render_text(document: Document) -> str:
    """Return the plain text of a document."""
    layout = document.layout
    width = float(_fit_width(document))
    parts = []
    numbers = [0] * 4
    for block in document.blocks:
        if isinstance(block, Heading):
            parts.append(_heading(block, numbers, layout.numbered))
        else:
            parts.append(_block(block, width, hyphenate=bool(layout.broken)))
    parts += [f"[{number}] {note}" for number, note in enumerate(document.notes, 1)]
    return "\n\n".join(parts) + "\n"


def _fit_width(document: Document) -> int:
    """Return a width at which the wanted word breaks; ValueError where there is none."""
    broken = document.layout.broken
    if not broken:
        return WIDTH
    texts = [block.text for block in document.blocks if isinstance(block, Paragraph)]
    for width in _NARROW:
        if any(is_broken(broken, wrap_text(text, width, len, hyphenate=True)) for text in texts):
            return width
    raise ValueError(f"no width breaks {broken!r}")


def _heading(heading: Heading, numbers: list[int], numbered: bool) -> str:
    if heading.level == 1:
        return heading.text.upper()
    level = heading.level - 2
    numbers[level] += 1
    numbers[level + 1 :] = [0] * (len(numbers) - level - 1)
    if numbered:
        number = ".".join(str(one) for one in numbers[: level + 1])
        return f"{number}. {heading.text}" if level == 0 else f"{number} {heading.text}"
    return f"{heading.text}\n{'=-~'[level] * len(heading.text)}"


def _block(block: Block, width: float, hyphenate: bool) -> str:
    match block:
        case Paragraph():
            text = NOTE_MARK.sub(r" [\1]", block.text)
            return "\n".join(wrap_text(text, width, len, hyphenate))
        case Listing():
            return "\n".join(f"- {item}" for item in block.items)
        case Table():
            rows = (block.columns, *block.rows)
            widths = [max(len(row[at]) for row in rows) for at in range(len(block.columns))]
            return "\n".join(
                "  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)).rstrip()
                for row in rows
            )
        case Heading() | Markup():
            return block.text
