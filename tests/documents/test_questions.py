"""Frequently asked questions: each is the heading of its answer, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedqa.index.chunking import split_document
from seedqa.index.documents.read import read_document
from seedqa.index.types import BlockKind, Document, FoundFile

BOLD = """# The Loft

Welcome. Here is what members ask us.

**How much is a day pass?**
£19, paid at the front desk.

**And a fixed desk?**
£245 a month.
You need to give us four weeks' warning.

**May I have post sent to you?**
Yes, for £15 a month.
"""
PLAIN = """Fahrradkurier Lindau

F: Wie lange dauert eine Lieferung in die
Oststadt?
A: Höchstens neunzig Minuten.

F: Was kostet die Abholung am Abend?
A: 8 Euro mehr.

F: Wer haftet für Schäden?
A: Die Versicherung des Kuriers.
"""
APART = """Where is the depot?

In Copper Street.
The gate is on the left.

Who has the keys?

Ask Tobias, or his sister Ann.

When is it open?

- Monday to Friday from 8
- Saturday from 10
"""
HTML = """<html><body><h1>Tarte</h1><p>Quel moule faut-il ?<br>Un moule de 26 cm.</p>
<p>Combien de temps au four ?<br>40 minutes.</p><p>Peut-on la congeler ?<br>Oui, un mois.</p>
</body></html>"""
NOVEL = """"Where were you last night?"
"In the mill," said Ann.

"And who was with you?"
"Nobody that you know."

"Why did you not write?"
He took the letter from the table and read it for the third time.
"""
QUIZ = """1. Who built the bridge?
2. When was it opened?
3. How long is it?
4. Who paid for it?
"""
PROSE = """# The bridge

The bridge was opened in 1894. It is long.

Why was it built here?
Nobody knows.

It has seven arches.

The king came in May.

Was it ever closed?
In 1911 it was.

A fire burned half of it.

The mill is near.

The river is wide.

Who owns it now?
The town does.

The toll is a penny.

Carts pay two.

It was painted twice.

The paint is green.

The lamps are of iron.
"""


NUMBERED = """**1. How do I pay?**<br>
By card.

**2. Can I see Dr. Miller on Mondays?**<br>
No, on Tuesdays.

**3. Smoking?**<br>
On the balcony.

**10. Are pets allowed?**<br>
No.

Office North, phone 111 222.
"""
RECORDS = """Boiler X1
Price: 100
Power: 5 kW

How do I start it?
Press the green knob.

How do I stop it?
Press the red one.

Boiler X2
Price: 200
Power: 9 kW

How do I start it?
Turn the key.

How do I stop it?
Turn it back.
"""
NESTED = """# Fees

### What about children?

They pay half.

Up to what age?
Sixteen.

Do babies pay?
No.
"""


def read(folder: Path, name: str, text: str) -> Document:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_document(FoundFile(name, str(path), path.stat().st_size, 0, 0, 0))[1]


def headings_of(document: Document) -> list[str]:
    return [
        document.text[block.start : block.end].strip("*# ")
        for block in document.blocks
        if block.kind is BlockKind.HEADING
    ]


@pytest.mark.parametrize(
    ("name", "text", "headings"),
    [
        ("faq.md", BOLD, ["The Loft", "How much is a day pass?", "And a fixed desk?",
                          "May I have post sent to you?"]),
        ("faq.txt", PLAIN, ["F: Wie lange dauert eine Lieferung in die\n"
                            "Oststadt?", "F: Was kostet die Abholung am Abend?",
                            "F: Wer haftet für Schäden?"]),
        ("faq.txt", APART, ["Where is the depot?", "Who has the keys?", "When is it open?"]),
        ("faq.html", HTML, ["Tarte", "Quel moule faut-il ?", "Combien de temps au four ?",
                            "Peut-on la congeler ?"]),
        ("faq.md", NUMBERED, ["1. How do I pay?**<br>", "2. Can I see Dr. Miller on Mondays?**<br>",
                              "3. Smoking?**<br>", "10. Are pets allowed?**<br>"]),
        ("records.txt", RECORDS, ["Boiler X1", "Boiler X2"]),
        ("nested.md", NESTED, ["Fees", "What about children?", "Up to what age?",
                               "Do babies pay?"]),
        ("novel.txt", NOVEL, []),
        ("quiz.txt", QUIZ, []),
        ("two.md", BOLD.split("**May", maxsplit=1)[0], ["The Loft"]),
        ("prose.md", PROSE, ["The bridge"]),
    ],
    ids=["bold", "marked", "apart", "html", "numbered", "records", "nested", "speech", "unanswered",
         "too few", "too rare"],
)  # fmt: skip
def test_what_is_a_list_of_questions(
    tmp_path: Path, name: str, text: str, headings: list[str]
) -> None:
    assert headings_of(read(tmp_path, name, text)) == headings


@pytest.mark.parametrize("text", [BOLD, PLAIN, APART], ids=["bold", "marked", "apart"])
def test_each_answer_is_a_passage_with_its_question(tmp_path: Path, text: str) -> None:
    """ "Is there somewhere to park?" was in one passage, and where to park in the next."""
    document = read(tmp_path, "faq.md" if text is BOLD else "faq.txt", text)
    questions = [one for one in headings_of(document) if "?" in one]
    chunks = split_document(document)
    assert [sum(question in chunk.text for chunk in chunks) for question in questions] == [1] * 3
    assert all(chunk.text.count("?") == 1 for chunk in chunks if "?" in chunk.text)


def contexts_of(document: Document) -> dict[str, tuple[str, ...]]:
    """Return the headings above the last line of each chunk."""
    return {
        chunk.text.splitlines()[-1]: (*chunk.context, *chunk.text.splitlines()[:-1])
        for chunk in split_document(document)
    }


def test_what_follows_the_list_is_below_no_question(tmp_path: Path) -> None:
    contexts = contexts_of(read(tmp_path, "faq.md", NUMBERED))
    assert not any("pets" in one for one in contexts["Office North, phone 111 222."])


def test_a_question_below_a_heading_keeps_it(tmp_path: Path) -> None:
    contexts = contexts_of(read(tmp_path, "nested.md", NESTED))
    assert "What about children?" in contexts["Sixteen."]


def test_many_questions_take_time_in_proportion(tmp_path: Path) -> None:
    """Question headings were searched one by one: 13 seconds for 16,000."""
    text = "".join(f"## Where is {number}?\n\nHere.\n\n" for number in range(16_000))
    document = read(tmp_path, "faq.md", f"{text}Who asks?\nWe do.\n")
    assert headings_of(document)[-1] == "Who asks?"


def test_questions_of_one_list_are_of_one_level(tmp_path: Path) -> None:
    """Lines that begin with "Q:" look like the names of records, and an unmarked one does not."""
    document = read(tmp_path, "faq.txt", PLAIN)
    assert {block.level for block in document.blocks if block.kind is BlockKind.HEADING} == {2}


def test_blocks_cover_the_text_as_before(tmp_path: Path) -> None:
    document = read(tmp_path, "faq.md", BOLD)
    at = 0
    for block in document.blocks:
        assert not document.text[at : block.start].strip()
        at = block.end
    assert not document.text[at:].strip()
    joined = [
        document.text[edit.start - 6 : edit.start] for edit in document.edits if edit.replacement
    ]
    assert joined == ["month."]  # two lines of an answer, but no question and its answer
