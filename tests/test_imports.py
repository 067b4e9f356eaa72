"""Imports go one way: index <- retrieval <- output, page <- cli, ui.

Every module has a docstring.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: What the modules of each package may import of ours, by the name below `seedqa`.
ALLOWED = {
    "index": {"index"},
    "retrieval": {"index", "retrieval"},
    "output": {"index", "retrieval", "output"},
    "page": {"index", "retrieval", "output", "page"},
}
#: Never imported by what is installed.
OUTSIDE = {"benchmarks", "tests", "training", "conftest", "support"}
#: Folders that are packages of the product.
PRODUCT = ("index/**/*.py", "retrieval/**/*.py", "output/*.py", "page/*.py")
MODULES = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.py", *PRODUCT, "tests/**/*.py", "benchmarks/**/*.py", "training/*.py")
    for path in ROOT.glob(pattern)
)


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the dotted names that a module imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where a name comes from"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from names if node.module == "seedqa" else {node.module or ""}


def rooms(tree: ast.Module) -> set[str]:
    """Return the packages of ours that a module imports, and what else of the repository."""
    found = set()
    for name in imported(tree):
        first, _, rest = name.partition(".")
        if first == "seedqa":
            found.add(rest.partition(".")[0] or "seedqa")
        elif first in OUTSIDE:
            found.add(first)
    return found


def parse(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import seedqa.cli", {"cli"}),
        ("import seedqa", {"seedqa"}),
        ("import seedqa.retrieval.types as t, seedqa.index.build", {"retrieval", "index"}),
        ("def f():\n    from seedqa.ui import page", {"ui"}),
        ("from seedqa import index", {"index"}),
        ("if TYPE_CHECKING:\n    from seedqa.retrieval.types import Passage", {"retrieval"}),
        ("from benchmarks.asked import x", {"benchmarks"}),
        ("from numpy.typing import NDArray", set()),
    ],
    ids=[
        "plain",
        "whole",
        "dotted",
        "in a function",
        "package",
        "types only",
        "outside",
        "library",
    ],
)
def test_the_reader_of_imports_sees_them_all(source: str, names: set[str]) -> None:
    assert rooms(ast.parse(source)) == names


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.parts[0] in ALLOWED], ids=Path.as_posix
)
def test_imports_go_one_way(path: Path) -> None:
    assert rooms(parse(path)) <= ALLOWED[path.parts[0]]


@pytest.mark.parametrize("path", MODULES, ids=Path.as_posix)
def test_every_module_says_what_it_does(path: Path) -> None:
    assert (ast.get_docstring(parse(path)) or "").strip()


def test_every_package_of_the_product_is_checked() -> None:
    packages = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("*/__init__.py")}
    packages -= {"benchmarks", "training", "tests", "models", "seeds"}
    assert packages == set(ALLOWED)
