"""Extract the text and the structure of a DOCX file: body, headers, footers, notes, comments.

Knows DOCX; knows nothing of files, chunks or languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from seedqa.index.documents.docx_margins import Line, read_margins
from seedqa.index.documents.docx_names import attribute, child, word
from seedqa.index.documents.docx_package import DocxPackage, damaged_docx
from seedqa.index.documents.docx_parts import Paragraph, Part, is_bold
from seedqa.index.documents.docx_story import StoryReader
from seedqa.index.documents.docx_styles import Style, Styles
from seedqa.index.documents.docx_tables import lay_out, lines_of
from seedqa.index.documents.docx_text import TextWriter
from seedqa.index.documents.headings import names_something
from seedqa.index.documents.hyphens import join_hyphens
from seedqa.index.documents.metadata import clean_title, find_title
from seedqa.index.documents.types import Extracted, Stated
from seedqa.index.errors import UnreadableFile
from seedqa.index.types import BlockKind

#: A bold paragraph of more characters is emphasis, not a heading.
MAX_BOLD_HEADING = 80
#: The style of a heading that is one by its bold letters alone: below the title.
_BOLD_HEADING = Style(BlockKind.HEADING, level=2)

_DUBLIN_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_SENTENCE_END = re.compile(r"[.!?…;,]\W*\Z")
_SEPARATORS = frozenset(("separator", "continuationSeparator", "continuationNotice"))


def extract_docx(raw: bytes) -> Extracted:
    """Extract the text of a DOCX file with its blocks.

    The order is: page headers, body, footnotes, endnotes, comments, page footers; each header and
    footer once. Cells of a row are joined by tabs. Raises `UnreadableFile` for what Word does not
    open either.
    """
    package = DocxPackage(raw)
    styles = _read_styles(package)
    reader = StoryReader(styles)
    body = child(package.parse(package.main), word("body"))
    if body is None:
        raise damaged_docx(f"{package.main} is no Word document")
    parts = list(lay_out(reader.read(body)))
    writer = TextWriter(styles)
    _add_lines(writer, read_margins(package, reader, "header"), BlockKind.PARAGRAPH)
    body_start = writer.length
    writer.add_parts(list(_mark_bold_headings(parts, styles)))
    body_end = writer.length
    for note, note_text in _read_notes(package, reader):
        writer.add_block(BlockKind.NOTE, note_text, anchor=writer.anchors.get(note))
    # A footer belongs to the document, as a note does, not to its last section.
    _add_lines(writer, read_margins(package, reader, "footer"), BlockKind.NOTE)
    text, blocks = writer.finish()
    title = _read_title(package) or _find_heading(parts)
    if title is None and (body_start, body_end) != (0, len(text)):
        title = find_title(text[:body_end], body_start)  # not among headers and notes
    edits = join_hyphens(text, [(block.start, block.end) for block in blocks])
    return Extracted(text, Stated(title=title), blocks=blocks, edits=tuple(edits))


def _read_styles(package: DocxPackage) -> Styles:
    name = package.find("styles")
    return Styles(package.parse(name) if name else None)


def _read_title(package: DocxPackage) -> str | None:
    name = package.core_properties
    if name is None:
        return None
    try:
        title = child(package.parse(name), (_DUBLIN_TITLE,))
    except UnreadableFile:  # Word opens a document whose properties are damaged
        return None
    return clean_title(title.text) if title is not None else None


def _find_heading(parts: Sequence[Part]) -> str | None:
    """Return the title of a document: its paragraph of that style, or the heading above it all."""
    headings = [
        part for part in parts
        if isinstance(part, Paragraph) and part.kind is BlockKind.HEADING and part.style.level == 1
    ]  # fmt: skip
    titles = [heading for heading in headings if heading.style.is_title]
    if not titles and len(headings) != 1 and headings[:1] != list(parts[:1]):
        return None
    return next((clean_title(heading.text) for heading in titles or headings), None)


def _mark_bold_headings(parts: Sequence[Part], styles: Styles) -> Iterator[Part]:
    """Yield the parts; in a document without headings, bold lines above a paragraph become some."""
    has_headings = any(
        isinstance(part, Paragraph) and part.kind is BlockKind.HEADING and not part.style.is_title
        for part in parts
    )
    for part, following in zip_longest(parts, parts[1:]):
        if not has_headings and _is_bold_line(part, styles) and _is_text(following, styles):
            assert isinstance(part, Paragraph)
            yield replace(part, style=_BOLD_HEADING)
        else:
            yield part


def _is_bold_line(part: Part, styles: Styles) -> bool:
    return (
        isinstance(part, Paragraph)
        and part.kind is BlockKind.PARAGRAPH
        and len(part.text) < MAX_BOLD_HEADING
        and "\n" not in part.text
        and names_something(part.text)
        and not _SENTENCE_END.search(part.text)
        and is_bold(part, styles)
    )


def _is_text(part: Part | None, styles: Styles) -> bool:
    """Return whether a part is what a heading may be above."""
    if not isinstance(part, Paragraph):
        return part is not None
    return part.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM) and not is_bold(part, styles)


def _add_lines(writer: TextWriter, stories: Iterable[Sequence[Line]], kind: BlockKind) -> None:
    """Add headers or footers: a block for the lines of each, and one for each page number."""
    for lines in stories:
        words = [line.text for line in lines if not line.is_page_number]
        if words:
            writer.add_block(kind, "\n".join(words))
        for line in lines:
            if line.is_page_number:
                writer.add_block(BlockKind.FURNITURE, line.text)


def _read_notes(package: DocxPackage, reader: StoryReader) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the key and text of footnotes, endnotes and comments in the order of their references.

    A note that only deleted text refers to is left out. A comment has its author before it.
    """
    references = reader.references
    for kind in ("footnote", "endnote", "comment"):
        name = package.find(f"{kind}s")
        if name is None:
            continue
        notes = {
            attribute(note, "id") or "": note
            for note in package.parse(name).iterchildren(*word(kind))
            if attribute(note, "type") not in _SEPARATORS
        }
        shown = [identifier for of, identifier in references.shown if of == kind]
        removed = {identifier for of, identifier in references.removed if of == kind}
        rest = [identifier for identifier in notes if identifier not in removed]
        for identifier in dict.fromkeys([*shown, *rest]):
            if identifier in notes and (text := _read_note(notes[identifier], reader)):
                yield (kind, identifier), text


def _read_note(note: Any, reader: StoryReader) -> str:
    text = "\n".join(line.text for part in reader.read(note) for line in lines_of(part))
    author = " ".join((attribute(note, "author") or "").split())
    return f"{author}: {text}" if author and text else text
