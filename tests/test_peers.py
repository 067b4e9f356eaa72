"""The comparison with other libraries: its statistics, its files, its table. No peer is needed."""

from __future__ import annotations

import importlib.util
import json
import lzma
import os
import sys
from pathlib import Path

import pytest

from benchmarks.measuring import MIB, Run, run_process
from benchmarks.peers.__main__ import TITLES, Measured, format_report, summarise
from benchmarks.peers.corpus import write_corpus
from benchmarks.peers.environments import INSTALLED, REQUIREMENTS, is_current, list_peers
from benchmarks.peers.files import (
    CHUNKS,
    QUESTIONS,
    Asked,
    Chunk,
    read_chunks,
    read_questions,
    right_within,
    spread,
)
from benchmarks.peers.runner import WARM_UP, ask_all
from benchmarks.peers.significance import compare, mcnemar

# -- statistics -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [
        pytest.param(0, 0, 1.0, id="no question tells them apart"),
        pytest.param(4, 4, 1.0, id="as many on both sides"),
        pytest.param(0, 1, 1.0, id="one question says nothing"),
        pytest.param(0, 5, 2 / 32, id="twice one of 32"),
        pytest.param(1, 9, 22 / 1024, id="twice 1 + 10 of 1,024"),
        pytest.param(9, 1, 22 / 1024, id="the same the other way round"),
        pytest.param(5, 15, 43_400 / 2**20, id="twice 21,700 of 2^20"),
    ],
)
def test_mcnemar_is_the_two_sided_binomial_test(
    only_first: int, only_second: int, p: float
) -> None:
    assert mcnemar(only_first, only_second) == pytest.approx(p, rel=1e-12)


def test_mcnemar_takes_the_counts_of_a_whole_corpus() -> None:
    """2**1300 is more than a float holds."""
    assert mcnemar(600, 700) == pytest.approx(0.0060157938, rel=1e-6)


def test_questions_that_both_or_none_answered_do_not_count() -> None:
    first = [True] * 7 + [False] * 3
    second = [True] * 2 + [False] * 8
    assert compare(first, second) == mcnemar(5, 0) == 2 / 32


# -- files ----------------------------------------------------------------------------------------

SHORT = " ".join(["Le chat dort sur le toit, et le chien le regarde."] * 3)
LONG = " ".join(f"La maison numéro {number} a un jardin." for number in range(1, 22))


def write_data(folder: Path) -> None:
    """Write a data folder of two texts with a question each, and one without an answer."""

    def row(question: str, context: str, answers: int, source: str = "piaf") -> str:
        answered = [{"text": "x", "start": 0}] * answers
        values = {"question": question, "context": context, "answers": answered, "source": source}
        return json.dumps(values)

    parts = {
        "dev": [row("Où ?", SHORT, 1), row("Qui ?", SHORT, 0), row("Combien ?", LONG, 1)],
        "train": [row("Train", "Un autre texte.", 1), row("Other", "Else.", 1, "squad2")],
    }
    (folder / "qa").mkdir(parents=True)
    for part, lines in parts.items():
        path = folder / "qa" / f"extractive-{part}.jsonl.xz"
        path.write_bytes(lzma.compress("\n".join(lines).encode()))


def test_the_corpus_is_cut_as_the_index_cuts_it(tmp_path: Path) -> None:
    write_data(tmp_path / "data")
    write_corpus(tmp_path / "data", tmp_path, None)
    chunks = read_chunks(tmp_path / CHUNKS)
    assert chunks[0] == Chunk(1, "passage-00000.txt", f"passage-00000\n{SHORT}", SHORT)
    assert [chunk.source for chunk in chunks] == [
        "passage-00000.txt",
        "passage-00001.txt",
        "passage-00001.txt",
        "passage-00002.txt",
    ]
    assert all(chunk.lexical in LONG for chunk in chunks[1:3])
    assert LONG.startswith(chunks[1].lexical)
    assert LONG.endswith(chunks[2].lexical)
    assert read_questions(tmp_path / QUESTIONS) == [
        Asked("Où ?", "passage-00000.txt"),
        Asked("Combien ?", "passage-00001.txt"),
    ]


def test_fewer_questions_are_spread_over_all() -> None:
    asked = [Asked(str(number), "a.txt") for number in range(10)]
    assert [one.question for one in spread(asked, 4)] == ["0", "2", "5", "7"]
    assert spread(asked, 11) == spread(asked, None) == asked


def test_a_file_counts_once_at_its_best_rank() -> None:
    asked = [Asked("?", "c.txt")] * 3
    found = [["a.txt", "a.txt", "b.txt", "c.txt"], ["c.txt"], []]
    assert right_within(found, asked, 1) == [False, True, False]
    assert right_within(found, asked, 2) == [False, True, False]
    assert right_within(found, asked, 3) == [True, True, False]


# -- running --------------------------------------------------------------------------------------


def test_questions_that_warm_up_are_not_measured() -> None:
    asked: list[str] = []

    def search(question: str, count: int) -> list[str]:
        asked.append(question)
        return [f"{question}.txt"] * min(count, 2)

    questions = [str(number) for number in range(WARM_UP + 2)]
    outcome = ask_all(search, questions)
    assert asked == questions[:WARM_UP] + questions
    assert outcome["found"] == [[f"{question}.txt"] * 2 for question in questions]
    assert len(outcome["cpu_ms"]) == len(outcome["wall_ms"]) == len(questions)


def test_a_child_that_writes_many_errors_ends() -> None:
    """A full pipe of standard error stopped it: one peer warns twice with each question."""
    code = "import sys; sys.stderr.write('x' * 500_000); print('done')"
    assert run_process([sys.executable, "-c", code], os.environ).output == "done\n"


def test_a_child_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match=r"ended with 3: the reason$"):
        run_process(["sh", "-c", "echo the reason >&2; exit 3"], os.environ)


# -- environments ---------------------------------------------------------------------------------


@pytest.mark.parametrize("peer", list_peers())
def test_every_version_is_pinned(peer: str) -> None:
    lines = (REQUIREMENTS / f"{peer}.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert all(line.count("==") == 1 for line in pinned)
    assert "torch==2.13.0" in pinned  # any other has no CPU build at hand
    assert len(pinned) == len({line.partition("==")[0] for line in pinned})


def test_every_peer_has_an_adapter_and_a_title() -> None:
    peers = list_peers()
    assert peers == ["chroma", "lancedb", "langchain", "llamaindex", "txtai"]
    assert set(TITLES) == {"seedqa", *peers}
    assert all(importlib.util.find_spec(f"benchmarks.peers.adapters.{peer}") for peer in peers)


def test_an_environment_is_made_again_after_a_change(tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("a==1\n")
    assert not is_current(tmp_path, wanted)
    (tmp_path / INSTALLED).write_text("a==1\n")
    assert is_current(tmp_path, wanted)
    wanted.write_text("a==2\n")
    assert not is_current(tmp_path, wanted)


# -- the table ------------------------------------------------------------------------------------


def make_measured(found: list[list[str]], seconds: float) -> Measured:
    run = Run(seconds, 100 * MIB, "", 2 * seconds)
    times = {"cpu_ms": [4.0, 6.0], "wall_ms": [2.0, 3.0]}
    return Measured(
        indexing=[run],
        cold=[run],
        warm=[run],
        with_encoding=[times],
        without_encoding=[times | {"found": found}],
        disk_bytes=MIB // 2,
    )


def test_the_table_compares_with_seedqa() -> None:
    asked = [Asked("?", "a.txt")] * 5
    measured = {
        "seedqa": make_measured([["a.txt"]] * 5, 1.0),
        "chroma": make_measured([["b.txt", "a.txt"]] * 5, 2.0),
    }
    figures = summarise(measured, asked)
    assert figures["chroma"]["recall@1"] == 0.0
    assert figures["chroma"]["p@1"] == 2 / 32
    assert figures["chroma"]["right@5"] == [1] * 5
    assert figures["seedqa"]["p@1"] is None
    rows = format_report(figures).splitlines()[2:]
    assert rows == [
        "| seedqa | 1.0 | 2.0 | 100 | 0.5 | 1.00 | 2.00 | 100 | 5.0 | 5.00 | 100 | 100.0 | 100.0 |",
        "| Chroma (dense) | 2.0 | 4.0 | 100 | 0.5 | 2.00 | 4.00 | 100 | 5.0 | 5.00 | 100"
        " | 0.0 (0.062) | 100.0 (1) |",
    ]
