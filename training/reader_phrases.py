"""The words that made-up facts are told and asked in, in seven languages.

A fact is a subject (a bridge, a museum), a relation (its height) and a value. Written for this
project. Knows nothing of examples, nor of models.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Of words that no language has for itself.
ALL = "all"
LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")


@dataclass(frozen=True, slots=True)
class Relation:
    """How a relation is told and asked in one language.

    {s} is the subject, {of} the subject as an owner ("of the bridge"), {v} the value, {y} a year.
    """

    label: str
    """The name of its column in a table."""
    told: tuple[str, ...]
    """Sentences that name the subject."""
    bare: tuple[str, ...]
    """Sentences that leave it to the heading."""
    asked: tuple[str, ...]


#: What a relation's values are: reader_facts.py makes them.
VALUES = {
    "opened": "year",
    "architect": "person",
    "height": "metres",
    "cost": "money",
    "capacity": "count",
    "director": "person",
    "town": "town",
    "hours": "clock",
    "closing": "weekday",
    "reason": "reason",
    "repair": "duration",
    "material": "material",
    "code": "code",
    "owner": "company",
    "visitors": "count",
    "partners": "list",
    "inspection": "date",
    "weight": "tonnes",
}
#: A line is "subject", a kind, a language, the subject as it is named and as an owner; or
#: "relation", its name, a language, its column, and how it is told, told bare, and asked: what is
#: between tildes are choices; or "words", their name, a language, and the words. Those of "unit"
#: are "and", metres, tonnes, what parts thousands, how money is written, and the hour.
FILE = Path(__file__).with_suffix(".tsv")


def _lines(what: str) -> Iterator[list[str]]:
    for line in FILE.read_text(encoding="utf8").splitlines():
        first, *rest = line.split("\t")
        if first == what:
            yield rest


def read_relations() -> dict[tuple[str, str], Relation]:
    """Return the words of each relation in each language."""
    found = {}
    for name, language, label, *rest in _lines("relation"):
        told, bare, asked = (tuple(part.split("~")) for part in rest)
        found[name, language] = Relation(label, told, bare, asked)
    return found


def read_subjects() -> dict[tuple[str, str], tuple[str, str]]:
    """Return each kind of subject in each language: as it is named, and as an owner."""
    return {(kind, language): (named, owner) for kind, language, named, owner in _lines("subject")}


def read_words() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return words by their name and language."""
    return {(name, code): tuple(words.split("~")) for name, code, words in _lines("words")}
