"""LanceDB: a hybrid query with its native full-text index, joined by its RRF reranker.

The vectors are compared exactly, as its documentation advises below 100,000 rows. The full-text
index is told that the texts are French. Its wrapper of sentence-transformers knows no prompts, so
the vectors are made here and handed over, which is a documented form of the query.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.adapters.encoding import encode_passages, question_encoder
from benchmarks.peers.files import Chunk
from benchmarks.peers.runner import Search, Vectors

TABLE = "chunks"


def build(chunks: Sequence[Chunk], model: str, out: Path) -> None:
    """Index chunks into the folder `out`."""
    import lancedb  # type: ignore[import-not-found]
    from lancedb.index import FTS  # type: ignore[import-not-found]

    vectors = encode_passages(model, [chunk.encoded for chunk in chunks])
    rows = [
        {"id": chunk.id, "source": chunk.source, "text": chunk.lexical, "vector": vector}
        for chunk, vector in zip(chunks, vectors, strict=True)
    ]
    table = lancedb.connect(str(out)).create_table(TABLE, rows)
    table.create_index("text", config=FTS(language="French"))


def open_index(out: Path, model: str, vectors: Vectors | None) -> Search:
    """Return the search; `vectors` are handed over instead of those that the model makes."""
    import lancedb
    from lancedb.rerankers import RRFReranker  # type: ignore[import-not-found]

    table = lancedb.connect(str(out)).open_table(TABLE)
    encode, reranker = question_encoder(model, vectors), RRFReranker()

    def search(question: str, count: int) -> list[str]:
        query = table.search(query_type="hybrid").vector(encode(question)).text(question)
        found = query.distance_type("cosine").rerank(reranker).limit(count)
        return [row["source"] for row in found.select(["source", "text"]).to_list()]

    return search
