"""The command of a block of code that answers how something is done."""

from __future__ import annotations

import pytest

from seedqa.retrieval.layout.commands import command_around
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.types import Passage, Ranks, ScoreParts

TEXT = """Run this first:

```bash
# install frobnicate with this
apt install frobnicate
export FROB_PORT=8123
```

Then export the list."""


def command(question: str, words: str, text: str = TEXT) -> str | None:
    of = Passage(
        source="a.md", title="Setup", date=None, language="en", start=0, end=len(text),
        line_start=1, line_end=1, page=None, text=text, score=0.5, ranks=Ranks(1, 1), stale=False,
        also_in=(), parts=ScoreParts(0.5, 1.0, 0.2, 0.3),
    )  # fmt: skip
    start = text.index(words)
    span = command_around(of, start, start + len(words), parse_question(question))
    return span and text[slice(*span)]


@pytest.mark.parametrize(
    "question",
    ["How do I install frobnicate?", "Wie installiert man frobnicate?",
     "Comment installer frobnicate ?", "Come si installa frobnicate?",
     "Hoe installeer ik frobnicate?"],
)  # fmt: skip
def test_the_line_with_the_words_of_the_question_is_the_command(question: str) -> None:
    """ "export" was the answer to how something is installed."""
    assert command(question, "export FROB") == "apt install frobnicate"


def test_a_block_without_a_word_of_the_question_is_whole() -> None:
    block = "# install frobnicate with this\napt install frobnicate\nexport FROB_PORT=8123"
    assert command("How do I set it up?", "apt") == block


def test_other_questions_and_words_outside_of_code_have_no_command() -> None:
    assert command("Which port is it?", "8123") is None
    assert command("How many ports are there?", "8123") is None
    assert command("How do I get the list?", "Then export") is None
    assert command("How do I get it?", "b", "```\na b") is None
