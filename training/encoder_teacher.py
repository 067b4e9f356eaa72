"""Compute the teacher's vector of each English text once, and keep it on disk.

A row of the vectors belongs to the same line of the texts. An interrupted run goes on where it
stopped. Knows nothing of the student.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from seedqa.index.encoder import load_encoder
from training.encoder_data import Pair

#: Texts encoded between two savings: half a minute of work on two cores.
SLICE = 8192
#: Targets are unit vectors; half precision keeps the cosine to 1e-6.
Targets = NDArray[np.float16]


def write_pairs(work: Path, pairs: Sequence[Pair]) -> None:
    """Write the distinct English texts, and the pairs with the line number of their English."""
    english = sorted({pair.english for pair in pairs}, key=lambda text: (len(text), text))
    row = {text: number for number, text in enumerate(english)}
    (work / "english.json").write_text(json.dumps(english, ensure_ascii=False), encoding="utf8")
    rows = [[row[pair.english], pair.foreign, pair.language, pair.source] for pair in pairs]
    (work / "pairs.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf8")


def read_pairs(work: Path) -> tuple[list[str], list[tuple[int, str, str, str]]]:
    """Return the English texts, and rows of (row of the English, foreign, language, source)."""
    english = json.loads((work / "english.json").read_text(encoding="utf8"))
    pairs = json.loads((work / "pairs.json").read_text(encoding="utf8"))
    return english, [tuple(pair) for pair in pairs]


def compute_targets(
    texts: Sequence[str], teacher_folder: Path, out: Path, known: Path | None = None
) -> None:
    """Write the teacher's vectors of `texts` to `out`, float16 of shape (texts, dimension).

    Those that the folder `known` has already, from an earlier selection, are copied. Raises
    SystemExit where `out` holds vectors of other texts, or of another teacher.
    """
    teacher = load_encoder(str(teacher_folder))
    owner = hashlib.sha256(json.dumps([teacher.fingerprint, *texts]).encode()).hexdigest()
    progress = out.with_suffix(".done")
    if out.exists() and progress.exists():
        found, _, done = progress.read_text().partition(" ")
        if found != owner:
            raise SystemExit(f"{out} holds vectors of other texts or another teacher; remove it")
        targets, first = np.lib.format.open_memmap(out, mode="r+"), int(done)
    else:
        shape = (len(texts), teacher.dimension)
        targets = np.lib.format.open_memmap(out, mode="w+", dtype=np.float16, shape=shape)
        first = 0
    missing = _copy_known(texts, targets, known) if known else range(len(texts))
    # Every row before `first` is there, whether or not `known` was given at the time.
    left = [row for row in missing if row >= first]
    with tqdm(total=len(texts), initial=len(texts) - len(left), desc="teacher", unit="text") as bar:
        for start in range(0, len(left), SLICE):
            rows = left[start : start + SLICE]
            targets[rows] = teacher.encode_passages([texts[row] for row in rows])
            targets.flush()
            progress.write_text(f"{owner} {rows[-1] + 1}")
            bar.update(len(rows))


def _copy_known(texts: Sequence[str], targets: Targets, known: Path) -> list[int]:
    """Copy the vectors that `known` has, and return the rows that it lacks."""
    english, _ = read_pairs(known)
    vectors = np.load(known / "targets.npy", mmap_mode="r")
    row_of = {text: row for row, text in enumerate(english)}
    found = [(row, row_of[text]) for row, text in enumerate(texts) if text in row_of]
    targets[[row for row, _ in found]] = vectors[[row for _, row in found]]
    there = {row for row, _ in found}
    return [row for row in range(len(texts)) if row not in there]
