"""Stage 1: its texts, its batches, its loss."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import torch

from support.tiny import WIDTH, text_of, write_weights
from training.encoder_data import Pair
from training.encoder_distil import (
    CONTRAST_SCALE,
    CONTRAST_WEIGHT,
    DistilBatch,
    distil_loss,
    load_distil_set,
    plan_batches,
)
from training.encoder_student import PASSAGE_PROMPT, Student, load_body, load_tokenizer, padded
from training.encoder_teacher import write_pairs

CPU = torch.device("cpu")


# -- batches -------------------------------------------------------------------------------------


def lengths_of(count: int) -> list[int]:
    chance = random.Random(1)
    return [chance.randint(2, 60) for _ in range(count)]


def test_a_batch_has_one_width_and_each_width_one_size_within_the_tokens() -> None:
    lengths = lengths_of(3000)
    sizes: dict[int, set[int]] = defaultdict(set)
    for batch in plan_batches(lengths, 40, 300, seed=0):
        (width,) = {padded(lengths[row]) for row in batch}
        sizes[width].add(len(batch))
    assert sizes == {width: {300 // width} for width in (4, 8, 12, 16, 20, 24, 28, 32, 40)}


def test_each_text_is_in_one_batch_but_for_long_ones_and_rests() -> None:
    lengths = lengths_of(3000)
    rows = [row for batch in plan_batches(lengths, 40, 300, seed=0) for row in batch]
    assert len(rows) == len(set(rows))
    left = set(range(3000)) - set(rows)
    assert {row for row in range(3000) if lengths[row] > 40} <= left
    rests: dict[int, int] = defaultdict(int)
    for row in left:
        if lengths[row] <= 40:
            rests[padded(lengths[row])] += 1
    assert rests
    assert all(count < 300 // width for width, count in rests.items())


def test_batches_follow_from_the_seed_and_are_mixed() -> None:
    lengths = lengths_of(3000)
    batches = plan_batches(lengths, 40, 300, seed=0)
    assert batches == plan_batches(lengths, 40, 300, seed=0) != plan_batches(lengths, 40, 300, 1)
    widths = [padded(lengths[batch[0]]) for batch in batches]
    assert widths != sorted(widths)


def test_a_batch_has_two_texts_however_long() -> None:
    """One alone has nothing to be told apart from."""
    assert [sorted(batch) for batch in plan_batches([200, 200], 256, 100, seed=0)] == [[0, 1]]


def test_texts_that_fill_no_batch_are_an_error() -> None:
    """Training over no batch ended at once, and wrote what it started from."""
    with pytest.raises(SystemExit) as caught:
        plan_batches([10] * 5, 40, 6000, seed=0)
    assert str(caught.value) == "5 texts fill no batch of 6000 tokens; lower --batch-tokens"


# -- texts and targets ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 sentences in two languages; the target of row n is n / 8 in every place."""
    folder = tmp_path_factory.mktemp("pairs")
    write_pairs(
        folder,
        [
            Pair(text_of("en", [number]), text_of(language, [number]), language, "tatoeba")
            for language in ("fr", "nl")
            for number in range(40)
        ],
    )
    targets = np.repeat(np.arange(40, dtype=np.float16)[:, None] / 8, WIDTH, axis=1)
    np.save(folder / "targets.npy", targets)
    return folder


def test_both_sides_have_the_target_of_the_english(pairs: Path, weights: Path) -> None:
    texts = load_distil_set(pairs, weights, seed=0)
    tokenizer = load_tokenizer(weights)
    english = sorted((text_of("en", [number]) for number in range(40)), key=lambda t: (len(t), t))
    assert len(texts.tokens) == len(texts.target_rows)
    for row, target in enumerate(texts.target_rows[:80].tolist()):
        number, language = row % 40, ("fr", "nl")[row // 40]
        assert english[target] == text_of("en", [number])
        assert (
            ids_of(texts.tokens, row)
            == tokenizer.encode(PASSAGE_PROMPT + text_of(language, [number])).ids
        )
    chosen = texts.target_rows[80:].tolist()
    assert chosen == sorted(set(chosen))
    assert 10 <= len(chosen) <= 20  # a quarter of 80 pairs, each English once
    for row, target in enumerate(chosen, start=80):
        assert ids_of(texts.tokens, row) == tokenizer.encode(PASSAGE_PROMPT + english[target]).ids
    batch = texts.batch([3, 81], CPU)
    expected = texts.target_rows[[3, 81]] / 8
    assert batch.targets[:, 0].tolist() == expected.tolist()
    assert batch.targets.dtype == torch.float32
    assert batch.target_rows.tolist() == texts.target_rows[[3, 81]].tolist()


def ids_of(table: object, row: int) -> list[int]:
    return table.ids[table.offsets[row] : table.offsets[row + 1]].tolist()  # type: ignore[attr-defined]


def test_the_seed_chooses_the_english_texts(pairs: Path, weights: Path) -> None:
    first, again, other = (
        load_distil_set(pairs, weights, seed).target_rows.tolist() for seed in (0, 0, 1)
    )
    assert first == again != other


# -- the loss ------------------------------------------------------------------------------------


class Fixed(Student):
    """A student that gives the vectors that it was given."""

    def __init__(self, vectors: list[list[float]]) -> None:
        torch.nn.Module.__init__(self)
        self.vectors = torch.tensor(vectors)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.vectors


def batch_of(targets: list[list[float]], rows: list[int]) -> DistilBatch:
    nothing = torch.zeros(len(rows), 4, dtype=torch.int64)
    return DistilBatch(nothing, nothing, torch.tensor(targets), torch.tensor(rows))


def test_the_loss_is_that_of_the_formula() -> None:
    """Two texts at right angles; the first target has length 5, and stands between both."""
    loss = distil_loss(
        Fixed([[1.0, 0.0], [0.0, 1.0]]), batch_of([[3.0, 4.0], [0.0, 1.0]], [0, 1]), bf16=False
    )
    # cosines: [[0.6, 0.0], [0.8, 1.0]]
    distance = 1 - (0.6 + 1.0) / 2
    first = np.log(1 + np.exp(CONTRAST_SCALE * (0.0 - 0.6)))
    second = np.log(1 + np.exp(CONTRAST_SCALE * (0.8 - 1.0)))
    assert (CONTRAST_SCALE, CONTRAST_WEIGHT) == (20, 0.3)
    assert float(loss) == pytest.approx(distance + 0.3 * (first + second) / 2, abs=1e-6)


def test_the_same_english_is_not_a_wrong_answer() -> None:
    vectors = [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]
    targets = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    loss = distil_loss(Fixed(vectors), batch_of(targets, [4, 4, 7]), bf16=False)
    contrast = [
        np.log(1 + np.exp(-20.0)),
        np.log(1 + np.exp(20 * (0.6 - 0.8))),
        np.log(1 + 2 * np.exp(-20.0)),
    ]
    expected = 1 - (1 + 0.8 + 1) / 3 + 0.3 * sum(contrast) / 3
    assert float(loss) == pytest.approx(expected, abs=1e-6)


def test_a_student_at_its_targets_has_nothing_to_learn(weights: Path, pairs: Path) -> None:
    student = Student(load_body(weights, "eager"))
    batch = load_distil_set(pairs, weights, seed=0).batch(range(8), CPU)
    with torch.no_grad():
        vectors = student(batch.ids, batch.mask)
    at_target = DistilBatch(batch.ids, batch.mask, 3 * vectors, batch.target_rows)
    away = DistilBatch(batch.ids, batch.mask, -vectors, batch.target_rows)
    for bf16, tolerance in ((False, 1e-5), (True, 0.02)):
        with torch.no_grad():
            near = float(distil_loss(student, at_target, bf16=bf16))
            assert near < float(distil_loss(student, away, bf16=bf16)) - 1.9
        cosines = vectors @ vectors.T
        labels = torch.arange(8)
        contrast = float(torch.nn.functional.cross_entropy(20 * cosines, labels))
        assert near == pytest.approx(0.3 * contrast, abs=tolerance)
