"""Compare FAISS indexes that need little or no training, over 1,000,000 vectors of 384 numbers.

    python -m benchmarks.vectors [--count COUNT] [--questions COUNT] [--threads 1 2]

Vectors are synthetic: 50 around each of 20,000 centres, as much noise as centre, unit length; a
question is one of them with noise (cosine 0.79). Printed are the milliseconds of a question for its
100 nearest, and the share of the 10 and the 100 nearest by float32 that are found. "signed 8 bit"
are codes from -127 to 127 cut off at 6 / sqrt(dimension), as `index.vectors` makes them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import describe_machine, format_table, quantile
from seedqa.index.store.vectors import encode_codes

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]

DIMENSION = 384
PER_CLUSTER = 50
QUESTION_NOISE = 0.04
BLOCK = 50_000
TRAINED_WITH = 100_000
DEPTH = 100
KINDS = ("float32", "float16", "bfloat16", "8 bit, trained", "signed 8 bit")


def make_vectors(count: int) -> Vectors:
    """Return clustered unit vectors, the same in every run."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((max(2, count // PER_CLUSTER), DIMENSION), dtype=np.float32)
    vectors = np.empty((count, DIMENSION), dtype=np.float32)
    for start in range(0, count, BLOCK):
        rows = vectors[start : start + BLOCK]
        rows[:] = random.standard_normal(rows.shape, dtype=np.float32)
        rows += centres[random.integers(0, len(centres), len(rows))]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def make_questions(vectors: Vectors, count: int) -> Vectors:
    """Return some of the vectors with noise, unit length."""
    random = np.random.default_rng(1)
    chosen = vectors[random.integers(0, len(vectors), count)]
    noisy = chosen + QUESTION_NOISE * random.standard_normal(chosen.shape, dtype=np.float32)
    return np.asarray(noisy / np.linalg.norm(noisy, axis=1, keepdims=True), dtype=np.float32)


def make_index(kind: str, vectors: Vectors) -> Any:
    """Return a FAISS index of a kind, filled."""
    types = {
        "float16": faiss.ScalarQuantizer.QT_fp16,
        "bfloat16": faiss.ScalarQuantizer.QT_bf16,
        "8 bit, trained": faiss.ScalarQuantizer.QT_8bit,
        "signed 8 bit": faiss.ScalarQuantizer.QT_8bit_direct_signed,
    }
    index = (
        faiss.IndexFlatIP(DIMENSION)
        if kind == "float32"
        else faiss.IndexScalarQuantizer(DIMENSION, types[kind], faiss.METRIC_INNER_PRODUCT)
    )
    if kind == "8 bit, trained":
        index.train(vectors[:TRAINED_WITH])
    for start in range(0, len(vectors), BLOCK):
        rows = vectors[start : start + BLOCK]
        index.add(encode_codes(rows) if kind == "signed 8 bit" else rows)
    return index


def ask(index: Any, kind: str, questions: Vectors) -> tuple[list[float], Numbers]:
    """Return milliseconds and the 100 nearest of each question, asked one by one."""
    if kind == "signed 8 bit":
        questions = np.rint(questions * (127 / np.abs(questions).max(axis=1, keepdims=True)))
    index.search(questions[:1], DEPTH)
    times, found = [], []
    for question in questions:
        started = time.perf_counter()
        _, ids = index.search(question[None], DEPTH)
        times.append((time.perf_counter() - started) * 1000)
        found.append(ids[0])
    return times, np.stack(found)


def compare(count: int, asked: int, threads: list[int]) -> Iterator[list[str]]:
    """Yield a row for each kind of index and number of threads."""
    faiss.omp_set_num_threads(1)
    vectors = make_vectors(count)
    questions = make_questions(vectors, asked)
    exact: Numbers | None = None
    for kind in KINDS:
        faiss.omp_set_num_threads(1)
        index = make_index(kind, vectors)
        for number in threads:
            faiss.omp_set_num_threads(number)
            times, found = ask(index, kind, questions)
            exact = found if exact is None else exact
            yield [
                kind,
                str(number),
                f"{quantile(times, 0.5):.1f}",
                f"{quantile(times, 0.95):.1f}",
                f"{_recall(found, exact, 10):.3f}",
                f"{_recall(found, exact, DEPTH):.3f}",
            ]


def _recall(found: Numbers, exact: Numbers, depth: int) -> float:
    """Return the share of the exact `depth` nearest that are among the first `depth` found."""
    pairs = zip(found.tolist(), exact.tolist(), strict=True)
    return (
        sum(len({*one[:depth]} & {*other[:depth]}) for one, other in pairs) / found[:, :depth].size
    )


def main() -> None:
    """Read the command line, measure, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    rows = list(compare(options.count, options.questions, options.threads))
    print(describe_machine())
    heads = ["vectors as", "threads", "p50, ms", "p95, ms", "recall@10", "recall@100"]
    print(format_table(heads, rows))


if __name__ == "__main__":
    main()
