"""LlamaIndex: `QueryFusionRetriever` (RRF, no LLM) of a vector index on FAISS and `BM25Retriever`.

One text is both encoded and matched: the title is matched too. BM25 is told that the texts are
French; its `persist` forgets the stemmer, which is given again. FAISS (exact, inner product) stands
in for the default store, a JSON file that is compared in Python. Both retrievers give as many
candidates as passages are asked for. The wrapper of sentence-transformers would encode ten texts at
once; here it encodes 32, as the others do.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.files import Chunk
from benchmarks.peers.runner import Search, Vectors

BM25 = "bm25"
LANGUAGE, STEMMER = "fr", "french"


def load_embedding(model: str) -> Any:
    """Return the wrapper of sentence-transformers, with the prompts of the model."""
    from llama_index.embeddings.huggingface import (  # type: ignore[import-not-found]
        HuggingFaceEmbedding,
    )

    return HuggingFaceEmbedding(
        model_name=model,
        device="cpu",
        query_instruction="query: ",
        text_instruction="passage: ",
        embed_batch_size=32,
    )


def looked_up(vectors: Vectors) -> Any:
    """Return an embedding that looks up vectors made before."""
    from llama_index.core.base.embeddings.base import (  # type: ignore[import-not-found]
        BaseEmbedding,
    )

    class Looked(BaseEmbedding):  # type: ignore[misc]
        """Vectors that were made before."""

        def _get_query_embedding(self, query: str) -> list[float]:
            found: list[float] = vectors[query].tolist()
            return found

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            raise NotImplementedError

    return Looked(model_name="made before")


def build(chunks: Sequence[Chunk], model: str, out: Path) -> None:
    """Index chunks into the folder `out`."""
    import faiss
    import Stemmer
    from llama_index.core import StorageContext, VectorStoreIndex  # type: ignore[import-not-found]
    from llama_index.core.schema import TextNode  # type: ignore[import-not-found]
    from llama_index.retrievers.bm25 import BM25Retriever  # type: ignore[import-not-found]
    from llama_index.vector_stores.faiss import (  # type: ignore[import-not-found]
        FaissVectorStore,
    )

    nodes = [
        TextNode(
            id_=str(chunk.id),
            text=chunk.encoded,
            metadata={"source": chunk.source},
            excluded_embed_metadata_keys=["source"],
        )
        for chunk in chunks
    ]
    embedding = load_embedding(model)
    dimension = len(embedding.get_query_embedding("length"))
    store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(dimension))
    storage = StorageContext.from_defaults(vector_store=store)
    VectorStoreIndex(nodes, storage_context=storage, embed_model=embedding)
    storage.persist(str(out))
    retriever = BM25Retriever.from_defaults(
        nodes=nodes, stemmer=Stemmer.Stemmer(STEMMER), language=LANGUAGE
    )
    retriever.persist(str(out / BM25))


def open_index(out: Path, model: str, vectors: Vectors | None) -> Search:
    """Return the search; `vectors` are handed over as a `BaseEmbedding` that looks them up."""
    import Stemmer
    from llama_index.core import StorageContext, load_index_from_storage
    from llama_index.core.llms import MockLLM  # type: ignore[import-not-found]
    from llama_index.core.retrievers import (  # type: ignore[import-not-found]
        QueryFusionRetriever,
    )
    from llama_index.retrievers.bm25 import BM25Retriever
    from llama_index.vector_stores.faiss import FaissVectorStore

    storage = StorageContext.from_defaults(
        vector_store=FaissVectorStore.from_persist_dir(str(out)), persist_dir=str(out)
    )
    embedding = load_embedding(model) if vectors is None else looked_up(vectors)
    index = load_index_from_storage(storage, embed_model=embedding)
    dense = index.as_retriever()
    lexical = BM25Retriever.from_persist_dir(str(out / BM25))
    lexical.stemmer = Stemmer.Stemmer(STEMMER)
    fusion = QueryFusionRetriever(
        [dense, lexical],
        llm=MockLLM(),  # with one query none is asked; without it OpenAI's is loaded
        mode="reciprocal_rerank",
        num_queries=1,
        use_async=False,
    )

    def search(question: str, count: int) -> list[str]:
        dense.similarity_top_k = lexical.similarity_top_k = fusion.similarity_top_k = count
        return [found.node.metadata["source"] for found in fusion.retrieve(question)]

    return search
