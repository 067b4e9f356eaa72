"""Finish a trained encoder: average models, and write the folder that ships.

The embedding table is most of a multilingual model and is only looked up in, so it is kept in 8
bits with a scale for each row; what is looked up is multiplied out in the graph. The rest is kept
in 16 bits, or in 8 with a scale for each output column. Arithmetic stays that of the runtime:
nothing depends on the range of a batch, as it does with dynamic quantisation.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file, save_file

from training.encoder_data import LANGUAGES
from training.encoder_student import MAX_LENGTH, PASSAGE_PROMPT, QUESTION_PROMPT, load_body
from training.export import export_onnx, write_config

#: The largest magnitude of a signed byte; -128 stays unused, so that the range is symmetric.
INT8_MOST = 127
NAME = "seedqa-encoder"
LICENSE = "MIT"
#: The names of the word table and its scales in the graph.
TABLE_WORDS, TABLE_SCALE = "words_int8", "words_scale"


def average_models(folders: Sequence[Path], out: Path) -> None:
    """Write a model whose weights are the mean of those of `folders` ("model soup").

    Wortsman et al. 2022. All must have been trained from one start.
    """
    unwanted = shutil.ignore_patterns("checkpoint.*")
    shutil.copytree(folders[0], out, dirs_exist_ok=True, ignore=unwanted)
    for file in sorted(path.name for path in folders[0].glob("*.safetensors")):
        states = [load_file(folder / file) for folder in folders]
        mean = {
            name: torch.stack([state[name].float() for state in states]).mean(0)
            for name in states[0]
        }
        save_file(mean, out / file, metadata={"format": "pt"})


def export_encoder(model: Path, out: Path, body: str) -> None:
    """Write `model` as the folder that ships; `body` is "half" or "int8"."""
    config = {
        "name": NAME,
        "dimension": int(load_body(model, "eager").config.hidden_size),
        "max_length": MAX_LENGTH,
        "pooling": "mean",
        "prompts": {"question": QUESTION_PROMPT, "passage": PASSAGE_PROMPT},
        "languages": ["en", *LANGUAGES],
        "license": LICENSE,
    }
    compress(export_onnx(model, out, config), body)
    write_config(out, config)


def compress(path: Path, body: str) -> None:
    """Rewrite an ONNX file with its word table in 8 bits, and its matrices too if so said."""
    graph = onnx.load(str(path))
    store_table_as_int8(graph)
    if body == "int8":
        store_matrices_as_int8(graph)
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))


def store_table_as_int8(model: onnx.ModelProto) -> None:
    """Look words up in an int8 table with a scale for each row.

    Raises ValueError where there is not exactly one lookup by `input_ids`.
    """
    lookups = [
        node
        for node in model.graph.node
        if node.op_type == "Gather" and node.input[1] == "input_ids"
    ]
    if len(lookups) != 1:
        raise ValueError(f"found {len(lookups)} lookups by input_ids, expected 1")
    lookup = lookups[0]
    table = _take_weight(model, lookup.input[0])
    stored, scale = quantize_rows(table)
    model.graph.initializer.extend(
        [
            numpy_helper.from_array(stored, name=TABLE_WORDS),
            numpy_helper.from_array(scale[:, None], name=TABLE_SCALE),
        ]
    )
    nodes = [
        helper.make_node("Gather", [TABLE_WORDS, "input_ids"], ["words_looked_up"]),
        helper.make_node("Cast", ["words_looked_up"], ["words_float"], to=TensorProto.FLOAT),
        helper.make_node("Gather", [TABLE_SCALE, "input_ids"], ["words_row_scale"]),
        helper.make_node("Mul", ["words_float", "words_row_scale"], [lookup.output[0]]),
    ]
    position = list(model.graph.node).index(lookup)
    model.graph.node.remove(lookup)
    for offset, node in enumerate(nodes):
        model.graph.node.insert(position + offset, node)


def store_matrices_as_int8(model: onnx.ModelProto) -> None:
    """Keep the matrices of MatMul nodes in int8, with a scale for each output column."""
    casts = {node.output[0]: node for node in model.graph.node if node.op_type == "Cast"}
    halves = {initializer.name for initializer in model.graph.initializer}
    names = [
        node.input[1]
        for node in model.graph.node
        if node.op_type == "MatMul"
        and node.input[1] in casts
        and casts[node.input[1]].input[0] in halves
    ]
    for name in names:
        stored, scale = quantize_rows(_take_weight(model, name).T)
        int8, scales, zeros = int8_names(name)
        model.graph.initializer.extend(
            [
                numpy_helper.from_array(np.ascontiguousarray(stored.T), name=int8),
                numpy_helper.from_array(scale, name=scales),
                numpy_helper.from_array(np.zeros(len(scale), dtype=np.int8), name=zeros),
            ]
        )
        node = helper.make_node("DequantizeLinear", [int8, scales, zeros], [name], axis=1)
        model.graph.node.insert(0, node)


def int8_names(name: str) -> tuple[str, str, str]:
    """Return the names of values, scales and zero points of a matrix kept in int8."""
    return f"{name}_int8", f"{name}_scale", f"{name}_zero"


def quantize_rows(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 values and the scale of each row: row = scale x values, to 1/254 of its range."""
    scale = np.abs(table).max(1) / INT8_MOST
    scale[scale == 0] = 1.0
    return np.rint(table / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def _take_weight(model: onnx.ModelProto, name: str) -> NDArray[np.float32]:
    """Remove a weight, and the Cast that widens it, from the graph, and return it as float32."""
    for node in list(model.graph.node):
        if node.op_type == "Cast" and node.output[0] == name:
            model.graph.node.remove(node)
            name = node.input[0]
    for initializer in model.graph.initializer:
        if initializer.name == name:
            array = numpy_helper.to_array(initializer).astype(np.float32)
            model.graph.initializer.remove(initializer)
            return np.array(array)
    raise ValueError(f"no weight {name} in the graph")
