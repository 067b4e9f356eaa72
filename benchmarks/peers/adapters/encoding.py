"""The encoder for libraries that take vectors: sentence-transformers, or vectors made before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.peers.runner import Vectors


def load_model(model: str) -> Any:
    """Return the model of a folder; its prompts and its normalisation are in the folder."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(model, device="cpu", local_files_only=True)


def encode_passages(model: str, texts: Sequence[str]) -> Any:
    """Return unit vectors of shape (len(texts), dimension)."""
    return load_model(model).encode_document(list(texts), show_progress_bar=False)


def question_encoder(model: str, vectors: Vectors | None) -> Callable[[str], Any]:
    """Return what makes the unit vector of a question, shape (dimension,), or looks it up."""
    if vectors is not None:
        return vectors.__getitem__
    loaded = load_model(model)

    def encode(question: str) -> Any:
        return loaded.encode_query(question, show_progress_bar=False)

    return encode
