"""Turn a folder that ships into weights that transformers and sentence-transformers load.

The way back from `export`: whoever wants to train on, or to use a model elsewhere, needs nothing
but the shipped files. Values are those that ship: 8 bits a word, 16 or 8 for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import numpy_helper
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from training.encoder_export import TABLE_SCALE, TABLE_WORDS, int8_names
from training.encoder_student import save_student
from training.reader_model import Reader, save_reader

#: What the names of parameters begin with in the graph, and how one in 16 bits ends.
PREFIX, HEAD_PREFIX, HALF_SUFFIX = "body.", "head.", "_half"
WORD_TABLE = "embeddings.word_embeddings.weight"
#: Width of one attention head in MiniLM (Wang et al. 2020), which the graph does not tell.
HEAD_WIDTH = 32
Weights = dict[str, NDArray[np.float32]]


def restore_encoder(shipped: Path, out: Path) -> None:
    """Write the encoder of the folder `shipped` as a sentence-transformers folder.

    Raises SystemExit where the graph is not one that `export` wrote.
    """
    save_student(out, make_body(read_weights(shipped / "model.onnx")), shipped / "tokenizer.json")


def restore_reader(shipped: Path, out: Path) -> None:
    """Write the reader of the folder `shipped` as one that `reader.py train` goes on from.

    Raises SystemExit where the graph is not one that `export` wrote.
    """
    weights = read_weights(shipped / "model.onnx")
    if "head.weight" not in weights:
        raise SystemExit(f"{shipped}: no scores of start and end: not a reader")
    write_reader(out, weights, shipped)


def write_reader(out: Path, weights: Weights, shipped: Path) -> None:
    """Write a reader that `reader.py` goes on from, with the tokenizer of one that ships."""
    head = {name: torch.from_numpy(weights[f"head.{name}"]) for name in ("weight", "bias")}
    body = {name: weight for name, weight in weights.items() if not name.startswith(HEAD_PREFIX)}
    reader = Reader(make_body(body))
    reader.head.load_state_dict(head)
    save_reader(out, reader, Tokenizer.from_file(str(shipped / "tokenizer.json")))


def make_body(weights: Weights) -> BertModel:
    """Return the transformer that has these weights."""
    words, width = weights[WORD_TABLE].shape
    layers = 1 + max(
        int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer.")
    )
    body = BertModel(
        BertConfig(
            vocab_size=words,
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=width // HEAD_WIDTH,
            intermediate_size=len(weights["encoder.layer.0.intermediate.dense.bias"]),
            max_position_embeddings=len(weights["embeddings.position_embeddings.weight"]),
        ),
        add_pooling_layer=False,
    )
    state = {name: torch.from_numpy(weight) for name, weight in weights.items()}
    body.load_state_dict(state, strict=True)
    return body


def read_weights(path: Path) -> Weights:
    """Return the weights of an exported model by their names in `transformers`, float32.

    Those of a reader's two scores are head.weight and head.bias.
    """
    try:
        model = onnx.load(str(path))
    except (OSError, DecodeError) as error:
        raise SystemExit(f"{path}: no ONNX file: {error}") from error
    stored = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    if TABLE_WORDS not in stored:
        raise SystemExit(f"{path}: no table of words in 8 bits: not written by export")
    weights: Weights = {WORD_TABLE: stored.pop(TABLE_WORDS) * stored.pop(TABLE_SCALE)}
    for name, array in stored.items():
        if name.startswith((PREFIX, HEAD_PREFIX)):
            plain = name.removeprefix(PREFIX).removesuffix(HALF_SUFFIX)
            weights[plain] = array.astype(np.float32)
    # A matrix has lost its name; the bias that is added to its product has kept it.
    products = {
        node.output[0]: node.input[1] for node in model.graph.node if node.op_type == "MatMul"
    }
    for node in model.graph.node:
        if node.op_type != "Add":
            continue
        biases = [name for name in node.input if name.endswith(".bias")]
        matrices = [products[name] for name in node.input if name in products]
        if biases and matrices:
            matrix = _read_matrix(stored, matrices[0])
            plain = biases[0].removeprefix(PREFIX).removesuffix("bias") + "weight"
            weights[plain] = np.ascontiguousarray(matrix.T)
    return weights


def _read_matrix(stored: Mapping[str, NDArray[Any]], name: str) -> NDArray[np.float32]:
    """Return a matrix kept as it is, in 16 bits, or in 8 with a scale for each column."""
    if name in stored:
        return stored[name].astype(np.float32)
    if name + HALF_SUFFIX in stored:
        return stored[name + HALF_SUFFIX].astype(np.float32)
    int8, scale, _ = int8_names(name)
    product: NDArray[np.float32] = stored[int8] * stored[scale]
    return product
