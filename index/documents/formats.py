"""Name the kinds of files that are read, and the function that extracts each."""

from __future__ import annotations

from collections.abc import Callable

from seedqa.index.documents.docx import extract_docx
from seedqa.index.documents.html import extract_html
from seedqa.index.documents.markdown import extract_markdown
from seedqa.index.documents.pdf.extract import extract_pdf
from seedqa.index.documents.text import extract_text
from seedqa.index.documents.types import Extracted

EXTRACTORS: dict[str, Callable[[bytes], Extracted]] = {
    ".txt": extract_text,
    ".text": extract_text,
    ".md": extract_markdown,
    ".markdown": extract_markdown,
    ".html": extract_html,
    ".htm": extract_html,
    ".pdf": extract_pdf,
    ".docx": extract_docx,
}


#: The kinds of files that are read, by the ends of their names in lower case.
EXTENSIONS = frozenset(EXTRACTORS)
