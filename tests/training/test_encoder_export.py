"""The mean of models, and the folder that ships: its numbers, its tokenizer, its fingerprint."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from safetensors.torch import load_file, save_file

from seedqa.index.encoder import ShippedEncoder
from seedqa.index.runtime import fingerprint_folder
from support.tiny import WIDTH, text_of, write_teacher, write_weights
from training.encoder_data import LANGUAGES
from training.encoder_export import (
    TABLE_WORDS,
    average_models,
    compress,
    export_encoder,
    quantize_rows,
    store_table_as_int8,
)
from training.encoder_student import (
    MAX_LENGTH,
    PASSAGE_PROMPT,
    QUESTION_PROMPT,
    Student,
    load_body,
    load_tokenizer,
    tokenize,
)

#: What torch says of its own exporter, and of tracing a model.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")

TEXTS = ["", "bridges", *(text_of("en", range(count)) for count in (1, 3, 12))]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights"))


def vectors_of(weights: Path) -> np.ndarray:
    """Return the vectors of `TEXTS` as torch computes them."""
    table = tokenize(load_tokenizer(weights), [PASSAGE_PROMPT + text for text in TEXTS])
    with torch.no_grad():
        return Student(load_body(weights, "eager"))(*table.pad(range(len(TEXTS)))).numpy()


# -- the mean ------------------------------------------------------------------------------------


def test_a_mean_is_the_mean_of_each_weight(weights: Path, tmp_path: Path) -> None:
    other = write_weights(tmp_path / "other", seed=1)
    (weights / "checkpoint.pt").write_bytes(b"large")
    average_models([weights, other, other], tmp_path / "mean")
    ours, theirs, mean = (
        load_file(folder / "model.safetensors") for folder in (weights, other, tmp_path / "mean")
    )
    assert mean.keys() == ours.keys()
    for name, weight in mean.items():
        torch.testing.assert_close(weight, (ours[name] + 2 * theirs[name]) / 3)
    assert sorted(path.name for path in (tmp_path / "mean").iterdir()) == sorted(
        path.name for path in other.iterdir()
    )
    load_body(tmp_path / "mean", "eager")


# -- 8 bits --------------------------------------------------------------------------------------


def test_quantized_rows_are_within_half_a_step_of_theirs() -> None:
    table = np.random.default_rng(0).normal(0, [[0.01], [1], [300]], (3, 1000)).astype(np.float32)
    stored, scale = quantize_rows(table)
    assert (stored.dtype, scale.dtype, scale.shape) == (np.int8, np.float32, (3,))
    assert np.abs(stored).max(1).tolist() == [127, 127, 127]
    most = np.abs(table).max(1)
    np.testing.assert_allclose(scale, most / 127, rtol=1e-6)
    error = np.abs(stored * scale[:, None] - table).max(1)
    assert (error <= most / 254 * 1.0001).all()


def test_a_row_of_nothing_stays_nothing() -> None:
    stored, scale = quantize_rows(np.array([[0, 0], [0, -3]], dtype=np.float32))
    assert stored.tolist() == [[0, 0], [0, -127]]
    assert scale.tolist() == pytest.approx([1, 3 / 127])


def test_a_graph_without_a_lookup_of_words_is_refused() -> None:
    graph = helper.make_graph([], "nothing", [], [])
    with pytest.raises(ValueError, match="found 0 lookups by input_ids, expected 1"):
        store_table_as_int8(helper.make_model(graph))


# -- the folder that ships -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def half(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("half")
    export_encoder(weights, folder, "half")
    return folder


@pytest.fixture(scope="module")
def int8(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("int8")
    export_encoder(weights, folder, "int8")
    return folder


def test_weights_in_16_bits_give_the_vectors_of_torch(weights: Path, tmp_path: Path) -> None:
    teacher = ShippedEncoder(write_teacher(weights, tmp_path))
    cosines = (teacher.encode_passages(TEXTS) * vectors_of(weights)).sum(1)
    assert cosines.min() >= 0.9995


@pytest.mark.parametrize(("body", "least"), [("half", 0.9995), ("int8", 0.998)])
def test_a_shipped_folder_gives_nearly_the_vectors_of_torch(
    weights: Path, request: pytest.FixtureRequest, body: str, least: float
) -> None:
    """Random weights, far larger than trained ones, lose more than those that ship do."""
    shipped = ShippedEncoder(request.getfixturevalue(body))
    cosines = (shipped.encode_passages(TEXTS) * vectors_of(weights)).sum(1)
    assert cosines.min() >= least


@pytest.mark.parametrize("body", ["half", "int8"])
def test_a_shipped_vector_does_not_depend_on_its_batch(
    request: pytest.FixtureRequest, body: str
) -> None:
    shipped = ShippedEncoder(request.getfixturevalue(body))
    together = shipped.encode_passages(TEXTS)
    alone = np.concatenate([shipped.encode_passages([text]) for text in TEXTS])
    assert (together * alone).sum(1).min() >= 0.9999


def test_numbers_are_kept_in_as_many_bits_as_said(half: Path, int8: Path) -> None:
    kinds = {}
    for folder in (half, int8):
        stored = onnx.load(str(folder / "model.onnx")).graph.initializer
        large = {item.name: item.data_type for item in stored if np.prod(item.dims) > 2000}
        assert large.pop(TABLE_WORDS) == TensorProto.INT8
        kinds[folder] = [kind for name, kind in large.items() if "position" not in name]
    matrices = 2 * 6  # of each layer: query, key, value, output, and two of the feed-forward part
    assert kinds[half] == [TensorProto.FLOAT16] * matrices
    assert kinds[int8] == [TensorProto.INT8] * matrices
    sizes = [(folder / "model.onnx").stat().st_size for folder in (half, int8)]
    assert sizes[1] < sizes[0]


def test_the_config_says_what_it_is(half: Path) -> None:
    config = json.loads((half / "config.json").read_text(encoding="utf8"))
    assert config.pop("fingerprint") == fingerprint_folder(half)
    assert config == {
        "name": "seedqa-encoder",
        "dimension": WIDTH,
        "max_length": MAX_LENGTH,
        "pooling": "mean",
        "prompts": {"question": QUESTION_PROMPT, "passage": PASSAGE_PROMPT},
        "languages": ["en", *LANGUAGES],
        "license": "MIT",
    }
    ShippedEncoder(half).verify()


def test_the_tokenizer_neither_cuts_nor_pads(weights: Path, half: Path) -> None:
    """The teacher's file cuts at 128 tokens, and pads to them."""
    before, after = (
        json.loads((folder / "tokenizer.json").read_text(encoding="utf8"))
        for folder in (weights, half)
    )
    assert before["truncation"]["max_length"] == before["padding"]["strategy"]["Fixed"] == 128
    assert after["truncation"] is after["padding"] is None
    assert after == before | {"truncation": None, "padding": None}


def test_the_fingerprint_is_that_of_the_weights(
    weights: Path, half: Path, int8: Path, tmp_path: Path
) -> None:
    state = load_file(weights / "model.safetensors")
    export_encoder(weights, tmp_path / "again", "half")
    average_models([weights], tmp_path / "other")
    state["embeddings.position_embeddings.weight"][3, 5] += 0.25
    save_file(state, tmp_path / "other" / "model.safetensors", metadata={"format": "pt"})
    export_encoder(tmp_path / "other", tmp_path / "changed", "half")
    prints = [
        json.loads((folder / "config.json").read_text(encoding="utf8"))["fingerprint"]
        for folder in (half, tmp_path / "again", tmp_path / "changed", int8)
    ]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_what_was_compressed_is_not_compressed_again(half: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model.onnx"
    copy.write_bytes((half / "model.onnx").read_bytes())
    with pytest.raises(ValueError, match="found 2 lookups by input_ids, expected 1"):
        compress(copy, "half")
    assert copy.read_bytes() == (half / "model.onnx").read_bytes()
