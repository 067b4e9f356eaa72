"""Folders of documents and an encoder for tests, and what each test needs."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from support.toy import ToyEncoder

TESTS = Path(__file__).parent
#: What the tests of a folder or module need, so that `scripts/test fast` can leave them out.
MARKED = {
    "browser": "browser",
    "training": "training",
    "test_api_docs.py": "page",
    "test_awkward.py": "slow",
    "test_cli.py": "slow",
    "test_doctor.py": "slow",
    "test_encoder.py": "slow",
    "test_fuzz.py": "slow",
    "test_quality.py": "slow",
    "test_readme.py": "slow",
    "test_reliability.py": "slow",
}
#: A limit for those that wait for other processes, on a machine that does other work too.
PATIENT_SECONDS = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by where they are, and by the page that they start."""
    for item in items:
        parts = item.path.relative_to(TESTS).parts
        marks = {mark for name, mark in MARKED.items() if name in parts}
        if starts_page(item):
            marks.add("page")
        for mark in marks:
            item.add_marker(mark)
        if marks or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(PATIENT_SECONDS))


def starts_page(item: pytest.Item) -> bool:
    """Return whether a test uses a served page, or serves one itself."""
    function = getattr(item, "function", None)
    return function is not None and (
        "served" in getattr(item, "fixturenames", ()) or "Served" in function.__code__.co_names
    )


# A shell without job control has what it starts in the background ignore Ctrl-C, and that is handed
# down: tests that press it need it to count.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def encoder() -> ToyEncoder:
    return ToyEncoder()


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Three documents in three languages."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    texts = {
        "bridge.txt": "The iron bridge\n\n"
        "The bridge over the Ebro was opened in 1894. It is 217 metres long.\n",
        "pont.md": "# Le vieux pont\n\nPublié le 3 mars 2021\n\n"
        "Le pont de bois a brûlé en 1911. Il franchissait la Loire.\n",
        "sub/bruecke.txt": "Die neue Brücke\n\n"
        "Die Brücke über den Main wurde 1969 gebaut. Sie ist aus Beton.\n",
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
