"""The files that go between the steps: chunks and questions, as JSON lines.

Imports nothing but the standard library: it runs in the environment of every peer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

CHUNKS, QUESTIONS, VECTORS = "chunks.jsonl", "questions.jsonl", "question-vectors.npy"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk as seedqa cuts it."""

    id: int
    source: str
    """The name of its file."""
    encoded: str
    """What the encoder reads: the title of the document, then the text."""
    lexical: str
    """What lexical search matches: the text as it is read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the file that answers it."""

    question: str
    source: str


def write_lines(path: Path, rows: Iterable[Chunk | Asked]) -> None:
    """Write each row as a line."""
    lines = (json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


def read_chunks(path: Path) -> list[Chunk]:
    """Return the chunks of a file that `write_lines` wrote."""
    return [Chunk(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def read_questions(path: Path) -> list[Asked]:
    """Return the questions of a file that `write_lines` wrote."""
    return [Asked(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def spread(asked: Sequence[Asked], count: int | None) -> list[Asked]:
    """Return `count` of the questions, evenly spread; all of them for None."""
    if count is None or count >= len(asked):
        return list(asked)
    return [asked[position * len(asked) // count] for position in range(count)]


def right_within(found: Sequence[Sequence[str]], asked: Sequence[Asked], count: int) -> list[bool]:
    """Return for each question whether its file is among the first `count` files found.

    `found` has the files of the passages of each question, best first; a file counts once, at its
    best rank.
    """
    return [
        one.source in list(dict.fromkeys(sources))[:count]
        for sources, one in zip(found, asked, strict=True)
    ]
