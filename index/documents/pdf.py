"""Extract the text layer of a PDF, page by page.

Knows PDF; knows nothing of files, chunks or languages.
"""

from __future__ import annotations

from typing import Any

from seedqa.index.documents.decoding import normalise_text
from seedqa.index.documents.types import Extracted, Stated, one_line
from seedqa.index.errors import UnreadableFile

#: A PDF with more text is refused: as much as a text file may have.
MAX_PDF_CHARACTERS = 64 * 2**20


#: Stands between two pages of a PDF.
PAGE_BREAK = "\n\f\n"


def extract_pdf(raw: bytes) -> Extracted:
    """Extract the text layer of a PDF, its pages joined by `PAGE_BREAK`.

    PDFium is not safe in threads: one document is read at a time.
    """
    # Imported here: 0.1 s that a folder without PDFs does not owe.
    from pypdfium2 import PdfDocument, PdfiumError
    from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

    try:
        with PdfDocument(raw) as pdf:
            pages = _page_texts(pdf)
            title = _pdf_title(pdf)
    except PdfiumError as error:
        if error.err_code in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY):
            raise UnreadableFile("encrypted PDF (password needed)") from error
        raise UnreadableFile(f"damaged PDF: {one_line(error)}") from error
    if not any(map(str.strip, pages)):
        raise UnreadableFile("no text layer (scanned?)")
    starts = [0]
    for page in pages[:-1]:
        starts.append(starts[-1] + len(page) + len(PAGE_BREAK))
    return Extracted(PAGE_BREAK.join(pages), Stated(title=title), tuple(starts))


def _page_texts(pdf: Any) -> list[str]:
    """Return the text of each page; a file of a few kilobytes may name one page a million times."""
    pages: list[str] = []
    left = MAX_PDF_CHARACTERS
    for number in range(len(pdf)):
        pages.append(_page_text(pdf[number]))
        left -= len(pages[-1])
        if left < 0:
            raise UnreadableFile(f"PDF with more than {MAX_PDF_CHARACTERS:,} characters")
    return pages


def _pdf_title(pdf: Any) -> str | None:
    try:
        return str(pdf.get_metadata_dict().get("Title") or "")
    except UnicodeDecodeError:  # half a surrogate pair
        return None


def _page_text(page: Any) -> str:
    text_page = page.get_textpage()
    try:
        text = normalise_text(text_page.get_text_bounded())
    finally:
        text_page.close()
        page.close()
    # PDFium's marks for a hyphen at the end of a line; it pads odd fonts with zeros.
    return text.replace("\ufffe", "-").replace("\x02", "-").replace("\0", "").strip("\n")
