"""Read the characters of a PDF page from PDFium: codes, boxes, fonts, directions.

Knows PDFium's text page; knows nothing of words or lines.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from math import cos, sin, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: No font is smaller, in points, so that sizes can be divided by.
MIN_SIZE = 1e-3
#: Characters of a page that are asked for their direction; one call costs as much as a box.
DIRECTION_SAMPLES = 9
#: A direction within this share of a quarter turn counts as one.
MAX_SLANT = 0.03

_BOLD = re.compile(
    r"bold|black|heavy|demi|CMBX|SFBX|CMSSBX|LMRoman\d+-Bold|(?:^|[+,-])Bd|-B$", re.IGNORECASE
)
_MONO = re.compile(r"mono|courier|consol|typewriter|CMTT|SFTT|menlo|inconsolata", re.IGNORECASE)
_FONT_NAME_BYTES = 128


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of a page and their boxes: left, top, right, bottom."""

    codes: NDArray[np.uint32]
    boxes: NDArray[np.float32]
    handle: Any


@lru_cache(maxsize=1)
def _quick_functions() -> tuple[Any, Any]:
    """Return PDFium's functions of a character's code and loose box, taking addresses.

    pypdfium2's own prototypes check and wrap each argument: 1.5 times the time of a call.
    """
    import ctypes

    from pypdfium2 import raw

    def address(function: Any) -> Any:
        return ctypes.cast(function, ctypes.c_void_p).value

    handle, number = ctypes.c_void_p, ctypes.c_int
    code = ctypes.CFUNCTYPE(ctypes.c_uint, handle, number)(address(raw.FPDFText_GetUnicode))
    box = ctypes.CFUNCTYPE(number, handle, number, ctypes.c_void_p)(
        address(raw.FPDFText_GetLooseCharBox)
    )
    return code, box


def read_glyphs(text_page: Any) -> Glyphs:
    """Return the characters of a text page of pypdfium2, in its order."""
    import ctypes

    read_code, read_box = _quick_functions()
    count = max(0, text_page.count_chars())
    handle = ctypes.cast(text_page.raw, ctypes.c_void_p).value
    boxes = np.zeros((count, 4), dtype=np.float32)
    start = boxes.ctypes.data
    deque(map(read_box, repeat(handle), range(count), range(start, start + 16 * count, 16)), 0)
    codes = np.fromiter(map(read_code, repeat(handle), range(count)), np.uint32, count)
    return Glyphs(_join_surrogates(codes), boxes, text_page.raw)


def _join_surrogates(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Put a character beyond U+FFFF in place of its first half, 0 in place of the second.

    PDFium gives the halves as characters of their own; lone ones become U+FFFD.
    """
    is_high = (codes >= 0xD800) & (codes < 0xDC00)
    is_low = (codes >= 0xDC00) & (codes < 0xE000)
    first = np.flatnonzero(is_high[:-1] & is_low[1:])
    whole = 0x10000 + ((codes[first] - 0xD800) << 10) + (codes[first + 1] - 0xDC00)
    codes[is_high | is_low | (codes >= 0x110000)] = 0xFFFD
    codes[first] = whole
    codes[first + 1] = 0
    return codes


def page_turn(glyphs: Glyphs, shown: NDArray[np.intp]) -> int:
    """Return the direction of most of the text in quarter turns, anticlockwise, from 0 to 3."""
    step = max(1, len(shown) // DIRECTION_SAMPLES)
    turns = [turn_of(glyphs, int(index)) for index in shown[step // 2 :: step]]
    quarters = [turn for turn in turns if turn is not None]
    return max(set(quarters), key=quarters.count) if quarters else 0


def turn_of(glyphs: Glyphs, index: int) -> int | None:
    """Return the anticlockwise quarter turns of a character, or None at another angle."""
    from pypdfium2 import raw

    angle = float(raw.FPDFText_GetCharAngle(glyphs.handle, index))
    quarters = angle / 1.5707963
    if abs(quarters - round(quarters)) > MAX_SLANT:
        return None
    return -round(quarters) % 4  # PDFium counts clockwise


def turn_point(x: float, y: float, turn: int) -> tuple[float, float]:
    """Turn a point clockwise by quarter turns about the origin."""
    across, up = round(cos(turn * 1.5707963)), round(sin(turn * 1.5707963))
    return across * x + up * y, across * y - up * x


def turn_boxes(boxes: NDArray[np.float32], turn: int) -> NDArray[np.float32]:
    """Turn boxes as `turn_point` turns points."""
    if not turn:
        return boxes
    left, top = turn_point(boxes[:, 0], boxes[:, 1], turn)  # type: ignore[arg-type]
    right, bottom = turn_point(boxes[:, 2], boxes[:, 3], turn)  # type: ignore[arg-type]
    return np.stack(
        [
            np.minimum(left, right),
            np.maximum(top, bottom),
            np.maximum(left, right),
            np.minimum(top, bottom),
        ],
        axis=1,
    )


def font_size(glyphs: Glyphs, index: int, height: float) -> float:
    """Return the font size of a character in points of the page; `height` if it makes no sense.

    The heights of boxes differ between fonts of one size, by 10 % and more.
    """
    import ctypes

    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    if not raw.FPDFText_GetMatrix(glyphs.handle, index, ctypes.byref(matrix)):
        return max(height, MIN_SIZE)
    scale = sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
    size = float(raw.FPDFText_GetFontSize(glyphs.handle, index)) * scale
    return size if height / 2 < size < height * 2 else max(height, MIN_SIZE)


def base_line(glyphs: Glyphs, index: int, turn: int) -> float:
    """Return the height of a character's base line on the upright page."""
    import ctypes

    from pypdfium2 import raw

    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(glyphs.handle, index, ctypes.byref(x), ctypes.byref(y))
    return turn_point(x.value, y.value, turn)[1]


def font_of(glyphs: Glyphs, first: int, last: int) -> tuple[bool, bool]:
    """Return whether the first and the last character are bold, and whether monospaced."""
    bold, mono = _font_at(glyphs, first)
    if (bold or mono) and last != first:
        bold_end, mono_end = _font_at(glyphs, last)
        return bold and bold_end, mono and mono_end
    return bold, mono


def _font_at(glyphs: Glyphs, index: int) -> tuple[bool, bool]:
    import ctypes

    from pypdfium2 import raw

    buffer = ctypes.create_string_buffer(_FONT_NAME_BYTES)
    flags = ctypes.c_int(0)
    raw.FPDFText_GetFontInfo(glyphs.handle, index, buffer, _FONT_NAME_BYTES, ctypes.byref(flags))
    return _read_font(buffer.value, flags.value)


@lru_cache(maxsize=256)
def _read_font(name: bytes, flags: int) -> tuple[bool, bool]:
    """Return whether a font is bold and whether it is monospaced, by its name and flags.

    PDFium's weights are not used: it derives them from stems and gives 435 for a plain font.
    """
    text = name.decode("utf-8", "replace")
    force_bold, fixed_pitch = bool(flags & 1 << 18), bool(flags & 1)
    return bool(_BOLD.search(text)) or force_bold, bool(_MONO.search(text)) or fixed_pitch
