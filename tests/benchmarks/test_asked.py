"""What was asked is kept source by source, and taken again only for the same reader."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.answers import WRITTEN_SOURCES, Judged, ask_written
from benchmarks.asked import Asked, load_asked, read_asked, save_asked
from benchmarks.by_language import groups_of, row_of
from seedqa.retrieval.reader import SHIPPED_READER, Reader, Span
from support.tables import passage_of


def asked(question: str) -> Asked:
    return Asked("answerable", "piaf", question, ("1911",), "a.txt", "Built in 1911.", (),
                 [(Span(9, 13, 4.5),)], 12.0, ("mill",))  # fmt: skip


def test_what_was_asked_comes_back_with_the_sources_that_are_done(tmp_path: Path) -> None:
    file, made_of = tmp_path / "asked.json", {"reader": "one", "typed": True}
    assert load_asked(file, made_of) == ({}, [])
    kept = {"piaf": [asked("When?"), asked("Où ?")], "piaf typed": [asked("when")]}
    save_asked(file, made_of, kept, ["piaf"])
    assert load_asked(file, made_of) == (kept, ["piaf"])
    other = {"reader": "two", "typed": True}
    assert load_asked(file, other) == ({}, [])
    assert load_asked(file, other, any_reader=True) == (kept, ["piaf"])
    assert load_asked(file, other | {"typed": False}, any_reader=True) == ({}, [])
    assert [one.name for one in tmp_path.iterdir()] == ["asked.json"]


def test_a_file_is_read_for_the_reader_that_it_is_of(tmp_path: Path) -> None:
    file, kept = tmp_path / "asked.json", {"piaf": [asked("When?")]}
    save_asked(file, {"reader": "one"}, kept, ["piaf"])
    assert read_asked(file, "one") == kept
    with pytest.raises(ValueError, match=r"asked\.json was read by another reader"):
        read_asked(file, "two")


def test_questions_are_told_apart_by_language_and_by_how_they_are_asked() -> None:
    found = replace(passage_of("The mill was built in 1911."), source="a.txt")
    english = replace(asked("When was the mill built?"), passages=(found,))
    french = replace(english, question="Quand le moulin a-t-il été construit ?")
    assert list(groups_of("piaf", english)) == ["en", "as written"]
    assert list(groups_of("piaf typed", french)) == ["-> en", "typed"]
    assert list(groups_of("piaf", asked("When?"))) == ["as written"]


def test_a_line_has_what_is_right_of_the_answers_shown_and_of_the_sure_ones() -> None:
    judged = [
        Judged(asked("When?"), confidence, confidence < 0.45, right, float(right), right)
        for confidence, right in ((0.9, True), (0.95, False), (0.6, True), (0.2, True))
    ]
    row = row_of("en", judged)
    assert row[:7] == ["en", "4", "0.750", "3", "0.667", "2", "0.500"]
    assert row_of("en", judged[3:])[3:7] == ["0", "-", "0", "-"]


@pytest.mark.parametrize("source", WRITTEN_SOURCES)
def test_what_was_written_is_asked_below_the_name_of_its_folder(
    source: str, tmp_path: Path
) -> None:
    """An answer is right only in its own file: two folders have documents of one name."""
    reader = Reader(SHIPPED_READER)
    asking = ask_written(tmp_path, source, "train", reader, typed=False)
    name, one = next(each for each in asking if each[1].kind == "answerable")
    folder, _, file = one.file.partition("/")
    assert (name, folder) in {(source, each.name) for each in WRITTEN_SOURCES[source]}
    assert (tmp_path / f"{source}-train" / "seeds" / folder / file).is_file()
    assert one.file in {passage.source for passage in one.passages}
