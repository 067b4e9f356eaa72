"""Make a passage from its text, or from the rows of a table, read with the names of its columns."""

from __future__ import annotations

from collections.abc import Sequence

from seedqa.index.types import Edit
from seedqa.retrieval.types import Passage, Ranks, ScoreParts


def table_of(
    columns: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    language: str = "en",
    context: tuple[str, ...] = (),
) -> Passage:
    """Return a passage of these rows, a tab between cells and a line for each row."""
    edits: list[Edit] = []
    start = 0
    for row in rows:
        for number, (column, cell) in enumerate(zip(columns, row, strict=True)):
            name = f"{column}: " if column else ""
            before = start - 1 if number else start
            edits.append(Edit(before, start, ("; " if number else "") + name))
            start += len(cell) + 1
        edits.append(Edit(start - 1, start - 1, "."))
    text = "\n".join("\t".join(row) for row in rows)
    return Passage(
        source="a.md", title="Setup", date=None, language=language, start=0, end=len(text),
        line_start=1, line_end=len(rows), page=None, text=text, score=0.5, ranks=Ranks(1, 1),
        stale=False, also_in=(), parts=ScoreParts(0.5, 1.0, 0.2, 0.3), columns=columns,
        edits=tuple(edits), context=context,
    )  # fmt: skip


def passage_of(text: str, language: str = "en", context: tuple[str, ...] = ()) -> Passage:
    """Return a passage that is read as it is."""
    return Passage(
        source="a.txt", title="", date=None, language=language, start=0, end=len(text),
        line_start=1, line_end=1 + text.count("\n"), page=None, text=text, score=0.5,
        ranks=Ranks(1, 1), stale=False, also_in=(), parts=ScoreParts(0.5, 1.0, 0.2, 0.3),
        context=context,
    )  # fmt: skip
