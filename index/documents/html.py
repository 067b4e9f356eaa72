"""Extract the visible text of an HTML page.

Knows HTML; knows nothing of files, chunks or languages.
"""

from __future__ import annotations

import re
from contextlib import suppress

from seedqa.index.documents.decoding import decode, normalise_text
from seedqa.index.documents.types import Extracted, Stated

_DECLARED_CHARSET = re.compile(
    rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})"
    rb"|<\?xml[^<>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{1,40})",
    re.IGNORECASE,
)


#: libxml2 takes quadratic time over the attributes of a tag (100,000 of them: 15 s), and no page
#: has a thousand: the attributes of such a tag are dropped before parsing.
_BLOATED_TAG = re.compile(rb"<([a-zA-Z][\w:-]{0,40})(?:\s++[^<>\s]++){1000,}+[^<>]*+>")


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_INVISIBLE = _words("head script style template noscript svg math iframe object select")


_PARAGRAPHS = _words(
    "address article aside blockquote body details dialog dl fieldset figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr main menu nav ol p pre section table ul"
)


_LINES = _words("br caption dd div dt figcaption legend li option summary tr")


_DATE_NAMES = _words(
    "article:published_time og:article:published_time date pubdate publishdate dc.date "
    "dc.date.issued dcterms.date dcterms.created dcterms.issued datepublished parsely-pub-date "
    "citation_publication_date citation_date publication_date"
)


_JSON_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')


_SPACE = re.compile(r"[ \t\n\r\f]+")


def extract_html(raw: bytes) -> Extracted:
    """Extract the visible text of a page, a line for each block; entities are decoded."""
    # Imported here: only a folder with HTML owes it. libxml2 hands over events, no tree: depth
    # costs nothing (100,000 nested tags: 0.1 s), where a tree is cut off at 2,048 levels.
    from lxml import etree

    declared = _DECLARED_CHARSET.search(raw[:4096])
    encoding = (declared[1] or declared[2]).decode("ascii", "ignore") if declared else None
    source = decode(raw, encoding).encode("utf-8", "replace")
    reader = _HtmlReader()
    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=True)
    with suppress(etree.XMLSyntaxError):  # raised where nothing is left to parse
        etree.fromstring(_BLOATED_TAG.sub(rb"<\1>", source), parser)
    return Extracted(normalise_text(reader.text()), reader.stated())


class _HtmlReader:
    """Gathers text from the parser's events: `start`, `end`, `data` and `close` are its names."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._newlines = 0  # owed before the next text
        self._invisible = 0  # how many open elements lie within the one that hides them
        self._preformatted = 0
        self._open: str | None = None  # title, h1 or script whose text is being kept
        self._kept: dict[str, list[str]] = {"title": [], "h1": [], "script": []}
        self._date: str | None = None
        self._time: str | None = None
        self._language: str | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._read_attributes(tag, attributes)
        if self._invisible or tag in _INVISIBLE or _is_hidden(attributes):
            self._invisible += 1
        else:
            self._break_line(tag)
            self._preformatted += tag == "pre"
            if tag in ("td", "th") and self._parts and not self._newlines:
                self._parts.append("\t")
        is_title = tag in ("title", "h1") and not self._kept[tag]
        if is_title or (tag == "script" and attributes.get("type") == "application/ld+json"):
            self._open = tag

    def end(self, tag: str) -> None:
        if tag == self._open:
            self._open = None
        if self._invisible:
            self._invisible -= 1
        else:
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
        if text:
            if self._newlines and self._parts:
                self._parts[-1] = self._parts[-1].rstrip(" ")
                self._parts.append("\n" * self._newlines)
            self._newlines = 0
            self._parts.append(text)

    def close(self) -> None:
        """Do nothing: the parser wants it."""

    def text(self) -> str:
        return "".join(self._parts).strip("\n ")

    def stated(self) -> Stated:
        title = "".join(self._kept["title"]).strip() or "".join(self._kept["h1"])
        json_ld = _JSON_LD_DATE.search("".join(self._kept["script"]))
        date = self._date or (json_ld[1] if json_ld else None) or self._time
        return Stated(title=title, date=date, language=self._language)

    def _break_line(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._newlines = 2
        elif tag in _LINES:
            self._newlines = max(self._newlines, 1)

    def _read_attributes(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "html":
            self._language = attributes.get("lang") or attributes.get("xml:lang")
        elif tag == "meta":
            name = attributes.get("property") or attributes.get("name")
            name = name or attributes.get("itemprop") or ""
            if name.lower() in _DATE_NAMES and self._date is None:
                self._date = attributes.get("content")
        elif tag == "time" and self._time is None:
            self._time = attributes.get("datetime")


def _is_hidden(attributes: dict[str, str]) -> bool:
    style = attributes.get("style", "").replace(" ", "").lower()
    return "hidden" in attributes or "display:none" in style
