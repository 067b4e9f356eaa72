"""The examples of the third training: found, exchanged, removed, crossed, matched, with a gap."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from training import reader_more
from training.reader_data import Example, Row
from training.reader_more import (
    Prose,
    asked_examples,
    crossed_examples,
    exchanged_examples,
    found_examples,
    gap_examples,
    match_questions,
    matched_examples,
    removed_examples,
)

TOWNS = ["Aldova", "Brimport", "Cestrel", "Dunmoor", "Eskavik", "Farnholt", "Gildern", "Hestia"]


def row_of(town: str, number: int, language: str = "en", source: str = "squad1-en") -> Row:
    texts = {
        "en": f"The mill of {town} was built in 17{number}. In 18{number} it burned near Oldbury.",
        "it": f"Il mulino di {town} fu costruito nel 17{number}. Bruciò nel 18{number}.",
    }
    asked = {"en": f"When was the mill of {town} built?", "it": f"Quando fu costruito {town}?"}
    text = texts[language]
    answer = f"17{number}"
    return Row(asked[language], text, town, ((text.index(answer), answer),), language, source)


ROWS = [row_of(town, 20 + number) for number, town in enumerate(TOWNS)]


def test_rows_are_taken_as_often_as_their_source_says() -> None:
    rows = [row_of("Aldova", 20, source="piaf"), row_of("Brimport", 21, source="squad2")]
    counts = Counter(one.kind for one in asked_examples(rows, random.Random(0)))
    assert counts == {"piaf": 4, "squad2": 3}
    for one in asked_examples(rows, random.Random(0)):
        assert one.context[one.start : one.end] in ("1720", "1721")
        assert one.title in ("Aldova", "Brimport")
        assert (one.language, one.asked) == ("en", "en")


def test_a_passage_that_is_found_has_its_own_title_and_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader_more, "FOUND", {"en": 1.0})
    made = list(found_examples(ROWS, random.Random(0)))
    assert len(made) == len(ROWS)
    answers = {row.question: row.answers[0][1] for row in ROWS}
    for one in made:
        assert not one.answerable
        assert answers[one.question] not in one.context
        assert one.title in one.context
        assert one.title not in one.question


def test_a_question_with_another_name_has_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_more, "EXCHANGED", {"en": 3.0})
    made = list(exchanged_examples(ROWS, random.Random(0)))
    assert made
    for one in made:
        assert one.title not in one.question
        assert not one.answerable


def test_the_sentence_that_answers_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_more, "REMOVED", 1.0)
    asked = list(asked_examples(ROWS, random.Random(0)))
    made = list(removed_examples(asked, random.Random(0)))
    assert len(made) == len(asked)
    for one in made:
        assert one.context.startswith("In 18")
        assert (one.title, one.asked) == (one.title, "en")
        assert not one.answerable


def test_a_passage_in_another_language_is_near_and_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader_more, "CROSSED", {"en": 8})
    monkeypatch.setattr(reader_more, "CROSSED_DEPTH", 1)
    prose = [
        Prose(f"Die Windmühle bei {town} steht seit langem leer.", town, "de", "klexikon")
        for town in TOWNS
    ]
    made = list(crossed_examples(ROWS, prose, random.Random(0)))
    assert len(made) == len(ROWS)
    for one in made:
        assert one.title in one.question
        assert (one.language, one.asked, one.answerable) == ("de", "en", False)


def test_a_gap_is_filled_by_another_text_on_the_same_subject() -> None:
    prose = [
        Prose("The old harbour is large. The first harbour ships arrived here in 1684 from far.",
              "Harbour", "de", "klexikon"),
        Prose("There are many boats. First harbour ships came from abroad already in 1684 there.",
              "Harbour", "de", "wikipedia-de-klexikon"),
        Prose("In 1684 nothing of the sort is said.", "Mill", "de", "klexikon"),
    ]  # fmt: skip
    made = list(gap_examples(prose, random.Random(0)))
    assert made
    for one in made:
        assert one.context[one.start : one.end] == "1684"
        assert "1684" not in one.question
        assert "wann" in one.question
        assert one.title == "Harbour"


def test_questions_are_matched_across_languages_by_names_and_numbers() -> None:
    english = [f"how many mills had {town} in 19{number}?" for number, town in enumerate(TOWNS)]
    italian = [f"Quanti mulini aveva {town} nel 19{number}?" for number, town in enumerate(TOWNS)]
    found = match_questions(italian, english[::-1])
    assert found == [(row, 7 - row) for row in range(8)]


def test_a_matched_question_is_asked_over_every_side() -> None:
    row = row_of("Aldova", 20, "it", "squad-it")
    french = "Le moulin d'Aldova a été construit en 1720."
    at = french.index("1720")
    own = Example("Quand ?", french, at, at + 4, "it-to-fr", title="Aldova", language="fr",
                  asked="fr")  # fmt: skip
    asked = Example(row.question, french, at, at + 4, "asked-it-to-fr", title="Aldova",
                    language="fr", asked="it")  # fmt: skip
    matches = {row.question: ("when was aldova built?", "aldova was built in 1720 .")}
    made = {
        one.kind: one for one in matched_examples(matches, [row], [own, asked], random.Random(0))
    }
    assert set(made) == {"fr-it", "en-it", "en-fr", "transferred", "it-en", "fr-en"}
    for kind, one in made.items():
        assert one.context[one.start : one.end] == "1720", kind
    assert made["en-fr"].context == french
    assert made["fr-it"].question == made["fr-en"].question == "Quand ?"
    assert made["it-en"].question == row.question
