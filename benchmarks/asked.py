"""A question with what was found and read for it, and a file of many: asking takes minutes, judging
seconds. Knows the values that flow through a question; nothing of measuring."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from seedqa.index.types import Edit
from seedqa.retrieval.question import Question, parse_question
from seedqa.retrieval.reader import Span
from seedqa.retrieval.types import Passage, Ranks, ScoreParts


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was found and read for it."""

    kind: str
    """ "answerable", "left out", "impossible" or "foreign"."""
    source: str
    question: str
    right: tuple[str, ...]
    file: str
    """The file that answers; empty where none does."""
    sentence: str
    """The sentences around the right answers, joined."""
    passages: tuple[Passage, ...]
    spans: list[tuple[Span, ...]]
    milliseconds: float
    unknown: tuple[str, ...] = ()
    """The topical words of the question that are nowhere in the folder's index."""

    def parse(self) -> Question:
        """Return the question as it was after the search."""
        return replace(parse_question(self.question), unknown=frozenset(self.unknown))


def save_asked(
    path: Path,
    made_of: Mapping[str, Any],
    asked: Mapping[str, Sequence[Asked]],
    sources: Sequence[str],
) -> None:
    """Write the questions of each name, what they were made of, and the sources that are done."""
    content = {
        "made_of": dict(made_of),
        "sources": list(sources),
        "asked": {name: [asdict(one) for one in of_source] for name, of_source in asked.items()},
    }
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(json.dumps(content, ensure_ascii=False), encoding="utf8")
    fresh.replace(path)


def load_asked(
    path: Path | None, made_of: Mapping[str, Any], *, any_reader: bool = False
) -> tuple[dict[str, list[Asked]], list[str]]:
    """Return the questions of a file by name, and the sources that are done.

    Both are empty without a file, or if it was made of something else. With `any_reader` it may be
    of another reader.
    """
    if not path or not path.exists():
        return {}, []
    content = json.loads(path.read_text(encoding="utf8"))
    if any_reader:
        made_of = {**made_of, "reader": content["made_of"]["reader"]}
    if content["made_of"] != made_of:
        return {}, []
    return _by_name(content), content["sources"]


def read_asked(path: Path, fingerprint: str) -> dict[str, list[Asked]]:
    """Return the questions of a file by name; raises ValueError if another reader read them."""
    content = json.loads(path.read_text(encoding="utf8"))
    if content["made_of"]["reader"] != fingerprint:
        raise ValueError(f"{path} was read by another reader")
    return _by_name(content)


def _by_name(content: Mapping[str, Any]) -> dict[str, list[Asked]]:
    return {name: [_asked(one) for one in rows] for name, rows in content["asked"].items()}


def _asked(one: dict[str, Any]) -> Asked:
    passages = tuple(
        Passage(
            **passage
            | {
                "ranks": Ranks(**passage["ranks"]),
                "parts": ScoreParts(**passage["parts"]),
                "also_in": tuple(passage["also_in"]),
                "context": tuple(passage["context"]),
                "columns": tuple(passage["columns"]),
                "edits": tuple(Edit(**edit) for edit in passage["edits"]),
                "items": tuple((start, end) for start, end in passage["items"]),
            }
        )
        for passage in one["passages"]
    )
    spans = [tuple(Span(**span) for span in of_passage) for of_passage in one["spans"]]
    lists = {"right": tuple(one["right"]), "unknown": tuple(one["unknown"])}
    return Asked(**one | lists | {"passages": passages, "spans": spans})
