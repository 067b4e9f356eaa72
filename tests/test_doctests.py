"""Every `>>>` example in a docstring prints what is written under it."""

from __future__ import annotations

import doctest
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import seedqa
import training

#: In the package `seedqa` only because the checkout is the package.
OUTSIDE = ("seedqa.benchmarks", "seedqa.training")


def product_modules() -> Iterator[str]:
    """Yield the name of every module of the product."""
    yield "seedqa"
    for found in pkgutil.iter_modules(seedqa.__path__, "seedqa."):
        if found.name in OUTSIDE:
            continue
        yield found.name
        if found.ispkg:
            inside = import_module(found.name)
            yield from (
                name for _, name, _ in pkgutil.walk_packages(inside.__path__, f"{found.name}.")
            )


def training_modules() -> Iterator[str]:
    """Yield the modules of training that have examples; the others would import torch for none."""
    for path in sorted(Path(training.__path__[0]).glob("*.py")):
        if ">>> " in path.read_text(encoding="utf-8"):
            yield f"training.{path.stem}"


PRODUCT = sorted(product_modules())


@pytest.mark.parametrize(
    "name",
    [*PRODUCT, *(pytest.param(name, marks=pytest.mark.training) for name in training_modules())],
)
def test_examples_print_what_is_written(name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0


def test_there_are_examples() -> None:
    found = [doctest.DocTestFinder().find(import_module(name)) for name in PRODUCT]
    with_examples = [test.name for tests in found for test in tests if test.examples]
    assert "seedqa" in with_examples
    assert "seedqa.page.view.mark_spans" in with_examples


def test_a_wrong_example_is_noticed() -> None:
    example = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    written: list[str] = []
    assert doctest.DocTestRunner().run(example, out=written.append).failed == 1
    assert "Expected:\n    3\nGot:\n    2\n" in "".join(written)
