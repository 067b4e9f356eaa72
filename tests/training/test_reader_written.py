"""Written documents and questions become examples over chunks as the reader is shown them."""

from __future__ import annotations

import json
import lzma
import random
from pathlib import Path

import pytest

from training.reader_data import Example
from training.reader_gpu import RECORD_SHARES
from training.reader_written import (
    WRITTEN,
    WRITTEN_FOLDERS,
    digest_of,
    document_examples,
    find_answers,
    passage_rows,
    read_asked,
    read_written,
)

HOURS = """# Harbour office

## Summer

| Day | From | To |
|---|---|---|
| Monday | 9:00 | 17:00 |
| Friday | 9:00 | 13:00 |

The crane may be used by members alone, after a word with the harbour master and not in a gale.
Boats that are longer than nine metres lie at the outer pier, the others where they find a berth.
Whoever leaves for more than two nights tells the office, so that the berth can be let meanwhile.
Water and electricity are paid for at the posts, with coins or with the card of the harbour alone.

## Winter

The office is **closed** in January.
The harbour master is Ida Brandt.
Boats that stay ashore over the winter stand in the yard behind the sheds, on their own trestles.
Nobody works on them after ten in the evening, and the gate is locked whenever the last one leaves.
Masts are kept in the long shed, marked with the name of the boat and that of whoever owns it.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "001.md").write_text(HOURS, encoding="utf8")
    (tmp_path / "questions.tsv").write_text(
        "001.md\ten\tHow late on Fridays?\tFriday | 9:00 | [[13:00]]\n"
        "001.md\tde\tWer leitet den Hafen?\tIda Brandt\n"
        "001.md\ten\tWhat does a berth cost?\t-\n",
        encoding="utf8",
    )
    return tmp_path


def test_words_around_an_answer_tell_which_is_meant() -> None:
    assert find_answers(HOURS, "Monday | [[9:00]]") == [(74, 78)]
    assert [HOURS[slice(*place)] for place in find_answers(HOURS, "9:00")] == ["9:00", "9:00"]
    assert find_answers(HOURS, "the office is [[shut]]") == []
    [(start, end)] = find_answers(HOURS, "office is closed in January")
    assert HOURS[start:end] == "office is **closed** in January"


def test_documents_become_examples_over_chunks_below_their_headings(folder: Path) -> None:
    made = list(document_examples(random.Random(1), folder))

    def first(question: str, kind: str) -> Example:
        return next(one for one in made if one.question.startswith(question) and one.kind == kind)

    friday = first("How late", "document")
    assert friday.context[friday.start : friday.end] == "13:00"
    assert friday.above.startswith("Harbour office")
    assert "17:00" in friday.context[: friday.start]
    master = first("Wer", "document")
    assert master.context[master.start : master.end] == "Ida Brandt"
    assert master.above.startswith("Harbour office")
    assert (master.asked, master.language) == ("de", "en")
    other = first("Wer", "document other")
    assert not other.answerable
    assert "Ida" not in other.context
    assert not any(one.answerable for one in made if one.kind == "document none")
    assert not list(document_examples(random.Random(1), folder, aside=True))


def test_questions_over_passages_find_them_by_digest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = "The mill  was built in 1811."
    (tmp_path / "qa").mkdir()
    rows = {"passages.jsonl.xz": {"text": text, "title": "Mill", "lang": "en", "source": "notes"},
            "qa/extractive-more.jsonl.xz": {"context": "Else.", "title": "E", "lang": "fr"},
            "qa/extractive-train.jsonl.xz": {"context": "Still else.", "title": "S", "lang": "fr"},
            }  # fmt: skip
    for name, row in rows.items():
        with lzma.open(tmp_path / name, "wt", encoding="utf8") as file:
            file.write(json.dumps(row) + "\n")
    questions = tmp_path / "passages.tsv"
    questions.write_text(
        f"{digest_of(text)}\tfr\tEn quelle année ?\t23:27\n"
        f"{digest_of('Else.')}\tde\tWas?\t-\n"
        "0000000000\tde\tWas?\t-\n",
        encoding="utf8",
    )
    [built, none] = passage_rows(tmp_path, questions)
    assert built.answers == ((23, "1811"),)
    assert (built.language, built.asked, built.title) == ("en", "fr", "Mill")
    assert (none.answers, none.context) == ((), "Else.")
    assert "1 questions are over passages" in caplog.text


def test_every_answer_stands_in_its_document() -> None:
    documents = WRITTEN / "documents"
    for asked in read_asked(documents):
        if asked.answer != "-":
            assert find_answers(read_written(documents / asked.file).text, asked.answer), asked


@pytest.mark.parametrize("folder", WRITTEN_FOLDERS.values(), ids=WRITTEN_FOLDERS)
def test_every_answer_of_shorter_texts_is_there_once(folder: Path) -> None:
    for asked in read_asked(folder):
        if asked.answer != "-":
            text = read_written(folder / asked.file).text
            assert len(find_answers(text, asked.answer)) == 1, asked


@pytest.mark.parametrize("name", ["document", *WRITTEN_FOLDERS])
def test_a_run_takes_every_kind_that_was_written_over_documents(name: str) -> None:
    """One without a share would be a part of the reminder."""
    assert {name, f"{name} none", f"{name} other"} <= RECORD_SHARES.keys()
