"""Name the kinds of files that are read, and the function that extracts each.

A question imports this to look for changed files, so each format is imported when a file of it is
read.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from seedqa.index.documents.types import Extracted

Extractor = Callable[[bytes], Extracted]

_EXTRACTORS = {
    ".txt": ("text", "extract_text"),
    ".text": ("text", "extract_text"),
    ".md": ("markdown", "extract_markdown"),
    ".markdown": ("markdown", "extract_markdown"),
    ".html": ("html", "extract_html"),
    ".htm": ("html", "extract_html"),
    ".pdf": ("pdf.extract", "extract_pdf"),
    ".docx": ("docx", "extract_docx"),
}

#: Plain text: its lines are read as they stand, so its records are found on the way.
PLAIN_TEXT = frozenset({".txt", ".text"})
#: The kinds of files that are read, by the ends of their names in lower case.
EXTENSIONS = frozenset(_EXTRACTORS)


def find_extractor(extension: str) -> Extractor:
    """Return the function that extracts files with one of `EXTENSIONS`."""
    module, name = _EXTRACTORS[extension]
    return cast(Extractor, getattr(import_module(f"seedqa.index.documents.{module}"), name))
