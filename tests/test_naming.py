"""What a question names, what tells twins apart, and which passages fit."""

from __future__ import annotations

import pytest

from seedqa.index.types import Edit
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.types import Passage, Ranks, ScoreParts
from seedqa.retrieval.wording.naming import (
    are_twins,
    figures_of,
    fits,
    is_of_another_twin,
    missing_names,
    named_by,
    names_of,
    question_names,
    tell_apart,
)

CLAUSE = "The tenant pays {} euros a month for the stairs and the cellar, on the fifth day."


def passage(text: str, source: str = "a.txt", date: str | None = None, **known: object) -> Passage:
    return Passage(
        source=source, title="Lease", date=date, language="en", start=0, end=len(text),
        line_start=1, line_end=1, page=None, text=text, score=0.5, ranks=Ranks(1, 1),
        stale=False, also_in=(), parts=ScoreParts(0.5, 1.0, 0.2, 0.3), **known,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("E-1047 costs 1,250 euros since 2018.", {"e-1047", "1250", "2018"}),
        ("Version v2.1, § 4 and §5", {"v2.1", "4", "§5"}),
        ("on 2023-04-01 at 9:30", {"2023-04-01", "9:30"}),
        ("no figure at all", set()),
    ],
)
def test_figures(text: str, figures: set[str]) -> None:
    assert figures_of(text) == figures


def test_names_are_capitalised_words_within_a_sentence() -> None:
    assert names_of("The report of Ann Lee. Bob went to Ghent.") == {"ann", "lee", "ghent"}


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What does error E1047 mean?", {"e1047"}),
        ("the rent in the lease of 2022", {"2022"}),
        ("What is new in version 3?", {"3"}),
        ("Who came 3rd of 12 in the 5km race?", set()),
        ("How many rooms are there?", set()),
    ],
)
def test_years_codes_and_versions_are_named(question: str, named: set[str]) -> None:
    assert named_by(question) == named


@pytest.mark.parametrize(
    ("named", "known", "expected"),
    [
        ({"e1047"}, {"text": "E-1047: the belt is too hot."}, True),
        ({"e-1047"}, {"text": "E-1048: the belt is too hot."}, False),
        ({"2022"}, {"text": "The rent.", "source": "lease-2022.txt"}, True),
        ({"2022"}, {"text": "The rent.", "date": "2022-03-01"}, True),
        ({"2022"}, {"text": "The rent.", "context": ("Lease", "2022")}, True),
        ({"2022"}, {"text": "The rent of 2021."}, False),
        ({"3"}, {"text": "The rent.", "source": "manual-v3.txt"}, True),
        (set(), {"text": ""}, True),
    ],
)
def test_a_passage_fits_what_is_named(
    named: set[str], known: dict[str, object], expected: bool
) -> None:
    assert fits(passage(**known), named) is expected  # type: ignore[arg-type]


def test_twins_are_alike_but_for_figures_and_names() -> None:
    one, other = passage(CLAUSE.format(455)), passage(CLAUSE.format(520))
    assert are_twins(one, other)
    assert not are_twins(one, passage("The fire drill is held in winter, at the bridge."))
    hidden = passage(CLAUSE.format("5-\n20"), edits=(Edit(18, 20),))
    assert are_twins(one, hidden)


def test_a_name_that_only_a_twin_could_have() -> None:
    """The lease of York and that of Hull gave the rent of the office in Leeds."""
    leases = [
        passage(CLAUSE.format(1200), source="york.txt"),
        passage(CLAUSE.format(1500), source="hull.txt"),
    ]
    asked = parse_question("What is the rent of the office in Leeds?")
    assert is_of_another_twin(asked, leases[0], leases)
    assert not is_of_another_twin(asked, leases[0], leases[:1])
    assert not is_of_another_twin(parse_question("What is the rent?"), leases[0], leases)
    assert not is_of_another_twin(parse_question("What is the rent in York?"), leases[0], leases)
    parties = passage("Between Ann Reed and Leeds Estates.", source="york.txt")
    assert not is_of_another_twin(asked, leases[0], [*leases, parties])


def test_what_tells_documents_apart() -> None:
    texts = [passage("a", "lease-2021.txt"), passage("b", "lease-2023.txt")]
    assert tell_apart(texts) == ["2021", "2023"]
    dated = [passage("a", "x.txt", "2021-01-02"), passage("b", "y.txt", "2022-01-02")]
    assert tell_apart(dated) == ["2021-01-02", "2022-01-02"]
    named = [passage("a", "Oakfield/terms.txt"), passage("b", "Brightwater/terms.txt")]
    assert tell_apart(named) == ["Oakfield", "Brightwater"]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who teaches in Dunwick?", {"dunwick"}),
        ("Wo findet man in Dunwick die lange Leiter?", {"dunwick"}),
        ("Wie hoch ist die Strafe im Vertrag mit Ann Lee?", {"ann", "lee"}),
        ("who teaches in dunwick", set()),
        ("Was kostet die Fähre?", set()),  # German or Dutch by its words
    ],
)
def test_names_of_questions(question: str, names: set[str]) -> None:
    assert question_names(parse_question(question)) == names


def test_names_that_a_passage_lacks() -> None:
    question = parse_question("Who teaches in Dunwick for Oakfield?")
    assert missing_names(question, passage("Ann teaches.", "Dunwick/a.txt")) == 0.5
    assert missing_names(question, passage("Ann teaches at Oakfield, Dunwick.")) == 0.0
    assert missing_names(parse_question("who is it?"), passage("Ann.")) == 0.0


def test_a_month_has_other_names_in_other_languages() -> None:
    asked = parse_question("How many boxes were sold in March?")
    assert question_names(asked) == {"march"}
    assert missing_names(asked, passage("En marzo se vendieron 505 cajas.")) == 0.0
    assert missing_names(asked, passage("En abril se vendieron 298 cajas.")) == 1.0
