"""Bytes become text: the encoding is recognised, or binary data refused."""

from __future__ import annotations

import pytest

from seedqa.index.documents.decoding import decode, normalise_text
from seedqa.index.documents.text import extract_text
from seedqa.index.errors import UnreadableFile

FRENCH = "L’été, à Noël, le garçon « naïf » paya 3 € chez l’hôte… Où ça ? Sœur Zoé, là-bas."


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        pytest.param("\ufeffa", "a", id="byte order mark"),
        pytest.param("a\r\nb\rc\n\r\nd", "a\nb\nc\n\nd", id="line ends"),
        pytest.param("a\u2028b\x0bc\x85d \t\u00a0e\u0301", None, id="nothing else"),
        pytest.param("a\ufeffb", None, id="mark inside stays"),
    ],
)
def test_normalise_text(text: str, normal: str | None) -> None:
    assert normalise_text(text) == (text if normal is None else normal)


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"],
)
def test_french_is_decoded_from(encoding: str) -> None:
    text = FRENCH + "\nAu temps de l’été."
    assert extract_text(text.replace("\n", "\r\n").encode(encoding)).text == text


def test_utf16_big_endian_with_mark() -> None:
    assert decode(b"\xfe\xff" + FRENCH.encode("utf-16-be")) == FRENCH


@pytest.mark.parametrize(
    "text",
    [
        "Le café est fermé.",
        "à",
        "Ça va ?",
        "l’œuvre",
        "DÉJÀ VU",
        "Straße, Größe, Übung",
        "¿Qué pasó, señor?",
        "ação e coração",
        "perché città è così",
        "één coördinatie",
        "100 € – 50 %",
    ],
)
def test_short_western_text_in_windows_1252(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Съешь же ещё этих мягких французских булок, да выпей чаю. " * 5, "cp1251"),
        ("Ξεσκεπάζω την ψυχοφθόρα βδελυγμία και πηγαίνω στο σπίτι μου. " * 5, "cp1253"),
        ("日本語の文章はここにあります。とても長い文章です。" * 10, "shift_jis"),
    ],
)
def test_other_alphabets_are_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


REPORT = (
    "Le président du comité est André Lefèvre, élu à Besançon en 1998. "
    "La cotisation coûte 45 {} par an."
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (REPORT.format("€"), "cp1252"),
        (REPORT.format("€"), "iso8859-15"),
        (REPORT.format("€"), "mac_roman"),
        (REPORT.format("EUR"), "cp850"),
        ("Sœur Zoé paya 3 € au chœur.", "iso8859-15"),
        ("Une ½ heure, «L'été»", "cp1252"),
        ("Une ½ heure, «L'été»", "cp850"),
        ("crème brûlée", "cp850"),
        ("crème brûlée", "mac_roman"),
        ("Straße, Größe, Übung", "cp850"),
        ("Straße, Größe, Übung", "mac_roman"),
        ("Die Schüler in München", "cp850"),
        ("Die Schüler in München", "mac_roman"),
        ("Mañana será otro día", "cp850"),
        ("Mañana será otro día", "mac_roman"),
        ("«¿Qué pasó, señor?»", "mac_roman"),
        ("A ação e o coração não", "cp850"),
        ("A ação e o coração não", "mac_roman"),
        ("perché la città è così", "cp850"),
        ("perché la città è così", "mac_roman"),
        ("één coördinatie", "mac_roman"),
        ("DÉJÀ VU À L'ÉCOLE", "cp850"),
        ("DÉJÀ VU À L'ÉCOLE", "mac_roman"),
        ("“L’été” – où ça ?", "mac_roman"),
    ],
)
def test_western_encodings_are_told_apart(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_one_sign_of_a_long_text_tells_its_encoding() -> None:
    text = "Le café est fermé, à Noël aussi. " * 3000 + "Il coûte 3 € par an."
    assert decode(text.encode("iso8859-15")) == text


def test_a_broken_byte_in_utf8_stays_local() -> None:
    raw = FRENCH.encode() + b" \xff caf\xc3 " + FRENCH.encode()[:-1] + "é".encode()[:1]
    assert decode(raw) == f"{FRENCH} ÿ caf\ufffd {FRENCH[:-1]}\ufffd"


@pytest.mark.parametrize("text", [REPORT.format("€"), "né à Épinal", "„déjà“"])
def test_lines_of_windows_1252_in_utf8_are_read(text: str) -> None:
    line = "Le trésorier est Gaël Hébert, né à Épinal."
    raw = f"{text} é{text}\n".encode() + line.encode("cp1252") + b"\n"
    assert decode(raw) == f"{text} é{text}\n{line}\n"


def test_capital_before_a_sign_in_windows_1252_is_no_utf8() -> None:
    assert decode("Le «CAFÉ» à côté".encode("cp1252")) == "Le «CAFÉ» à côté"


@pytest.mark.parametrize(
    ("piece", "text"), [(b"\xe9", "é"), (b"a\xe9", "aé"), (b"\xc3\xa9\xe9 ", "éé ")]
)
def test_many_broken_bytes_take_linear_time(piece: bytes, text: str) -> None:
    assert decode(piece * 500_000) == text * 500_000


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"text\0text", id="NUL"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", id="PNG"),
        pytest.param(bytes(range(1, 32)) * 10, id="controls"),
    ],
)
def test_binary_content_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableFile) as caught:
        decode(raw)
    assert caught.value.reason == "binary content, not text"
