"""Write what all systems get: the corpus as text files, its chunks, its questions, their vectors.

    python -m benchmarks.peers.corpus --data DATA --scratch FOLDER [--questions COUNT]

A process of its own, with seedqa and torch: the one that weighs the others stays small.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from benchmarks.corpora import write_squad_form
from benchmarks.peers.files import (
    CHUNKS,
    QUESTIONS,
    VECTORS,
    Asked,
    Chunk,
    read_questions,
    spread,
    write_lines,
)
from seedqa.index.build import build_index
from seedqa.index.encoder import Vectors
from seedqa.index.reading_view import encoder_input, readable_text
from seedqa.index.store.reading import open_for_reading


class NoEncoder:
    """An encoder that gives each passage the same vector: only the chunks are wanted."""

    name = fingerprint = "none"
    dimension = 8
    languages: tuple[str, ...] = ()

    def encode_question(self, question: str) -> Vectors:
        """Return the one vector, shape (dimension,)."""
        return self.encode_passages([question]).reshape(-1)

    def encode_passages(self, passages: Sequence[str]) -> Vectors:
        """Return the one vector for each, shape (len(passages), dimension)."""
        return np.tile(np.eye(1, self.dimension, dtype=np.float32), (len(passages), 1))


def cut_corpus(texts: Path, index: Path) -> list[Chunk]:
    """Index the folder `texts` into the folder `index`, from nothing; return the chunks."""
    shutil.rmtree(index, ignore_errors=True)
    build_index(texts, index, NoEncoder())
    with closing(open_for_reading(index)) as reader, reader.read() as reading:
        assert reading
        ids = reading.chunk_ids(document.id for document in reading.documents())
        stored = reading.chunks(ids)
    return [
        Chunk(
            chunk_id,
            stored[chunk_id].source,
            encoder_input(stored[chunk_id].chunk),
            readable_text(stored[chunk_id].chunk),
        )
        for chunk_id in ids
    ]


def write_corpus(data: Path, scratch: Path, count: int | None) -> None:
    """Write the text files, the chunks and the questions below `scratch`."""
    texts = scratch / "texts"
    found = write_squad_form(data, texts, "piaf")
    write_lines(scratch / CHUNKS, cut_corpus(texts, scratch / "cut"))
    asked = [Asked(question.text, question.sources[0]) for question in found]
    write_lines(scratch / QUESTIONS, spread(asked, count))


def write_vectors(weights: Path, questions: Sequence[str], path: Path) -> None:
    """Write the vectors of the questions, as sentence-transformers makes them."""
    from benchmarks.plain import load_model  # torch, needed for this one only

    np.save(path, load_model(weights).encode_query(list(questions), show_progress_bar=False))


def main() -> None:
    """Read the command line and write the files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--questions", type=int)
    options = parser.parse_args()
    write_corpus(options.data, options.scratch, options.questions)
    asked = [one.question for one in read_questions(options.scratch / QUESTIONS)]
    write_vectors(options.scratch / "weights", asked, options.scratch / VECTORS)


if __name__ == "__main__":
    main()
