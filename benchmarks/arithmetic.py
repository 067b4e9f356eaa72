"""Compare the arithmetic that OpenVINO can encode with: 32 bits, bfloat16, 8 bits.

    python -m benchmarks.arithmetic --data DATA [--passages COUNT]

The weights are stored in 8 bits either way. "8 bits, groups of N" rounds the inputs of every matrix
product too, N numbers of a token at a time with a scale of their own (OpenVINO's
DYNAMIC_QUANTIZATION_GROUP_SIZE), so a text's vector does not depend on its batch. Printed are CPU
milliseconds a passage, the work of the matrix products a second (a multiply-add counts as two),
recall@1 and @5 of dense search over PIAF's passages, the least and the mean cosine to the vectors
in 32 bits, and the least cosine of a passage alone to itself in a batch. One thread; each row in a
process of its own. "As shipped" is what the runtime chooses by itself. `benchmarks.processor` holds
all of it to a lesser processor (ONEDNN_MAX_CPU_ISA does not: the runtime's softmax then fails to
compile).

The first row measures what the processor reaches at best: the largest of the encoder's products
alone, 2,048 tokens in 32 bits, by the same runtime.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measuring import (
    ROOT,
    child_environment,
    describe_machine,
    format_table,
    run_process,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seedqa.index.encoder import ShippedEncoder

#: Rows of the table, and the settings of OpenVINO.
KINDS: Mapping[str, Mapping[str, str]] = {
    "32 bits": {"INFERENCE_PRECISION_HINT": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"},
    "bfloat16": {"INFERENCE_PRECISION_HINT": "bf16", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"},
    "as shipped": {},
    **{
        f"8 bits, groups of {size}": {
            "INFERENCE_PRECISION_HINT": "f32",
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": str(size),
        }
        for size in (32, 64, 128, 384)
    },
}
#: Multiply-adds a token: 12 layers, each four products of 384 x 384 and two of 384 x 1,536.
PRODUCTS_PER_TOKEN = 12 * (4 * 384 * 384 + 2 * 384 * 1536)
#: Passages that are also encoded by themselves.
ALONE = 50
#: Tokens, and the inputs and outputs of the product of the first row.
TOKENS, WIDTH, INNER = 2048, 384, 1536


def measure(kind: str, data: Path, count: int, vectors: Path) -> dict[str, Any]:
    """Encode PIAF's passages and questions by one kind of arithmetic; keep the vectors."""
    import numpy as np

    from training.encoder_data import read_extractive

    encoder = open_encoder(KINDS[kind])
    asked = [row for row in read_extractive(data, "dev") if row.source == "piaf"]
    passages = list(dict.fromkeys(row.passage for row in asked))[:count]
    known = {passage: number for number, passage in enumerate(passages)}
    asked = [row for row in asked if row.passage in known]
    encoder.encode_passages(passages[:ALONE])  # prepares the first shapes
    started = time.process_time()
    encoded = encoder.encode_passages(passages)
    seconds = time.process_time() - started
    np.save(vectors, encoded)
    alone = np.concatenate([encoder.encode_passages([text]) for text in passages[:ALONE]])
    questions = np.stack([encoder.encode_question(row.question) for row in asked])
    ranks = rank_of(questions @ encoded.T, [known[row.passage] for row in asked])
    tokens = sum(len(one.ids) for one in encoder._tokenizer.encode_batch(passages))
    return {
        "milliseconds": seconds * 1000 / len(passages),
        "gflops": 2 * PRODUCTS_PER_TOKEN * tokens / seconds / 1e9,
        "recall": [float((ranks < depth).mean()) for depth in (1, 5)],
        "alone": float((alone * encoded[:ALONE]).sum(axis=1).min()),
    }


def rank_of(scores: NDArray[np.float32], right: Sequence[int]) -> NDArray[np.int64]:
    """Return how many passages score above the right one, for each question."""
    import numpy as np

    own = scores[np.arange(len(right)), right]
    return np.asarray((scores > own[:, None]).sum(axis=1))


def open_encoder(settings: Mapping[str, str]) -> ShippedEncoder:
    """Return the shipped encoder, compiled with these settings for one thread."""
    from seedqa.index.encoder import SHIPPED_MODEL, ShippedEncoder
    from seedqa.index.runtime import openvino_core

    encoder = ShippedEncoder()
    compiled = openvino_core().compile_model(
        str(SHIPPED_MODEL / "model.onnx"),
        "CPU",
        {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": 1, **settings},
    )
    encoder._request = compiled.create_infer_request()
    return encoder


def measure_limit() -> float:
    """Return the GFLOP/s of one product in 32 bits by the same runtime, on one thread."""
    import numpy as np
    from openvino import opset13 as opset

    from seedqa.index.runtime import openvino_core

    random = np.random.default_rng(0)
    left = opset.parameter([TOKENS, WIDTH], np.float32)
    right = opset.constant(random.standard_normal((WIDTH, INNER), dtype=np.float32))
    import openvino

    compiled = openvino_core().compile_model(
        openvino.Model([opset.matmul(left, right, False, False)], [left]),
        "CPU",
        {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"},
    )
    request = compiled.create_infer_request()
    feed = [random.standard_normal((TOKENS, WIDTH), dtype=np.float32)]
    best = 0.0
    for _ in range(40):
        started = time.process_time()
        request.infer(feed)
        best = max(best, 2 * TOKENS * WIDTH * INNER / (time.process_time() - started) / 1e9)
    return best


def compare(data: Path, count: int) -> str:
    """Return the table."""
    import numpy as np

    rows = []
    with tempfile.TemporaryDirectory(prefix="seedqa-arithmetic-") as name:
        environment = child_environment(Path(name) / "bytecode")
        command = [sys.executable, "-m", "benchmarks.arithmetic", "--data", str(data)]
        limit = json.loads(run_process([*command, "--kind", "limit"], environment).output)
        rows.append(["the largest product, 32 bits", "", f"{limit:.0f}", *[""] * 5])
        reference = None
        for kind in KINDS:
            file = Path(name) / "vectors.npy"
            options = ["--kind", kind, "--passages", str(count), "--vectors", str(file)]
            found = json.loads(run_process([*command, *options], environment).output)
            encoded = np.load(file)
            reference = encoded if reference is None else reference
            cosines = (encoded * reference).sum(axis=1)
            rows.append(
                [
                    kind,
                    f"{found['milliseconds']:.1f}",
                    f"{found['gflops']:.0f}",
                    *(f"{100 * share:.1f}" for share in found["recall"]),
                    f"{cosines.min():.4f}",
                    f"{cosines.mean():.4f}",
                    f"{found['alone']:.4f}",
                ]
            )
    heads = [
        "arithmetic", "CPU ms a passage", "GFLOP/s", "recall@1, %", "@5, %", "least cosine",
        "mean cosine", "least, alone to batch",
    ]  # fmt: skip
    return format_table(heads, rows)


def main() -> None:
    """Read the command line, measure, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--passages", type=int, default=10_000, help="at most")
    parser.add_argument("--kind", choices=("limit", *KINDS), help=argparse.SUPPRESS)
    parser.add_argument("--vectors", type=Path, default=Path(os.devnull), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.kind == "limit":
        print(json.dumps(measure_limit()))
    elif options.kind:
        found = measure(options.kind, options.data, options.passages, options.vectors)
        print(json.dumps(found))
    else:
        table = compare(options.data, options.passages)
        print(describe_machine())
        print(table)


if __name__ == "__main__":
    main()
