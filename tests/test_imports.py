"""Imports go one way: index <- retrieval <- page, cli, ui; and every module has a docstring."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: What each package may import of ours.
ALLOWED = {
    "index": {"index"},
    "retrieval": {"index", "retrieval"},
    "page": {"index", "retrieval", "page"},
}
OURS = {path.stem for path in ROOT.glob("*.py")} | {"benchmarks", "index", "page", "retrieval"}
OURS |= {"conftest", "tests", "training", "ui"}
MODULES = sorted(
    path.relative_to(ROOT)
    for pattern in (
        "*.py",
        "index/*.py",
        "retrieval/*.py",
        "page/*.py",
        "tests/*.py",
        "tests/training/*.py",
    )
    for path in ROOT.glob(pattern)
)


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the top-level names that a module imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where a name comes from"
            yield (node.module or "").partition(".")[0]


def parse(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import cli", ["cli"]),
        ("import retrieval.types as t, index.build", ["retrieval", "index"]),
        ("def f():\n    from ui import page", ["ui"]),
        ("if TYPE_CHECKING:\n    from retrieval.types import Passage", ["retrieval"]),
    ],
    ids=["plain", "dotted", "in a function", "for types only"],
)
def test_the_reader_of_imports_sees_them_all(source: str, names: list[str]) -> None:
    assert list(imported(ast.parse(source))) == names


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.parts[0] in ALLOWED], ids=Path.as_posix
)
def test_imports_go_one_way(path: Path) -> None:
    assert set(imported(parse(path))) & OURS <= ALLOWED[path.parts[0]]


@pytest.mark.parametrize("path", MODULES, ids=Path.as_posix)
def test_every_module_says_what_it_does(path: Path) -> None:
    assert (ast.get_docstring(parse(path)) or "").strip()


def test_both_packages_were_looked_at() -> None:
    assert {Path("index/store.py"), Path("retrieval/fusion.py"), Path("cli.py")} <= set(MODULES)
