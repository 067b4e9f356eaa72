"""Turn the weights that came back from the GPU into a reader that `reader.py export` ships.

    python -m training.reader_return --reader models/reader --weights FILE ... --out FOLDER

FILE ... are the parts of one run in their order, as reader_gpu.py writes them; the words and the
tokenizer are those of the reader that the run began with, for they were not trained.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.encoder_restore import WORD_TABLE, make_body, read_weights
from training.reader_model import Reader, save_reader


def read_returned(files: Sequence[Path]) -> dict[str, NDArray[np.float32]]:
    """Return the weights of a run; raises ValueError where a part is missing."""
    head, _, content = b"".join(file.read_bytes() for file in files).partition(b"\n")
    arrays, at = {}, 0
    for name, (kind, shape) in json.loads(head).items():
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        if at + size > len(content):
            raise ValueError(f"{name} is cut off: a part of the weights is missing")
        arrays[name] = np.frombuffer(content[at : at + size], kind).reshape(shape)
        at += size
    weights = {}
    for name, array in arrays.items():
        plain, _, part = name.partition("|")
        if part != "scale":
            scale = arrays[f"{plain}|scale"] if part else np.float32(1)
            weights[plain] = (array * scale).astype(np.float32)
    return weights


def write_returned(reader: Path, files: Sequence[Path], out: Path) -> None:
    """Write the reader of a run."""
    weights = read_returned(files)
    words = read_weights(reader / "model.onnx")[WORD_TABLE]
    head = {name: torch.from_numpy(weights.pop(f"head.{name}")) for name in ("weight", "bias")}
    made = Reader(make_body({WORD_TABLE: words, **weights}))
    made.head.load_state_dict(head)
    save_reader(out, made, Tokenizer.from_file(str(reader / "tokenizer.json")))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--weights", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    write_returned(options.reader, options.weights, options.out)


if __name__ == "__main__":
    main()
