"""List the indexed documents, and how their texts begin, for people who choose from them.

Knows nothing of how a list is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from itertools import islice

from seedqa.index.store.database import missing_index_error
from seedqa.index.store.reading import open_for_reading
from seedqa.index.store.rows import DocumentRow
from seedqa.index.workspace import Workspace


def list_documents(workspace: Workspace, limit: int | None = None) -> list[DocumentRow]:
    """Return the indexed documents by source, at most `limit`; files left out are not among them.

    Raises IndexMissing.
    """
    with closing(open_for_reading(workspace.index)) as reader:
        indexed = (row for row in reader.documents() if row.status == "indexed")
        return list(islice(indexed, limit))


def read_beginnings(workspace: Workspace, documents: Iterable[int], chunks: int) -> dict[int, str]:
    """Return the first `chunks` chunks of each document as one text, by the document's id.

    The text is empty for a document that is no longer in the index. Raises IndexMissing.
    """
    with closing(open_for_reading(workspace.index)) as reader, reader.read() as reading:
        if reading is None:
            raise missing_index_error(workspace.index)
        found = {document: reading.chunk_ids([document])[:chunks] for document in documents}
        stored = reading.chunks(chunk for ids in found.values() for chunk in ids)
        return {
            document: "\n".join(stored[chunk].chunk.text for chunk in ids)
            for document, ids in found.items()
        }
