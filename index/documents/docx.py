"""Extract paragraphs and tables of a DOCX file.

Knows DOCX; knows nothing of files, chunks or languages.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from seedqa.index.documents.decoding import normalise_text
from seedqa.index.documents.types import Extracted, Stated, one_line
from seedqa.index.errors import UnreadableFile
from seedqa.index.types import SkipKind

#: The XML of a DOCX is held as a tree of some five times its size; a novel has 5 MiB.
MAX_DOCX_XML_BYTES = 64 * 2**20


#: With pictures, which python-docx holds as well.
MAX_DOCX_BYTES = 256 * 2**20


_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


_RUN_TEXT = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}p": " "}


_RUN_TEXT[f"{_WORD}noBreakHyphen"] = "-"


def extract_docx(raw: bytes) -> Extracted:
    """Extract paragraphs and tables in their order; cells of a row are joined by tabs."""
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile("encrypted DOCX or an old Word file", kind=SkipKind.ENCRYPTED)
    _check_docx_size(raw)
    # Imported here: 0.15 s that a folder without DOCX does not owe.
    from docx import Document as open_docx

    try:
        docx = open_docx(io.BytesIO(raw))
        title = docx.core_properties.title
        blocks = [block for block in _docx_blocks(docx.element.body) if block.strip()]
    # The library lets through whatever its zip, XML and package layers raise.
    except Exception as error:
        raise UnreadableFile(f"damaged DOCX: {one_line(error)}", kind=SkipKind.DAMAGED) from error
    return Extracted(normalise_text("\n\n".join(blocks)), Stated(title=title))


def _check_docx_size(raw: bytes) -> None:
    """Refuse a zip bomb by the sizes it declares; `zipfile` reads no more than those."""
    # Imported here: with its compression modules it takes 10 ms.
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableFile(f"damaged DOCX: {one_line(error)}", kind=SkipKind.DAMAGED) from error
    xml = sum(m.file_size for m in members if m.filename.lower().endswith((".xml", ".rels")))
    if xml > MAX_DOCX_XML_BYTES:
        raise UnreadableFile(
            f"DOCX expands to more than {MAX_DOCX_XML_BYTES // 2**20} MiB of text",
            kind=SkipKind.TOO_LARGE,
        )
    if sum(member.file_size for member in members) > MAX_DOCX_BYTES:
        raise UnreadableFile(
            f"DOCX expands to more than {MAX_DOCX_BYTES // 2**20} MiB", kind=SkipKind.TOO_LARGE
        )


def _docx_blocks(container: Any) -> Iterator[str]:
    """Yield the text of paragraphs and tables, looking into content controls on the way.

    python-docx's own `Paragraph.text` leaves out content controls and tracked insertions.
    """
    for element in container:
        if element.tag == f"{_WORD}p":
            yield _docx_text(element)
        elif element.tag == f"{_WORD}tbl":
            rows = element.iterchildren(f"{_WORD}tr")
            yield "\n".join(_docx_row(row) for row in rows)
        elif element.tag in (f"{_WORD}sdt", f"{_WORD}sdtContent", f"{_WORD}ins"):
            yield from _docx_blocks(element)


def _docx_row(row: Any) -> str:
    cells = [cell for cell in row.iter(f"{_WORD}tc") if next(cell.iterancestors(row.tag)) is row]
    return "\t".join(" ".join(_docx_text(cell).split()) for cell in cells)


def _docx_text(element: Any) -> str:
    """Join the text of all runs; a fallback repeats what stands beside it for old programs."""
    hidden = {part for fallback in element.iter(_FALLBACK) for part in fallback.iter()}
    parts = []
    for part in element.iter(f"{_WORD}t", *_RUN_TEXT):
        if part is not element and part not in hidden:
            parts.append(_RUN_TEXT.get(part.tag) or part.text or "")
    return "".join(parts)
