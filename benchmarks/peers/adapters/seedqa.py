"""seedqa itself, asked as the others are; its command line indexes and asks the cold question.

The one adapter that imports seedqa. A question checks the folder for changes first, as it does for
a user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers.runner import Search, Vectors
from seedqa.index.encoder import Encoder, load_encoder
from seedqa.index.encoder import Vectors as Matrix
from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.pipeline import Pipeline
from seedqa.retrieval.question import parse_question


class Looked:
    """An encoder that looks up the vectors of questions, made before."""

    languages: tuple[str, ...] = ()

    def __init__(self, encoder: Encoder, vectors: Mapping[str, Matrix]) -> None:
        self.name, self.fingerprint = encoder.name, encoder.fingerprint
        self.dimension = encoder.dimension
        self._vectors = vectors

    def encode_question(self, question: str) -> Matrix:
        """Return the vector of a question, shape (dimension,)."""
        return self._vectors[question]

    def encode_passages(self, passages: Sequence[str]) -> Matrix:
        """Refuse: nothing is indexed while the questions are asked."""
        raise NotImplementedError


def open_index(out: Path, model: str, vectors: Vectors | None) -> Search:
    """Return the search; `model` is not used: the same weights are bundled.

    With `vectors`, the encoder that ships makes those of the same questions before they are asked.
    """
    encoder = load_encoder()
    if vectors is not None:
        texts = [parse_question(question).text for question in vectors]
        encoder = Looked(encoder, {text: encoder.encode_question(text) for text in texts})
    workspace = resolve(Location(index=out, seeds=None, model=None))
    pipeline = Pipeline.open(workspace, encoder=encoder)

    def search(question: str, count: int) -> list[str]:
        return [passage.source for passage in pipeline.search(question, count=count).passages]

    return search
