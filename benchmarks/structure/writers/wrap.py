"""Break text into lines, with or without hyphens. Knows no format: the caller measures."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

_VOWELS = "aeiouyàáâäãåèéêëìíîïòóôöõùúûüœæ"
_CONSONANTS = "bcdfghjklmnpqrstvwxzçñß"
#: Two consonants that begin a syllable together, or stand for one sound, in most of the languages.
_PAIR_WORDS = (
    "ch ck ph th sh qu gu ll rr gn lh nh sc sp st br cr dr fr gr kr pr tr bl cl fl gl kl pl"
)
_PAIRS = frozenset(_PAIR_WORDS.split())
_MIN_LETTERS = 7  # shorter words are seldom broken in print
_MIN_HEAD = 3
_WORD = re.compile(r"[^\W\d_]+")


def break_points(word: str) -> list[int]:
    """Return where a word may be broken: before a consonant, or a pair of them, and a vowel, three
    letters from each end. A rule of thumb over seven languages, not a dictionary."""
    low = word.lower()
    points = []
    for at in range(_MIN_HEAD, len(low) - _MIN_HEAD + 1):
        onset = 2 if low[at : at + 2] in _PAIRS else 1
        starts = low[at] in _CONSONANTS and low[at + onset : at + onset + 1] in tuple(_VOWELS)
        if starts and low[at - 1 : at + 1] not in _PAIRS:
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


def is_broken(word: str, lines: list[str]) -> bool:
    """Return whether a line ends within a word."""
    for line, following in pairwise(lines):
        head = line.rpartition(" ")[2]
        if head.endswith("-") and word in head[:-1] + following.split(" ")[0]:
            return word not in head and word not in following
    return False
