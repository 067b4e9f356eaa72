"""The benchmark of structure makes the same worlds everywhere, and judges by its rules."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.structure.__main__ import CHECKSUMS, QUESTIONS
from benchmarks.structure.judge import Judgement, fold_words, judge
from benchmarks.structure.model import (
    NOTE_MARK,
    Document,
    Gold,
    Heading,
    Layout,
    Paragraph,
    Question,
    World,
    plain_text,
)
from benchmarks.structure.report import Count, count_judgements, summarise
from benchmarks.structure.templates import LANGUAGES, PARTS, Wordings, load_wordings
from benchmarks.structure.words import Names
from benchmarks.structure.worlds import KINDS, checksum, make_worlds
from benchmarks.structure.writers import write_document
from benchmarks.structure.writers.pdf import render_pdf
from benchmarks.structure.writers.text import render_text
from benchmarks.structure.writers.word import render_word
from benchmarks.structure.writers.wrap import break_points, is_broken, wrap_text


@pytest.fixture(scope="module")
def worlds() -> dict[str, list[World]]:
    return {part: make_worlds(part) for part in PARTS}


@pytest.fixture(scope="module")
def questions(worlds: dict[str, list[World]]) -> dict[str, list[Question]]:
    return {
        part: [question for world in of_part for question in world.questions]
        for part, of_part in worlds.items()
    }


# -- the same everywhere -----------------------------------------------------------------------


def test_texts_have_not_drifted_from_the_committed_checksums(
    worlds: dict[str, list[World]],
) -> None:
    """Another process, with another hash seed, wrote the file."""
    made = {world.name: checksum(world) for world in worlds["test"]}
    assert made == json.loads(CHECKSUMS.read_text(encoding="utf-8"))


def test_questions_of_the_test_part_are_those_committed(
    questions: dict[str, list[Question]],
) -> None:
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    made = [json.dumps(one.to_json(), ensure_ascii=False) for one in questions["test"]]
    assert made == lines


def test_another_seed_makes_other_texts() -> None:
    assert checksum(make_worlds("dev", 15)[0]) != checksum(make_worlds("dev", 16)[0])


@pytest.mark.parametrize("suffix", ["md", "html", "docx", "pdf", "txt"])
def test_same_document_gives_same_bytes(
    suffix: str, worlds: dict[str, list[World]], tmp_path: Path
) -> None:
    document = next(
        one for world in worlds["dev"] for one in world.documents if one.format == suffix
    )
    first = write_document(document, tmp_path / "first").read_bytes()
    assert write_document(document, tmp_path / "second").read_bytes() == first


# -- the split ---------------------------------------------------------------------------------


def _all_wordings(wordings: Wordings) -> set[str]:
    asked = [
        *(one for fact in wordings.facts.values() for one in (fact.said, *fact.asked)),
        *(one for table in wordings.tables for column in table.columns for one in column.asked),
        *(one for each in wordings.lists for one in (each.lead, *each.asked)),
        *wordings.codes["asked"],
        *wordings.codes["remedies"],
        *wordings.deed["clauses"],
        *wordings.filler,
        wordings.deed["at"],
        wordings.frame["report"],
    ]
    return set(asked)


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_share_no_template_and_no_wording(language: str) -> None:
    train, dev, test = (_all_wordings(load_wordings(language, part)) for part in PARTS)
    assert not (train & dev) | (train & test) | (dev & test)


@pytest.mark.parametrize("kind", ["place", "company", "thing", "person"])
def test_parts_share_no_name(kind: str) -> None:
    drawn = []
    for part in PARTS:
        names = Names(part, random.Random(1))
        drawn.append({names.draw(kind) for _ in range(48)})
    assert not (drawn[0] & drawn[1]) | (drawn[0] & drawn[2]) | (drawn[1] & drawn[2])


def test_parts_are_as_large_and_as_wide_as_asked(questions: dict[str, list[Question]]) -> None:
    assert {part: len(asked) for part, asked in questions.items()} == {
        "train": 480,
        "dev": 240,
        "test": 480,
    }
    test = questions["test"]
    assert Counter(one.kind for one in test) == dict.fromkeys(KINDS, 40)
    assert min(Counter(one.format for one in test).values()) >= 50
    assert min(Counter(one.language for one in test).values()) >= 40
    assert {one.language for one in test} == set(LANGUAGES)
    assert sum(one.asked_in != one.language for one in test) == 80


@pytest.mark.parametrize("part", PARTS)
def test_an_eighth_has_no_answer(part: str, questions: dict[str, list[Question]]) -> None:
    asked = questions[part]
    assert sum(not one.gold for one in asked) in (len(asked) // 8, len(asked) // 8 - 1)


# -- fairness ----------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_every_answer_is_in_its_document(part: str, worlds: dict[str, list[World]]) -> None:
    for world in worlds[part]:
        texts = {
            one.source: " ".join(fold_words(NOTE_MARK.sub(" ", plain_text(one))))
            for one in world.documents
        }
        for question in world.questions:
            for words in [*(gold.core for gold in question.gold), *question.items]:
                text = texts[question.gold[0].source if question.items else _of(question, words)]
                assert f" {' '.join(fold_words(words))} " in f" {text} ", question


def _of(question: Question, core: str) -> str:
    return next(gold.source for gold in question.gold if gold.core == core)


def test_twins_without_a_name_have_three_answers_newest_first(
    worlds: dict[str, list[World]],
) -> None:
    for world in worlds["test"]:
        dates = {one.source: one.date for one in world.documents}
        for question in world.questions:
            if question.form.endswith("all") and question.kind == "twins":
                given = [dates[gold.source] for gold in question.gold]
                assert len(given) == 3
                assert given == sorted(given, reverse=True)
                assert len({gold.core for gold in question.gold}) == 3


def test_codes_without_an_answer_are_nowhere(worlds: dict[str, list[World]]) -> None:
    checked = 0
    for world in worlds["test"]:
        text = "\n".join(plain_text(one) for one in world.documents)
        for question in world.questions:
            if question.kind == "codes" and not question.gold:
                code = next(word for word in question.text.split() if "-" in word).strip("?¿., ")
                assert code not in text
                checked += 1
    assert checked == 5


# -- the files ---------------------------------------------------------------------------------

_LONG = "The chairs were counted and the broken ones were given away. " * 6


def _document(suffix: str, text: str, **fields: Any) -> Document:
    blocks = (Heading(1, "Report"), Paragraph(text))
    return Document(f"a.{suffix}", "Report", "en", "2021-03-04", blocks, **fields)


def _pages(document: Document) -> list[str]:
    import pypdf

    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render_pdf(document))).pages]


@pytest.mark.parametrize("suffix", ["txt", "pdf"])
def test_the_wanted_word_is_broken_at_a_line_end(suffix: str) -> None:
    text = f"{_LONG}The key is kept by Ada Lindenquister. {_LONG}"
    document = _document(suffix, text, layout=Layout(broken="Lindenquister"))
    written = render_text(document) if suffix == "txt" else _pages(document)[0]
    assert "Lindenquister" not in written
    joined = written.replace("-\n", "").replace("\u00ad\n", "").replace("\n", " ")
    assert "kept by Ada Lindenquister." in joined


def test_a_word_that_cannot_break_is_an_error() -> None:
    with pytest.raises(ValueError, match="no width breaks 'Ada'"):
        render_text(_document("txt", f"{_LONG}Ada", layout=Layout(broken="Ada")))


def test_the_wanted_value_starts_a_page_within_its_sentence() -> None:
    text = f"{_LONG}The spare key for the back door of the house is kept by Ada Vik. {_LONG}"
    layout = Layout(turned=("Ada Vik",), head="Head", foot="Foot", page="Page {n} of {all}")
    first, second = _pages(_document("pdf", text, layout=layout))
    assert "The spare key for" in first
    assert "Ada Vik" not in first
    assert "Ada Vik" in second
    for number, page in enumerate((first, second), 1):
        assert {"Head", "Foot", f"Page {number} of 2"} <= set(page.splitlines())


def test_rows_of_two_columns_are_drawn_across_or_down() -> None:
    text = "alpha " * 40 + "omega " * 40
    drawn = {
        rows: [
            line.split()[0]
            for line in _pages(_document("pdf", text, layout=Layout(columns=2, row_by_row=rows)))[
                0
            ].splitlines()[1:]
            if line.strip()
        ]
        for rows in (True, False)
    }
    assert drawn[False] == sorted(drawn[False])
    assert drawn[True] != sorted(drawn[True])


@pytest.mark.parametrize(("endnotes", "kind"), [(False, "footnote"), (True, "endnote")])
def test_notes_of_docx_are_in_their_own_part(endnotes: bool, kind: str) -> None:
    document = _document(
        "docx", "Built early.{^1}", notes=("It was 1847.",), layout=Layout(endnotes=endnotes)
    )
    with zipfile.ZipFile(io.BytesIO(render_word(document))) as archive:
        body = archive.read("word/document.xml").decode()
        notes = archive.read(f"word/{kind}s.xml").decode()
    assert f'<w:{kind}Reference w:id="1"/>' in body
    assert "1847" not in body
    assert "It was 1847." in notes


def test_words_break_before_a_consonant_and_a_vowel() -> None:
    assert break_points("Lindengrado") == [3, 6]
    assert break_points("photographs") == [3, 5]
    assert break_points("house") == []


def test_lines_are_filled_and_hyphenated() -> None:
    assert wrap_text("the key of Lindengrado", 18, len) == ["the key of", "Lindengrado"]
    lines = wrap_text("the key of Lindengrado", 18, len, hyphenate=True)
    assert lines == ["the key of Linden-", "grado"]
    assert is_broken("Lindengrado", lines)
    assert not is_broken("key", lines)


# -- the judge ---------------------------------------------------------------------------------


def _question(*gold: Gold, items: tuple[str, ...] = ()) -> Question:
    return Question(
        "q", "dev", "w", "sections", "flat", "md", "en", "en", "t", "When?", gold, items
    )


def _result(*answers: tuple[str, str], confidence: float = 0.5, **more: Any) -> dict[str, Any]:
    given = [
        {"text": text, "source": source, "start": 10, "confidence": confidence, **more}
        for text, source in answers
    ]
    return {"answer": given[0] if given else None, "answers": given}


RIGHT, WRONG = Judgement("right", sure=False), Judgement("wrong", sure=False)
MONEY = Gold("a.md", "3,150")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("The  Climate-controlled\nroom", ["climate", "controlled", "room"]),
        ("3,150 euros", ["3150", "euros"]),
        ("3.150 Euro", ["3150", "euro"]),
        ("3\u00a0150 €", ["3150"]),
        ("8.30 Uhr", ["8", "30", "uhr"]),
        ("pho-tographs", ["pho", "tographs"]),
        ("l'Étagère", ["etagere"]),
        ("184712", ["184712"]),
    ],
)
def test_words_are_folded(text: str, folded: list[str]) -> None:
    assert fold_words(text) == folded


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param([("3,150 euros", "a.md")], RIGHT, id="with its unit"),
        pytest.param([("a sum of 3150 euros a month", "a.md")], RIGHT, id="four more words"),
        pytest.param([("the sum of only 3150 euros per month", "a.md")], WRONG, id="five more"),
        pytest.param([("3,150 euros", "b.md")], WRONG, id="from another document"),
        pytest.param([("13,150 euros", "a.md")], WRONG, id="another number"),
        pytest.param([("3,150 euros", "a.md"), ("3150", "b.md")], RIGHT, id="said twice"),
        pytest.param([("3,150 euros", "a.md"), ("410", "b.md")], WRONG, id="and something else"),
        pytest.param([], Judgement("refused", sure=False), id="refused"),
    ],
)
def test_one_answer_is_judged(answers: list[tuple[str, str]], expected: Judgement) -> None:
    assert judge(_question(MONEY), _result(*answers)) == expected


@pytest.mark.parametrize(("confidence", "sure"), [(0.849, False), (0.85, True)])
def test_an_answer_is_sure_where_the_product_says_so(confidence: float, sure: bool) -> None:
    answers = _result(("410", "a.md"), confidence=confidence)
    assert judge(_question(MONEY), answers) == Judgement("wrong", sure)


def test_no_answer_is_right_where_there_is_none() -> None:
    assert judge(_question(), _result()) == RIGHT
    assert judge(_question(), _result(("410", "a.md"))) == WRONG


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([("520", "2025.md"), ("455", "2023.md")], RIGHT),
        ([("455", "2023.md"), ("520", "2025.md")], WRONG),
        ([("520", "2025.md")], WRONG),
        ([("520", "2025.md"), ("455", "2023.md"), ("410", "2021.md")], WRONG),
    ],
    ids=["newest first", "oldest first", "one of two", "one too many"],
)
def test_several_answers_are_judged(answers: list[tuple[str, str]], expected: Judgement) -> None:
    question = _question(Gold("2025.md", "520"), Gold("2023.md", "455"))
    assert judge(question, _result(*answers)) == expected


_MEMBERS = ("Ada Vik", "Bo Lund")


@pytest.mark.parametrize(
    ("text", "items", "expected"),
    [
        ("Ada Vik, Bo Lund", None, RIGHT),
        ("Ada Vik", None, WRONG),
        ("Ada Vik", ["Ada Vik", "Bo Lund (chair)"], RIGHT),
        ("Ada Vik", [{"text": "Bo Lund"}, {"text": "Ada Vik"}], RIGHT),
        ("Ada Vik\nBo Lund", [{"start": 10, "end": 17}, {"start": 18, "end": 25}], RIGHT),
        ("Ada Vik", ["Ada Vik", "Bo Lund", "Cy Roe"], WRONG),
    ],
    ids=["span", "first only", "texts", "objects", "spans", "one too many"],
)
def test_lists_are_judged(text: str, items: Any, expected: Judgement) -> None:
    question = _question(Gold("a.md", "Ada Vik"), items=_MEMBERS)
    assert judge(question, _result((text, "a.md"), items=items)) == expected


def test_judgements_are_counted_by_group() -> None:
    judged = [RIGHT, Judgement("wrong", sure=True), Judgement("refused", sure=False), WRONG]
    expected = Count(questions=4, right=1, wrong=2, sure_and_wrong=1, refused=1)
    assert count_judgements(judged) == expected
    summary = summarise([_question(MONEY)] * 3 + [_question()], judged)
    assert summary["all"] == {"all": expected}
    assert summary["answerable"]["unanswerable"] == Count(1, 0, 1, 0, 0)
