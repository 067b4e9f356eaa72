"""The way back from the folder that ships to one that sentence-transformers loads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from safetensors.torch import load_file

from seedqa.index.encoder import SentenceTransformersEncoder, ShippedEncoder, load_encoder
from support.tiny import text_of, write_teacher, write_weights
from training.encoder_export import export_encoder
from training.encoder_restore import read_weights, restore_encoder
from training.encoder_student import load_body

#: What torch says of its own exporter, and of tracing a model.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")

TEXTS = ["bridges", *(text_of("en", range(count)) for count in (1, 3, 12, 60))]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module", params=["half", "int8"])
def shipped(
    weights: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Path:
    folder = tmp_path_factory.mktemp("shipped")
    export_encoder(weights, folder, request.param)
    return folder


@pytest.fixture(scope="module")
def restored(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those in 8 bits could not be restored, once."""
    folder = tmp_path_factory.mktemp("restored")
    restore_encoder(shipped, folder)
    return folder


def test_every_weight_comes_back_within_what_8_bits_hold(weights: Path, restored: Path) -> None:
    before, after = (load_file(folder / "model.safetensors") for folder in (weights, restored))
    assert after.keys() == before.keys()
    for name, weight in before.items():
        # a column of a matrix is a row of its transpose, as transformers keeps it
        most = weight.abs().amax(-1, keepdim=True) if weight.dim() == 2 else weight.abs()
        # half a step of 8 bits, and of 16 before it
        assert ((after[name] - weight).abs() <= most * (1 / 254 + 1 / 2048)).all(), name
    assert load_body(restored, "eager").config.num_attention_heads == 2


def body_of(shipped: Path) -> str:
    """Return what `--body` was."""
    stored = onnx.load(str(shipped / "model.onnx")).graph.initializer
    return "int8" if sum("_int8" in item.name for item in stored) > 1 else "half"


def test_what_is_restored_is_exported_to_the_same_again(
    shipped: Path, restored: Path, tmp_path: Path
) -> None:
    export_encoder(restored, tmp_path, body_of(shipped))
    ours, theirs = ShippedEncoder(tmp_path), ShippedEncoder(shipped)
    np.testing.assert_allclose(
        ours.encode_passages(TEXTS), theirs.encode_passages(TEXTS), atol=2e-3
    )
    tokenizers = [(folder / "tokenizer.json").read_bytes() for folder in (tmp_path, shipped)]
    assert tokenizers[0] == tokenizers[1]


def test_sentence_transformers_gives_the_vectors_that_ship(
    shipped: Path, restored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    theirs = load_encoder(str(restored))
    assert isinstance(theirs, SentenceTransformersEncoder)
    ours = ShippedEncoder(shipped)
    assert theirs.dimension == ours.dimension
    # the runtime may compute in bfloat16, which tells where a matrix is in 8 bits
    least = {"half": 0.9998, "int8": 0.999}[body_of(shipped)]
    cosines = (theirs.encode_passages(TEXTS) * ours.encode_passages(TEXTS)).sum(1)
    assert cosines.min() >= least
    # what is longer than 256 tokens is cut in both
    long = " ".join(TEXTS)
    assert float(theirs.encode_question(long) @ ours.encode_question(long)) >= least


def test_another_onnx_file_is_refused_in_one_line(weights: Path, tmp_path: Path) -> None:
    teacher = write_teacher(weights, tmp_path / "teacher")
    with pytest.raises(SystemExit) as caught:
        restore_encoder(teacher, tmp_path / "out")
    assert str(caught.value) == (
        f"{teacher / 'model.onnx'}: no table of words in 8 bits: not written by export"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [None, b"garbage"], ids=["missing", "garbage"])
def test_what_is_no_onnx_file_is_refused_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.onnx"
    if content:
        path.write_bytes(content)
    with pytest.raises(SystemExit) as caught:
        read_weights(path)
    assert str(caught.value).startswith(f"{path}: no ONNX file: ")
    assert "\n" not in str(caught.value)
