"""List what is indexed, for people who choose from it: documents, and how their texts begin.

The one reader of the store beside a question, a build, the status and the doctor. Knows nothing of
how a list is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from seedqa.index.location import Location
from seedqa.index.store.store import DocumentRow, open_for_reading


def list_documents(location: Location, limit: int | None = None) -> list[DocumentRow]:
    """Return the indexed documents by source, at most `limit`; files left out are not among them.

    Raises IndexMissing.
    """
    with open_for_reading(location.index) as store:
        indexed = (row for row in store.documents() if row.status == "indexed")
        return list(islice(indexed, limit))


def read_beginnings(location: Location, documents: Iterable[int], chunks: int) -> dict[int, str]:
    """Return the first `chunks` chunks of each document as one text, by the document's id.

    The text is empty for a document that is no longer in the index. Raises IndexMissing.
    """
    texts = {}
    with open_for_reading(location.index) as store, store.snapshot():
        for document in documents:
            ids = store.chunk_ids([document])[:chunks]
            stored = store.chunks(ids.tolist())
            texts[document] = "\n".join(item.chunk.text for item in stored.values())
    return texts
