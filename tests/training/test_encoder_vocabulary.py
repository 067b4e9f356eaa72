"""New pieces, the file that holds them, and where their embeddings start."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import encoder_vocabulary
import numpy as np
import pytest
import torch
from encoder_data import (
    LANGUAGES,
    QUOTAS,
    read_extractive,
    read_parallel,
    read_sections,
    select_pairs,
)
from encoder_student import TokenTable, load_body, load_tokenizer
from encoder_teacher import write_pairs
from encoder_vocabulary import (
    align_with_english,
    build_student,
    extend_tokenizer,
    grow_embeddings,
    mean_of_old_pieces,
    read_foreign_texts,
    train_pieces,
)
from tokenizers import Tokenizer

from tiny import text_of, write_data, write_weights

FOREIGN = [text_of(language, [number]) for language in LANGUAGES for number in range(30)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights"))


# -- which texts and pieces ----------------------------------------------------------------------


def test_foreign_texts_of_every_kind_are_read(data: Path) -> None:
    texts = Counter(read_foreign_texts(data))
    expected: Counter[str] = Counter()
    for language in LANGUAGES:
        for pair in read_parallel(data, language):
            expected[pair.foreign] += pair.source in QUOTAS[language]
        expected.update(section.text[language] for section in read_sections(data, language))
    questions = list(read_extractive(data, "train"))
    expected.update(row.passage for row in questions if row.language != "en")
    assert {row.language for row in questions} == {"en", "fr", "it"}
    assert texts == +expected


def test_no_source_drowns_the_others(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_vocabulary, "TEXTS_A_SOURCE", 5)
    monkeypatch.setattr(encoder_vocabulary, "SECTIONS_A_LANGUAGE", 2)
    pairs = sum(5 * len(QUOTAS[language]) for language in LANGUAGES)
    questions = sum(row.language != "en" for row in read_extractive(data, "train"))
    assert len(list(read_foreign_texts(data))) == pairs + 2 * len(LANGUAGES) + questions


def test_pieces_are_new_as_many_as_asked_and_the_same_each_time(weights: Path) -> None:
    tokenizer = load_tokenizer(weights)
    pieces = train_pieces(tokenizer, FOREIGN, 100)
    assert len(pieces) == len(set(pieces)) == 100
    assert not set(pieces) & set(tokenizer.get_vocab())
    assert pieces == train_pieces(tokenizer, FOREIGN, 100)


def test_pieces_are_lower_case_and_without_accents_as_the_teacher_has_them(weights: Path) -> None:
    text = "".join(train_pieces(load_tokenizer(weights), FOREIGN, 100))
    assert text == text.lower()
    assert not set("éèàâ") & set(text)


# -- the tokenizer's file ------------------------------------------------------------------------


def test_new_pieces_are_appended_and_old_ids_stay(weights: Path, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(weights)
    pieces = train_pieces(tokenizer, FOREIGN, 100)
    extend_tokenizer(weights / "tokenizer.json", pieces, tmp_path / "tokenizer.json")
    old, new = tokenizer.get_vocab(), Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert {piece: new.token_to_id(piece) for piece in old} == old
    assert [new.token_to_id(piece) for piece in pieces] == list(range(len(old), len(old) + 100))
    assert new.get_vocab_size() == len(old) + 100


def test_the_file_is_usable_and_neither_cuts_nor_pads(weights: Path, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(weights)
    pieces = train_pieces(tokenizer, FOREIGN, 100)
    extend_tokenizer(weights / "tokenizer.json", pieces, tmp_path / "tokenizer.json")
    content = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf8"))
    assert content["truncation"] is content["padding"] is None
    new = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    text = " ".join(FOREIGN)
    assert len(new.encode(text).ids) > 256
    assert len(new.encode(FOREIGN[0]).ids) < len(tokenizer.encode(FOREIGN[0]).ids)
    assert "[UNK]" not in new.encode(text).tokens


# -- where embeddings start ----------------------------------------------------------------------


def test_a_piece_starts_from_the_mean_of_its_old_pieces(weights: Path) -> None:
    tokenizer = load_tokenizer(weights)
    old = torch.randn(tokenizer.get_vocab_size(), 6)
    bridges, unknown = (tokenizer.token_to_id(piece) for piece in ("bridges", "[UNK]"))
    starts = mean_of_old_pieces(old, tokenizer, ["bridges", "##bridges", "日", "##"])
    torch.testing.assert_close(starts[0], old[bridges])
    torch.testing.assert_close(starts[1], old[bridges])
    torch.testing.assert_close(starts[2], old[unknown])
    torch.testing.assert_close(starts[3], old.mean(0))  # nothing is left of it


def table(*texts: list[int]) -> TokenTable:
    offsets = np.cumsum([0, *map(len, texts)])
    return TokenTable(np.concatenate(texts).astype(np.int32), offsets)


def test_a_piece_starts_from_the_english_pieces_that_it_goes_with() -> None:
    """Six sentences; new piece 5 is in all, with old 1 in all and old 2 twice in four of them."""
    old = torch.eye(5)
    english = table([1, 2, 2], [1, 2], [1, 2], [1, 2], [1], [1], [3], [3])
    foreign = table([5], [5, 5], [5], [5], [5], [5], [6], [6, 0])
    fallback = torch.full((2, 5), 7.0)
    starts = align_with_english(old, fallback, english, foreign)
    dice = np.array([2 * 6 / (6 + 6 + 5), 2 * 4 / (4 + 6 + 5)])
    shares = dice**2 / (dice**2).sum()
    torch.testing.assert_close(
        starts[0], torch.tensor([0, shares[0], shares[1], 0, 0], dtype=torch.float32)
    )
    # piece 6 is there twice: too rarely to say
    assert starts[1].tolist() == [7.0] * 5


def test_only_the_best_aligned_pieces_count() -> None:
    old = torch.eye(7)
    english = table(*[[0, 1, 2, 3, 4, 5, 6][: 7 - number // 2] for number in range(10)])
    foreign = table(*[[7]] * 10)
    (start,) = align_with_english(old, torch.zeros(1, 7), english, foreign)
    assert torch.nonzero(start).ravel().tolist() == [0, 1, 2, 3]
    assert float(start.sum()) == pytest.approx(1)


def test_embeddings_grow_and_old_rows_stay(weights: Path) -> None:
    body = load_body(weights, "eager")
    before = body.embeddings.word_embeddings.weight.detach().clone()
    grow_embeddings(body, torch.full((3, before.shape[1]), 0.25))
    grown = body.embeddings.word_embeddings.weight
    assert torch.equal(grown[: len(before)], before)
    assert (grown[len(before) :] == 0.25).all()
    assert body.config.vocab_size == len(before) + 3


def test_a_student_is_the_teacher_with_more_pieces(
    data: Path, weights: Path, tmp_path: Path
) -> None:
    write_pairs(tmp_path, select_pairs(data, seed=0))
    build_student(data, tmp_path, weights, 200, tmp_path / "start")
    old, new = load_body(weights, "eager").state_dict(), load_body(tmp_path / "start", "eager")
    name = "embeddings.word_embeddings.weight"
    words, count = new.state_dict()[name], len(old[name])
    assert len(words) == count + 200 == new.config.vocab_size
    assert torch.equal(words[:count], old.pop(name))
    assert all(torch.equal(weight, new.state_dict()[other]) for other, weight in old.items())
    tokenizer = load_tokenizer(tmp_path / "start")
    assert tokenizer.get_vocab_size() == len(words)
    # a new piece starts nearer to the English word that it translates than to others
    barcos, boats, clocks = (
        words[tokenizer.token_to_id(piece)] for piece in ("barcos", "boats", "clocks")
    )
    cosine = torch.nn.functional.cosine_similarity
    assert cosine(barcos, boats, dim=0) > cosine(barcos, clocks, dim=0) + 0.3
