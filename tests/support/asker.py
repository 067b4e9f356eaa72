"""Asks one index again and again, and prints what each answer came from, until a file appears.

Each line is the generation that answered, the editions that its passages are of, and their number;
the last is `end`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.pipeline import Pipeline
from support.toy import ToyEncoder


def main(index: Path, stop: Path) -> None:
    """Ask until `stop` exists, and once more."""
    location = Location(index, None, None)
    with Pipeline.open(resolve(location), refresh=False, encoder=ToyEncoder()) as pipeline:
        last = False
        while not last:
            last = stop.exists()
            result = pipeline.search("edition of the bridge", count=20, refresh=False)
            editions = sorted({passage.text.split()[1] for passage in result.passages})
            print(result.index.generation, *editions, len(result.passages), flush=True)
    print("end", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
