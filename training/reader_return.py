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
from numpy.typing import NDArray

from training.encoder_restore import WORD_TABLE, read_weights, write_reader
from training.gpu_model import whole


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
    return whole(arrays)


def write_returned(reader: Path, files: Sequence[Path], out: Path) -> None:
    """Write the reader of a run."""
    words = read_weights(reader / "model.onnx")[WORD_TABLE]
    write_reader(out, {WORD_TABLE: words, **read_returned(files)}, reader)


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
