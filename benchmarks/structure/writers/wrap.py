"""Break text into lines, with or without hyphens. Knows no format: the caller measures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_VOWELS = "aeiouyàáâäãåèéêëìíîïòóôöõùúûüœæ"
_CONSONANTS = "bcdfghjklmnpqrstvwxzçñß"
#: Letters that stay together in most of the seven languages.
_PAIRS = {"ch", "ck", "ph", "th", "sh", "qu", "gu", "ll", "rr", "gn", "lh", "nh", "sc", "sp", "st"}
_MIN_LETTERS = 7  # shorter words are seldom broken in print
_WORD = re.compile(r"[^\W\d_]+")


def break_points(word: str) -> list[int]:
    """Return where a word may be broken: before a consonant and a vowel, three letters from each
    end. A rule of thumb over seven languages, not a dictionary."""
    low = word.lower()
    points = []
    for at in range(3, len(low) - 2):
        splits_pair = low[at - 1 : at + 1] in _PAIRS
        if low[at] in _CONSONANTS and low[at + 1] in _VOWELS and not splits_pair:
            points.append(at)
    return points


def wrap_text(
    text: str, width: float, measure: Callable[[str], float], hyphenate: bool = False
) -> list[str]:
    """Return the lines of a text, none wider than `width` but for a single long word."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        candidate = f"{line} {word}" if line else word
        if not line or measure(candidate) <= width:
            line = candidate
            continue
        head, tail = _split_word(line, word, width, measure) if hyphenate else ("", word)
        lines.append(f"{line} {head}" if head else line)
        line = tail
    return [*lines, line]


def _split_word(
    line: str, word: str, width: float, measure: Callable[[str], float]
) -> tuple[str, str]:
    letters = max(_WORD.finditer(word), key=lambda match: len(match.group()), default=None)
    if letters is None or len(letters.group()) < _MIN_LETTERS:
        return "", word
    for point in reversed(break_points(letters.group())):
        at = letters.start() + point
        head = f"{word[:at]}-"
        if measure(f"{line} {head}") <= width:
            return head, word[at:]
    return "", word


def choose_width(
    widths: Iterable[float], fits: Callable[[float], bool], wanted: str
) -> float:
    """Return the first width that breaks or turns what is wanted; ValueError where none does."""
    for width in widths:
        if fits(width):
            return width
    raise ValueError(f"no width breaks {wanted!r}")


def is_broken(word: str, lines: list[str]) -> bool:
    """Return whether a line ends within a word."""
    for line, following in zip(lines, lines[1:], strict=False):
        head = line.rpartition(" ")[2]
        if head.endswith("-") and word in head[:-1] + following.split(" ")[0]:
            return word not in head and word not in following
    return False
