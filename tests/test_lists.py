"""Lists: which entries answer a question, and which no answer may touch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seedqa.index.types import Edit
from seedqa.retrieval.evidence import Candidate
from seedqa.retrieval.layout.closed import closed_headings, closed_spans
from seedqa.retrieval.layout.lists import asks_for_several, closed_entries, find_listed, find_lists
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.quoting import quote
from seedqa.retrieval.reader import Span
from seedqa.retrieval.types import Passage, Ranks, ScoreParts

HOUSE = """The following rooms are shared:

- the laundry
- the workshop
- the roof terrace

The members of the board are:

1. Ada Merk (chair)
2. Nuno Sales (money)
3. Elif Kaya (repairs)

The members of the jury are Rita Holm, Jan Peters and Olga Brandt."""
ROOMS = ("the laundry", "the workshop", "the roof terrace")
BOARD = ("Ada Merk (chair)", "Nuno Sales (money)", "Elif Kaya (repairs)")


def passage(text: str = HOUSE, *lists: tuple[str, ...]) -> Passage:
    """Return a passage whose entries are lines that begin with a mark, which is not read."""
    entries = [entry for entries in lists or (ROOMS, BOARD) for entry in entries]
    starts = [text.rindex("\n", 0, text.index(entry)) + 1 for entry in entries]
    ends = [text.index(entry) + len(entry) for entry in entries]
    marks = [Edit(start, text.index(" ", start) + 1) for start in starts]
    return Passage(
        source="a.md", title="House", date=None, language="en", start=100, end=100 + len(text),
        line_start=1, line_end=9, page=None, text=text, score=0.5, ranks=Ranks(1, 1), stale=False,
        also_in=(), parts=ScoreParts(0.5, 1.0, 0.2, 0.3), edits=tuple(marks),
        items=tuple(zip(starts, ends, strict=True)),
    )  # fmt: skip


def answer(question: str, words: str, of: Passage | None = None) -> tuple[str, list[str]]:
    """Return the text and the entries that are shown where `words` were read."""
    of = of or passage()
    start = of.view.text.index(words)
    candidate = Candidate(of, Span(start, start + len(words), 1.0), 1.0)
    found = quote(candidate, 0.9, parse_question(question))
    for item in found.items:
        assert item.text in of.text[item.start - 100 : item.end - 100]
    return found.text, [item.text for item in found.items]


def test_entries_with_nothing_between_them_are_one_list() -> None:
    assert [len(entries) for entries in find_lists(passage())] == [3, 3]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who are the members of the board?", "Ada Merk"),
        ("Who is on the board?", "Nuno Sales"),
        ("Who are the members of the board?", "members of the board"),
    ],
    ids=["an entry with a note", "membership", "what announces them"],
)
def test_the_second_list_of_a_passage_is_shown_whole(question: str, words: str) -> None:
    text, items = answer(question, words)
    assert items == list(BOARD)
    assert text == "\n".join(BOARD)


def test_a_span_over_some_entries_becomes_the_whole_list() -> None:
    """The reader's answers are short: it gave three of four rooms."""
    text, items = answer("Which rooms are shared?", "laundry\nthe workshop")
    assert (text, items) == ("\n".join(ROOMS), list(ROOMS))


def test_an_entry_that_the_question_tells_from_others_is_shown_alone() -> None:
    assert answer("Who is responsible for repairs?", "Elif Kaya") == ("Elif Kaya", [])
    assert answer("Which members do repairs?", "Elif Kaya") == ("Elif Kaya", [])


def test_a_note_in_brackets_may_be_what_the_question_means_in_other_words() -> None:
    """ "Head" is the chair: the answer to a question about one person is not the whole board."""
    assert answer("Who is the head of the board?", "Ada Merk") == ("Ada Merk", [])


def test_an_enumeration_in_a_sentence_beside_a_list_has_entries() -> None:
    words = "Rita Holm, Jan Peters and Olga Brandt"
    expected = (words, ["Rita Holm", "Jan Peters", "Olga Brandt"])
    assert answer("Who are the members of the jury?", words) == expected


def test_what_follows_is_never_the_answer() -> None:
    """The question does not say that it asks for several things; "the following" says nothing."""
    text = "On Monday everyone brings these things:\n\n- a coat\n- a lamp\n- a towel"
    entries = ("a coat", "a lamp", "a towel")
    of = passage(text, entries)
    assert answer("What must everyone bring?", "these things", of)[1] == list(entries)
    assert answer("What must everyone bring?", "things", of)[1] == list(entries)
    assert answer("When does everyone bring it?", "Monday", of) == ("Monday", [])


@pytest.mark.parametrize(
    ("language", "lead", "question"),
    [
        ("en", "Everyone brings this to the camp:", "What must everyone bring to the camp?"),
        ("fr", "Chacun apporte ces objets au camp :", "Que doit apporter chacun au camp ?"),
        ("de", "Alle bringen diese Dinge zum Lager mit:", "Was bringen alle zum Lager mit?"),
    ],
)
def test_a_list_answers_what_its_lead_asks(language: str, lead: str, question: str) -> None:
    entries = ("a coat", "a lamp", "a towel")
    of = passage(f"Ann has a new net.\n\n{lead}\n\n- a coat\n- a lamp\n- a towel", entries)
    asked = replace(parse_question(question), language=language)
    found = find_listed(asked, of)
    assert found
    assert of.view.text[slice(*found)] == "a coat\na lamp\na towel"
    other = passage(f"{lead.rstrip(' :')}.\n\n- a coat\n- a lamp\n- a towel", entries)
    assert find_listed(asked, other) is None


def test_a_count_is_the_number_if_it_is_written_and_the_list_if_not() -> None:
    text = "Three rooms are shared:\n\n- the laundry\n- the workshop\n- the roof terrace"
    of = passage(text, ROOMS)
    assert answer("How many rooms are shared?", "Three", of) == ("Three", [])
    assert answer("Which rooms are shared?", "Three rooms", of)[1] == list(ROOMS)
    assert answer("How many rooms are shared?", "following rooms")[1] == list(ROOMS)


OFFICES = "The committee:\n\n* Rosa Lind - chair\n* Peter Moss - treasurer\n* Jane Holt - secretary"
HOLDERS = ("Rosa Lind - chair", "Peter Moss - treasurer", "Jane Holt - secretary")


def closed(question: str, of: Passage) -> list[str]:
    spans = closed_entries(of, parse_question(question))
    return [of.view.text[slice(*span)] for span in spans]


def test_entries_without_the_word_that_tells_one_from_others_are_closed() -> None:
    """The reader took the name after "treasurer", which is the secretary's, and was sure."""
    of = passage(OFFICES, HOLDERS)
    assert closed("Who is the treasurer?", of) == [HOLDERS[0], HOLDERS[2]]
    assert closed("Who is the committee's head?", of) == []
    assert closed("Which members are treasurer?", of) == []
    (spans,) = closed_spans([of], parse_question("Who is the treasurer?"))
    assert [of.view.text[slice(*span)] for span in spans] == [HOLDERS[0], HOLDERS[2]]


def test_headings_that_name_what_the_question_is_about_are_closed() -> None:
    """ "Verein" of the title "Verein Selrina" was the answer to who is on the jury in Selrina."""
    text = "Verein Selrina\n\nJury\n\nDiese Personen bilden die Jury:\n\n- Ada Merk\n- Nuno Sales"
    of = replace(passage(text, ("Ada Merk", "Nuno Sales")), title="Verein Selrina", language="de")
    asked = parse_question("Wer gehört in Selrina zur Jury?")
    assert [text[slice(*span)] for span in closed_headings(of, asked)] == ["Verein Selrina", "Jury"]
    other = parse_question("Wer hat eine Jury?")
    assert closed_headings(of, other) == []
    address = replace(of, text="Address: 4 Quay Street\n\nPhone: 123", edits=(), items=())
    assert closed_headings(address, parse_question("What is the address?")) == []


def listed(question: str, of: Passage, unknown: frozenset[str] = frozenset()) -> str | None:
    span = find_listed(replace(parse_question(question), unknown=unknown), of)
    return span and of.view.text[slice(*span)]


def test_a_list_below_the_words_of_the_question_is_a_candidate() -> None:
    """The reader found nothing where the list is below a heading and a lead."""
    of = replace(passage(), title="House rules of Selrina")
    assert listed("Who are the members of the board in Selrina?", of) == "\n".join(BOARD)
    assert listed("Who belongs to the board?", of, frozenset(["belongs"])) == "\n".join(BOARD)
    assert listed("Who are the members of the jury?", of) is None
    assert listed("Who are the members of the board in Oslo?", of, frozenset(["oslo"])) is None
    assert listed("Who leads the board?", of) is None


def test_steps_are_shown_whole_where_the_question_asks_how() -> None:
    steps = ("Turn off the main switch and wait", "Hold the red button for five seconds or more")
    text = f"How to reset the pump\n\n1. {steps[0]}\n2. {steps[1]}"
    of = passage(text, steps)
    assert answer("How do I reset the pump?", "Turn off", of)[1] == list(steps)
    assert answer("How long is the red button held?", "five seconds", of) == ("five seconds", [])


def test_long_entries_are_prose_and_stay_open() -> None:
    prose = "The baths open at nine in summer and at ten in the winter half of the year"
    text = f"Hours:\n\n- {prose}\n- The pool is cleaned"
    assert closed("When does the pool open?", passage(text, (prose, "The pool is cleaned"))) == []


@pytest.mark.parametrize(
    "question",
    [
        "Which rooms are shared?", "Who sits on the board?", "Which two boats are out?",
        "Welche Räume werden geteilt?", "Wer gehört zum Vorstand?", "Qui fait partie du conseil ?",
        "Quelles salles ?", "¿Qué salas hay?", "¿Quién forma parte de la junta?", "Quali locali?",
        "Chi fa parte della giuria?", "Quais salas?", "Quem faz parte da direção?",
        "Que salas são comuns?", "Welke ruimtes worden gedeeld?", "Wie zit in het bestuur?",
    ],
)  # fmt: skip
def test_questions_that_ask_for_several_things(question: str) -> None:
    assert asks_for_several(question)


@pytest.mark.parametrize(
    "question",
    ["Which address is it?", "Which bus stops here?", "Who is in charge?", "Welche Farbe hat es?",
     "Wer ist zuständig?", "Qui paie ?", "Que dit-il ?", "Wie is de voorzitter?"],
)  # fmt: skip
def test_questions_that_ask_for_one_thing(question: str) -> None:
    assert not asks_for_several(question)
