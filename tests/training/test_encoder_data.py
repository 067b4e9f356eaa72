"""The forms of the data folder's files, and what is chosen and set aside of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from support.tiny import (
    HELD_OUT_PLACE,
    VALLEY,
    write_data,
    write_json_lines,
    write_lines,
    write_rows,
)
from training import encoder_data
from training.encoder_data import (
    LANGUAGES,
    QUOTAS,
    Pair,
    Question,
    Section,
    is_held_out,
    is_usable,
    read_extractive,
    read_flores,
    read_parallel,
    read_question_passages,
    read_sections,
    read_sts,
    read_tatoeba,
    select_pairs,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


# -- forms of files ------------------------------------------------------------------------------


def test_parallel(tmp_path: Path) -> None:
    lines = ["A lamp. \t Une lampe.\ttatoeba", "Off\u2028on\tPrès d’ici\tpo_docs"]
    write_lines(tmp_path / "parallel" / "en-fr.tsv.xz", lines)
    assert list(read_parallel(tmp_path, "fr")) == [
        Pair("A lamp.", "Une lampe.", "fr", "tatoeba"),
        Pair("Off\u2028on", "Près d’ici", "fr", "po_docs"),
    ]


def test_sections(tmp_path: Path) -> None:
    row = {"title_en": "Lamps", "title_xx": "Lampen", "head_en": "Oil", "head_xx": "Öl"}
    row |= {"text_en": "Pour it in.", "text_xx": "Einfüllen."}
    write_json_lines(tmp_path / "sections" / "en-de.jsonl.xz", [row, row | {"title_en": ""}])
    titled, untitled = read_sections(tmp_path, "de")
    assert titled == Section(
        title={"en": "Lamps", "de": "Lampen"},
        heading={"en": "Oil", "de": "Öl"},
        text={"en": "Pour it in.", "de": "Einfüllen."},
        language="de",
    )
    assert (titled.key, titled.query("en"), titled.query("de")) == (
        "Lamps",
        "Lamps Oil",
        "Lampen Öl",
    )
    assert (untitled.key, untitled.query("en")) == ("Oil", "Oil")


def test_extractive(tmp_path: Path) -> None:
    row = {"question": "Où ?", "context": "Au bord du lac.", "title": "Lac", "lang": "fr"}
    row |= {"source": "piaf"}
    answers = [{"text": "bord", "start": 3}, {"text": "lac", "start": 11}]
    write_json_lines(
        tmp_path / "qa" / "extractive-dev.jsonl.xz",
        [row | {"answers": answers}, row | {"answers": []}],
    )
    answered, unanswerable = read_extractive(tmp_path, "dev")
    assert answered == Question("Où ?", "Au bord du lac.", "fr", "piaf", "Lac", 3, True)
    assert (unanswerable.answer_start, unanswerable.answerable) == (None, False)


def test_question_passages(tmp_path: Path) -> None:
    row = {"question": "what ?", "passage": "That.", "source": "selqa"}
    write_json_lines(
        tmp_path / "qa" / "question-passage.jsonl.xz",
        [row | {"sentence": "That."}, row | {"lang": "fr"}],
    )
    english, french = read_question_passages(tmp_path)
    assert english == Question("what ?", "That.", "en", "selqa", "", None, True)
    assert french.language == "fr"


def test_sts(tmp_path: Path) -> None:
    rows = [('A "lamp", lit', "A\nlamp", 4.2), ("Off", "On", 0)]
    write_rows(tmp_path / "eval" / "stsb-en-train.csv", rows)
    assert read_sts(tmp_path, "en", "train") == [
        ('A "lamp", lit', "A\nlamp", 4.2),
        ("Off", "On", 0.0),
    ]


def test_tatoeba(tmp_path: Path) -> None:
    """A separator of lines within a sentence once cut it in two."""
    (tmp_path / "eval").mkdir()
    text = "A lamp.\tEine Lampe.\nOff\u2028on.\tAus\x85an.\n"
    (tmp_path / "eval" / "tatoeba.eng-deu.tsv").write_text(text, encoding="utf8")
    assert read_tatoeba(tmp_path, "deu") == (
        ["A lamp.", "Off\u2028on."],
        ["Eine Lampe.", "Aus\x85an."],
    )


def test_flores(tmp_path: Path) -> None:
    (tmp_path / "eval").mkdir()
    text = "eng_Latn\tfra_Latn\nA lamp.\tUne lampe.\nOff.\tÉteint.\n"
    (tmp_path / "eval" / "flores200-dev.tsv").write_text(text, encoding="utf8")
    assert read_flores(tmp_path) == {
        "eng_Latn": ["A lamp.", "Off."],
        "fra_Latn": ["Une lampe.", "Éteint."],
    }


# -- what is set aside ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "held_out"),
    [(VALLEY["en"].format(place=HELD_OUT_PLACE), True), ("The valley of Aldova", False)],
)
def test_articles_are_held_out_by_the_hash_of_their_title(key: str, held_out: bool) -> None:
    """Were this to change, figures would be of articles that were trained on."""
    number = int(hashlib.sha256(key.encode()).hexdigest()[:16], 16)
    assert is_held_out(key) is (number % 50 == 0) is held_out


def test_one_article_in_fifty_is_held_out() -> None:
    assert sum(is_held_out(f"Article {number}") for number in range(20_000)) == 378


@pytest.mark.parametrize(
    ("english", "foreign", "usable"),
    [
        pytest.param(2, 24, True, id="short ones may differ widely"),
        pytest.param(1, 24, False, id="too short"),
        pytest.param(2, 25, False, id="no longer short"),
        pytest.param(100, 220, True, id="just stretched"),
        pytest.param(100, 221, False, id="stretched too far"),
        pytest.param(221, 100, False, id="the other way"),
        pytest.param(230, 230, True, id="just short enough"),
        pytest.param(230, 231, False, id="too long"),
    ],
)
def test_a_pair_is_usable(english: int, foreign: int, usable: bool) -> None:
    assert is_usable(Pair("e" * english, "f" * foreign, "fr", "tatoeba")) is usable


# -- which pairs are taken -----------------------------------------------------------------------


def test_every_source_with_a_quota_is_taken_and_no_other(data: Path) -> None:
    pairs = select_pairs(data, seed=0)
    sources: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    for pair in pairs:
        sources[pair.language].add(pair.source)
    assert sources == {language: {*QUOTAS[language], "stsb-train"} for language in LANGUAGES}
    assert all(map(is_usable, pairs))


def test_quotas_are_kept(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quotas = {language: {"msdocs-HT": 5, "laws": 3} for language in LANGUAGES}
    monkeypatch.setattr(encoder_data, "QUOTAS", quotas)
    pairs = select_pairs(data, seed=0)
    taken = Counter((pair.language, pair.source) for pair in pairs if pair.source != "stsb-train")
    expected = {(language, "msdocs-HT"): 5 for language in LANGUAGES} | {("fr", "laws"): 3}
    assert taken == expected


def test_english_that_was_taken_already_comes_first(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        encoder_data, "QUOTAS", {name: {"tatoeba": 3 if name == "fr" else 4} for name in LANGUAGES}
    )
    for language in LANGUAGES:
        lines = [f"Lamp {number}\tL{number} {language}\ttatoeba" for number in range(30)]
        write_lines(tmp_path / "parallel" / f"en-{language}.tsv.xz", lines)
    (tmp_path / "eval").symlink_to(data / "eval")
    pairs = [pair for pair in select_pairs(tmp_path, seed=0) if pair.source == "tatoeba"]
    taken = {
        language: {pair.english for pair in pairs if pair.language == language}
        for language in LANGUAGES
    }
    assert [len(taken[language]) for language in LANGUAGES] == [3, 4, 4, 4, 4, 4]
    assert taken["fr"] < taken["de"]
    assert taken["de"] == taken["es"] == taken["nl"]


def test_the_seed_makes_the_choice(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quotas = {language: {"msdocs-HT": 5} for language in LANGUAGES}
    monkeypatch.setattr(encoder_data, "QUOTAS", quotas)
    assert select_pairs(data, seed=0) == select_pairs(data, seed=0) != select_pairs(data, seed=1)


def test_sentences_of_sts_are_taken_once_and_never_of_its_dev_part(
    tmp_path: Path, data: Path
) -> None:
    for language in ("en", *LANGUAGES):
        train = [
            (f"Shared {language}", f"Twice {language}", 5),
            (f"Twice {language}", f"{language}", 1),
        ]
        write_rows(tmp_path / "eval" / f"stsb-{language}-train.csv", train)
        write_rows(tmp_path / "eval" / f"stsb-{language}-dev.csv", [("Shared en", "Other", 3)])
    (tmp_path / "parallel").symlink_to(data / "parallel")
    pairs = [pair for pair in select_pairs(tmp_path, seed=0) if pair.source == "stsb-train"]
    assert [pair for pair in pairs if pair.language == "nl"] == [
        Pair("Twice en", "Twice nl", "nl", "stsb-train"),
        Pair("en", "nl", "nl", "stsb-train"),
    ]


def test_no_reader_loses_a_letter(tmp_path: Path) -> None:
    strange = "“Ça coûte 5 €”, \u00a0dit-il — 日本 🎉 \\n \x0c."
    row: dict[str, Any] = {"question": strange, "passage": strange, "source": "selqa"}
    write_json_lines(tmp_path / "qa" / "question-passage.jsonl.xz", [row])
    (question,) = read_question_passages(tmp_path)
    assert (question.question, question.passage) == (strange, strange)
