"""Say what is read of a shortcode: the numbers that it is given.

Knows the text of shortcodes; knows nothing of Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: An argument of a shortcode without a name, in quotes or not.
_ARGUMENT = re.compile(
    r"""(?<=\s)(?:"(?P<double>[^"\n]{1,40})"|'(?P<single>[^'\n]{1,40})'|(?P<bare>[^\s"'=]{1,20}))(?=\s)"""
)
_NUMBER = re.compile(r"[-+$€£]?\d{1,4}(?:[.,:/-]?\d{1,4}){0,2}[%€$£]?")


def spans_around_values(
    text: str, left: int, right: int, start: int, end: int
) -> Iterator[tuple[int, int]]:
    """Yield the spans of a shortcode in text[start:end] that are not read.

    Numbers that it is given are read where it is part of a sentence: "costs {{< price 300 >}}".
    """
    values = []
    if any(map(str.isalpha, text[start:left] + text[right:end])):
        found = _ARGUMENT.finditer(text, left, right)
        values = [
            each.span(each.lastgroup)
            for each in found
            if each.lastgroup and _holds_number(each[each.lastgroup])
        ]
    for value in values:
        yield left, value[0]
        left = value[1]
    yield left, right


def _holds_number(argument: str) -> bool:
    """Return whether an argument is a number, perhaps among words: "12 May 2024"."""
    words = argument.split()
    numbers = [word for word in words if _NUMBER.fullmatch(word)]
    return bool(numbers) and all(word.isalpha() or word in numbers for word in words)
