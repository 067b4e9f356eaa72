"""LangChain: `EnsembleRetriever` (RRF) of a FAISS store (exact, inner product) and `BM25Retriever`.

`BM25Retriever` splits at spaces unless it is told better: here it gets words in lower case without
punctuation. It has no file of its own, so it is pickled. Both retrievers give as many candidates
as passages are asked for.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.files import Chunk
from benchmarks.peers.runner import Search, Vectors

BM25 = "bm25.pickle"


def split_words(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return re.findall(r"\w+", text.lower())


def load_embeddings(model: str) -> Any:
    """Return the wrapper of sentence-transformers, with the prompts of the model."""
    from langchain_huggingface import HuggingFaceEmbeddings  # type: ignore[import-not-found]

    return HuggingFaceEmbeddings(
        model_name=model,
        model_kwargs={"device": "cpu", "local_files_only": True},
        encode_kwargs={"prompt_name": "document", "normalize_embeddings": True},
        query_encode_kwargs={"prompt_name": "query", "normalize_embeddings": True},
    )


def build(chunks: Sequence[Chunk], model: str, out: Path) -> None:
    """Index chunks into the folder `out`."""
    from langchain_community.retrievers import BM25Retriever  # type: ignore[import-not-found]
    from langchain_community.vectorstores import FAISS  # type: ignore[import-not-found]
    from langchain_community.vectorstores.utils import (  # type: ignore[import-not-found]
        DistanceStrategy,
    )

    facts = [{"id": chunk.id, "source": chunk.source} for chunk in chunks]
    store = FAISS.from_texts(
        [chunk.encoded for chunk in chunks],
        load_embeddings(model),
        facts,
        distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
    )
    store.save_local(str(out))
    retriever = BM25Retriever.from_texts(
        [chunk.lexical for chunk in chunks], facts, preprocess_func=split_words
    )
    (out / BM25).write_bytes(pickle.dumps(retriever))


def open_index(out: Path, model: str, vectors: Vectors | None) -> Search:
    """Return the search; `vectors` are handed over as an `Embeddings` that looks them up."""
    from langchain_classic.retrievers import EnsembleRetriever  # type: ignore[import-not-found]
    from langchain_community.vectorstores import FAISS
    from langchain_community.vectorstores.utils import DistanceStrategy
    from langchain_core.embeddings import Embeddings

    class Looked(Embeddings):
        """Vectors that were made before."""

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            raise NotImplementedError

        def embed_query(self, text: str) -> list[float]:
            assert vectors is not None
            found: list[float] = vectors[text]
            return found

    store = FAISS.load_local(
        str(out),
        load_embeddings(model) if vectors is None else Looked(),
        allow_dangerous_deserialization=True,  # it was written by `build`
        distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
    )
    lexical = pickle.loads((out / BM25).read_bytes())
    dense = store.as_retriever()
    ensemble = EnsembleRetriever(retrievers=[lexical, dense], weights=[0.5, 0.5], id_key="id")

    def search(question: str, count: int) -> list[str]:
        lexical.k = dense.search_kwargs["k"] = count
        return [document.metadata["source"] for document in ensemble.invoke(question)[:count]]

    return search
