"""Make the worlds, index them, ask, judge and print; or write the test part's questions.

python -m benchmarks.structure --part dev [--kinds tables,lists] [--json FILE]
python -m benchmarks.structure --part test --write    (questions.jsonl and checksums.json)
python -m benchmarks.structure --part dev --documents FOLDER    (the documents alone)
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.structure.judge import Judgement, judge
from benchmarks.structure.model import Question, World
from benchmarks.structure.product import ask_folder
from benchmarks.structure.report import summarise, summary_json, write_summary
from benchmarks.structure.templates import PARTS
from benchmarks.structure.worlds import KINDS, SEED, checksum, make_worlds
from benchmarks.structure.writers import write_document

HERE = Path(__file__).parent
QUESTIONS, CHECKSUMS = HERE / "questions.jsonl", HERE / "checksums.json"


def main() -> int:
    """Run what the options say."""
    options = _parse_options()
    worlds = make_worlds(options.part, options.seed)
    if options.write:
        write_test_part(worlds)
        return 0
    if options.documents:
        write_worlds(worlds, options.documents)
        return 0
    if options.worlds:
        worlds = [world for world in worlds if world.name in options.worlds.split(",")]
    kinds = options.kinds.split(",") if options.kinds else list(KINDS)
    if unknown := set(kinds) - set(KINDS):
        print(f"no such kinds: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        records = run_worlds(worlds, kinds, Path(scratch))
    asked = [record[0] for record in records]
    summary = summarise(asked, [record[2] for record in records])
    write_summary(summary, sys.stdout)
    if options.json:
        write_records(options.json, summary_json(summary), records)
    return 0


def write_worlds(worlds: list[World], folder: Path) -> None:
    """Write the documents of each world into a folder of its own."""
    for world in worlds:
        for document in world.documents:
            write_document(document, folder / world.name)


def run_worlds(
    worlds: list[World], kinds: list[str], scratch: Path
) -> list[tuple[Question, dict[str, Any], Judgement]]:
    """Return each question of some kinds with the product's result and how it is judged.

    All documents are indexed, whatever the kinds: the others are in the way, as in a real folder.
    """
    records = []
    for world in worlds:
        write_worlds([world], scratch)
        asked = [question for question in world.questions if question.kind in kinds]
        texts = [question.text for question in asked]
        results = ask_folder(scratch / world.name, scratch / f"{world.name}.index", texts)
        for question, result in zip(asked, results, strict=True):
            records.append((question, result, judge(question, result)))
        right = sum(record[2].verdict == "right" for record in records[-len(asked) :])
        print(f"{world.name}: {right} of {len(asked)} right", file=sys.stderr, flush=True)
    return records


def write_records(
    path: Path, summary: dict[str, Any], records: list[tuple[Question, dict[str, Any], Judgement]]
) -> None:
    """Write the figures, and each question with what was answered."""
    rows = [
        {
            **question.to_json(),
            "answers": [
                {key: answer[key] for key in ("text", "source", "confidence", "sentence")}
                for answer in result["answers"]
            ],
            "confidence": result["confidence"],
            "passages": [
                {"source": passage["source"], "start": passage["start"]}
                for passage in result["passages"]
            ],
            "verdict": judged.verdict,
            "sure": judged.sure,
        }
        for question, result, judged in records
    ]
    text = json.dumps({"summary": summary, "questions": rows}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def write_test_part(worlds: list[World]) -> None:
    """Write the questions with their gold answers, and a checksum of each world's texts."""
    lines = [
        json.dumps(question.to_json(), ensure_ascii=False) + "\n"
        for world in worlds
        for question in world.questions
    ]
    QUESTIONS.write_text("".join(lines), encoding="utf-8")
    sums = {world.name: checksum(world) for world in worlds}
    CHECKSUMS.write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.structure", description=__doc__)
    parser.add_argument("--part", choices=PARTS, default="dev")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kinds", help="only questions of these kinds, with commas between")
    parser.add_argument("--worlds", help="only these worlds, as test-en,test-mixed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write figures and answers")
    parser.add_argument("--write", action="store_true", help="write questions and checksums")
    parser.add_argument("--documents", type=Path, metavar="DIR", help="write only the documents")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
