"""Write small PDFs by hand: lines at given positions, in the fonts that every reader has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PLAIN, BOLD, MONO = "Helvetica", "Helvetica-Bold", "Courier"
#: Helvetica whose letters "a", "b", ... are said to be those of `HEBREW`, a ligature and U+1D400.
MAPPED = "Mapped"
FONTS = {PLAIN: "F1", BOLD: "F2", MONO: "F3", MAPPED: "F4"}
HEBREW = "אבגדהוזחטיכלמנסעפצקרשת"
LIGATURE_CODE, SYMBOL_CODE = "z", "y"
WIDTH, HEIGHT = 612, 792


@dataclass(frozen=True)
class Drawn:
    """A text drawn at (x, y), in points from the lower left corner."""

    x: float
    y: float
    text: str
    size: float = 11
    font: str = PLAIN
    turn: tuple[float, float] = (1, 0)
    """Cosine and sine of the angle."""
    spacing: float = 0
    """Between characters, in points."""

    def stream(self) -> str:
        """Return the operators that draw it."""
        shown = self.text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        cosine, sine = self.turn
        return (
            f"BT /{FONTS[self.font]} {self.size} Tf {self.spacing} Tc "
            f"{cosine} {sine} {-sine} {cosine} {self.x} {self.y} Tm ({shown}) Tj ET\n"
        )


@dataclass(frozen=True)
class Bookmark:
    """An entry of the outline; entries below another one have a greater `level`."""

    title: str
    page: int
    level: int = 0


def lines(
    text: str, x: float = 72, y: float = 700, pitch: float = 14, **style: object
) -> list[Drawn]:
    """Return the lines of a text, below one another."""
    return [
        Drawn(x, y - pitch * number, line, **style)  # type: ignore[arg-type]
        for number, line in enumerate(text.split("\n"))
    ]


def write_pdf(
    *pages: Sequence[Drawn], title: str = "", outline: Sequence[Bookmark] = (), rotate: int = 0
) -> bytes:
    """Return a PDF with a page for each list of what is drawn, in that order."""
    streams = ["".join(drawn.stream() for drawn in page) for page in pages]
    return _write(streams, title, outline, rotate)


def make_pdf(*pages: str, title: str = "") -> bytes:
    """Return a PDF; each page's lines are set in Helvetica, below one another."""
    streams = []
    for page in pages:
        shown = "".join(f"({line}) Tj 0 -20 Td " for line in page.split("\n") if line)
        streams.append(f"BT /F1 12 Tf 72 700 Td {shown}ET")
    return _write(streams, title, (), 0)


def _write(streams: Sequence[str], title: str, outline: Sequence[Bookmark], rotate: int) -> bytes:
    """Number the objects: catalog, pages, info, fonts, a map, each page and its content."""
    mapping = 4 + len(FONTS)
    first_page = mapping + 1
    fonts = " ".join(f"/{name} {4 + number} 0 R" for number, name in enumerate(FONTS.values()))
    kids = [first_page + 2 * number for number in range(len(streams))]
    first_mark = first_page + 2 * len(streams)
    root = f"/Outlines {first_mark} 0 R " if outline else ""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {root}>>",
        f"<< /Type /Pages /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] /Count {len(kids)} >>",
        f"<< /Title ({title}) >>",
    ]
    for font in FONTS:
        base = f"/BaseFont /{PLAIN if font == MAPPED else font}"
        extra = f"/ToUnicode {mapping} 0 R" if font == MAPPED else ""
        objects.append(f"<< /Type /Font /Subtype /Type1 {base} {_ENCODING} {extra} >>")
    objects.append(f"<< /Length {len(_MAP)} >>\nstream\n{_MAP}\nendstream")
    for kid, stream in zip(kids, streams, strict=True):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Rotate {rotate} "
            f"/Resources << /Font << {fonts} >> >> /Contents {kid + 1} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    return _number(objects + _outline(outline, first_mark, kids))


_ENCODING = "/Encoding /WinAnsiEncoding"
_PAIRS = [(97 + number, ord(letter)) for number, letter in enumerate(HEBREW)]
_PAIRS.append((ord(LIGATURE_CODE), ord("\ufb01")))
_MAP = (
    "/CIDInit /ProcSet findresource begin begincmap /CMapName /M def /CMapType 2 def\n"
    "1 begincodespacerange <00> <FF> endcodespacerange\n"
    f"{len(_PAIRS) + 1} beginbfchar\n"
    + "\n".join(f"<{code:02X}> <{letter:04X}>" for code, letter in _PAIRS)
    + f"\n<{ord(SYMBOL_CODE):02X}> <D835DC00>"
    + "\nendbfchar\nendcmap end"
)


def hebrew(text: str) -> str:
    """Return Hebrew in visual order for the font `MAPPED`: the codes of its glyphs from the left.

    Figures keep their order.
    """
    words = [
        word if word.isdigit() else "".join(chr(97 + HEBREW.index(char)) for char in reversed(word))
        for word in text.split(" ")
    ]
    return " ".join(reversed(words))


def _outline(outline: Sequence[Bookmark], first: int, kids: Sequence[int]) -> list[str]:
    """Return the objects of the outline: its root, then each bookmark with its neighbours."""
    if not outline:
        return []
    parents: list[int] = []
    for mark in outline:
        above = [n for n in range(len(parents)) if outline[n].level < mark.level]
        parents.append(above[-1] if above else -1)
    objects = []
    for number in range(-1, len(outline)):
        children = [n for n, parent in enumerate(parents) if parent == number]
        body = ""
        if children:
            body += f"/First {first + 1 + children[0]} 0 R /Last {first + 1 + children[-1]} 0 R "
        if number >= 0:
            mark = outline[number]
            siblings = [n for n, parent in enumerate(parents) if parent == parents[number]]
            at = siblings.index(number)
            body += f"/Title ({mark.title}) /Parent {first + 1 + parents[number]} 0 R "
            body += f"/Dest [{kids[mark.page]} 0 R /Fit] "
            body += f"/Next {first + 1 + siblings[at + 1]} 0 R " if siblings[at + 1 :] else ""
            body += f"/Prev {first + 1 + siblings[at - 1]} 0 R " if at else ""
        objects.append(f"<< {body}>>")
    return objects


def _number(objects: Sequence[str]) -> bytes:
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    return out + (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R "
        f"/Info 3 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    ).encode("cp1252")
