"""The version under whose heading a change is listed."""

from __future__ import annotations

import pytest

from seedqa.retrieval.layout.releases import find_version
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.types import Passage, Ranks, ScoreParts

NOTES = """Release notes

3.1.0 (27 October 2023)

New: Italian and Polish interface.
New: dark mode.
Removed: support for the Bristo 100.
Requires Android 8 or iOS 14.

3.0.1 (11 May 2023)

Fixed: timers survive a power cut.

Version 3.0

New: login with passkey.
Removed: the web interface on port 8080."""
GERMAN = """2.4.0

Neu: ein dunkles Farbschema.
Entfernt: der Export nach Excel.

2.3.0

Neu: der Export nach Excel."""


def passage(text: str, language: str = "en") -> Passage:
    return Passage(
        source="notes.md", title="Release notes", date=None, language=language, start=0,
        end=len(text), line_start=1, line_end=1, page=None, text=text, score=0.5,
        ranks=Ranks(1, 1), stale=False, also_in=(), parts=ScoreParts(0.5, 1.0, 0.2, 0.3),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ("Which version introduced dark mode?", "3.1.0"),
        ("In which version was support for the Bristo 100 removed?", "3.1.0"),
        ("which version has login with a passkey", "3.0"),
        ("In what version were the timers fixed?", "3.0.1"),
        ("Which version removed the web interface?", "3.0"),
        ("Which version removed the login with passkey?", None),
        ("Which version fixed dark mode?", None),
        ("Which version brought a Greek interface?", None),
        ("When was dark mode introduced?", None),
        ("What does version 3.1.0 bring?", None),
    ],
)
def test_the_version_of_a_change(asked: str, version: str | None) -> None:
    found = find_version(parse_question(asked), passage(NOTES))
    assert (NOTES[slice(*found)] if found else None) == version


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("Which version of Java is needed?", "1.1 Setup\nJava 17 is needed.\n1.2 Use\nRun it."),
        ("Which version of Android does the app require?", NOTES),
        ("Which version has Java 17?", "1.1 Setup\nJava 17 is needed.\n1.2 Use\nRun it."),
    ],
)
def test_neither_a_section_nor_the_version_of_something_else(asked: str, text: str) -> None:
    assert find_version(parse_question(asked), passage(text)) is None


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ("In welcher Version wurde der Export nach Excel entfernt?", "2.4.0"),
        ("Welche Version hat den Export nach Excel gebracht?", "2.3.0"),
    ],
)
def test_in_german(asked: str, version: str) -> None:
    found = find_version(parse_question(asked), passage(GERMAN, "de"))
    assert found is not None
    assert GERMAN[slice(*found)] == version
