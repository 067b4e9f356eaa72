"""Tell by language how often the answers that are shown, and the sure ones, are right.

    python -m benchmarks.by_language [--reader FOLDER] FILE ...

FILE is what `benchmarks.answers --asked FILE` or `training.calibrate --asked FILE` kept: nothing is
searched or read again. Only questions that have an answer in their folder and those whose document
was left out count. "fr" has questions in French over French documents, "-> fr" questions in
other languages over them; "typed" are those of `--typed`.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.answers import TYPED, Judged, expected_calibration_error, judge, mean
from benchmarks.asked import Asked, read_asked
from benchmarks.measuring import describe_machine, format_table
from seedqa.retrieval.reader import SHIPPED_READER, Reader
from seedqa.retrieval.types import SURE

HEAD = ["group", "questions", "answered", "shown", "right", "sure", "right of them", "ECE"]


def groups_of(name: str, asked: Asked) -> Iterator[str]:
    """Yield the groups that a question of a source is in."""
    own = [one.language for one in asked.passages if one.source == asked.file]
    languages = own or [one.language for one in asked.passages]
    if languages:
        same = asked.parse().language == languages[0]
        yield languages[0] if same else f"-> {languages[0]}"
    yield "typed" if name.endswith(TYPED) else "as written"


def row_of(group: str, judged: Sequence[Judged]) -> list[str]:
    """Return the line of a group; `-` is a share of nothing."""
    answerable = [one for one in judged if one.asked.kind == "answerable"]
    shown = [one for one in judged if not one.refused]
    sure = [one for one in shown if one.confidence >= SURE]

    def share(flags: Sequence[bool]) -> str:
        return f"{mean(flags):.3f}" if flags else "-"

    return [
        group,
        str(len(judged)),
        share([not one.refused for one in answerable]),
        str(len(shown)),
        share([one.is_right for one in shown]),
        str(len(sure)),
        share([one.is_right for one in sure]),
        f"{expected_calibration_error(judged):.3f}",
    ]


def table_of(asked: Mapping[str, Sequence[Asked]], reader: Reader) -> list[list[str]]:
    """Judge what was asked as the reader's calibration does, and return the lines of the table."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for name, of_source in asked.items():
        for one in of_source:
            if one.kind in ("answerable", "left out"):
                judged = judge(one, reader.calibration, reader.languages)
                for group in groups_of(name, one):
                    groups[group].append(judged)
    return [row_of(group, groups[group]) for group in sorted(groups)]


def main() -> None:
    """Read the command line, judge, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--reader", type=Path, default=SHIPPED_READER)
    options = parser.parse_args()
    reader = Reader(options.reader)
    asked: dict[str, list[Asked]] = defaultdict(list)
    try:
        for file in options.files:
            for name, of_source in read_asked(file, reader.fingerprint).items():
                asked[name] += of_source
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print(describe_machine())
    print(format_table(HEAD, table_of(asked, reader)))


if __name__ == "__main__":
    main()
