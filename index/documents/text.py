"""Extract plain text and Markdown.

Knows text; knows nothing of files, chunks or languages.
"""

from __future__ import annotations

from seedqa.index.documents.decoding import decode, normalise_text
from seedqa.index.documents.metadata import read_front_matter
from seedqa.index.documents.types import Extracted


def extract_text(raw: bytes) -> Extracted:
    """Decode plain text."""
    return Extracted(normalise_text(decode(raw)))


def extract_markdown(raw: bytes) -> Extracted:
    """Decode Markdown; front matter stays in the text, and is read."""
    text = normalise_text(decode(raw))
    return Extracted(text, read_front_matter(text))
