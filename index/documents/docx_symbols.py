"""Translate the symbols that Word inserts from its symbol fonts into Unicode.

Such a font has its signs in the private area from F000; a text that says "F0B0" says nothing.
"""

from __future__ import annotations

_PRIVATE = 0xF000

#: Code points of Adobe's Symbol encoding, which the font of that name follows.
_SYMBOL = {
    **dict(zip(range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)),
    **dict(zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)),
    **dict(zip(range(0xA2, 0xA6), "′≤⁄∞", strict=True)),
    **dict(zip(range(0xAC, 0xBD), "←↑→↓°±″≥×∝∂•÷≠≡≈…", strict=True)),
    **{0xC5: "⊕", 0xC6: "∅", 0xC7: "∩", 0xC8: "∪", 0xCE: "∈", 0xD0: "∠", 0xD1: "∇"},
    **{0xD2: "®", 0xD3: "©", 0xD4: "™", 0xD5: "∏", 0xD6: "√", 0xD7: "⋅", 0xE5: "∑", 0xF2: "∫"},
}
#: Of Wingdings what stands for words: boxes, ticks, arrows, telephone and letter.
_WINGDINGS = {
    **{0x28: "☎", 0x2A: "✉", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x9F: "•", 0xA7: "▪", 0xA8: "◻"},
    **{0xDF: "←", 0xE0: "→", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"},
}
_MAX_CODE = 0xFFFF


def symbol(font: str, code: str) -> str:
    """Return the character of `w:sym`; a space for a sign that has no name here."""
    try:
        point = int(code, 16)
    except ValueError:
        return ""
    if not 0x20 <= point <= _MAX_CODE or 0xD800 <= point < 0xE000:
        return ""
    if _PRIVATE <= point <= _PRIVATE + 0xFF:
        point -= _PRIVATE
    elif point > 0xFF:
        return chr(point)
    name = font.lower()
    if name.startswith("wingdings"):
        return _WINGDINGS.get(point, " ") if name == "wingdings" else " "
    if name == "symbol":
        return _SYMBOL.get(point) or (chr(point) if 0x20 <= point < 0x7F else " ")
    return chr(point) if 0x20 <= point < 0x7F or point >= 0xA0 else " "
