"""Open a model folder and run its model by OpenVINO: the only module that knows the runtime.

A folder holds model.onnx, tokenizer.json and config.json, the last with a fingerprint over all
three. Knows nothing of the purpose of a model.

Why OpenVINO: measured on two AVX-512 cores with bfloat16 but without AMX, MiniLM-L6, passages a
second at 32 / 128 / 256 tokens: torch 192 / 43 / 24, ONNX Runtime 228 / 53 / 25, OpenVINO held to
float32 262 / 64 / 30, OpenVINO with its own choice of precision 461 / 110 / 51, whose vectors have
a cosine of 0.9999 to torch's. From import to the first vector: ONNX Runtime 0.29 s, OpenVINO 0.23 s
with its compile cache, 0.53 s without (`benchmarks/runtimes.py`). Two streams, a batch on each
core, gain nothing in a build and take 190 MiB more (docs/log/speed.md).
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any, cast

from seedqa.index.compile_cache import compile_with_cache
from seedqa.index.errors import ModelError
from seedqa.index.messages import Message

#: The files that every model folder has.
MODEL_FILES = ("model.onnx", "tokenizer.json", "config.json")
#: More threads than this gain nothing for models of this size.
MAX_THREADS = 8


def fingerprint_folder(folder: Path) -> str:
    """Return the SHA-256 over weights, tokenizer and settings of one of our model folders."""
    digest = hashlib.sha256()
    for file in ("model.onnx", "tokenizer.json"):
        digest.update((folder / file).read_bytes())
    settings = read_config(folder)
    settings.pop("fingerprint", None)
    digest.update(json.dumps(settings, sort_keys=True).encode())
    return digest.hexdigest()


def verify_folder(folder: Path, fingerprint: str) -> None:
    """Raise ModelError where the files of a model folder have another fingerprint."""
    actual = fingerprint_folder(folder)
    if actual != fingerprint:
        detail = Message(
            "fingerprint {found}, not {expected}", found=actual[:12], expected=fingerprint[:12]
        )
        raise damaged_error(folder, detail)


def read_config(folder: Path) -> dict[str, Any]:
    """Return the settings of a model folder; raise ModelError if a file is missing or damaged."""
    missing = [file for file in MODEL_FILES if not (folder / file).is_file()]
    if missing:
        raise ModelError(
            Message("model folder {folder} has no {file}", folder=folder, file=missing[0]),
            ", ".join(MODEL_FILES),
            Message("Reinstall seedqa, or name another model with --model"),
        )
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise damaged_error(folder / "config.json", str(error)) from error
    if not isinstance(config, dict):
        raise damaged_error(folder / "config.json", Message("no JSON object"))
    return config


def load_tokenizer(path: Path, max_length: int) -> Any:
    """Return the tokenizer in a file, cutting texts at `max_length` tokens; raises ModelError."""
    from tokenizers import Tokenizer  # needed by a question or a build only

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exception
        raise damaged_error(path, str(error)) from error
    # "</s>" in a document is text of four characters, not the end of the text.
    tokenizer.encode_special_tokens = True
    tokenizer.enable_truncation(max_length)
    tokenizer.no_padding()
    return tokenizer


def compile_model(path: Path) -> Any:
    """Compile an ONNX file for this CPU, or load it from the compile cache; raises ModelError."""
    threads = min(_available_cores(), MAX_THREADS)
    settings: dict[str, Any] = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
    }
    core = openvino_core()

    def compile_in(cache: Path | None) -> Any:
        extra = {"CACHE_DIR": str(cache)} if cache else {}
        return core.compile_model(str(path), "CPU", settings | extra).create_infer_request()

    try:
        return compile_with_cache(path, str(threads), compile_in)
    except (OSError, RuntimeError) as error:
        raise damaged_error(path, str(error).strip().splitlines()[-1]) from error


def openvino_core() -> Any:
    """Return OpenVINO's core, imported without its conversion tools.

    Importing those contacts an analytics service from a forked child, and takes 60 ms. A module
    that is None in `sys.modules` cannot be imported, and OpenVINO works without it.
    """
    modules = cast(dict[str, Any], sys.modules)
    for tools in ("openvino.tools.ovc", "openvino_telemetry"):
        modules.setdefault(tools, None)
    import openvino  # 40 ms, needed by a question or a build only

    return openvino.Core()


def _available_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def damaged_error(path: Path, detail: str) -> ModelError:
    """Return the error for a file of a model folder that cannot be used."""
    return ModelError(
        Message("{path} cannot be used as a model: {reason}", path=path, reason=detail),
        "",
        Message("Reinstall seedqa, or name another model with --model"),
    )
