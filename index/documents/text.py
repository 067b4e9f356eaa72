"""Extract plain text.

Knows text; knows nothing of files, chunks or languages.
"""

from __future__ import annotations

from seedqa.index.documents.decoding import decode, normalise_text
from seedqa.index.documents.types import Extracted


def extract_text(raw: bytes) -> Extracted:
    """Decode plain text."""
    return Extracted(normalise_text(decode(raw)))
