"""Ask a folder of documents, across languages and offline: the exact words and their source.

>>> import seedqa
>>> [name for name in seedqa.__all__ if name.islower()]
['ask', 'open_index', 'search']
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedqa.index.errors import (
    IndexBusy,
    IndexCorrupt,
    IndexFormatError,
    IndexMismatch,
    IndexMissing,
    ModelError,
    ParserError,
    QuestionError,
    SeedqaError,
    SeedsError,
    SourceError,
    StorageError,
)
from seedqa.index.types import NO_FILTERS, Filters

if TYPE_CHECKING:
    from os import PathLike

    from seedqa.retrieval.pipeline import Pipeline
    from seedqa.retrieval.types import Answer, Passage, Result

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Filters",
    "IndexBusy",
    "IndexCorrupt",
    "IndexFormatError",
    "IndexMismatch",
    "IndexMissing",
    "ModelError",
    "ParserError",
    "Passage",
    "QuestionError",
    "Result",
    "SeedqaError",
    "SeedsError",
    "SourceError",
    "StorageError",
    "ask",
    "open_index",
    "search",
]  # fmt: skip


def open_index(
    seeds: str | PathLike[str] | None = None,
    *,
    index: str | PathLike[str] | None = None,
    model: str | None = None,
) -> Pipeline:
    """Open the index of a folder, building it first where there is none; a context manager.

    What is not named is resolved as the command line does: environment, then default. Raises
    `SeedqaError`.
    """
    # A question loads NumPy, FAISS and SQLite; `import seedqa` alone must be quick.
    from seedqa.index.workspace import locate, resolve
    from seedqa.retrieval.pipeline import Pipeline

    documents = None if seeds is None else str(seeds)
    location = locate(documents, None if index is None else str(index), model)
    return Pipeline.open(resolve(location))


def ask(
    question: str,
    *,
    seeds: str | PathLike[str] | None = None,
    index: str | PathLike[str] | None = None,
    count: int = 5,
    filters: Filters = NO_FILTERS,
) -> Result:
    """Return the answer to one question, if the documents have one, and the best passages.

    Opens the index and closes it again: for several questions use `open_index`.
    """
    with open_index(seeds, index=index) as opened:
        return opened.ask(question, count=count, filters=filters)


def search(
    query: str,
    *,
    seeds: str | PathLike[str] | None = None,
    index: str | PathLike[str] | None = None,
    count: int = 5,
    filters: Filters = NO_FILTERS,
) -> Result:
    """Return the best passages for one query, without looking for an answer in them."""
    with open_index(seeds, index=index) as opened:
        return opened.search(query, count=count, filters=filters)


def __getattr__(name: str) -> object:
    if name in ("Answer", "Passage", "Result"):  # loaded when they are named
        from seedqa.retrieval import types

        return getattr(types, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
