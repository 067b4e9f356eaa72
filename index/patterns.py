"""Regular expressions that are compiled when they are first used.

A question needs few of the hundreds that its rules have, and compiling all of them takes 0.1 s of a
cold question. Knows nothing of what they match.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, cast


class _LazyPattern:
    """Stands for `re.compile(pattern, flags)`, and has all that it has."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._source = pattern, flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(*self._source)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by copy and the like
            raise AttributeError(name)
        value = getattr(self._compiled, name)
        setattr(self, name, value)  # the next time it is found without this
        return value


def lazy_pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern that is compiled, and checked, when one of its methods is first used.

    >>> lazy_pattern(r"[a-z]+", re.IGNORECASE).findall("It is.")
    ['It', 'is']
    """
    return cast(re.Pattern[str], _LazyPattern(pattern, flags))
