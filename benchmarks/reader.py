"""Measure a reader on questions whose passage is given.

    python -m benchmarks.reader --data DATA [--part dev] [--sources squad2 piaf crossing]
        [--questions COUNT] [--titled] [--typed] FOLDER ...

FOLDER is a reader as `training/reader.py export` writes it. Prints F1 and exact match (SQuAD's
normalisation, with the articles of all seven languages removed) of PIAF and of squad2's answerable
questions; squad2 whole, where "no answer" is right for an impossible question, at the margin that
is best for it, named; how often the sentence that holds the answer is the one that was read; and
the AUROC of the margin, answerable against impossible. "crossing" are both parts of
benchmarks/crossing. With --titled the article's title is read before each passage, with --typed the
questions are asked as people type them: lower case, no question mark, no function words.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.corpora import read_crossing, read_rows
from benchmarks.measuring import describe_machine, format_table
from seedqa.index.sentences import split_sentences
from seedqa.retrieval.metrics import auroc, exact_match, f1
from seedqa.retrieval.reader import Reader
from training.reader_typed import retype

#: Margins that are tried as the one below which nothing is answered.
MARGINS = [at / 4 for at in range(-80, 81)]


@dataclass(frozen=True, slots=True)
class Reading:
    """A question of the data, and what the reader gave for it."""

    right: tuple[str, ...]
    answer: str
    margin: float
    same_sentence: bool


def choose_rows(data: Path, part: str, source: str) -> list[dict[str, Any]]:
    """Return the questions of a source."""
    if source == "crossing":
        return [*read_crossing("train"), *read_crossing("dev")]
    return [row for row in read_rows(data, part) if row["source"] == source]


def type_question(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its question as people type it."""
    return row | {"question": retype(row["question"], row["lang"], "short", random.Random(0))}


def read_all(
    reader: Reader, rows: Sequence[dict[str, object]], *, titled: bool = False
) -> list[Reading]:
    """Read the passage of every question, below the title of its article where `titled`."""
    readings = []
    for row in tqdm(rows, disable=None, leave=False):
        context = str(row["context"])
        answers = list(row["answers"])
        above = [str(row["title"]).replace("_", " ")] if titled else None
        spans = reader.read(str(row["question"]), [context], above)[0]
        if not spans:
            readings.append(Reading(tuple(a["text"] for a in answers), "", -99.0, False))
            continue
        best = spans[0]
        holds = {
            bounds
            for bounds in split_sentences(context)
            for answer in answers
            if bounds[0] <= answer["start"] < bounds[1]
        }
        readings.append(
            Reading(
                right=tuple(answer["text"] for answer in answers),
                answer=context[best.start : best.end],
                margin=best.score,
                same_sentence=any(start <= best.start < end for start, end in holds),
            )
        )
    return readings


def figures(name: str, readings: Sequence[Reading]) -> dict[str, float]:
    """Return the figures of one set, in per cent."""
    answerable = [one for one in readings if one.right]
    found = {
        f"{name}, F1": _mean([f1(one.answer, one.right) for one in answerable]),
        f"{name}, exact match": _mean([exact_match(one.answer, one.right) for one in answerable]),
        f"{name}, right sentence": _mean([float(one.same_sentence) for one in answerable]),
    }
    if len(answerable) < len(readings):
        best, margin = max((_whole(readings, margin), margin) for margin in MARGINS)
        impossible = [one.margin for one in readings if not one.right]
        apart = auroc([one.margin for one in answerable], impossible)
        found[f"{name}, AUROC against impossible"] = 100 * apart
        found[f"{name} whole, F1 (no answer at 0)"] = _whole(readings, 0.0)
        found[f"{name} whole, F1 (no answer below {margin:g}, the best margin)"] = best
    return found


def _whole(readings: Sequence[Reading], margin: float) -> float:
    scores = []
    for one in readings:
        refused = one.margin < margin
        scores.append(
            float(refused) if not one.right else 0.0 if refused else f1(one.answer, one.right)
        )
    return _mean(scores)


def _mean(values: Sequence[float]) -> float:
    return 100 * sum(values) / max(1, len(values))


def main() -> None:
    """Read the command line, measure, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("readers", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--sources", nargs="+", default=["squad2", "piaf"])
    parser.add_argument("--part", choices=("train", "dev"), default="dev")
    parser.add_argument("--questions", type=int, help="at most, of each source")
    parser.add_argument("--titled", action="store_true", help="read the title before a passage")
    parser.add_argument("--typed", action="store_true", help="ask as people type")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()
    columns: dict[str, dict[str, float]] = {}
    for folder in options.readers:
        reader = Reader(folder)
        columns[folder.name] = {}
        for source in options.sources:
            rows = choose_rows(options.data, options.part, source)
            if options.questions and len(rows) > options.questions:
                rows = random.Random(0).sample(rows, options.questions)
            rows = list(map(type_question, rows)) if options.typed else rows
            started = time.perf_counter()
            readings = read_all(reader, rows, titled=options.titled)
            columns[folder.name] |= figures(source, readings)
            spent = 1000 * (time.perf_counter() - started) / len(rows)
            columns[folder.name][f"{source}, ms a question"] = spent
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    table = [
        [name, *(f"{column[name]:.1f}" if name in column else "-" for column in columns.values())]
        for name in names
    ]
    print(describe_machine())
    print(format_table(["figure", *columns], table))
    if options.json:
        options.json.write_text(json.dumps(columns, indent=2) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
