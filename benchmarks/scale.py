"""Measure warm questions over 1,000 to 1,000,000 chunks: time, memory, recall of the dense arm.

    python -m benchmarks.scale --scratch FOLDER [--sizes COUNT ...] [--questions COUNT]

The chunks are synthetic, the same in every run, and go through `EmbeddedWriter.commit` as a
build's do. Words: 80 a chunk, of 100 English function words and 200,000 made-up ones by the law of
Zipf and Mandelbrot, p(rank) ~ 1 / (rank + 2.7). Vectors: 384 numbers, a cluster centre plus as much
noise, 50 chunks a cluster, unit length. A question is nine words of one chunk, and its vector with
noise (cosine 0.79). 100 chunks a document, and a (short) file for each in the folder, so that a
question looks at the folder first, as it does in life. The shipped model runs on every question,
so its time and memory count; its vector is then replaced by the synthetic one. Every question is
searched, then asked, which reads eight passages; made-up words are many pieces each, so that
reading takes longer than with prose: the tokens of a passage are told.

Recall@10 is the share of the ten nearest by float32 that are among the first ten of
`dense_candidates`. 1,000,000 chunks take about 4 GB below the scratch folder, removed at the end.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measuring import (
    MIB,
    child_environment,
    describe_machine,
    format_table,
    quantile,
    run_process,
)

if TYPE_CHECKING:  # the parent stays small: it weighs its children
    import numpy as np
    from numpy.typing import NDArray

    from seedqa.index.encoder import Encoder
    from seedqa.index.store.rows import NewDocument
    from seedqa.index.types import FoundFile

    Vectors = NDArray[np.float32]


DIMENSION = 384
CHUNKS_PER_DOCUMENT = 100
CHUNKS_PER_CLUSTER = 50
WORDS_PER_CHUNK = 80
WORDS_PER_QUESTION = 9
MADE_UP_WORDS = 200_000
MANDELBROT_OFFSET = 2.7
#: Times sqrt(384) that is 0.78 of a unit vector's length.
QUESTION_NOISE = 0.04
WARM_UP = 10
#: Files that are edited one after the other, and what is written in them.
EDITS = 5
EDIT = "the new ferry sails at noon"
#: A file read within two seconds of its last change is read again at the next question.
SETTLING_SECONDS = 2.5
#: More than any passage has.
MAX_TOKENS = 10_000


class Corpus:
    """Synthetic documents by number: texts, vectors and questions."""

    def __init__(self, chunks: int) -> None:
        import numpy as np

        self.chunks = chunks
        self._np = np
        self._words = _vocabulary()
        weights = 1 / (np.arange(1, len(self._words) + 1) + MANDELBROT_OFFSET)
        self._cumulative = np.cumsum(weights / weights.sum())

    @cached_property
    def _centres(self) -> Vectors:
        shape = (max(2, self.chunks // CHUNKS_PER_CLUSTER), DIMENSION)
        return self._np.random.default_rng(1).standard_normal(shape, dtype=self._np.float32)

    @property
    def documents(self) -> int:
        """Number of documents."""
        return -(-self.chunks // CHUNKS_PER_DOCUMENT)

    def texts(self, document: int) -> list[str]:
        """Return the texts of a document's chunks."""
        random = self._np.random.default_rng([2, document])
        shape = (CHUNKS_PER_DOCUMENT, WORDS_PER_CHUNK)
        drawn = self._np.searchsorted(self._cumulative, random.random(shape))
        last = len(self._words) - 1
        return [" ".join(self._words[min(int(word), last)] for word in row) for row in drawn]

    def vectors(self, document: int) -> Vectors:
        """Return the unit vectors of a document's chunks, shape (100, 384)."""
        random = self._np.random.default_rng([3, document])
        chosen = random.integers(0, len(self._centres), CHUNKS_PER_DOCUMENT)
        shape = (CHUNKS_PER_DOCUMENT, DIMENSION)
        noise = random.standard_normal(shape, dtype=self._np.float32)
        return _unit(self._centres[chosen] + noise)

    def questions(self, count: int) -> list[tuple[str, Vectors]]:
        """Return questions, each with its vector."""
        random = self._np.random.default_rng(4)
        asked = []
        for document in random.integers(0, self.documents, count).tolist():
            row = int(random.integers(CHUNKS_PER_DOCUMENT))
            words = self.texts(document)[row].split()
            at = int(random.integers(WORDS_PER_CHUNK - WORDS_PER_QUESTION))
            noise = QUESTION_NOISE * random.standard_normal(DIMENSION)
            vector = _unit((self.vectors(document)[row] + noise)[None])[0]
            asked.append((" ".join(words[at : at + WORDS_PER_QUESTION]) + "?", vector))
        return asked


class SyntheticEncoder:
    """The shipped encoder, whose vectors for known questions are those that it was given."""

    name = "synthetic"
    fingerprint = "synthetic"
    dimension = DIMENSION
    languages: tuple[str, ...] = ()

    def __init__(self, shipped: Encoder | None, vectors: dict[str, Vectors]) -> None:
        self._shipped = shipped
        self._vectors = vectors

    def encode_question(self, question: str) -> Vectors:
        """Return the vector given for `question`, after doing the work of making one."""
        if self._shipped:
            self._shipped.encode_question(question)
        return self._vectors[question]

    def encode_passages(self, passages: Sequence[str]) -> Vectors:
        """Return what the shipped model makes of them; those indexed have vectors already."""
        assert self._shipped
        return self._shipped.encode_passages(passages)


@dataclass(frozen=True, slots=True)
class Scale:
    """What was measured at one size."""

    chunks: int
    build_seconds: float
    disk_bytes: int
    search_ms: list[float]
    laps_ms: dict[str, float]
    """Median of each step."""
    ask_ms: list[float]
    edit_seconds: list[float]
    """Builds after one file was edited."""
    next_seconds: list[float]
    """Searches after them, in a process that was open before."""
    passage_tokens: float
    """Mean of what was read."""
    peak_bytes: int
    recall: float


# -- the steps, each in a process of its own ------------------------------------------------------


def build(chunks: int, scratch: Path) -> dict[str, Any]:
    """Write files and index; return how long it took."""
    from seedqa.index.build import make_recipe
    from seedqa.index.store.rows import Change
    from seedqa.index.store.writing import open_for_writing
    from seedqa.index.types import DEFAULT_SETTINGS

    corpus = Corpus(chunks)
    encoder = SyntheticEncoder(None, {})
    files = write_files(scratch / "seeds", corpus.documents)
    started = time.perf_counter()
    with open_for_writing(scratch / "index") as store:
        documents = []
        for number, file in enumerate(files):
            document = make_document(corpus, number, file)
            documents.append(document)
            store.cache_vectors("synthetic", document.hashes, corpus.vectors(number))
        recipe = make_recipe(scratch / "seeds", encoder, None, DEFAULT_SETTINGS)
        store.commit(Change(frozenset(), tuple(documents), ()), recipe, keep_vectors=False)
    size = sum(path.stat().st_size for path in (scratch / "index").iterdir())
    return {"seconds": time.perf_counter() - started, "bytes": size}


def write_files(folder: Path, count: int) -> list[FoundFile]:
    """Write `count` short files, let them settle, and return what a walk sees of them."""
    from seedqa.index.documents.walk import walk_folder

    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number:06}.txt").write_text("synthetic\n", encoding="utf-8")
    time.sleep(SETTLING_SECONDS)
    found, _ = walk_folder(folder, exclude=folder)
    return sorted(found, key=lambda file: file.source)


def make_document(corpus: Corpus, number: int, file: FoundFile) -> NewDocument:
    """Return a document as a build would have read it."""
    from seedqa.index.store.rows import NewDocument
    from seedqa.index.types import Chunk

    chunks, start = [], 0
    for line, text in enumerate(corpus.texts(number), 1):
        chunks.append(Chunk(start, start + len(text), line, line, None, text))
        start += len(text) + 1
    hashes = tuple(
        (number * CHUNKS_PER_DOCUMENT + row).to_bytes(16, "big") for row in range(len(chunks))
    )
    return NewDocument(
        source=file.source,
        file=file,
        read_ns=time.time_ns(),
        hash=str(number),
        title=file.source,
        date=None,
        language="en",
        chunks=tuple(chunks),
        hashes=hashes,
    )


def ask(chunks: int, scratch: Path, questions: int) -> dict[str, Any]:
    """Search, then ask, with a warm pipeline; return milliseconds in all, and by step."""
    from seedqa.index.encoder import load_encoder
    from seedqa.index.runtime import load_tokenizer
    from seedqa.index.workspace import Location, resolve
    from seedqa.retrieval.pipeline import Pipeline
    from seedqa.retrieval.reader import SHIPPED_READER

    asked = json.loads((scratch / "questions.json").read_text(encoding="utf-8"))
    import numpy as np

    vectors = dict(zip(asked, np.load(scratch / "questions.npy"), strict=True))
    encoder = SyntheticEncoder(load_encoder(), vectors)
    workspace = resolve(Location(index=scratch / "index", seeds=None, model=None))
    totals: dict[str, list[float]] = {"search": [], "ask": []}
    laps, read = [], []
    with Pipeline.open(workspace, encoder=encoder) as pipeline:
        for name, run in (("search", pipeline.search), ("ask", pipeline.ask)):
            for question in asked[:WARM_UP]:
                run(question)
            for question in asked:
                started = time.perf_counter()
                result = run(question)
                totals[name].append((time.perf_counter() - started) * 1000)
                timings = result.timings
                laps.append((timings.refresh_ms, timings.encode_ms, timings.search_ms))
                read += [passage.text for passage in result.passages]
                assert result.index.fresh
                assert result.index.chunks == chunks
    names = ("refresh", "encode", "search")
    medians = {
        name: quantile(lap, 0.5) for name, lap in zip(names, zip(*laps, strict=True), strict=True)
    }
    tokenizer = load_tokenizer(SHIPPED_READER / "tokenizer.json", MAX_TOKENS)
    tokens = [len(encoding.ids) for encoding in tokenizer.encode_batch(read)]
    return totals | {"laps": medians, "tokens": sum(tokens) / len(tokens)}


def edit(scratch: Path) -> dict[str, Any]:
    """Edit one file at a time; return the seconds of each build and of the next search."""
    from seedqa.index.build import build_index
    from seedqa.index.encoder import load_encoder
    from seedqa.index.workspace import Location, resolve
    from seedqa.retrieval.pipeline import Pipeline

    encoder = SyntheticEncoder(load_encoder(), {EDIT: load_encoder().encode_question(EDIT)})
    seeds, index = scratch / "seeds", scratch / "index"
    workspace = resolve(Location(index=index, seeds=None, model=None))
    built, searched = [], []
    with Pipeline.open(workspace, encoder=encoder) as pipeline:
        pipeline.search(EDIT)
        for number in range(EDITS):
            (seeds / f"{number:06}.txt").write_text(f"{EDIT} {number}\n", encoding="utf-8")
            report = build_index(seeds, index, encoder)
            assert len(report.indexed) == 1
            built.append(report.seconds)
            started = time.perf_counter()
            found = pipeline.search(EDIT, refresh=False)
            searched.append(time.perf_counter() - started)
            assert found.passages[0].text.startswith(EDIT)
    return {"built": built, "searched": searched}


def measure_recall(chunks: int, scratch: Path, questions: int) -> float:
    """Return recall@10 of the dense arm; leaves the questions for `ask`."""
    import numpy as np

    from seedqa.index.store.reading import open_for_reading
    from seedqa.index.types import NO_FILTERS
    from seedqa.retrieval.candidates import dense_candidates

    corpus = Corpus(chunks)
    asked = corpus.questions(questions)
    queries = np.stack([vector for _, vector in asked])
    (scratch / "questions.json").write_text(json.dumps([text for text, _ in asked]))
    np.save(scratch / "questions.npy", queries)
    scores = np.empty((questions, 0), dtype=np.float32)
    ids = np.empty((questions, 0), dtype=np.int64)
    for number in range(corpus.documents):
        block = queries @ corpus.vectors(number).T
        scores = np.hstack([scores, block])
        numbers = number * CHUNKS_PER_DOCUMENT + 1 + np.arange(block.shape[1])
        ids = np.hstack([ids, np.broadcast_to(numbers, block.shape)])
        best = np.argsort(-scores, axis=1)[:, :10]
        scores = np.take_along_axis(scores, best, axis=1)
        ids = np.take_along_axis(ids, best, axis=1)
    with closing(open_for_reading(scratch / "index")) as index, index.read() as reading:
        assert reading
        found = [dense_candidates(reading, query, NO_FILTERS) for query in queries]
    shares = [
        len({chunk for chunk, _ in arm[:10]} & set(exact.tolist())) / 10
        for arm, exact in zip(found, ids, strict=True)
    ]
    return float(np.mean(shares))


# -- all of it ------------------------------------------------------------------------------------


def measure(chunks: int, scratch: Path, questions: int) -> Scale:
    """Build, ask and compare at one size, each in its own process."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    environment = child_environment(scratch.parent / "bytecode")
    outputs: dict[str, Any] = {}
    peak = 0
    for step in ("build", "recall", "ask", "edit"):
        command = [
            sys.executable,
            "-m",
            "benchmarks.scale",
            "--step",
            step,
            "--scratch",
            str(scratch),
        ]
        command += ["--sizes", str(chunks), "--questions", str(questions)]
        run = run_process(command, environment)
        outputs[step] = json.loads(run.output)
        peak = run.peak_bytes if step == "ask" else peak
    shutil.rmtree(scratch)
    return Scale(
        chunks=chunks,
        build_seconds=outputs["build"]["seconds"],
        disk_bytes=outputs["build"]["bytes"],
        search_ms=outputs["ask"]["search"],
        laps_ms=outputs["ask"]["laps"],
        ask_ms=outputs["ask"]["ask"],
        edit_seconds=outputs["edit"]["built"],
        next_seconds=outputs["edit"]["searched"],
        passage_tokens=outputs["ask"]["tokens"],
        peak_bytes=peak,
        recall=outputs["recall"],
    )


def report(scales: Sequence[Scale]) -> str:
    """Return the table."""
    heads = [
        "chunks", "search p50, ms", "p95, ms", "of p50: folder", "encoder", "search",
        "ask p50, ms", "p95, ms", "tokens a passage",
        "one edited, s", "next search, s",
        "peak memory, MiB", "recall@10", "built in, s", "on disk, MiB",
    ]  # fmt: skip
    rows = [
        [
            f"{scale.chunks:,}",
            f"{quantile(scale.search_ms, 0.5):.1f}",
            f"{quantile(scale.search_ms, 0.95):.1f}",
            *(f"{scale.laps_ms[step]:.1f}" for step in ("refresh", "encode", "search")),
            f"{quantile(scale.ask_ms, 0.5):.1f}",
            f"{quantile(scale.ask_ms, 0.95):.1f}",
            f"{scale.passage_tokens:.0f}",
            f"{quantile(scale.edit_seconds, 0.5):.2f}",
            f"{quantile(scale.next_seconds, 0.5):.2f}",
            f"{scale.peak_bytes / MIB:.0f}",
            f"{scale.recall:.3f}",
            f"{scale.build_seconds:.0f}",
            f"{scale.disk_bytes / MIB:.0f}",
        ]
        for scale in scales
    ]
    return format_table(heads, rows)


def main() -> None:
    """Read the command line, measure, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scratch", type=Path, required=True, help="a folder with 4 GB of room")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument(
        "--step", choices=("build", "recall", "ask", "edit"), help=argparse.SUPPRESS
    )
    options = parser.parse_args()
    size = options.sizes[0]
    if options.step == "build":
        print(json.dumps(build(size, options.scratch)))
    elif options.step == "recall":
        print(json.dumps(measure_recall(size, options.scratch, options.questions)))
    elif options.step == "edit":
        print(json.dumps(edit(options.scratch)))
    elif options.step == "ask":
        print(json.dumps(ask(size, options.scratch, options.questions)))
    else:
        print(describe_machine())
        scratch = options.scratch / "scale"
        print(report([measure(size, scratch, options.questions) for size in options.sizes]))


def _vocabulary() -> list[str]:
    from seedqa.index.lexical import stop_words

    syllables = [consonant + vowel for consonant in "bcdfghjklmnprstvz" for vowel in "aeiou"]
    made_up: list[str] = []
    number = 0
    while len(made_up) < MADE_UP_WORDS:
        number += 1
        word, rest = "", number * 7919
        while rest:
            rest, last = divmod(rest, len(syllables))
            word += syllables[last]
        made_up.append(word)
    return sorted(stop_words("en"))[:100] + made_up


def _unit(vectors: Vectors) -> Vectors:
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)


if __name__ == "__main__":
    main()
