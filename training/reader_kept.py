"""Keep what a run taught, as the difference from the reader that it began with.

    python -m training.reader_kept keep --reader FOLDER --weights FILE ... --difference FILE
    python -m training.reader_kept add  --reader FOLDER --difference FILE --out FOLDER

A difference takes a fifth of what weights do: most of it is a few steps of their own 8 bits.
`keep` takes what reader_gpu.py wrote, the parts of each run after one `--weights`, and keeps the
mean of the runs. `add` makes the reader of `--out` with a `--share` of the difference added, which
`reader.py export` ships: 0.8 is four parts of the runs and one of the reader they began with.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.encoder_restore import Weights, read_weights, write_reader
from training.gpu_model import in_eight_bits, read_packed, whole
from training.reader_packed import SMALLEST_PACKED, write_packed
from training.reader_return import read_returned


def mean_of(runs: Sequence[Weights]) -> Weights:
    """Return the mean of weights."""
    return {name: np.mean([run[name] for run in runs], axis=0) for name in runs[0]}


def write_difference(start: Weights, trained: Weights, path: Path) -> None:
    """Write what `trained` has beyond `start`, matrices in steps of their own 8 bits."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, weight in trained.items():
        difference = weight - start[name]
        if weight.ndim == 2 and weight.size > SMALLEST_PACKED:
            largest = np.maximum(np.abs(weight), np.abs(difference))
            arrays |= in_eight_bits(name, difference, largest)
        else:
            arrays[name] = difference.astype(np.float16)
    write_packed(path, arrays)


def add_difference(start: Weights, path: Path, share: float) -> Weights:
    """Return `start` with a share of a difference added."""
    difference = whole(read_packed(path))
    return start | {name: start[name] + share * more for name, more in difference.items()}


def main() -> None:
    """Keep a difference, or add one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stage", choices=("keep", "add"))
    parser.add_argument("--reader", type=Path, required=True, help="that the runs began with")
    parser.add_argument("--weights", type=Path, nargs="+", action="append", default=[])
    parser.add_argument("--difference", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.8, help="default %(default)s")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    start = read_weights(options.reader / "model.onnx")
    if options.stage == "keep":
        trained = mean_of([read_returned(files) for files in options.weights])
        write_difference(start, trained, options.difference)
    else:
        added = add_difference(start, options.difference, options.share)
        write_reader(options.out, added, options.reader)


if __name__ == "__main__":
    main()
