"""The script that trains without the project: the same model, the same loss, the same batches."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from support.tiny import text_of, write_weights
from training import gpu_losses, gpu_measure, gpu_model, reader_gpu
from training.encoder_student import load_body
from training.reader_data import Example
from training.reader_model import Reader, load_reader_tokenizer, span_loss, tokenize_examples
from training.reader_packed import Pool, place, write_packed

CPU = torch.device("cpu")


def example_of(numbers: range, asked: int | None, above: str = "") -> Example:
    context = text_of("en", numbers)
    words = " ".join(text_of("en", [asked]).split()[4:6]) if asked is not None else ""
    start = context.index(words)
    return Example("How many lamps?", context, start, start + len(words), "test", above=above)


EXAMPLES = [
    example_of(range(3), 1),
    example_of(range(2), None),
    example_of(range(6), 0, "boats"),
    example_of(range(4), 3, "lamps"),
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Reader]:
    folder = write_weights(tmp_path_factory.mktemp("weights"))
    torch.manual_seed(0)
    return folder, Reader(load_body(folder, "eager")).eval()


def weights_of(reader: Reader) -> dict[str, torch.Tensor]:
    state = {name.removeprefix("body."): value for name, value in reader.state_dict().items()}
    return {name: value for name, value in state.items() if not name.endswith("position_ids")}


@pytest.fixture(scope="module")
def packed(reader: tuple[Path, Reader]) -> dict[str, np.ndarray]:
    pool = Pool(load_reader_tokenizer(reader[0]))
    pool.prepare(text for one in EXAMPLES for text in (one.question, one.context, one.above))
    rows = [place(pool, one, ((one.start, one.end),)) for one in EXAMPLES]
    table = [[*row.numbers, *row.answers[0], 0, 0] for row in rows if row]
    ids, lengths = pool.arrays()
    return {"ids": ids, "lengths": lengths, "trained": np.array(table, np.int32)}


def test_rows_are_laid_out_as_the_project_does(
    reader: tuple[Path, Reader], packed: dict[str, np.ndarray]
) -> None:
    theirs = tokenize_examples(load_reader_tokenizer(reader[0]), EXAMPLES)
    rows, kept = gpu_model.lay_out(packed, packed["trained"], CPU)
    assert kept.tolist() == [0, 1, 2, 3]
    for row in range(4):
        begin = int(rows.offsets[row])
        ids = rows.ids[begin : begin + int(rows.lengths[row])]
        assert ids.tolist() == theirs.ids[theirs.offsets[row] : theirs.offsets[row + 1]].tolist()
    for mine, name in (("starts", "starts"), ("ends", "ends"), ("question_ends", "question_ends"),
                       ("passage_starts", "context_starts")):  # fmt: skip
        assert rows.fields[mine].tolist() == getattr(theirs, name).tolist()


def test_the_model_and_the_loss_are_those_of_the_project(
    reader: tuple[Path, Reader], packed: dict[str, np.ndarray]
) -> None:
    folder, ours = reader
    batch = tokenize_examples(load_reader_tokenizer(folder), EXAMPLES).batch(range(4), CPU)
    rows, _ = gpu_model.lay_out(packed, packed["trained"], CPU)
    theirs = gpu_model.Reader(weights_of(ours), 0.0).eval()
    somewhere = torch.zeros(4, dtype=torch.bool)
    with torch.no_grad():
        wanted = ours(batch["ids"], batch["mask"], batch["types"])
        mine = rows.batch(np.arange(4))
        scores = theirs(mine)
        loss = gpu_losses.span_loss(scores, mine, somewhere)
        wanted_loss = span_loss(ours, batch, bf16=False)
    assert float(loss) == pytest.approx(float(wanted_loss), abs=1e-5)
    passage = (batch["types"] - batch["above"]).bool()
    width = passage.shape[1]
    assert torch.allclose(scores[:, :, :width][:, passage], wanted[:, passage], atol=1e-5)


def rows_to_train(packed: dict[str, np.ndarray]) -> gpu_model.Rows:
    rows, _ = gpu_model.lay_out(packed, packed["trained"], CPU)
    rows.fields["somewhere"] = torch.zeros(4, dtype=torch.bool)
    return rows


def trained_weights(
    trained: gpu_model.Reader, start: dict[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    return {gpu_model.WORDS: start[gpu_model.WORDS], **trained.weights()}


def test_a_run_learns_and_gives_all_weights_back(
    reader: tuple[Path, Reader], packed: dict[str, np.ndarray]
) -> None:
    weights = weights_of(reader[1])
    rows = rows_to_train(packed)
    recipe = reader_gpu.Recipe("test", 60.0, 2e-3, 1, tokens=512, dropout=0.0, steps=60)
    kinds = np.zeros(4, np.int64)
    trained = reader_gpu.train(recipe, weights, rows, kinds, ["test"])
    batch = rows.batch(np.arange(4))
    somewhere = batch["somewhere"]
    with torch.no_grad():
        before = gpu_losses.span_loss(gpu_model.Reader(weights, 0.0)(batch), batch, somewhere)
        after = gpu_losses.span_loss(trained(batch), batch, somewhere)
        taught = gpu_losses.taught_loss(trained(batch), batch, somewhere, [trained])
        entropy = -(trained(batch).softmax(2) * trained(batch).log_softmax(2)).sum(2).mean()
    assert float(after) < 0.5 * float(before)
    assert float(taught) == pytest.approx(float(entropy), abs=1e-5)
    again = replace(recipe, taught=0.6, steps=3)
    assert reader_gpu.train(again, trained_weights(trained, weights), rows, kinds, ["test"],
                            [trained, trained])  # fmt: skip
    twice = replace(recipe, dropout=0.2, twice=0.5, steps=3)
    assert reader_gpu.train(twice, weights, rows, kinds, ["test"])
    upper = reader_gpu.train(replace(recipe, steps=3, frozen=1), weights, rows, kinds, ["test"])
    for name, weight in upper.weights().items():
        below = name.startswith(("embeddings.", "encoder.layer.0."))
        assert torch.equal(weight, weights[name]) == below, name
    assert set(trained.weights()) == set(weights) - {gpu_model.WORDS}
    table = np.full((4, 12), -2, np.int32)
    table[:, :5], table[:, 11] = packed["trained"][:, :5], 0
    figures = gpu_measure.measure(trained, rows, table, ["aside test"])
    assert figures["aside test"][:3] == [100.0, 100.0, 1.0]


def test_a_reminder_keeps_what_the_teacher_thinks(
    reader: tuple[Path, Reader], packed: dict[str, np.ndarray]
) -> None:
    weights = weights_of(reader[1])
    rows = rows_to_train(packed)
    rows.fields["reminder"] = torch.tensor([False, False, True, True])
    teacher = gpu_model.Reader(weights, 0.0).eval()
    recipe = reader_gpu.Recipe(
        "test", 60.0, 2e-3, 1, tokens=512, dropout=0.0, steps=40, frozen=1, reminded=1.0
    )
    batch = rows.batch(np.arange(4))
    with torch.no_grad():
        loss = gpu_losses.reminded_loss(teacher, batch, [teacher], frozen=1, share=1.0)
        scores = teacher(batch)
        losses = gpu_losses.span_losses(scores, batch, batch["somewhere"])
        entropy = -(scores.softmax(2) * scores.log_softmax(2)).sum(2)
    wanted = torch.cat([losses[:, :2], entropy[:, 2:]], dim=1).mean()
    assert float(loss) == pytest.approx(float(wanted), abs=1e-5)
    trained = reader_gpu.train(
        recipe, weights, rows, np.zeros(4, np.int64), ["test"], [teacher.requires_grad_(False)]
    )
    with torch.no_grad():
        after = trained(batch)
        learned = gpu_losses.span_losses(after, batch, batch["somewhere"])
    moved = (after.softmax(2) - scores.softmax(2)).abs().sum(2)
    assert float(learned[:, :2].mean()) < 0.5 * float(losses[:, :2].mean())
    assert float(moved[:, 2:].mean()) < 0.3 * float(moved[:, :2].mean())


def test_a_teacher_has_the_lower_half_of_the_start(
    reader: tuple[Path, Reader], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_gpu, "UPPER", 1)
    start = weights_of(reader[1])
    other = {
        name: value + 0.5 * name.startswith("encoder.layer.1.") for name, value in start.items()
    }
    for name, weights in (("upper", other), ("lower", {k: v + 0.5 for k, v in start.items()})):
        arrays = {key: value.numpy() for key, value in weights.items()}
        write_packed(tmp_path / f"{name}.xz", arrays)
    back = reader_gpu.read_teacher(tmp_path / "upper.xz", start)
    assert all(torch.equal(back[name], other[name]) for name in other)
    with pytest.raises(ValueError, match="differ in embeddings"):
        reader_gpu.read_teacher(tmp_path / "lower.xz", start)


def test_arrays_and_weights_come_back_as_they_were_written(
    reader: tuple[Path, Reader], tmp_path: Path
) -> None:
    arrays = {"one": np.arange(6, dtype=np.int32).reshape(2, 3), "two": np.array([1.5])}
    write_packed(tmp_path / "x.xz", arrays)
    back = gpu_model.read_packed(tmp_path / "x.xz")
    assert all((back[name] == arrays[name]).all() for name in arrays)
    weights = weights_of(reader[1])
    gpu_model.write_weights(weights, tmp_path, "a")
    content = (tmp_path / "a.0").read_bytes()
    head = json.loads(content.partition(b"\n")[0])
    assert {name.partition("|")[0] for name in head} == set(weights) - {gpu_model.WORDS}


def test_batches_hold_every_row_once_and_no_more_tokens_than_allowed() -> None:
    lengths = np.random.default_rng(0).integers(20, 320, 500)
    batches = list(gpu_model.plan_epoch(lengths, np.arange(500), 2_048, np.random.default_rng(1)))
    assert sorted(row for batch in batches for row in batch.tolist()) == list(range(500))
    for batch in batches:
        assert len(batch) * (-(-lengths[batch].max() // 16) * 16) <= 2_048


def test_figures_of_spans() -> None:
    assert gpu_measure.overlap([1, 2, 3], [2, 3, 4]) == pytest.approx(2 / 3)
    assert gpu_measure.overlap([1], [2]) == 0.0
    assert gpu_measure.auroc(np.array([3.0, 2.0]), np.array([1.0, 2.5])) == 0.75
    scores = torch.full((2, 1, 6), 0.0)
    scores[0, 0, 3], scores[1, 0, 4], scores[0, 0, 1] = 5.0, 4.0, 9.0
    first, last, margin = gpu_measure.best_spans(scores, torch.tensor([2]))
    assert (int(first), int(last), float(margin)) == (3, 4, 9.0)


def test_kinds_are_drawn_as_often_as_their_share() -> None:
    kinds = np.array([0] * 1_000 + [1] * 1_000 + [2] * 10)
    drawn = gpu_model.draw_rows(kinds, np.array([0.5, 2.0, 0.0]), np.random.default_rng(0))
    counts = np.bincount(kinds[drawn], minlength=3)
    assert 400 < counts[0] < 600
    assert counts[1:].tolist() == [2_000, 0]


def test_two_readings_differ_by_the_mean_of_both_divergences() -> None:
    one = torch.tensor([[[0.2, 0.3, 0.5]], [[0.5, 0.25, 0.25]]]).log()
    other = torch.tensor([[[0.2, 0.5, 0.3]], [[0.5, 0.25, 0.25]]]).log()
    there = 0.3 * np.log(0.3 / 0.5) + 0.5 * np.log(0.5 / 0.3)
    assert float(gpu_losses.difference(one, one)) == 0
    # The scores of the last tokens are the same; a divergence is a mean over first and last.
    assert float(gpu_losses.difference(one, other)) == pytest.approx(there / 2, abs=1e-6)
