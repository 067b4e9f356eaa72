"""Read one file into a `Document`: its text, title, date and language.

Knows the formats and what a text states about itself; knows nothing of chunks or vectors.
"""

from __future__ import annotations

import hashlib
import logging
import os

from seedqa.index.documents.dates import date_in_name, find_date, parse_date
from seedqa.index.documents.formats import PLAIN_TEXT, find_extractor
from seedqa.index.documents.metadata import clean_title, find_title, names_one_section
from seedqa.index.documents.questions import mark_questions
from seedqa.index.documents.record_blocks import mark_records
from seedqa.index.documents.types import Extracted
from seedqa.index.documents.walk import read_bytes
from seedqa.index.errors import UnreadableFile
from seedqa.index.language import find_language
from seedqa.index.messages import Message
from seedqa.index.types import Document, FoundFile, SkipKind

logger = logging.getLogger(__name__)


def read_document(found: FoundFile) -> tuple[str, Document]:
    """Read one file: the SHA-256 of its bytes in hexadecimal, and the document.

    Raises `UnreadableFile` with a reason when it has no readable text, ImportError where a library
    does not load.
    """
    raw = read_bytes(found.path)
    try:
        document = _make_document(found.source, raw)
    except (UnreadableFile, ImportError):  # a library that does not load is no file's fault
        raise
    except Exception as error:  # what a library did not foresee is one file's trouble
        logger.debug("%s", found.source, exc_info=True)
        raise UnreadableFile(
            Message("cannot be understood: {detail}", detail=type(error).__name__),
            kind=SkipKind.DAMAGED,
        ) from error
    return hashlib.sha256(raw).hexdigest(), document


def _make_document(source: str, raw: bytes) -> Document:
    stem, extension = os.path.splitext(source.rpartition("/")[2])
    extracted = find_extractor(extension.lower())(raw)
    if extension.lower() not in PLAIN_TEXT:
        extracted = mark_records(extracted)
    extracted = mark_questions(extracted)
    text, stated = extracted.text, extracted.stated
    if not text or text.isspace():
        raise UnreadableFile(Message("no text"), kind=SkipKind.NO_TEXT)
    language = find_language(text, stated.body_start, stated.language)
    return Document(
        source=source,
        text=text,
        title=clean_title(stated.title) or _find_title(extracted) or stem,
        date=parse_date(stated.date, language)
        or find_date(text, stated.body_start, language)
        or date_in_name(stem),
        language=language,
        page_starts=extracted.page_starts,
        blocks=extracted.blocks,
        edits=extracted.edits,
    )


def _find_title(extracted: Extracted) -> str | None:
    """Return the title that a text gives itself, if it is not that of one section alone."""
    title = find_title(extracted.text, extracted.stated.body_start)
    if title and names_one_section(title, extracted.text, extracted.blocks):
        return None
    return title
