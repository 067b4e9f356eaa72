"""Damage the files of an index, ask it, and judge every answer by the undamaged index.

A damaged index must be refused with a line, or answer as the undamaged one does. What a question
cannot see is damage of the index of words: it may change which passages are found, and `doctor`
must find it. A passage that the files do not bear out, or that a filter excludes, is wrong in any
case.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from fuzz.children import Case, End, run_case
from fuzz.mutate import mutate
from seedqa.index.build import build_index
from seedqa.index.doctor import check_index, repair
from seedqa.index.errors import SeedqaError
from seedqa.index.store.database import DATABASE
from seedqa.index.store.reading import open_for_reading
from seedqa.index.types import NO_FILTERS, Filters
from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.pipeline import Pipeline
from seedqa.retrieval.types import Passage
from support.pdf_writer import make_pdf
from support.toy import ToyEncoder

#: A case asks seven questions and checks all rows, in 0.1 s.
SECONDS = 60.0
LOG = f"{DATABASE}-wal"

QUESTIONS = [
    ("when was the bridge over the Ebro opened", NO_FILTERS),
    ("the old mill and its wheel", NO_FILTERS),
    ("pont de bois sur la Loire", Filters(language="fr")),
    ("how long is the bridge", Filters(since="2015-01-01")),
    ("town near the river", Filters(until="2014-12-31")),
    ("length of the span in metres", Filters(pattern="reports/**")),
    ("edition of the notes", Filters(language="en", since="2012-06-01", pattern="*.md")),
]
_TOWNS = ("Alba", "Brive", "Cadiz", "Delft", "Erfurt", "Faro", "Genoa", "Ivrea", "Kassel", "Lugo")
_THINGS = ("bridge", "mill", "tower", "canal", "market", "wheel", "ferry")


@dataclass(frozen=True)
class State:
    """An undamaged index, its folder, and what its questions return."""

    name: str
    folder: Path
    seeds: Path
    answers: list[list[Passage]]
    truth: frozenset[tuple[Any, ...]]
    """What may be said of a passage, for every passage of the index."""


def write_documents(seeds: Path) -> None:
    """Write some fifty short documents: two languages, dates, a subfolder, pages."""
    (seeds / "reports").mkdir(parents=True)
    for number in range(36):
        town, thing = _TOWNS[number % len(_TOWNS)], _THINGS[number % len(_THINGS)]
        date = f"{2009 + number % 12}-0{1 + number % 9}-11"
        (seeds / f"note{number:02}.md").write_text(
            f"---\ndate: {date}\n---\n# The {thing} of {town}\n\n"
            f"The {thing} over the Ebro at {town} was opened in {1800 + number}.\n\n"
            f"## Size\n\nIts span is {20 + number} metres."
            f" The edition of these notes is {number}.\n",
            encoding="utf-8",
        )
    for number in range(8):
        (seeds / f"pont{number}.md").write_text(
            f"# Le pont de {_TOWNS[number]}\n\nPublié le {number + 1} mars 20{10 + number}\n\n"
            f"Le pont de bois sur la Loire a brûlé en {1900 + number}. Il avait {number} arches.\n",
            encoding="utf-8",
        )
        pages = [
            f"Report {number}. The old mill of {_TOWNS[number]} and its wheel.",
            f"The town near the river has {number} towers. The span is {number} metres.",
        ]
        (seeds / "reports" / f"report{number}.pdf").write_bytes(make_pdf(*pages))


def make_states(work: Path) -> list[State]:
    """Return an index without a log, one whose log has a generation, and one with half a log."""
    seeds = work / "seeds"
    write_documents(seeds)
    encoder = ToyEncoder()
    build_index(seeds, work / "index", encoder)
    shutil.copytree(work / "index", work / "plain")
    states = [_read_state("plain", work / "plain", seeds)]
    with closing(open_for_reading(work / "index")) as reader, reader.read():
        # A reader of the old generation keeps the log from being moved into the database.
        for number in range(3):
            (seeds / f"note{number:02}.md").unlink()
        (seeds / "new.md").write_text("# The ferry\n\nThe ferry at Alba sank in 1950.\n")
        build_index(seeds, work / "index", encoder)
        _copy_open(work / "index", work / "logged")
    states.append(_read_state("logged", work / "logged", seeds))
    return states


def _copy_open(index: Path, target: Path) -> None:
    """Copy an index that is open, as a power cut leaves it: without the shared memory."""
    target.mkdir()
    for path in index.iterdir():
        if not path.name.endswith("-shm"):
            shutil.copyfile(path, target / path.name)
    assert (target / LOG).stat().st_size > 0


def _read_state(name: str, folder: Path, seeds: Path) -> State:
    """Ask a copy, since SQLite moves the log into a database that is closed."""
    copy = folder.with_name(f"{name}-read")
    shutil.copytree(folder, copy)
    frozen = seeds.with_name(f"seeds-{name}")
    shutil.copytree(seeds, frozen)
    with open_for_reading(copy) as reader, reader.read() as reading:
        assert reading is not None
        stored = reading.chunks(reading.chunk_ids(row.id for row in reading.documents()))
        truth = frozenset(
            (one.source, one.title, one.date, one.language, one.chunk.start, one.chunk.end,
             one.chunk.line_start, one.chunk.line_end, one.chunk.page, one.chunk.page_to,
             one.chunk.text, one.chunk.columns, one.chunk.edits, one.chunk.items)
            for one in stored.values()
        )  # fmt: skip
    return State(name, folder, frozen, ask_all(copy), truth)


def claims(passage: Passage) -> tuple[Any, ...]:
    """Return what is said of a passage that the files must bear out."""
    return (
        passage.source, passage.title, passage.date, passage.language, passage.start, passage.end,
        passage.line_start, passage.line_end, passage.page, passage.page_to, passage.text,
        passage.columns, passage.edits, passage.items,
    )  # fmt: skip


def ask_all(folder: Path) -> list[Any]:
    """Return the passages of every question, or the line with which it was refused."""
    answers: list[Any] = []
    for question, filters in QUESTIONS:
        try:
            workspace = resolve(Location(folder, None, None))
            with Pipeline.open(workspace, refresh=False, encoder=ToyEncoder()) as pipeline:
                found = pipeline.search(question, count=8, filters=filters, refresh=False)
                answers.append([_plain(passage) for passage in found.passages])
        except SeedqaError as error:
            answers.append(str(error))
    return answers


def _plain(passage: Passage) -> Passage:
    """Leave out whether its file has changed: the folder is not the concern here."""
    return replace(passage, stale=False)


@dataclass(frozen=True)
class Seen:
    """What a damaged index answered, and what `doctor` said of it."""

    answers: list[Any]
    is_found: bool
    """Whether `doctor` found damage."""
    repaired: list[Any] | None
    """The answers after a repair, where that was tried."""


def examine(folder: Path, seeds: Path, is_repaired: bool) -> Seen:
    """Ask an index all questions, check it, and repair it where that is wanted."""
    answers = ask_all(folder)
    is_found = any(not finding.ok for finding in check_index(folder))
    repaired = None
    if is_repaired:
        try:
            broken = repair_with_toy(folder, seeds)
        except SeedqaError as error:
            broken = [str(error)]
        repaired = ask_all(folder) if not broken else None
    return Seen(answers, is_found, repaired)


def repair_with_toy(folder: Path, seeds: Path) -> list[str]:
    """Repair what can be repaired without encoding; return why it cannot be, or nothing."""
    parts = {finding.part for finding in check_index(folder) if not finding.ok}
    if "database" in parts:
        return ["the database must be built again"]
    repair(folder, seeds)
    return []


def judge(seen: Seen, state: State, states: list[State]) -> str:
    """Return the verdict on the answers of a damaged index.

    Where the log that held the last generation is lost, the one before is there again, whole: the
    answers are then all its own, and the next look at the folder indexes what came after it.
    """
    if any(seen.answers == one.answers for one in states if one is not state):
        return "the generation before"
    verdicts = {_judge_one(*pair, state) for pair in zip(seen.answers, QUESTIONS, strict=True)}
    if "wrong" in verdicts:
        return "WRONG"
    if seen.repaired is not None and seen.repaired not in [one.answers for one in states]:
        return "WRONG after a repair"
    others = [
        answer != right
        for answer, right in zip(seen.answers, state.answers, strict=True)
        if not isinstance(answer, str)
    ]
    if any(others):
        return "found by doctor" if seen.is_found else "WRONG and not found"
    if "refused" in verdicts:
        return "refused"
    return "right, found by doctor" if seen.is_found else "right"


def _judge_one(answer: Any, asked: tuple[str, Filters], state: State) -> str:
    if isinstance(answer, str):
        return "refused" if "\n" not in answer else "wrong"
    where = asked[1]
    for passage in answer:
        if claims(passage) not in state.truth:
            return "wrong"
        if (
            (where.language and passage.language != where.language)
            or (where.since and (passage.date or "") < where.since)
            or (where.until and not "" < (passage.date or "") <= where.until)
            or (where.pattern == "reports/**" and not passage.source.startswith("reports/"))
            or (where.pattern == "*.md" and not passage.source.endswith(".md"))
        ):
            return "wrong"
    return "told"


def run_cases(work: Path, count: int, seed: int) -> Iterator[Case]:
    """Yield `count` cases; the same seed gives the same ones."""
    states = make_states(work)
    for number in range(count):
        random = Random(f"{seed}:{number}")
        state = random.choice(states)
        case = work / "case"
        shutil.rmtree(case, ignore_errors=True)
        shutil.copytree(state.folder, case)
        name, change = _damage_one(case, random)
        outcome = run_case(partial(examine, case, state.seeds, number % 4 == 0), SECONDS)
        if outcome.end is End.DONE:
            verdict = judge(outcome.value, state, states)
            outcome = replace(outcome, value=_describe(outcome.value, state))
        else:
            verdict = outcome.end.value
        yield Case(f"{state.name}: {name}, {change}", verdict, outcome)


def _damage_one(folder: Path, random: Random) -> tuple[str, str]:
    """Change one file of an index; return its name and the name of the change."""
    names = sorted(
        path.name
        for path in folder.iterdir()
        if path.name.startswith((DATABASE, "vectors-")) and path.stat().st_size
    )
    weights = [1 if name.startswith("vectors-") else 6 for name in names]
    (name,) = random.choices(names, weights)
    data = (folder / name).read_bytes()
    changed, change = mutate(data, random)
    if changed == data:
        changed, change = data[:-1], "cut"
    (folder / name).write_bytes(changed)
    return name, change


def _describe(seen: Seen, state: State) -> str:
    """Return a line for each question: what was refused, what differs, what is not borne out."""
    lines = [f"doctor found damage: {seen.is_found}, repaired: {seen.repaired is not None}"]
    for answer, right, asked in zip(seen.answers, state.answers, QUESTIONS, strict=True):
        if isinstance(answer, str):
            lines.append(f"{asked[0]}: refused, {answer!r}")
            continue
        false = [claims(one) for one in answer if claims(one) not in state.truth]
        lines.append(f"{asked[0]}: {'same' if answer == right else 'differs'}, false: {false}")
    return "\n".join(lines)
