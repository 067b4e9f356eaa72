"""Extract the text and the structure of a PDF.

Opens the file and calls the steps: pieces, furniture, layout, blocks, text. Knows nothing of
files, chunks or languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from seedqa.index.documents.hyphens import join_hyphens
from seedqa.index.documents.pdf.blocks import draft_pages
from seedqa.index.documents.pdf.drafts import outline_key
from seedqa.index.documents.pdf.furniture import body_size, part_furniture
from seedqa.index.documents.pdf.pieces import EMPTY_PAGE, Page, read_page
from seedqa.index.documents.pdf.write import join_torn_words, write_pages
from seedqa.index.documents.structure import merge_edits
from seedqa.index.documents.types import Extracted, Stated, one_line
from seedqa.index.documents.wrapping import WRAPPED_KINDS, join_lines
from seedqa.index.errors import UnreadableFile
from seedqa.index.messages import Message
from seedqa.index.types import SkipKind

#: A PDF with more text is refused: as much as a text file may have.
MAX_PDF_CHARACTERS = 64 * 2**20
#: More bookmarks, and deeper ones, are not read: a file may hold any number.
MAX_BOOKMARKS = 10_000
MAX_OUTLINE_DEPTH = 8


def extract_pdf(raw: bytes) -> Extracted:
    """Extract the text layer of a PDF in reading order, its pages joined by a form feed.

    PDFium is not safe in threads: one document is read at a time.
    """
    # Imported here: 0.1 s that a folder without PDFs does not owe.
    from pypdfium2 import PdfDocument, PdfiumError
    from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

    try:
        with PdfDocument(raw) as pdf:
            pages = _read_pages(pdf)
            title = _pdf_title(pdf)
            outline = _read_outline(pdf)
    except PdfiumError as error:
        if error.err_code in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY):
            reason = Message("encrypted PDF (password needed)")
            raise UnreadableFile(reason, kind=SkipKind.ENCRYPTED) from error
        reason = Message("damaged PDF: {detail}", detail=one_line(error))
        raise UnreadableFile(reason, kind=SkipKind.DAMAGED) from error
    if not any(page.pieces for page in pages):
        raise UnreadableFile(Message("no text layer (scanned?)"), kind=SkipKind.NO_TEXT)
    return _write(pages, outline, Stated(title=title))


def _write(
    pages: Sequence[Page], outline: Mapping[tuple[int, str], int], stated: Stated
) -> Extracted:
    parsed = part_furniture(pages, body_size(page.pieces for page in pages))
    drafts = draft_pages(parsed, body_size(page.body for page in parsed), outline)
    written = write_pages(drafts)
    text = "".join(written.parts)
    edits = [
        *written.edits,
        *join_hyphens(text, written.prose),
        *join_torn_words(written.torn_words, text),
    ]
    edits.sort(key=lambda edit: (edit.start, edit.end))
    # The layout forms paragraphs of lines, so that all of them are wrapped.
    wrapped = [(each.start, each.end) for each in written.blocks if each.kind in WRAPPED_KINDS]
    edits = merge_edits(edits, join_lines(text, wrapped))
    return Extracted(text, stated, tuple(written.page_starts), tuple(written.blocks), tuple(edits))


def _read_pages(pdf: Any) -> list[Page]:
    """Return the pieces of each page; a small file may name one page a million times."""
    pages: list[Page] = []
    left = MAX_PDF_CHARACTERS
    for number in range(len(pdf)):
        page = read_page(pdf[number])
        pages.append(page if page.pieces else EMPTY_PAGE)
        left -= sum(len(piece.text) for piece in page.pieces)
        if left < 0:
            reason = Message("PDF with more than {count:,} characters", count=MAX_PDF_CHARACTERS)
            raise UnreadableFile(reason, kind=SkipKind.TOO_LARGE)
    return pages


def _read_outline(pdf: Any) -> dict[tuple[int, str], int]:
    """Return the levels of the bookmarks, from 0, by page and title."""
    outline: dict[tuple[int, str], int] = {}
    for bookmark in islice(pdf.get_toc(max_depth=MAX_OUTLINE_DEPTH), MAX_BOOKMARKS):
        destination = bookmark.get_dest()
        page = destination.get_index() if destination else None
        if page is not None and (key := outline_key(_read_text(bookmark.get_title) or "")):
            outline.setdefault((page, key), bookmark.level)
    return outline


def _pdf_title(pdf: Any) -> str | None:
    return _read_text(lambda: pdf.get_metadata_dict().get("Title"))


def _read_text(read: Callable[[], Any]) -> str | None:
    """Return a text that PDFium reads, None where it holds half a surrogate pair."""
    try:
        return str(read() or "")
    except UnicodeDecodeError:
        return None
