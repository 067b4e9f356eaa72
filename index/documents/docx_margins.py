"""Read the headers and footers that the sections of a DOCX file show, each text once.

Knows sections and which of their headers Word shows; knows nothing of blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seedqa.index.documents.docx_names import attribute, child, children, is_on, relation_of, word
from seedqa.index.documents.docx_package import DocxPackage
from seedqa.index.documents.docx_story import StoryReader
from seedqa.index.documents.docx_tables import lines_of

_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|pag|pg|p|seite|s|página|pagina|pág|bladzijde|blz)\b\W*)?\d{1,4}"
    r"(?:\W*(?:of|von|sur|de|di|van|/)\W*\d{1,4})?\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a header or footer."""

    text: str
    is_page_number: bool


def read_margins(package: DocxPackage, reader: StoryReader, kind: str) -> Iterator[list[Line]]:
    """Yield the lines of each "header" or "footer"; a line that was yielded before is left out."""
    seen: set[str] = set()
    for name in _names(package, reader, kind):
        lines = []
        for part in reader.read(package.parse(name)):
            for paragraph in lines_of(part):
                masked = paragraph.masked or paragraph.text
                if masked not in seen:
                    seen.add(masked)
                    lines.append(Line(paragraph.text, _PAGE_NUMBER.fullmatch(masked) is not None))
        yield lines


def _names(package: DocxPackage, reader: StoryReader, kind: str) -> Sequence[str]:
    """Return the parts that are shown, in order, each once."""
    names: dict[str, None] = {}
    differs: bool | None = None
    for section in reader.sections:
        title_page = child(section, word("titlePg"))
        has_first = title_page is not None and is_on(title_page)
        for reference in children(section, word(f"{kind}Reference")):
            of = attribute(reference, "type")
            name = package.target(relation_of(reference))
            if name is None or name in names or (of == "first" and not has_first):
                continue
            if of == "even" and differs is None:
                differs = _differ_even_pages(package)
            if of != "even" or differs:
                names[name] = None
    return list(names) + package.unrelated(kind)


def _differ_even_pages(package: DocxPackage) -> bool:
    name = package.find("settings")
    setting = child(package.parse(name), word("evenAndOddHeaders")) if name else None
    return setting is not None and is_on(setting)
