"""Turn bytes into text: recognise the encoding, or refuse binary data.

Knows bytes and encodings; knows nothing of files or formats.
"""

from __future__ import annotations

import codecs
import re

from seedqa.index.documents.western import decode_western
from seedqa.index.errors import UnreadableFile
from seedqa.index.messages import Message
from seedqa.index.types import SkipKind

#: Looked at to tell text from binary data and to see which encoding it has.
SAMPLE_BYTES = 64 * 2**10


#: Text has line ends, tabs and form feeds but hardly any other control character.
MAX_CONTROL_SHARE = 0.05


#: Bytes that are not UTF-8 as a whole are damaged UTF-8, or UTF-8 with some lines in Windows-1252,
#: when more than this share of what is not ASCII in them are sound multibyte sequences. In
#: Windows-1252 text a sound one needs an accented capital before a sign such as © or », so that
#: its share is next to 0; in Chinese, Japanese and Korean encodings it is below a tenth.
MIN_SOUND_SHARE = 0.3
#: As many tell UTF-8 whatever they are; fewer must be letters and signs of Western Europe.
MIN_SOUND = 5


def whole_characters(text: str) -> str:
    """Return a text with "?" for each half of a surrogate pair, which no database takes.

    YAML, JSON and TOML can escape one.
    """
    return text.encode("utf-8", "replace").decode()


def normalise_text(text: str) -> str:
    """Remove the byte order mark, make CRLF and CR a line feed; leave all else as it is."""
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


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

    UTF-8 with broken bytes stays UTF-8; what is broken is read as Windows-1252 where that is text.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    if unmarked := _utf16_without_mark(raw):
        return raw.decode(unmarked, "replace")
    if _is_binary(raw):
        raise UnreadableFile(Message("binary content, not text"), kind=SkipKind.BINARY)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if declared:
        try:
            return raw.decode(web_encoding(declared))
        except (UnicodeError, LookupError):  # "undefined" is a codec that always fails
            pass
    if _is_damaged_utf8(raw):
        return raw.decode("utf-8", _AS_WESTERN)
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
    if not sound or sound <= MIN_SOUND_SHARE * (sound + broken):
        return False
    return sound >= MIN_SOUND or all(char in _WESTERN for char in text if char > "\x7f")


def _read_broken(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are not UTF-8 as Windows-1252, or as U+FFFD where that is no text.

    A character that the text ends within is lost, and so is one that has lost its second byte:
    it would be a capital within a word.
    """
    assert isinstance(error, UnicodeDecodeError)
    piece = error.object[error.start : error.end].decode("cp1252", "replace")
    before = error.object[max(0, error.start - 1) : error.start]
    is_lost = error.reason == "unexpected end of data" or (before.islower() and piece[0].isupper())
    if is_lost or not all(char in _WESTERN for char in piece):
        piece = "\ufffd"
    return piece, error.end


_AS_WESTERN = "seedqa.western"
codecs.register_error(_AS_WESTERN, _read_broken)


def _decode_legacy(raw: bytes) -> str:
    """Decode an encoding of one language group: a Western European one if it reads well so."""
    for text in (decode_western(raw), raw.decode("cp1252", "replace")):
        if text and _reads_as_western(text):
            return text
    # Imported here: 40 ms that a folder of UTF-8 does not owe.
    from charset_normalizer import from_bytes

    best = from_bytes(_legacy_sample(raw), cp_isolation=_ENCODINGS).best()
    return raw.decode(best.encoding if best else "cp1252", "replace")


def _reads_as_western(text: str) -> bool:
    """Tell whether decoded text looks like a Western European language.

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


def web_encoding(label: str) -> str:
    """Name the codec for a declared charset: browsers read Latin-1 and ASCII as Windows-1252."""
    codec = codecs.lookup(label).name
    return "cp1252" if codec in ("iso8859-1", "ascii") else codec
