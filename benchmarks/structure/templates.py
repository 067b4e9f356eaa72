"""Read the wordings of each language from languages/*.toml, and say which part each belongs to.

A fact, a table, a list and a frame belong to one part alone, so that train, dev and test share no
template and no wording. Knows nothing of documents.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")
PARTS = ("train", "dev", "test")
_FOLDER = Path(__file__).parent / "languages"


@dataclass(frozen=True, slots=True)
class FactKind:
    """What is the same about a fact in every language."""

    part: str
    family: str
    """ "site": about a house in a town; "terms": about a firm's conditions."""
    value: str
    """person, company, money, year, count, date, time, phrase or number."""
    low: int = 0
    high: int = 0
    """The range of a number."""


FACTS = {
    "keyholder": FactKind("test", "site", "person"),
    "groundrent": FactKind("test", "site", "money"),
    "bridge": FactKind("test", "site", "year"),
    "drill": FactKind("test", "site", "phrase"),
    "openday": FactKind("test", "site", "count"),
    "alarm": FactKind("test", "site", "company"),
    "boiler": FactKind("test", "site", "date"),
    "reading": FactKind("test", "site", "time"),
    "payment": FactKind("test", "terms", "number", 10, 60),
    "stairs": FactKind("test", "terms", "money"),
    "notice": FactKind("test", "terms", "number", 2, 26),
    "order": FactKind("test", "terms", "money"),
    "course": FactKind("dev", "site", "person"),
    "locker": FactKind("dev", "site", "money"),
    "ladder": FactKind("dev", "site", "phrase"),
    "clock": FactKind("dev", "site", "year"),
    "late": FactKind("dev", "terms", "money"),
    "callout": FactKind("dev", "terms", "number", 2, 48),
    "cook": FactKind("train", "site", "person"),
    "power": FactKind("train", "site", "money"),
    "trees": FactKind("train", "site", "count"),
    "firstaid": FactKind("train", "site", "phrase"),
    "gate": FactKind("train", "site", "date"),
    "discount": FactKind("train", "terms", "number", 2, 30),
    "warranty": FactKind("train", "terms", "number", 6, 60),
    "insured": FactKind("train", "terms", "money"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """How a language says and asks one fact."""

    said: str
    asked: tuple[str, ...]
    values: tuple[str, ...]
    """Phrases to choose from, with a bar where the words begin that an answer must have."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, and how its cells are asked for."""

    name: str
    value: str
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableKind:
    """A kind of table: its title, what its rows are, its columns."""

    title: str
    row: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class ListKind:
    """A kind of list; `items` are things to choose from, empty for people."""

    heading: str
    lead: str
    items: tuple[str, ...]
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wordings:
    """All that one language has for one part."""

    language: str
    part: str
    say: dict[str, Any]
    facts: dict[str, Fact]
    frame: dict[str, Any]
    deed: dict[str, Any]
    codes: dict[str, Any]
    tables: tuple[TableKind, ...]
    lists: tuple[ListKind, ...]

    @property
    def filler(self) -> list[str]:
        """Return sentences that answer no question."""
        return list(self.frame["filler"])


@cache
def load_wordings(language: str, part: str) -> Wordings:
    """Return the wordings of a language for a part."""
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        content = tomllib.load(file)
    frame = content[part]
    return Wordings(
        language=language,
        part=part,
        say=content["say"],
        facts={
            name: Fact(fact["said"], tuple(fact["asked"]), tuple(fact.get("values", ())))
            for name, fact in content["facts"].items()
            if FACTS[name].part == part
        },
        frame={name: value for name, value in frame.items() if not isinstance(value, dict)},
        deed=frame["deed"],
        codes=frame["codes"],
        tables=tuple(
            TableKind(
                one["title"],
                one["row"],
                tuple(Column(name, value, tuple(asked)) for name, value, *asked in one["columns"]),
            )
            for one in frame["tables"]
        ),
        lists=tuple(
            ListKind(
                one["heading"],
                one["lead"],
                () if one["items"] == "person" else tuple(one["items"]),
                tuple(one["asked"]),
            )
            for one in frame["lists"]
        ),
    )
