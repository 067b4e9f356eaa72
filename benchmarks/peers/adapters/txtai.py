"""txtai: `Embeddings` with hybrid=True and content=True, as its documentation has it.

That is FAISS (exact at this size) and its own BM25, joined by a convex combination of normalised
scores. One text is both encoded and matched: the title is matched too. The prompts of the model
are read from its folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.files import Chunk
from benchmarks.peers.runner import Search, Vectors


def build(chunks: Sequence[Chunk], model: str, out: Path) -> None:
    """Index chunks into the folder `out`; a chunk's id names its file."""
    from txtai import Embeddings  # type: ignore[import-not-found]

    embeddings = Embeddings(path=model, hybrid=True, content=True)
    embeddings.index((f"{chunk.source}#{chunk.id}", chunk.encoded) for chunk in chunks)
    embeddings.save(str(out))


def open_index(out: Path, model: str, vectors: Vectors | None) -> Search:
    """Return the search; `vectors` are handed over as the transform of external vectors."""
    import numpy as np
    from txtai import Embeddings

    def transform(texts: Sequence[str]) -> Any:
        assert vectors is not None
        return np.stack([vectors[text] for text in texts])

    embeddings = Embeddings()
    if vectors is None:
        embeddings.load(str(out))
    else:
        embeddings.load(str(out), config={"method": "external", "transform": transform})

    def search(question: str, count: int) -> list[str]:
        return [row["id"].rpartition("#")[0] for row in embeddings.search(question, count)]

    return search
