"""Invented names, and values written the way a language writes them.

Names are built of syllables and belong to one part alone. Knows nothing of documents.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from itertools import product
from typing import Any

from benchmarks.structure.templates import FACTS, PARTS, Fact


def _split(words: str) -> list[str]:
    return words.split()


_PLACES = (
    _split("Lor Bran Tel Ves Mor Hal Kes Dun Ral Fen Gor Sel Tar Ul Vin Wes Bor Cal Der Est"),
    _split("vik mere holt dorn berg stad ville ona essa ford mont rina luz eck hagen wick"),
)
_COMPANIES = (
    _split("Vel Brix Nor Quan Tes Zel Ort Kap Lum Pri Dax Fir Gam Hex"),
    _split("mo ton dex via tek sol rex lin nova gard tix pa"),
)
_THINGS = (
    _split("Al Be Ci Do Em Fi Gre Hu Is Ju Ka Lo Mi Ne Pa Sa"),
    _split("rissa bella nando vera mika tula sette rondo lisca pona dira massa"),
)
_SURNAMES = (
    _split("Brand Oster Linden Marten Falken Winter Castel Monter Rosen Sander Holler Velden"),
    _split("stetter kamp hoven brucker grado velli marker sunder weiler nagel berto quister"),
)
_FIRST_NAMES = _split(
    "Ada Bruno Carla Dario Elena Felix Greta Hugo Ines Jonas Karin Leon Marta Nils Olga Paul Rita"
    " Simon Tessa Viktor"
)

YEARS = range(1790, 1986)
COUNTS = range(112, 990)
MONEY = range(110, 9900, 5)
_CLOCK_WORD = re.compile(r" (Uhr|uur)$")


@dataclass(frozen=True, slots=True)
class Value:
    """A value as its document writes it, and the words that an answer must contain."""

    text: str
    core: str


class Names:
    """Draws names and values of one part, none of them twice in a world."""

    def __init__(self, part: str, rng: random.Random) -> None:
        self._rng = rng
        third = PARTS.index(part)
        self._pools = {
            kind: self._shuffled(parts, third)
            for kind, parts in (("place", _PLACES), ("company", _COMPANIES), ("thing", _THINGS))
        }
        surnames = self._shuffled(_SURNAMES, third)
        people = [f"{first} {last}" for first in _FIRST_NAMES for last in surnames]
        rng.shuffle(people)
        self._pools["person"] = people
        self._used: set[str] = set()

    def _shuffled(self, parts: tuple[list[str], list[str]], third: int) -> list[str]:
        names = ["".join(pair) for pair in product(*parts)]
        random.Random("names").shuffle(names)  # the same order in every part: thirds are disjoint
        names = names[third :: len(PARTS)]
        self._rng.shuffle(names)
        return names

    def draw(self, kind: str) -> str:
        """Return a place, company, thing or person that was not drawn before."""
        return self._pools[kind].pop()

    def value(self, fact: str, wording: Fact, say: dict[str, Any]) -> Value:
        """Return a value for a fact, which no other fact of the world has."""
        kind = FACTS[fact]
        if kind.value == "phrase":
            before, _, core = self._rng.choice(wording.values).partition("|")
            return Value(before + core, core)
        if kind.value == "number":
            return self.number(range(kind.low, kind.high + 1))
        return self.cell(kind.value, say)

    def number(self, numbers: range) -> Value:
        """Return a small number; it may come again."""
        text = str(self._rng.choice(numbers))
        return Value(text, text)

    def cell(self, kind: str, say: dict[str, Any]) -> Value:
        """Return a value of a kind that was not drawn before in this world."""
        if kind in self._pools:
            text = self.draw(kind)
            return Value(text, text)
        while True:
            value = self._make(kind, say)
            if value.core not in self._used:
                self._used.add(value.core)
                return value

    def _make(self, kind: str, say: dict[str, Any]) -> Value:
        rng = self._rng
        if kind == "year":
            text = str(rng.choice(YEARS))
        elif kind == "count":
            text = str(rng.choice(COUNTS))
        elif kind == "code":
            text = f"{rng.choice('ABCDFGKLMPRT')}-{rng.randint(11, 99)}"
        elif kind == "money":
            amount = f"{rng.choice(MONEY):,}".replace(",", say["thousands"])
            return Value(say["money"].format(n=amount), amount)
        elif kind == "time":
            text = say["time"].format(h=rng.randint(7, 18), m=rng.choice(["05", "20", "35", "50"]))
            return Value(text, _CLOCK_WORD.sub("", text))
        elif kind == "date":
            text = write_date(rng.randint(1, 28), rng.randint(1, 12), rng.randint(2009, 2024), say)
        else:
            raise ValueError(f"no values of the kind {kind!r}")
        return Value(text, text)


def write_date(day: int, month: int, year: int, say: dict[str, Any]) -> str:
    """Return a date in the words of a language."""
    return str(say["date"].format(d=day, month=say["months"][month - 1], y=year))
