"""Name the elements and attributes of WordprocessingML in both of its namespaces.

Word writes "transitional" files; "Strict Open XML" has the same elements in another namespace.
Knows nothing of what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

_TRANSITIONAL = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_RELATIONS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}",
)
_MATHS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}",
    "{http://purl.oclc.org/ooxml/officeDocument/math}",
)
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

CHOICE = f"{_COMPATIBILITY}Choice"
FALLBACK = f"{_COMPATIBILITY}Fallback"
ALTERNATIVES = f"{_COMPATIBILITY}AlternateContent"
MATHS_TEXT = tuple(f"{space}t" for space in _MATHS)

#: Longer numbers are none that Word writes, and Python takes long to read them.
_MAX_DIGITS = 9


@cache
def word(*names: str) -> tuple[str, ...]:
    """Return the tags of elements in both namespaces."""
    return tuple(space + name for name in names for space in (_TRANSITIONAL, _STRICT))


def attribute(element: Any, name: str = "val") -> str | None:
    """Return an attribute of WordprocessingML."""
    value: str | None = element.get(_TRANSITIONAL + name)
    return element.get(_STRICT + name) if value is None else value


def relation_of(element: Any) -> str | None:
    """Return the identifier of the relation that an element names."""
    return next(filter(None, (element.get(f"{space}id") for space in _RELATIONS)), None)


def number(element: Any, name: str = "val", default: int = 0) -> int:
    """Return an attribute that is a whole number, or `default`."""
    value = attribute(element, name) or ""
    digits = value.lstrip("-")
    if not digits.isdecimal() or len(digits) > _MAX_DIGITS:
        return default
    return -int(digits) if value.startswith("-") else int(digits)


def is_on(element: Any) -> bool:
    """Return whether a property without a value, or with one, is set."""
    return attribute(element) not in ("0", "false", "off")


def children(element: Any, tags: tuple[str, ...]) -> Iterator[Any]:
    """Return the children of an element that have one of the tags."""
    found: Iterator[Any] = element.iterchildren(*tags)
    return found


def child(element: Any, tags: tuple[str, ...]) -> Any | None:
    """Return the first child that has one of the tags."""
    return None if element is None else next(element.iterchildren(*tags), None)
