"""Cells of a table that no answer may touch."""

from __future__ import annotations

from dataclasses import replace

from seedqa.index.types import Edit
from seedqa.retrieval.closed import closed_spans
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.types import Passage, Ranks, ScoreParts

COLUMNS = ("Variable", "Meaning", "Default")
ROW = ("FROB_PORT", "port of the server", "8123")


def table(row: tuple[str, ...]) -> Passage:
    """Return a passage of one row, read with the names of its columns."""
    text = "\t".join(row)
    edits, start = [], 0
    for number, (column, cell) in enumerate(zip(COLUMNS, row, strict=True)):
        edits.append(Edit(max(0, start - 1), start, ("; " if number else "") + f"{column}: "))
        start += len(cell) + 1
    edits.append(Edit(len(text), len(text), "."))
    return Passage(
        source="a.md", title="Setup", date=None, language="en", start=0, end=len(text),
        line_start=1, line_end=1, page=None, text=text, score=0.5, ranks=Ranks(1, 1), stale=False,
        also_in=(), parts=ScoreParts(0.5, 1.0, 0.2, 0.3), columns=COLUMNS, edits=tuple(edits),
    )  # fmt: skip


def closed(question: str, row: tuple[str, ...] = ROW) -> list[str]:
    of = table(row)
    (spans,) = closed_spans([of], parse_question(question))
    return sorted(of.view.text[slice(*span)] for span in spans)


MARKS = [".", "; Default: ", "; Meaning: ", "Variable: "]


def test_the_name_of_a_row_that_repeats_another_cell_is_closed() -> None:
    """ "FROB_PORT" was the answer to which port the server uses."""
    assert closed("Which port does the server use?") == sorted([*MARKS, "FROB_PORT"])


def test_the_name_of_a_row_stays_open_where_it_may_be_the_answer() -> None:
    assert closed("Which variable sets the port of the server?") == MARKS
    assert closed("What is the default of FROB_PORT?") == MARKS
    bridge = ("Iron bridge", "opened in 1894", "Ebro")
    assert closed("Which bridge was opened in 1894?", bridge) == MARKS


FAQ = "How to get there\nTake the bus.\n\nWho pays for it?\n\nNobody pays. Is it free? Yes."


def test_a_line_that_asks_is_no_answer() -> None:
    """ "How to get there" was the answer to how one gets there."""
    of = replace(table(ROW), text=FAQ, end=len(FAQ), columns=(), edits=())
    (spans,) = closed_spans([of], parse_question("How do I get to the camp?"))
    assert [FAQ[slice(*span)] for span in spans] == ["How to get there", "Who pays for it?"]
