"""Tokens in, unit vectors out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from support.tiny import WIDTH, text_of, write_weights
from training.encoder_student import (
    MAX_LENGTH,
    Student,
    TokenTable,
    load_body,
    load_tokenizer,
    padded,
    save_student,
    tokenize,
)

TEXTS = ["", text_of("en", [1]), text_of("en", range(5)), "bridges"]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights"))


@pytest.mark.parametrize(
    ("length", "width"),
    [(1, 4), (4, 4), (5, 8), (29, 32), (32, 32), (33, 40), (40, 40), (250, 256), (256, 256)],
)
def test_lengths_are_padded_to_few_widths(length: int, width: int) -> None:
    assert padded(length) == width


def test_a_table_holds_each_text_whole() -> None:
    table = TokenTable(
        np.array([2, 5, 3, 2, 3, 2, 6, 7, 3], dtype=np.int32), np.array([0, 3, 5, 9])
    )
    assert len(table) == 3
    assert table.lengths.tolist() == [3, 2, 4]
    taken = table.take([2, 0, 2])
    assert taken.ids.tolist() == [2, 6, 7, 3, 2, 5, 3, 2, 6, 7, 3]
    assert taken.offsets.tolist() == [0, 4, 7, 11]
    ids, mask = table.pad([1, 2])
    assert ids.tolist() == [[2, 3, 0, 0], [2, 6, 7, 3]]
    assert mask.tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]
    assert ids.dtype == mask.dtype == torch.int64


@pytest.mark.parametrize("slice_size", [1, 3, 100])
def test_texts_are_tokenized_in_order(weights: Path, slice_size: int) -> None:
    tokenizer = load_tokenizer(weights)
    table = tokenize(tokenizer, TEXTS, slice_size)
    for row, text in enumerate(TEXTS):
        ids = table.ids[table.offsets[row] : table.offsets[row + 1]].tolist()
        assert ids == tokenizer.encode(text).ids
    assert table.lengths[0] == 2  # <s> and </s>


def test_a_tokenizer_cuts_where_it_is_told_and_never_pads(weights: Path) -> None:
    """The file says 128 tokens, and to pad to them."""
    long = text_of("en", range(100))
    assert len(load_tokenizer(weights).encode(long).ids) == MAX_LENGTH == 256
    assert len(load_tokenizer(weights, 12).encode(long).ids) == 12
    assert len(load_tokenizer(weights).encode("").ids) == 2


def test_vectors_have_unit_length_and_do_not_depend_on_padding(weights: Path) -> None:
    student, table = Student(load_body(weights, "eager")), tokenize(load_tokenizer(weights), TEXTS)
    with torch.no_grad():
        together = student(*table.pad(range(len(TEXTS))))
        alone = torch.cat([student(*table.pad([row])) for row in range(len(TEXTS))])
    assert (together.shape, together.dtype) == ((len(TEXTS), WIDTH), torch.float32)
    torch.testing.assert_close(together.norm(dim=1), torch.ones(len(TEXTS)))
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    assert float(together[1] @ together[2]) < 0.999


def test_both_forms_of_attention_give_the_same(weights: Path) -> None:
    table = tokenize(load_tokenizer(weights), TEXTS)
    with torch.no_grad():
        eager, sdpa = (
            Student(load_body(weights, name))(*table.pad(range(len(TEXTS))))
            for name in ("eager", "sdpa")
        )
    torch.testing.assert_close(eager, sdpa, atol=1e-5, rtol=0)


def test_there_is_no_chance_in_training(weights: Path) -> None:
    student = Student(load_body(weights, "eager")).train()
    batch = tokenize(load_tokenizer(weights), TEXTS).pad([1, 2])
    assert torch.equal(student(*batch), student(*batch))


def test_what_is_saved_is_loaded(weights: Path, tmp_path: Path) -> None:
    body = load_body(weights, "eager")
    save_student(tmp_path / "saved", body, weights / "tokenizer.json")
    again = load_file(tmp_path / "saved" / "model.safetensors")
    assert again.keys() == body.state_dict().keys()
    assert all(torch.equal(weight, again[name]) for name, weight in body.state_dict().items())
    ours, theirs = (
        json.loads((folder / "tokenizer.json").read_text(encoding="utf8"))
        for folder in (weights, tmp_path / "saved")
    )
    assert ours == theirs
