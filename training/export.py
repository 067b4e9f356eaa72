"""Write a transformer as a folder that `seedqa` ships: ONNX, tokenizer, config.

Knows the form of the folders below `models/`, and nothing of how the weights came to be.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from transformers import AutoModel

from seedqa.index.runtime import fingerprint_folder

OPSET = 17
#: Initialisers below this size (in elements) stay float32: biases and norms cost nothing.
SMALLEST_HALVED = 1024


class _PooledEncoder(torch.nn.Module):
    """A transformer followed by the mean over the mask and L2 normalisation."""

    def __init__(self, body: Any) -> None:
        super().__init__()
        self.body = body

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        # A ready additive mask, (batch, 1, 1, tokens), keeps the library's own mask code, which
        # does not trace into a general graph, out of the export.
        additive = (1.0 - attention_mask[:, None, None, :].float()) * torch.finfo(torch.float32).min
        hidden = self.body(input_ids=input_ids, attention_mask=additive).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(mean, p=2.0, dim=1)


def export_onnx(model_folder: Path, out_folder: Path, config: dict[str, Any]) -> Path:
    """Write `model.onnx`, `tokenizer.json` and `config.json` for a transformer folder.

    `model_folder` holds config.json, model.safetensors and tokenizer.json in the form of
    `transformers`. The graph takes `input_ids` and `attention_mask`, int64 of shape
    (batch, tokens), and gives `embedding`, float32 of shape (batch, dimension) with unit rows.
    Weights are stored as float16 and cast to float32 in the graph, so that any runtime reads it
    and the arithmetic stays float32 (or what the runtime makes of float32).
    """
    body = AutoModel.from_pretrained(
        str(model_folder), attn_implementation="eager", add_pooling_layer=False
    ).eval()
    export_graph(
        _PooledEncoder(body),
        dict.fromkeys(("input_ids", "attention_mask"), ("batch", "tokens")),
        {"embedding": ("batch",)},
        model_folder / "tokenizer.json",
        out_folder,
    )
    write_config(out_folder, config)
    return out_folder / "model.onnx"


def export_graph(
    module: torch.nn.Module,
    inputs: Mapping[str, Sequence[str]],
    outputs: Mapping[str, Sequence[str]],
    tokenizer_file: Path,
    out_folder: Path,
) -> None:
    """Write `model.onnx` and `tokenizer.json`; `inputs` (int64) and `outputs` name their axes."""
    out_folder.mkdir(parents=True, exist_ok=True)
    target = out_folder / "model.onnx"
    sample = torch.ones(2, 8, dtype=torch.int64)
    axes = {name: dict(enumerate(names)) for name, names in (*inputs.items(), *outputs.items())}
    torch.onnx.export(
        module,
        (sample,) * len(inputs),
        str(target),
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load(str(target))
    store_weights_as_half(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))
    shutil.copyfile(tokenizer_file, out_folder / "tokenizer.json")
    _reset_tokenizer(out_folder / "tokenizer.json")


def write_config(folder: Path, config: dict[str, Any]) -> None:
    """Write `config.json`, with the fingerprint over the weights and tokenizer beside it."""
    path = folder / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    complete = config | {"fingerprint": fingerprint_folder(folder)}
    path.write_text(json.dumps(complete, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def store_weights_as_half(model: onnx.ModelProto) -> None:
    """Replace large float32 initialisers by float16 ones, each followed by a Cast to float32."""
    casts = []
    for initializer in model.graph.initializer:
        array = numpy_helper.to_array(initializer)
        if initializer.data_type != TensorProto.FLOAT or array.size < SMALLEST_HALVED:
            continue
        name = initializer.name
        stored = numpy_helper.from_array(array.astype(np.float16), name=f"{name}_half")
        initializer.CopyFrom(stored)
        casts.append(helper.make_node("Cast", [stored.name], [name], to=TensorProto.FLOAT))
    for position, node in enumerate(casts):
        model.graph.node.insert(position, node)


def _reset_tokenizer(path: Path) -> None:
    """Remove padding and truncation from a tokenizer file: the encoder sets its own."""
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    tokenizer["padding"] = None
    tokenizer["truncation"] = None
    path.write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
