"""Patterns that are compiled when they are first used are all valid."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import seedqa.retrieval
from seedqa.index.patterns import _LazyPattern, lazy_pattern

MODULES = sorted(
    module.name for module in pkgutil.walk_packages(seedqa.retrieval.__path__, "seedqa.retrieval.")
)


def patterns_in(value: Any) -> Iterator[_LazyPattern]:
    """Yield the patterns of a module's constant, those in collections too."""
    if isinstance(value, _LazyPattern):
        yield value
    elif isinstance(value, Mapping):
        yield from patterns_in(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from patterns_in(part)


@pytest.mark.parametrize("name", MODULES)
def test_every_pattern_is_valid(name: str) -> None:
    for value in vars(importlib.import_module(name)).values():
        for pattern in patterns_in(value):
            assert isinstance(pattern._compiled, re.Pattern)


def test_the_modules_have_patterns() -> None:
    modules = map(importlib.import_module, MODULES)
    found = [pattern for module in modules for pattern in patterns_in(tuple(vars(module).values()))]
    assert len(found) > 100


def test_it_stands_for_the_compiled_one() -> None:
    pattern = lazy_pattern("A+", re.IGNORECASE)
    found = pattern.search("caab")
    assert found is not None
    assert found.group() == "aa"
    assert pattern.sub("x", "caab") == "cxb"
    assert pattern.pattern == "A+"


def test_what_is_no_pattern_fails_when_it_is_used() -> None:
    pattern = lazy_pattern("(")
    with pytest.raises(re.error):
        pattern.search("a")
