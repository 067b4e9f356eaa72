"""Read what the styles of a DOCX file mean: headings, lists, captions, contents, hidden text.

A style inherits from the one it is based on. Knows nothing of paragraphs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from seedqa.index.documents.docx_names import attribute, child, children, is_on, number, word
from seedqa.index.types import BlockKind

#: Blocks have six levels of heading; Word has nine.
MAX_LEVEL = 6
#: The outline level of text that is no heading.
BODY_LEVEL = 9

# Word writes the English names of its own styles in every language; other programs do not.
_HEADING = re.compile(
    r"(?:heading|überschrift|titre|título|titulo|titolo|kop|encabezado|cabeçalho) ?([1-9])"
)
_TITLES = frozenset(("title", "titel", "titre", "título", "titolo"))
_NAVIGATION = re.compile(
    r"(?:toc|contents|index) ?(?:heading|\d)|table of (?:figures|authorities)|toa heading"
)
_LIST = re.compile(r"list(?: ?(?:bullet|number))? ?([2-5])?")
_KINDS = {
    **dict.fromkeys(
        ("caption", "beschriftung", "légende", "didascalia", "bijschrift", "legenda"),
        BlockKind.CAPTION,
    ),
    **dict.fromkeys(
        ("html preformatted", "preformatted text", "source code", "code", "macro"), BlockKind.CODE
    ),
    **dict.fromkeys(
        ("subtitle", "untertitel", "sous-titre", "subtítulo", "sottotitolo", "ondertitel"),
        BlockKind.PARAGRAPH,
    ),
}


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says of the paragraphs, runs or tables that have it."""

    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    """Of a heading from 1."""
    depth: int = 0
    """Of an entry of a list from 1."""
    is_title: bool = False
    is_bold: bool = False
    is_hidden: bool = False
    has_first_row: bool = False
    """Whether the first row of a table looks different."""


NO_STYLE = Style()


class Styles:
    """The styles of a document by their identifiers; one is resolved when it is asked for."""

    def __init__(self, root: Any | None) -> None:
        """Take the root of the part of the styles; None where a document has none."""
        found = children(root, word("style")) if root is not None else ()
        self._elements = {attribute(element, "styleId") or "": element for element in found}
        self._resolved: dict[str, Style] = {}
        self.hides = root is not None and next(root.iter(*word("vanish")), None) is not None
        """Whether any of them may hide text."""

    def get(self, identifier: str | None) -> Style:
        """Return a style; one that the document does not define is known by its identifier."""
        if identifier is None:
            return NO_STYLE
        known = self._resolved.get(identifier)
        return known if known is not None else self._resolve(identifier)

    def _resolve(self, identifier: str) -> Style:
        """Resolve a style after those it is based on; a circle of them ends where it closes."""
        chain: dict[str, None] = {}
        current: str | None = identifier
        while current in self._elements and not (current in self._resolved or current in chain):
            chain[current] = None
            based_on = child(self._elements[current], word("basedOn"))
            current = attribute(based_on) if based_on is not None else None
        style = self._resolved.get(current or "", NO_STYLE)
        for name in reversed(chain):
            style = self._resolved[name] = _derive(style, self._elements[name], name)
        if not chain:
            style = self._resolved[identifier] = _named(NO_STYLE, identifier)
        return style


def _derive(base: Style, element: Any, identifier: str) -> Style:
    name = child(element, word("name"))
    style = _named(base, (attribute(name) if name is not None else None) or identifier)
    paragraph = child(element, word("pPr"))
    outline = child(paragraph, word("outlineLvl"))
    if outline is not None and style.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING):
        style = with_outline(style, number(outline, default=BODY_LEVEL))
    listing = child(paragraph, word("numPr"))
    if listing is not None:
        style = replace(style, depth=list_depth(listing, style.depth))
    return _with_looks(style, element)


def _with_looks(style: Style, element: Any) -> Style:
    run = child(element, word("rPr"))
    bold, hidden = child(run, word("b")), child(run, word("vanish"))
    if bold is not None:
        style = replace(style, is_bold=is_on(bold))
    if hidden is not None:
        style = replace(style, is_hidden=is_on(hidden))
    conditions = children(element, word("tblStylePr"))
    if any(attribute(condition, "type") == "firstRow" for condition in conditions):
        style = replace(style, has_first_row=True)
    return style


def _named(base: Style, name: str) -> Style:
    """Return the style that `name` is known for, or what it inherits."""
    name = " ".join(name.lower().split())
    if heading := _HEADING.fullmatch(name):
        level = min(int(heading[1]), MAX_LEVEL)
        return replace(base, kind=BlockKind.HEADING, level=level, is_title=False)
    if name in _TITLES:
        return replace(base, kind=BlockKind.HEADING, level=1, is_title=True)
    if listed := _LIST.fullmatch(name):
        return replace(base, depth=int(listed[1] or 1))
    kind = BlockKind.NAVIGATION if _NAVIGATION.fullmatch(name) else _KINDS.get(name)
    return replace(base, kind=kind, level=0, is_title=False) if kind else base


def with_outline(style: Style, outline: int) -> Style:
    """Return the style with an outline level, counted from 0 as Word does."""
    if 0 <= outline < BODY_LEVEL:
        level = min(outline + 1, MAX_LEVEL)
        return replace(style, kind=BlockKind.HEADING, level=level, is_title=False)
    return replace(style, kind=BlockKind.PARAGRAPH, level=0, is_title=False)


def list_depth(listing: Any, inherited: int) -> int:
    """Return the depth in a list that `numPr` gives a paragraph; 0 takes it out of its list."""
    identifier, level = child(listing, word("numId")), child(listing, word("ilvl"))
    if identifier is not None and number(identifier) == 0:
        return 0
    if level is not None:
        return max(0, min(number(level), BODY_LEVEL)) + 1
    return max(inherited, 1)
