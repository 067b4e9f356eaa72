"""Check that docs/python.md runs, that links lead somewhere, that numbers are the code's."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from seedqa.index.documents.walk import MAX_FILE_BYTES
from seedqa.index.store.reading import RESCORED
from seedqa.index.types import DEFAULT_SETTINGS
from seedqa.page.service import MAX_WAITING
from seedqa.retrieval import (
    calibration,
    candidates,
    doubts,
    evidence,
    freshness,
    fusion,
    pipeline,
    question,
    ranking,
    reader,
    reading,
    rivals,
    types,
)

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "docs" / "python.md"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("models/*/README.md"),
        *ROOT.glob("training/*.md"),
    ]
)
#: Each ```python block, with the ```text block after it, if that is the next block.
_EXAMPLE = re.compile(
    r"^```python\n(?P<code>.*?)^```$(?:\n+^```text\n(?P<shown>.*?)^```$)?", re.DOTALL | re.MULTILINE
)


def examples(text: str) -> list[tuple[str, str]]:
    """Return each Python block with the output that the page shows after it."""
    return [(match["code"], match["shown"] or "") for match in _EXAMPLE.finditer(text)]


def test_examples_are_found_with_their_output() -> None:
    shown = "```python\na\n```\n\n```text\nb\n```\n"
    silent = "```python\nc\n```\n\nProse.\n\n```text\nd\n```\n"
    page = f"{shown}\nProse.\n\n{silent}"
    assert examples(page) == [("a\n", "b\n"), ("c\n", "")]


@pytest.mark.slow
def test_the_python_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("SEEDQA_SEEDS", "SEEDQA_INDEX", "SEEDQA_MODEL"):
        monkeypatch.delenv(name, raising=False)
    names: dict[str, object] = {}
    found = examples(PYTHON.read_text(encoding="utf-8"))
    assert len(found) == 9
    for number, (code, shown) in enumerate(found, 1):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, f"{PYTHON.name}, example {number}", "exec"), names)
        assert printed.getvalue() == shown, code


@pytest.mark.slow
def test_the_python_example_of_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    ((code, shown),) = examples((ROOT / "README.md").read_text(encoding="utf-8"))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue() == shown


def test_the_python_page_names_what_there_is() -> None:
    """The tables have every public name, and no other."""
    import seedqa

    text = PYTHON.read_text(encoding="utf-8").partition("## All names")[2]
    cells = re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`(\w+)", cell)}
    assert named == set(seedqa.__all__) - {"__version__"}


def links() -> Iterator[tuple[str, str]]:
    """Yield every page with every link in it that does not leave the repository."""
    for page in PAGES:
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.M)
        text = re.sub(r"`[^`\n]*`", "", text)  # an example of a link is none
        for target in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(
            r'(?:src|srcset)="([^"]+)"', text
        ):
            if "://" not in target:
                yield page.relative_to(ROOT).as_posix(), target


def anchors(page: Path) -> set[str]:
    """Return the names by which headings of a page are linked to, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("page", "target"), list(links()))
def test_links_lead_somewhere(page: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    file = (ROOT / page).parent / path if path else ROOT / page
    assert file.exists(), target
    if anchor:
        assert anchor in anchors(file), target


def test_pages_that_the_code_names_exist() -> None:
    """A comment that gives its reason as "docs/log/speed.md" must lead there."""
    sources = [path for path in ROOT.glob("**/*.py") if ".venv" not in path.parts]
    named = {
        (path.relative_to(ROOT).as_posix(), page)
        for path in sources
        for page in re.findall(r"\bdocs/[\w/-]+\.md\b", path.read_text(encoding="utf-8"))
    }
    assert sorted((path, page) for path, page in named if not (ROOT / page).exists()) == []


def test_every_page_is_in_the_map() -> None:
    docs = ROOT / "docs"
    linked = set(
        re.findall(r"\]\(([^)#]+\.md)\)", (docs / "README.md").read_text(encoding="utf-8"))
    )
    pages = {path.relative_to(docs).as_posix() for path in docs.glob("**/*.md")} - {"README.md"}
    assert pages - linked == set()


_CALIBRATION = ROOT / "models" / "reader" / "calibration.json"
BUNDLED = calibration.load_calibration(
    _CALIBRATION, json.loads(_CALIBRATION.read_text(encoding="utf-8"))["reader"]
)
ANSWERS = "how-it-works/answers.md"
DOCUMENTS = "how-it-works/documents.md"
RETRIEVAL = "how-it-works/retrieval.md"
#: Page below docs, pattern with one group, the number as the code has it.
NUMBERS = [
    (ANSWERS, r"from a confidence of ([\d.]+) on", BUNDLED.threshold),
    (ANSWERS, r"score gains up to ([\d.]+) by", BUNDLED.reader_share),
    (ANSWERS, r"margin plus (\d+) times", BUNDLED.passage_weight),
    (ANSWERS, r"and up to (\d+) for the share", evidence.SENTENCE_WEIGHT),
    (ANSWERS, r"reads the best (\d+) passages", reading.FIRST_COUNT),
    (ANSWERS, r"and again after (\d+)", reading.SECOND_COUNT),
    (ANSWERS, r"others of the best (\d+)", reading.READ_COUNT),
    (ANSWERS, r"best confidence is below ([\d.]+)", reading.HOPELESS[reading.FIRST_COUNT]),
    (ANSWERS, r"0.02 \(after five: ([\d.]+)\)", reading.HOPELESS[reading.SECOND_COUNT]),
    (ANSWERS, r"a confidence of ([\d.]+) \(after five:", reading.SETTLED[reading.FIRST_COUNT]),
    (ANSWERS, r"five: ([\d.]+)\) or more", reading.SETTLED[reading.SECOND_COUNT]),
    (DOCUMENTS, r"chunk is at most (\d+) characters", DEFAULT_SETTINGS.size),
    (DOCUMENTS, r"repeats at most (\d+) characters", DEFAULT_SETTINGS.overlap),
    (DOCUMENTS, r"files above (\d+) MiB", MAX_FILE_BYTES / 2**20),
    (RETRIEVAL, r"chunks for the (\d+) nearest", candidates.DEPTH * RESCORED),
    (RETRIEVAL, r"The best (\d+) are candidates, with", candidates.DEPTH),
    (RETRIEVAL, r"`share` is ([\d.]+) where", fusion.ONE_LANGUAGE_SHARE),
    (RETRIEVAL, r"it is ([\d.]+) for passages in another", fusion.CROSS_LANGUAGE_SHARE),
    (RETRIEVAL, r"and ([\d.]+) for the rest", fusion.SAME_LANGUAGE_SHARE),
    (RETRIEVAL, r"at least (\d+) % of the documents", fusion.MIXED_FROM * 100),
    ("command-line.md", r"dense share is ([\d.]+) where", fusion.ONE_LANGUAGE_SHARE),
    ("command-line.md", r"it is ([\d.]+) for passages in another", fusion.CROSS_LANGUAGE_SHARE),
    ("command-line.md", r"and ([\d.]+) for the rest", fusion.SAME_LANGUAGE_SHARE),
    ("command-line.md", r"Files above (\d+) MiB", MAX_FILE_BYTES / 2**20),
    ("configuration.md", r"read for an answer \| 3 to (\d+) \|", reading.READ_COUNT),
    ("configuration.md", r"size of a document \| (\d+) MiB", MAX_FILE_BYTES / 2**20),
    ("configuration.md", r"overlap \| (\d+), ", DEFAULT_SETTINGS.size),
    ("configuration.md", r"overlap \| \d+, (\d+) \|", DEFAULT_SETTINGS.overlap),
    (ANSWERS, r"windows that overlap by (\d+)", reader.WINDOW_OVERLAP),
    (ANSWERS, r"gives up to (\d+) spans", reader.SPANS),
    (ANSWERS, r"more than (\d+) logits higher", evidence.YEAR_LEEWAY),
    (ANSWERS, r"different answer, up to (\d+) logits", evidence.MAX_AHEAD),
    (ANSWERS, r"a cosine of ([\d.]+) or more", rivals.SAME_STATEMENT),
    (ANSWERS, r"It is at most ([\d.]+) in", doubts.AT_MOST_UNSURE),
    (ANSWERS, r'"sure" from ([\d.]+)', types.SURE),
    (ANSWERS, r'"likely" from ([\d.]+)', types.LIKELY),
    (RETRIEVAL, r"scores at most ([\d,]+) rows", candidates.MAX_POSTINGS),
    (RETRIEVAL, r"if they share (\d+) %", ranking.NEAR_DUPLICATE * 100),
    ("configuration.md", r"questions on the page \| (\d+) \|", MAX_WAITING),
    ("configuration.md", r"in a result \| (\d+) \|", pipeline.MAX_COUNT),
    ("configuration.md", r"of a question \| ([\d,]+) \|", question.MAX_QUESTION_CHARACTERS),
    ("configuration.md", r"before an answer \| (\d+) \|", freshness.REFRESH_SECONDS),
    ("command-line.md", r"at most (\d+) \|", pipeline.MAX_COUNT),
    ("command-line.md", r"spends up to (\d+) seconds", freshness.REFRESH_SECONDS),
    ("json.md", r'"sure" from ([\d.]+)', types.SURE),
    ("json.md", r"at most ([\d.]+), whatever", doubts.AT_MOST_UNSURE),
    ("../README.md", r"in the best (\d+) passages", reading.READ_COUNT),
    ("../CHANGELOG.md", r"Below a confidence of ([\d.]+) the", BUNDLED.threshold),
    ("log/confidence.md", r"At the threshold, ([\d.]+), precision", BUNDLED.threshold),
]  # fmt: skip


@pytest.mark.parametrize(("page", "pattern", "value"), NUMBERS)
def test_a_number_in_the_docs_is_the_code_s(page: str, pattern: str, value: float) -> None:
    text = " ".join((ROOT / "docs" / page).read_text(encoding="utf-8").split())
    said = [float(number.replace(",", "")) for number in re.findall(pattern, text)]
    assert said == [pytest.approx(value)]


def test_the_weights_of_the_confidence() -> None:
    text = (ROOT / "docs" / ANSWERS).read_text(encoding="utf-8")
    said = re.findall(r"^\| `?([a-z ]+?)`? \| ([+-][\d.]+) \|", text, re.MULTILINE)
    bundled = [*BUNDLED.weights.items(), ("bias", BUNDLED.bias)]
    assert said == [(name, f"{weight:+.3f}") for name, weight in bundled]


def test_readme_quotes_the_measurements() -> None:
    """Each figure in README's table of figures is one of docs/measurements.md."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    measured = (ROOT / "docs" / "measurements.md").read_text(encoding="utf-8")
    table = re.search(r"^\| \| plain \| seedqa \| \|\n(?:\|.*\n)+", readme, re.MULTILINE)
    assert table is not None
    cells = [cell for row in table[0].splitlines()[2:] for cell in row.split("|")[2:4]]
    figures = [number for cell in cells for number in re.findall(r"\d+(?:\.\d+)?", cell)]
    assert len(figures) > 15
    assert [
        number for number in figures if not re.search(rf"(?<![\d.]){number}(?!\.?\d)", measured)
    ] == []
