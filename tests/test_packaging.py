"""pyproject.toml lists every package and every file that seedqa needs when it is installed."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]
#: Folders of the checkout that are not installed.
NOT_INSTALLED = {"benchmarks", "build", "dist", "docs", "scripts", "tests", "training"}


def folders() -> list[Path]:
    """Return the folders of the product, the checkout itself first."""
    below = [
        path
        for top in sorted(ROOT.iterdir())
        if top.is_dir() and top.name not in NOT_INSTALLED and "." not in top.name
        for path in (top, *sorted(top.rglob("*")))
        if path.is_dir() and path.name != "__pycache__"
    ]
    return [ROOT, *(path for path in below if path.name != "__pycache__")]


def package_of(folder: Path) -> str:
    return ".".join(("seedqa", *folder.relative_to(ROOT).parts))


def test_every_package_is_listed() -> None:
    with_code = {package_of(folder) for folder in folders() if (folder / "__init__.py").exists()}
    with_data = set(SETUPTOOLS["package-data"])
    assert with_code | with_data == set(SETUPTOOLS["packages"])
    assert {"seedqa.index.documents", "seedqa.index.store", "seedqa.output"} <= with_code


def test_every_module_is_in_a_package() -> None:
    homes = {package_of(folder) for folder in folders() if any(folder.glob("*.py"))}
    assert homes <= set(SETUPTOOLS["packages"])


def test_every_other_file_is_package_data() -> None:
    """The page's style, its scripts, the sample article and, where they are there, the models."""
    files = {
        path.relative_to(ROOT).as_posix()
        for folder in folders()[1:]
        for path in folder.iterdir()
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    patterns = [
        f"{'/'.join(package.split('.')[1:])}/{pattern}".removeprefix("/")
        for package, given in SETUPTOOLS["package-data"].items()
        for pattern in given
    ]
    left_out = {
        file
        for file in files
        if not any(fnmatchcase(file, at) and file.count("/") == at.count("/") for at in patterns)
    }
    assert left_out == set()
    assert {"page/assets/page.css", "page/assets/js/main.js"} <= files
    assert "py.typed" in patterns
    assert (ROOT / "py.typed").read_bytes() == b""


def test_what_the_test_environment_runs_with_is_an_extra() -> None:
    wanted = {"hypothesis", "mypy", "pytest", "pytest-timeout", "pytest-xdist", "ruff"}
    extra = PROJECT["project"]["optional-dependencies"]["test"]
    assert wanted <= {line.split(">=")[0].split("==")[0] for line in extra}
