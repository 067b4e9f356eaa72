"""The values of the benchmark: blocks of a document, how it is laid out, questions with gold.

Knows nothing of languages, of file formats or of the product.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

#: A note's mark in a paragraph, `{^12}`: each writer turns it into what its format has for it.
NOTE_MARK = re.compile(r"\{\^(\d+)\}")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the title."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, with note marks."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A header row and rows of cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A bulleted list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Markup:
    """Markdown that is no text of the document: a comment, a shortcode."""

    text: str


Block = Heading | Paragraph | Table | Listing | Markup


@dataclass(frozen=True, slots=True)
class Frame:
    """What a web page shows around its text."""

    menu: tuple[str, ...]
    banner: str
    aside: str
    foot: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How a document is set; a writer ignores what its format does not have."""

    head: str = ""
    """A line at the top of each page."""
    foot: str = ""
    """A line at the bottom of each page."""
    page: str = ""
    """How a page number is written, with {n} and {all}."""
    columns: int = 1
    row_by_row: bool = False
    """Whether two columns are drawn line by line across both, or one after the other."""
    broken: str = ""
    """A word that must be broken at a line end."""
    turned: tuple[str, ...] = ()
    """Values that must start a new page in the middle of their sentence."""
    spaced: bool = False
    """Whether the title's letters are spaced out."""
    endnotes: bool = False
    front_matter: bool = False
    numbered: bool = False
    """Whether headings of plain text have numbers, or are in capitals or underlined."""
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document before it is written as a file."""

    source: str
    """Path below the folder, with `/`; its extension is the format."""
    title: str
    """What the metadata say; empty for none."""
    language: str
    date: str
    """ISO date; empty for none."""
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()
    layout: Layout = field(default_factory=Layout)

    @property
    def format(self) -> str:
        """Return the extension of the file."""
        return self.source.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Gold:
    """One right answer: where it is, and the words that it must contain."""

    source: str
    core: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its gold answers.

    None: the documents do not say. One: the answer. Several: each differing document's, newest
    first. `items` are the entries of a list, all of them in the source of the one gold answer.
    """

    name: str
    part: str
    world: str
    kind: str
    form: str
    """Which shape of its kind: nested sections, a twin by version."""
    format: str
    language: str
    """Of the document."""
    asked_in: str
    template: str
    """The wording, as part:language:fact:number."""
    text: str
    gold: tuple[Gold, ...]
    items: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the question as a line of questions.jsonl has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class World:
    """A folder of documents, which is one index, and the questions that are asked of it."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]


def plain_text(document: Document) -> str:
    """Return all words of a document, block by block: what the checksum is taken of."""
    parts = [document.source, document.title, document.date]
    for block in document.blocks:
        if isinstance(block, Table):
            parts += ["\t".join(row) for row in (block.columns, *block.rows)]
        elif isinstance(block, Listing):
            parts += block.items
        else:
            parts.append(block.text)
    parts += document.notes
    layout = document.layout
    parts += [layout.head, layout.foot, layout.broken, *layout.turned]
    if layout.frame:
        frame = layout.frame
        parts += [*frame.menu, frame.banner, frame.aside, frame.foot]
    return "\n".join(parts)
