"""Chroma: dense search in its HNSW index by cosine, as it is.

Its wrapper of sentence-transformers knows no prompts, so the vectors are made here and handed over,
which is a documented form of the query.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.adapters.encoding import encode_passages, question_encoder
from benchmarks.peers.files import Chunk
from benchmarks.peers.runner import Search, Vectors

COLLECTION = "chunks"


def build(chunks: Sequence[Chunk], model: str, out: Path) -> None:
    """Index chunks into the folder `out`."""
    import chromadb  # type: ignore[import-not-found]

    collection = chromadb.PersistentClient(path=str(out)).create_collection(
        COLLECTION, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
    )
    collection.add(
        ids=[str(chunk.id) for chunk in chunks],
        embeddings=encode_passages(model, [chunk.encoded for chunk in chunks]),
        documents=[chunk.lexical for chunk in chunks],
        metadatas=[{"source": chunk.source} for chunk in chunks],
    )


def open_index(out: Path, model: str, vectors: Vectors | None) -> Search:
    """Return the search; `vectors` are handed over instead of those that the model makes."""
    import chromadb

    client = chromadb.PersistentClient(path=str(out))
    collection = client.get_collection(COLLECTION, embedding_function=None)
    encode = question_encoder(model, vectors)

    def search(question: str, count: int) -> list[str]:
        found = collection.query(
            query_embeddings=[encode(question)],
            n_results=count,
            include=["documents", "metadatas", "distances"],
        )
        return [metadata["source"] for metadata in found["metadatas"][0]]

    return search
