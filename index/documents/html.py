"""Extract the visible text of an HTML page, and its structure.

Knows HTML; knows nothing of files, chunks or languages.
"""

from __future__ import annotations

import re
from contextlib import suppress

from seedqa.index.documents.decoding import decode
from seedqa.index.documents.elements import Attributes, is_hidden
from seedqa.index.documents.hyphens import join_hyphens
from seedqa.index.documents.page import PageStructure
from seedqa.index.documents.structure import close_gaps, hide_empty, merge_edits
from seedqa.index.documents.types import Extracted, Stated
from seedqa.index.types import BlockKind

_DECLARED_CHARSET = re.compile(
    rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})"
    rb"|<\?xml[^<>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{1,40})",
    re.IGNORECASE,
)


#: libxml2 takes quadratic time over the attributes of a tag (100,000 of them: 15 s), and no page
#: has a thousand: the attributes of such a tag are dropped before parsing.
_BLOATED_TAG = re.compile(rb"<([a-zA-Z][\w:-]{0,40})(?:\s++[^<>\s]++){1000,}+[^<>]*+>")


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


_INVISIBLE = _names("head script style template noscript svg math iframe object select")
_PARAGRAPHS = _names(
    "address article aside blockquote body details dialog dl fieldset figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr main menu nav ol p pre section table ul"
)
_LINES = _names("caption dd div dt figcaption legend li option summary tr")
#: Looking into lxml's empty mapping takes ten times as long.
_NO_ATTRIBUTES: Attributes = {}
_CELLS = frozenset(("td", "th"))

_DATE_NAMES = _names(
    "article:published_time og:article:published_time date pubdate publishdate dc.date "
    "dc.date.issued dcterms.date dcterms.created dcterms.issued datepublished parsely-pub-date "
    "citation_publication_date citation_date publication_date"
)


_JSON_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')


_SPACE = re.compile(r"[ \t\n\r\f]+")


def extract_html(raw: bytes) -> Extracted:
    """Extract the visible text of a page, a line for each block; entities are decoded."""
    # Imported here: only a folder with HTML needs it. libxml2 hands over events, no tree: depth
    # costs nothing (100,000 nested tags: 0.1 s), where a tree is cut off at 2,048 levels.
    from lxml import etree

    declared = _DECLARED_CHARSET.search(raw[:4096])
    encoding = (declared[1] or declared[2]).decode("ascii", "ignore") if declared else None
    source = decode(raw, encoding).encode("utf-8", "replace")
    reader = _HtmlReader()
    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=True)
    with suppress(etree.XMLSyntaxError):  # raised where nothing is left to parse
        etree.fromstring(_BLOATED_TAG.sub(rb"<\1>", source), parser)
    return reader.extracted()


class _HtmlReader:
    """Gathers text from the parser's events: `start`, `end`, `data` and `close` are its names."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._newlines = 0  # owed before the next text
        self._invisible = 0  # how many open elements lie within the one that hides them
        self._preformatted = 0
        self._open: str | None = None  # title, h1 or script whose text is being kept
        self._kept: dict[str, list[str]] = {"title": [], "h1": [], "script": []}
        self._date: str | None = None
        self._time: str | None = None
        self._language: str | None = None
        self._structure = PageStructure()

    def start(self, tag: str, attributes: Attributes) -> None:
        attributes = attributes or _NO_ATTRIBUTES
        self._read_attributes(tag, attributes)
        if self._invisible or tag in _INVISIBLE or is_hidden(attributes):
            self._invisible += 1
        else:
            self._break_line(tag)
            self._preformatted += tag == "pre"
            if tag in _CELLS and self._parts and not self._newlines:
                self._append("\t")
            self._structure.start(tag, attributes)
        is_title = tag in ("title", "h1") and not self._kept[tag]
        if is_title or (tag == "script" and attributes.get("type") == "application/ld+json"):
            self._open = tag

    def end(self, tag: str) -> None:
        if tag == self._open:
            self._open = None
        if self._invisible:
            self._invisible -= 1
        else:
            self._structure.end(tag)
            self._break_line(tag)
            self._preformatted -= tag == "pre"

    def data(self, text: str) -> None:
        if self._open:
            self._kept[self._open].append(text)
        if self._invisible:
            return
        if not self._preformatted:
            text = _SPACE.sub(" ", text)
            if self._newlines or not self._parts or self._parts[-1][-1] in " \t\n":
                text = text.lstrip(" ")
        elif "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if not self._parts:
            text = text.lstrip("\n \ufeff")
        if text:
            if self._newlines and self._parts:
                last = self._parts[-1].rstrip(" ")
                self._length -= len(self._parts[-1]) - len(last)
                self._parts[-1] = last
                self._append("\n" * self._newlines)
            self._newlines = 0
            before = self._parts[-1] if self._parts else ""
            self._structure.add(text, self._length, before, self._preformatted > 0)
            self._append(text)

    def close(self) -> None:
        """Do nothing: the parser wants it."""

    def extracted(self) -> Extracted:
        """Return the text, its structure, and what the page states."""
        text = "".join(self._parts).rstrip("\n ")
        blocks, edits = self._structure.finish(text)
        words = [(block.start, block.end) for block in blocks if block.kind is not BlockKind.CODE]
        edits = merge_edits(edits, join_hyphens(text, words))
        shown = hide_empty(text, blocks, edits)
        return Extracted(text, self._stated(), (), *close_gaps(text, shown, edits))

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _stated(self) -> Stated:
        title = "".join(self._kept["title"]).strip() or "".join(self._kept["h1"])
        json_ld = _JSON_LD_DATE.search("".join(self._kept["script"]))
        date = self._date or (json_ld[1] if json_ld else None) or self._time
        return Stated(title=title, date=date, language=self._language)

    def _break_line(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._newlines = 2
        elif tag in _LINES:
            self._newlines = max(self._newlines, 1)
        elif tag == "br":  # a line end within a block
            self._newlines = max(self._newlines, 1)
            return
        else:
            return
        self._structure.end_block()

    def _read_attributes(self, tag: str, attributes: Attributes) -> None:
        if tag == "html":
            self._language = attributes.get("lang") or attributes.get("xml:lang")
        elif tag == "meta":
            name = attributes.get("property") or attributes.get("name")
            name = name or attributes.get("itemprop") or ""
            if name.lower() in _DATE_NAMES and self._date is None:
                self._date = attributes.get("content")
        elif tag == "time" and self._time is None:
            self._time = attributes.get("datetime")
