"""Tell apart the encodings of Western European text by how its letters read.

Windows-1252, ISO-8859-15, the code page 850 of DOS and Mac Roman give the same bytes other
letters: "président" of the one is "pr‚sident" or "prŽsident" in another. Knows only bytes.
"""

from __future__ import annotations

import re

#: As many bytes, beyond ASCII and next to it, tell an encoding.
MAX_JUDGED = 4000
#: A text of another alphabet reads worse in all of them.
MIN_SCORE = 0.4
#: By how much, for each character beyond ASCII, another encoding must read better than
#: Windows-1252, which nearly all such files have. ISO-8859-15 differs from it in eight characters.
_LEADS = {"cp1252": 0.0, "iso8859-15": 0.0, "cp850": 0.3, "mac_roman": 0.3}

_COMMON = frozenset("éèàçêüäößñóáíãõôâ")
_LETTERS = _COMMON | frozenset("úùûîïëìòåøæœýÿšž")
#: In names from elsewhere only.
_RARE = frozenset("ýÿšžÝŸŠŽ")
_CAPITALS = frozenset("ÉÈÀÇÊÜÄÖÑÓÁÍÃÕÔÂÚÙÛÎÏËÌÒÅØÆŒŠŽŸÝ")
#: Letters that are words of their own.
_WORDS = frozenset("àéèêòóùìyÀÉÈÊÓ")
_SIGNS = frozenset("«»“”„‘’‹›–—…€£§°·¿¡©®™½¼¾²³±×ªº•\u00a0\u00ad")
_AFTER_FIGURES = frozenset("½¼¾²³°€£×±%")
_BEYOND_ASCII = re.compile(r"(?s)(.?)([^\x00-\x7f])(?=(.?))")


def decode_western(raw: bytes) -> str | None:
    """Decode bytes as the Western European encoding that they read best in, None if in none."""
    sample = _find_sample(raw)
    scores = {encoding: _score(sample.decode(encoding, "replace")) for encoding in _LEADS}
    # The likely ones come first: of two that read alike the first is taken.
    best = max(scores, key=lambda encoding: scores[encoding] - _LEADS[encoding])
    return raw.decode(best, "replace") if scores[best] >= MIN_SCORE else None


def _find_sample(raw: bytes) -> bytes:
    """Return what is beyond ASCII with its neighbours, each once, up to `MAX_JUDGED` bytes."""
    pieces: dict[bytes, None] = {}
    count = 0
    for match in re.finditer(rb"[\x80-\xff]+", raw):
        start, end = match.span()
        piece = raw[max(0, start - 1) : min(end + 1, start + MAX_JUDGED)]
        if piece not in pieces:
            pieces[piece] = None
            count += len(piece)
            if count >= MAX_JUDGED:
                break
    return b"\n".join(pieces)


def _score(text: str) -> float:
    """Return how well a text reads: the mean over its characters beyond ASCII, 1 at best."""
    values = [
        _score_character(match[1], match[2], match[3]) for match in _BEYOND_ASCII.finditer(text)
    ]
    return sum(values) / len(values) if values else 0.0


def _score_character(before: str, char: str, after: str) -> float:
    if char in _LETTERS:
        return _score_letter(before, char, after)
    if char in _CAPITALS:
        return _score_capital(before, char, after)
    if char not in _SIGNS:
        return -2.0
    if char in _AFTER_FIGURES:
        return -2.0 if before.isalpha() or after.isalpha() else 0.5
    if before.isalpha() and after.isalpha():
        return 0.8 if char in "’·\u00ad" else -2.0
    return 0.5


def _score_letter(before: str, char: str, after: str) -> float:
    if after.isupper() and before.isupper():
        return -1.0  # a small letter among capitals
    if before.isalpha() or after.islower():
        return 0.2 if char in _RARE else 1.0 if char in _COMMON else 0.8
    return 0.5 if char in _WORDS else -0.5


def _score_capital(before: str, char: str, after: str) -> float:
    if before.islower() or (before.isupper() and after.islower()):
        return -2.0
    if after.isalpha() or before.isalpha():
        return 0.2 if char in _RARE else 0.8
    return 0.3 if char in _WORDS else -0.5
