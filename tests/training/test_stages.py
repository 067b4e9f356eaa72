"""Every stage of training/encoder.py and training/reader.py, as a user runs them, on tiny data."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from seedqa.index.encoder import ShippedEncoder, load_encoder
from seedqa.index.runtime import compile_model
from support.stages import ENVIRONMENT, ROOT, Stages
from support.tiny import WIDTH, text_of, write_data, write_teacher, write_weights
from training.encoder_student import PASSAGE_PROMPT, Student, load_body, load_tokenizer, tokenize
from training.encoder_teacher import read_pairs
from training.reader_data import Example, is_set_aside, read_rows
from training.reader_model import load_reader, tokenize_examples

#: What every stage that trains is told here: the same numbers whenever it runs.
EXACT = ("--float32", "--threads", 1, "--device", "cpu")
DISTIL = ("--batch-tokens", 256, "--steps", 40, *EXACT)
READER = ("--batch-tokens", 512, "--steps", 12, "--epochs", 1, *EXACT)


@pytest.fixture(scope="module")
def stages() -> Iterator[Stages]:
    with Stages() as running:
        yield running


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def work(
    stages: Stages, data: Path, weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A working folder after the stages that come before training."""
    folder = tmp_path_factory.mktemp("work")
    teacher = write_teacher(weights, folder / "teacher")
    stages.run("encoder", "select", "--data", data, "--work", folder)
    stages.run("encoder", "teach", "--work", folder, "--teacher", teacher)
    packed = weights.with_suffix(".bin")
    stages.run("encoder", "start", "--data", data, "--work", folder, "--packed", packed)
    return folder


@pytest.fixture(scope="module")
def stage1(stages: Stages, work: Path) -> Path:
    stages.run("encoder", "distil", "--work", work, *DISTIL)
    return work / "stage1"


@pytest.fixture(scope="module")
def stage2(stages: Stages, data: Path, work: Path, stage1: Path) -> Path:
    options = ("--batch-tokens", 256, "--steps", 4, *EXACT)
    said = stages.run("encoder", "tune", "--data", data, "--work", work, *options)
    assert "examples, " in said
    return work / "stage2"


def run_script(script: str, *arguments: object, seed: int = 1) -> subprocess.CompletedProcess[str]:
    """Run a script of training/ as from a shell."""
    return subprocess.run(
        [sys.executable, "-m", f"training.{script}", *map(str, arguments)],
        cwd=ROOT,
        env=ENVIRONMENT | {"PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=False,
    )


def assert_same_weights(ours: Path, theirs: Path) -> None:
    first, second = (load_file(folder / "model.safetensors") for folder in (ours, theirs))
    assert first.keys() == second.keys()
    assert all(torch.equal(weight, second[name]) for name, weight in first.items())


# -- the encoder ---------------------------------------------------------------------------------


def test_select_chooses_the_same_in_every_process(work: Path, data: Path, tmp_path: Path) -> None:
    done = run_script("encoder", "select", "--data", data, "--work", tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[0] == f"528 pairs in {tmp_path / 'parallel'}"
    for name in ("parallel/pairs.json", "parallel/english.json", "long/pairs.json"):
        assert (tmp_path / name).read_bytes() == (work / name).read_bytes()


def test_teach_gives_every_english_text_a_vector(work: Path) -> None:
    teacher = load_encoder(str(work / "teacher"))
    for name in ("parallel", "long"):
        english, _ = read_pairs(work / name)
        targets = np.load(work / name / "targets.npy")
        assert targets.shape == (len(english), WIDTH)
        np.testing.assert_allclose(np.linalg.norm(targets.astype(np.float32), axis=1), 1, atol=1e-2)
        rows = [0, len(english) // 2, len(english) - 1]
        expected = teacher.encode_passages([english[row] for row in rows])
        np.testing.assert_allclose(targets[rows], expected, atol=2e-3)


def test_distil_draws_translations_to_their_targets(work: Path, stage1: Path) -> None:
    _, pairs = read_pairs(work / "parallel")
    targets = np.load(work / "parallel" / "targets.npy")[[pair[0] for pair in pairs]]
    cosines = []
    for folder in (work / "start", stage1):
        texts = [PASSAGE_PROMPT + pair[1] for pair in pairs]
        table = tokenize(load_tokenizer(folder), texts)
        with torch.no_grad():
            vectors = Student(load_body(folder, "eager"))(*table.pad(range(len(pairs)))).numpy()
        cosines.append(float((vectors * targets).sum(1).mean()))
    assert cosines[1] > cosines[0] + 0.02


def test_distil_goes_on_after_it_was_killed(stages: Stages, work: Path, stage1: Path) -> None:
    command = ("encoder", "distil", "--work", work, "--name", "killed", *DISTIL)
    checkpoint = work / "killed" / "checkpoint.pt"
    stages.kill(*command, "--checkpoint-every", 0, when=checkpoint)
    assert not (work / "killed" / "model.safetensors").exists()
    said = stages.run("encoder", "snapshot", "--work", work, "--name", "killed",
                      "--out", work / "snapshot")  # fmt: skip
    assert f"wrote {work / 'snapshot'}, after " in said
    load_body(work / "snapshot", "eager")
    other = stages.run(*command, "--resume", "--texts", "long", status=1)
    assert other.strip().splitlines()[-1].startswith(f"{checkpoint} was made with {{")
    stages.run(*command, "--resume")
    assert_same_weights(work / "killed", stage1)


def test_tune_gives_a_model_of_the_same_form(stage1: Path, stage2: Path) -> None:
    assert {path.name for path in stage2.iterdir()} == {path.name for path in stage1.iterdir()}
    before, after = (load_file(folder / "model.safetensors") for folder in (stage1, stage2))
    assert all(weight.shape == after[name].shape for name, weight in before.items())
    assert sum(not torch.equal(weight, after[name]) for name, weight in before.items()) > 30


def test_average_export_and_restore(stages: Stages, work: Path, stage1: Path, stage2: Path) -> None:
    stages.run("encoder", "average", stage1, stage2, stage2, "--out", work / "mean")
    # random weights, far larger than trained ones, lose more in 8 bits than those that ship
    stages.run("encoder", "export", work / "mean", "--out", work / "shipped", "--body", "half")
    shipped = ShippedEncoder(work / "shipped")
    shipped.verify()
    texts = [text_of(language, range(3)) for language in ("en", "fr", "nl")]
    table = tokenize(load_tokenizer(work / "mean"), [PASSAGE_PROMPT + text for text in texts])
    with torch.no_grad():
        ours = Student(load_body(work / "mean", "eager"))(*table.pad(range(3))).numpy()
    assert (shipped.encode_passages(texts) * ours).sum(1).min() >= 0.9995
    stages.run("encoder", "restore", work / "shipped", "--out", work / "restored")
    # what was restored can be trained on
    options = ("--start", "restored", "--name", "further", "--batch-tokens", 256, "--steps", 2)
    stages.run("encoder", "distil", "--work", work, *options, *EXACT)
    load_body(work / "further", "eager")
    refused = stages.run("encoder", "restore", work / "teacher", "--out", work / "no", status=1)
    assert refused.splitlines() == [
        f"{work / 'teacher' / 'model.onnx'}: no table of words in 8 bits: not written by export"
    ]


# -- the reader ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(data: Path, weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    options = ("--data", data, "--work", folder, "--encoder", weights)
    done = run_script("reader", "prepare", *options)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "piaf: " in done.stderr
    return folder


@pytest.fixture(scope="module")
def reader(stages: Stages, prepared: Path, weights: Path) -> Path:
    stages.run("reader", "train", "--work", prepared, "--encoder", weights, *READER)
    return prepared / "reader"


def test_prepare_makes_the_same_in_every_process(
    stages: Stages, data: Path, weights: Path, prepared: Path, tmp_path: Path
) -> None:
    stages.run("reader", "prepare", "--data", data, "--work", tmp_path, "--encoder", weights)
    ours, theirs = (
        json.loads((folder / "examples.json").read_text(encoding="utf8"))
        for folder in (tmp_path, prepared)
    )
    assert ours == theirs
    kinds = {row["kind"] for row in ours}
    assert {"cloze", "negative", "swapped", "removed", "crossed", "en-it", "piaf"} <= kinds


def test_prepare_uses_no_question_of_the_dev_part_or_set_aside(data: Path, prepared: Path) -> None:
    aside = [row for row in read_rows(data, "train") if is_set_aside(row)]
    assert 4 <= len(aside) <= 12
    kept_out = [row.context for row in [*aside, *read_rows(data, "dev")]]
    examples = json.loads((prepared / "examples.json").read_text(encoding="utf8"))
    for context in {row["context"] for row in examples}:
        assert not any(context in other for other in kept_out)


def test_train_goes_on_after_it_was_killed(
    stages: Stages, prepared: Path, weights: Path, reader: Path, tmp_path: Path
) -> None:
    where = ("--work", prepared, "--encoder", weights, "--name", "killed")
    checkpoint = prepared / "killed" / "checkpoint.pt"
    stages.kill("reader", "train", *where, *READER, "--checkpoint-every", 0, when=checkpoint)
    assert not (prepared / "killed" / "model.safetensors").exists()
    said = stages.run("reader", "snapshot", *where, "--out", tmp_path / "snapshot")
    assert f"wrote {tmp_path / 'snapshot'}, after " in said
    load_reader(tmp_path / "snapshot", load_body(tmp_path / "snapshot", "eager"))
    stages.run("reader", "train", *where, *READER, "--resume")
    assert_same_weights(prepared / "killed", reader)


def test_train_takes_the_share_of_each_kind(stages: Stages, prepared: Path, weights: Path) -> None:
    where = ("--work", prepared, "--encoder", weights, "--name", "shares", *READER)
    rows = json.loads((prepared / "examples.json").read_text(encoding="utf8"))
    kinds = Counter(row["kind"] for row in rows)
    said = stages.run("reader", "train", *where, "--shares", "piaf=2", "crossed=1")
    assert f"of {2 * kinds['piaf'] + kinds['crossed']} examples" in said


def test_train_settles_what_is_known_of_sentences_first(
    stages: Stages, prepared: Path, weights: Path, reader: Path
) -> None:
    where = ("--work", prepared, "--encoder", weights, "--name", "settled", *READER, "--settle")
    said = stages.run("reader", "train", *where, "--start", reader)
    assert re.search(r"settled [1-9]\d* of \d+$", said, re.MULTILINE)
    assert (prepared / "settled" / "model.safetensors").exists()
    refused = stages.run("reader", "train", *where, status=1)
    assert "--settle asks the reader of --start, and none was given" in refused


def test_train_leaves_the_table_of_words_as_it_is(weights: Path, reader: Path) -> None:
    before, after = (load_file(folder / "model.safetensors") for folder in (weights, reader))
    name = "embeddings.word_embeddings.weight"
    assert torch.equal(before.pop(name), after[name])
    assert sum(not torch.equal(weight, after[other]) for other, weight in before.items()) > 30


@torch.no_grad()
def test_export_gives_the_scores_of_torch(stages: Stages, reader: Path, tmp_path: Path) -> None:
    stages.run("reader", "export", reader, "--out", tmp_path)
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf8"))
    assert (config["name"], config["max_length"]) == ("seedqa-reader", 320)
    examples = [Example("How many?", text_of("en", range(count)), 0, 0, "") for count in (2, 9)]
    batch = tokenize_examples(load_tokenizer(reader), examples).batch([0, 1], torch.device("cpu"))
    inputs = {"input_ids": "ids", "attention_mask": "mask", "token_type_ids": "types"}
    expected = load_reader(reader, load_body(reader, "eager"))(
        *(batch[name] for name in inputs.values())
    )
    given = {name: batch[ours].numpy() for name, ours in inputs.items()}
    scores = compile_model(tmp_path / "model.onnx").infer(given)["scores"]
    allowed = expected.numpy() > -5000
    np.testing.assert_allclose(scores[allowed], expected.numpy()[allowed], atol=0.05)
    assert (scores[~allowed] < -5000).all()


def test_what_shipped_is_restored_trained_on_and_averaged(
    stages: Stages, prepared: Path, weights: Path, reader: Path, tmp_path: Path
) -> None:
    stages.run("reader", "export", reader, "--out", tmp_path / "shipped")
    stages.run("reader", "restore", tmp_path / "shipped", "--out", tmp_path / "restored")
    before, after = (
        load_reader(at, load_body(at, "eager")) for at in (reader, tmp_path / "restored")
    )
    pairs = zip(before.state_dict().items(), after.state_dict().values(), strict=True)
    for (name, weight), restored in pairs:
        most = weight.abs().amax(-1, keepdim=True) if weight.dim() == 2 else weight.abs()
        assert ((restored - weight).abs() <= most * (1 / 254 + 1 / 2048)).all(), name
    where = ("--work", prepared, "--encoder", weights, "--name", "further", *READER)
    stages.run("reader", "train", *where, "--start", tmp_path / "restored")
    stages.run("reader", "average", prepared / "further", reader, "--out", tmp_path / "mean")
    heads = [
        load_reader(at, load_body(at, "eager")).head.weight
        for at in (prepared / "further", reader, tmp_path / "mean")
    ]
    assert not torch.equal(heads[0], heads[1])
    assert torch.allclose(heads[2], (heads[0] + heads[1]) / 2, atol=1e-6)


def test_an_encoder_is_not_restored_as_a_reader(
    stages: Stages, weights: Path, tmp_path: Path
) -> None:
    stages.run("encoder", "export", weights, "--out", tmp_path / "shipped")
    refused = stages.run(
        "reader", "restore", tmp_path / "shipped", "--out", tmp_path / "no", status=1
    )
    assert refused.strip().splitlines()[-1] == (
        f"{tmp_path / 'shipped'}: no scores of start and end: not a reader"
    )
    assert not (tmp_path / "no").exists()


# -- what a user gets wrong ----------------------------------------------------------------------


def test_mistakes_are_told_in_one_line(stages: Stages, work: Path) -> None:
    missing = stages.run(
        "encoder", "snapshot", "--work", work, "--name", "nothing", "--out", work / "x", status=1
    )
    assert missing.strip().splitlines()[-1] == (
        f"no checkpoint {work / 'nothing' / 'checkpoint.pt'}; a stage writes one every ten minutes"
    )
    few = stages.run("encoder", "distil", "--work", work, "--name", "x", *EXACT,
                     "--batch-tokens", 100_000, status=1)  # fmt: skip
    assert few.strip().splitlines()[-1].endswith("of 100000 tokens; lower --batch-tokens")
    assert not (work / "x").exists()
