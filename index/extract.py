"""Turn the bytes of a file into text: decode it, or extract it from HTML, PDF or DOCX.

Knows the formats; knows nothing of files, and takes no guess at title, date or language beyond
what a format states. Every function raises `UnreadableFile` with a reason when it gets no text.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from index.errors import UnreadableFile
from index.metadata import NOTHING_STATED, Stated, read_front_matter

#: Looked at to tell text from binary data and to see which encoding it has.
SAMPLE_BYTES = 64 * 2**10

#: Text has line ends, tabs and form feeds but hardly any other control character.
MAX_CONTROL_SHARE = 0.05

#: Bytes that are not UTF-8 as a whole count as damaged UTF-8 when more than this share of what is
#: not ASCII in them are sound multibyte sequences. In Windows-1252 text a sound one needs an
#: accented capital before a sign such as © or », so that its share is next to 0; in damaged
#: UTF-8 it is nearly 1.
SOUND_UTF8_SHARE = 0.6

#: A PDF with more text is refused: as much as a text file may have.
MAX_PDF_CHARACTERS = 64 * 2**20
#: The XML of a DOCX is held as a tree of some five times its size; a novel has 5 MiB.
MAX_DOCX_XML_BYTES = 64 * 2**20
#: With pictures, which python-docx holds as well.
MAX_DOCX_BYTES = 256 * 2**20

#: Stands between two pages of a PDF.
PAGE_BREAK = "\n\f\n"


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a file, and what its format states of it."""

    text: str
    stated: Stated = NOTHING_STATED
    page_starts: tuple[int, ...] = ()


def normalise_text(text: str) -> str:
    """Remove the byte order mark, make CRLF and CR a line feed; leave all else as it is."""
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def extract_text(raw: bytes) -> Extracted:
    """Decode plain text."""
    return Extracted(normalise_text(decode(raw)))


def extract_markdown(raw: bytes) -> Extracted:
    """Decode Markdown; front matter stays in the text, and is read."""
    text = normalise_text(decode(raw))
    return Extracted(text, read_front_matter(text))


# --- decoding ------------------------------------------------------------------------------------

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY = "binary content, not text"
_HIGH = bytes(range(128, 256))
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b")) + b"\x7f"
#: What Western European text in Windows-1252 is made of, besides ASCII.
_WESTERN = frozenset(
    "àâäáãåæçéèêëíìîïñóòôöõøœúùûüýÿßšž"
    "ÀÂÄÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜÝŸŠŽ"
    "«»‹›‘’“”„‚–—…•·¿¡€£§©®°²³½¼¾±×ªº™\u00a0\u00ad"
)
_LETTER_RUN = re.compile(r"[^\W\d_a-zA-Z]{3,}")
#: What else is in use; charset-normalizer would otherwise answer with code pages of the DOS age.
_ENCODINGS = [
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r"),
    *("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"),
]


def decode(raw: bytes, declared: str | None = None) -> str:
    """Decode bytes by their byte order mark, as UTF-8, as `declared`, or by a guess.

    UTF-8 with a few broken bytes stays UTF-8, each broken byte becoming U+FFFD.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    if unmarked := _utf16_without_mark(raw):
        return raw.decode(unmarked, "replace")
    if _is_binary(raw):
        raise UnreadableFile(_BINARY)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if declared:
        try:
            return raw.decode(_web_encoding(declared))
        except (UnicodeError, LookupError):  # "undefined" is a codec that always fails
            pass
    if _is_damaged_utf8(raw):
        return raw.decode("utf-8", "replace")
    return _decode_legacy(raw)


def _utf16_without_mark(raw: bytes) -> str | None:
    """Recognise UTF-16 by its zero bytes, which stand on one side only."""
    sample = raw[:SAMPLE_BYTES]
    if len(raw) % 2 or len(sample) < 4 or b"\0" not in sample:
        return None
    half = len(sample) // 2
    high, low = sample[0::2].count(0), sample[1::2].count(0)
    if low > half / 2 and high == 0:
        encoding = "utf-16-le"
    elif high > half / 2 and low == 0:
        encoding = "utf-16-be"
    else:
        return None
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _is_binary(text.encode()) else encoding


def _is_binary(raw: bytes) -> bool:
    if b"\0" in raw:
        return True
    sample = raw[:SAMPLE_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    return controls > MAX_CONTROL_SHARE * len(sample)


def _is_damaged_utf8(raw: bytes) -> bool:
    """Compare the characters that are sound UTF-8 beyond ASCII with the bytes that are not."""
    text = raw.decode("utf-8", "ignore")
    sound = len(text) - len(raw.translate(None, _HIGH))
    broken = len(raw) - len(text.encode())
    return sound > SOUND_UTF8_SHARE * (sound + broken)


def _decode_legacy(raw: bytes) -> str:
    """Decode an encoding of one language group: Windows-1252 if that reads well, or a guess."""
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        pass
    else:
        if _reads_as_western(text):
            return text
    # Imported here: 40 ms that a folder of UTF-8 does not owe.
    from charset_normalizer import from_bytes

    best = from_bytes(_legacy_sample(raw), cp_isolation=_ENCODINGS).best()
    return raw.decode(best.encoding if best else "cp1252", "replace")


def _reads_as_western(text: str) -> bool:
    """Tell whether text decoded as Windows-1252 looks like a Western European language.

    Other alphabets give signs that such text does not have, or runs of accented letters:
    "Привет" reads "Ïðèâåò". This comes before charset-normalizer, which needs more text to tell:
    it reads "Le café est fermé." in Windows-1250 as readily.
    """
    foreign = [char for char in text if char > "\x7f"]
    western = sum(char in _WESTERN for char in foreign)
    in_runs = sum(len(run) for run in _LETTER_RUN.findall(text))
    return western >= 0.95 * len(foreign) and in_runs <= 0.1 * len(foreign)


def _legacy_sample(raw: bytes) -> bytes:
    """Return the part of a text, from a line's start, where it first leaves ASCII."""
    first = re.search(rb"[\x80-\xff]", raw)
    start = raw.rfind(b"\n", 0, first.start()) + 1 if first else 0
    return raw[start : start + SAMPLE_BYTES]


# --- HTML ----------------------------------------------------------------------------------------

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


def _web_encoding(label: str) -> str:
    """Name the codec for a declared charset: browsers read Latin-1 and ASCII as Windows-1252."""
    codec = codecs.lookup(label).name
    return "cp1252" if codec in ("iso8859-1", "ascii") else codec


# --- PDF -----------------------------------------------------------------------------------------


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
        raise UnreadableFile(f"damaged PDF: {_one_line(error)}") from error
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


# --- DOCX ----------------------------------------------------------------------------------------

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_RUN_TEXT = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}p": " "}
_RUN_TEXT[f"{_WORD}noBreakHyphen"] = "-"


def extract_docx(raw: bytes) -> Extracted:
    """Extract paragraphs and tables in their order; cells of a row are joined by tabs."""
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile("encrypted DOCX or an old Word file")
    _check_docx_size(raw)
    # Imported here: 0.15 s that a folder without DOCX does not owe.
    from docx import Document as open_docx

    try:
        docx = open_docx(io.BytesIO(raw))
        title = docx.core_properties.title
        blocks = [block for block in _docx_blocks(docx.element.body) if block.strip()]
    # The library lets through whatever its zip, XML and package layers raise.
    except Exception as error:
        raise UnreadableFile(f"damaged DOCX: {_one_line(error)}") from error
    return Extracted(normalise_text("\n\n".join(blocks)), Stated(title=title))


def _check_docx_size(raw: bytes) -> None:
    """Refuse a zip bomb by the sizes it declares; `zipfile` reads no more than those."""
    # Imported here: with its compression modules it takes 10 ms.
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableFile(f"damaged DOCX: {_one_line(error)}") from error
    xml = sum(m.file_size for m in members if m.filename.lower().endswith((".xml", ".rels")))
    if xml > MAX_DOCX_XML_BYTES:
        raise UnreadableFile(f"DOCX expands to more than {MAX_DOCX_XML_BYTES // 2**20} MiB of text")
    if sum(member.file_size for member in members) > MAX_DOCX_BYTES:
        raise UnreadableFile(f"DOCX expands to more than {MAX_DOCX_BYTES // 2**20} MiB")


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


def _one_line(error: Exception) -> str:
    """Say what an exception says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
