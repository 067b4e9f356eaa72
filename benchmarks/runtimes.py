"""Compare runtimes for the model that ships, and settings of the one that is used.

    python -m benchmarks.runtimes [--seconds SECONDS] [--settings]

torch (through transformers, the same weights in 32 bits), ONNX Runtime and OpenVINO,
this one as it chooses by itself (bfloat16 where the processor has it) and held to float32: passages
a second at 32, 128 and 256 tokens, milliseconds of a question of 12 tokens, and the least cosine to
torch's vectors. Each runs in a process of its own.

With --settings: OpenVINO over 256 texts of 16 to 200 tokens, sorted by length as a build does it,
with other batch sizes, paddings and numbers of streams; passages a second.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring import (
    MIB,
    ROOT,
    child_environment,
    describe_machine,
    format_table,
    restore_weights,
    run_process,
)

MODEL = ROOT / "models" / "encoder" / "model.onnx"
LENGTHS = (32, 128, 256)
BATCH_TOKENS = 4096
QUESTION_TOKENS = 12
RUNTIMES = ("torch", "onnxruntime", "openvino float32", "openvino")
TEXTS = 256
#: Performance hint, streams, tokens in a batch, and what lengths are padded to a multiple of.
SETTINGS = (
    ("LATENCY", 1, 2048, 16),
    ("LATENCY", 1, 1024, 16),
    ("LATENCY", 1, 4096, 16),
    ("LATENCY", 1, 2048, 1),
    ("LATENCY", 1, 2048, 32),
    ("THROUGHPUT", 2, 1024, 16),
    ("THROUGHPUT", 2, 2048, 16),
    ("THROUGHPUT", 2, 4096, 16),
)

Run = Callable[[Any, Any], Any]
"""Token ids and attention mask, shape (n, tokens), to vectors."""


# -- runtimes -------------------------------------------------------------------------------------


def load(runtime: str, weights: Path) -> Run:
    """Return a runtime with the model loaded, on two threads; `weights` are for torch."""
    if runtime == "torch":
        return _load_torch(weights)
    if runtime == "onnxruntime":
        return _load_onnxruntime()
    precision = {"INFERENCE_PRECISION_HINT": "f32"} if "float32" in runtime else {}
    compiled = compile_openvino({"PERFORMANCE_HINT": "LATENCY"} | precision)
    request = compiled.create_infer_request()

    def run(ids: Any, mask: Any) -> Any:
        feed = {"input_ids": ids, "attention_mask": mask}
        return request.infer(feed)["embedding"].copy()

    return run


def _load_torch(weights_folder: Path) -> Run:
    import torch
    from transformers import AutoModel

    torch.set_num_threads(2)
    model = AutoModel.from_pretrained(weights_folder).eval()

    def run(ids: Any, mask: Any) -> Any:
        with torch.inference_mode():
            mask = torch.from_numpy(mask)
            hidden = model(input_ids=torch.from_numpy(ids), attention_mask=mask).last_hidden_state
            weights = mask.unsqueeze(-1).float()
            mean = (hidden * weights).sum(1) / weights.sum(1)
            return torch.nn.functional.normalize(mean, dim=1).numpy()

    return run


def _load_onnxruntime() -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])
    return lambda ids, mask: session.run(None, {"input_ids": ids, "attention_mask": mask})[0]


def compile_openvino(settings: dict[str, Any]) -> Any:
    """Return the model compiled by OpenVINO with these settings."""
    from seedqa.index.runtime import openvino_core

    core = openvino_core()
    return core.compile_model(str(MODEL), "CPU", {"INFERENCE_NUM_THREADS": 2} | settings)


# -- one runtime, in a process of its own ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Speed:
    """What one runtime reached."""

    passages: dict[str, float]
    """A second, by number of tokens."""
    question_ms: float
    vectors: list[list[float]]


def measure(runtime: str, seconds: float, weights: Path) -> Speed:
    """Time a runtime on random tokens, the same for each."""
    import numpy as np

    run = load(runtime, weights)
    random = np.random.default_rng(0)
    passages, vectors = {}, []
    for length in LENGTHS:
        ids = random.integers(1000, 30_000, (BATCH_TOKENS // length, length))
        ids[:, 0], ids[:, -1] = 0, 2
        mask = np.ones_like(ids)
        vectors += run(ids, mask)[:4].tolist()
        started, done = time.perf_counter(), 0
        while time.perf_counter() - started < seconds:
            run(ids, mask)
            done += len(ids)
        passages[str(length)] = done / (time.perf_counter() - started)
    ids = random.integers(1000, 30_000, (1, QUESTION_TOKENS))
    mask = np.ones_like(ids)
    run(ids, mask)
    started, done = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        run(ids, mask)
        done += 1
    return Speed(passages, (time.perf_counter() - started) / done * 1000, vectors)


def compare_runtimes(seconds: float) -> str:
    """Return the table of runtimes."""
    import numpy as np

    rows = []
    reference = None
    with tempfile.TemporaryDirectory(prefix="seedqa-runtimes-") as name:
        environment = child_environment(Path(name) / "bytecode")
        weights = Path(name) / "weights"
        restore_weights(weights)
        for runtime in RUNTIMES:
            options = ["--runtime", runtime, "--seconds", str(seconds), "--weights", str(weights)]
            run = run_process([sys.executable, "-m", "benchmarks.runtimes", *options], environment)
            speed = json.loads(run.output.splitlines()[-1])
            vectors = np.array(speed["vectors"])
            reference = vectors if reference is None else reference
            rows.append(
                [
                    runtime,
                    *(f"{speed['passages'][str(length)]:.0f}" for length in LENGTHS),
                    f"{speed['question_ms']:.1f}",
                    f"{(vectors * reference).sum(axis=1).min():.4f}",
                    f"{run.peak_bytes / MIB:.0f}",
                ]
            )
    tokens = [f"{length} tokens, passages/s" for length in LENGTHS]
    return format_table(
        ["runtime", *tokens, "question, ms", "least cosine", "peak memory, MiB"], rows
    )


# -- settings of OpenVINO -------------------------------------------------------------------------


def compare_settings(seconds: float) -> Iterator[list[str]]:
    """Yield a row for each choice of streams, threads, batch and padding."""
    import numpy as np

    random = np.random.default_rng(0)
    lengths = sorted(random.integers(16, 200, TEXTS).tolist(), reverse=True)
    for hint, streams, tokens, pad in SETTINGS:
        settings = {"PERFORMANCE_HINT": hint, "NUM_STREAMS": streams}
        batches = plan(lengths, tokens, pad)
        rate = time_batches(compile_openvino(settings), batches, streams, seconds)
        yield [hint, str(streams), str(tokens), str(pad), f"{rate:.0f}"]


def plan(lengths: list[int], tokens: int, pad: int) -> list[tuple[int, int]]:
    """Return (texts, width) of each batch."""
    batches = []
    rest = list(lengths)
    while rest:
        width = -(-rest[0] // pad) * pad
        size = max(1, tokens // width)
        batches.append((len(rest[:size]), width))
        rest = rest[size:]
    return batches


def time_batches(
    compiled: Any, batches: list[tuple[int, int]], streams: int, seconds: float
) -> float:
    """Return texts a second, after a first round that prepares every shape."""
    import numpy as np
    from openvino import AsyncInferQueue

    queue = AsyncInferQueue(compiled, streams)
    feeds = []
    for size, width in batches:
        ids = np.full((size, width), 2000, dtype=np.int64)
        feeds.append({"input_ids": ids, "attention_mask": np.ones_like(ids)})

    def run_all() -> None:
        for feed in feeds:
            queue.start_async(feed)
        queue.wait_all()

    run_all()
    started, done = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        run_all()
        done += TEXTS
    return done / (time.perf_counter() - started)


def main() -> None:
    """Read the command line, measure, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=3.0, help="for each figure")
    parser.add_argument("--settings", action="store_true", help="compare settings of OpenVINO")
    parser.add_argument("--runtime", choices=RUNTIMES, help=argparse.SUPPRESS)
    parser.add_argument("--weights", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.runtime:
        print(json.dumps(asdict(measure(options.runtime, options.seconds, options.weights))))
    elif options.settings:
        heads = ["hint", "streams", "tokens in a batch", "padded to", "passages/s"]
        rows = list(compare_settings(options.seconds))
        print(describe_machine())
        print(format_table(heads, rows))
    else:
        table = compare_runtimes(options.seconds)
        print(describe_machine())
        print(table)


if __name__ == "__main__":
    main()
