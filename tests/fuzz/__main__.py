"""Run one kind of cases, or all: python -m fuzz KIND --count N --seed S.

Prints the cases that must not happen, then a line of JSON with the figures. Exit code 1 if there
was one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fuzz import damage, documents, words
from fuzz.children import Case

Run = Callable[[Path, int, int], Iterator[Case]]
KINDS: dict[str, Run] = {
    "damage": damage.run_cases,
    "documents": documents.run_cases,
    "globs": words.run_globs,
    "questions": words.run_questions,
    "requests": words.run_requests,
}


def main() -> int:
    """Run the cases and return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("kind", choices=[*KINDS, "all"])
    parser.add_argument("--count", type=int, default=1_000, help="cases of each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    is_bad = False
    for kind in KINDS if options.kind == "all" else [options.kind]:
        with tempfile.TemporaryDirectory() as work:
            cases = []
            for number, case in enumerate(KINDS[kind](Path(work), options.count, options.seed)):
                cases.append(case)
                if case.is_bad:
                    is_bad = True
                    print(f"{kind} {number}: {case.verdict}: {case.name}", file=sys.stderr)
                    print(case.outcome.value, file=sys.stderr)
        print(json.dumps({"kind": kind, "seed": options.seed, **summarise(cases)}), flush=True)
    return int(is_bad)


def summarise(cases: list[Case]) -> dict[str, Any]:
    """Return how many cases got each verdict, the longest time and the most memory, in MiB."""
    return {
        "tried": len(cases),
        "verdicts": dict(sorted(Counter(case.verdict for case in cases).items())),
        "seconds": round(max(case.outcome.seconds for case in cases), 1),
        "memory": max(case.outcome.memory for case in cases),
    }


if __name__ == "__main__":
    sys.exit(main())
