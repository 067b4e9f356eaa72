"""What was asked is kept source by source, and taken again only for the same reader."""

from __future__ import annotations

from pathlib import Path

from benchmarks.asked import Asked, load_asked, save_asked
from seedqa.retrieval.reader import Span


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
