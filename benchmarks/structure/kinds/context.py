"""What every kind needs: names and values not used before, facts told in sentences, questions.

Collects the documents and questions of one world. Knows nothing of any one kind.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.structure.model import Block, Document, Gold, Layout, Question
from benchmarks.structure.templates import FACTS, LANGUAGES, Wordings, load_wordings
from benchmarks.structure.words import Names, Value, write_date

#: One question in so many has no answer in the documents: 12.5 %.
UNANSWERABLE_EVERY = 8
#: One in so many is asked in another language than its document's.
CROSSING_EVERY = 6


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question is about: a place, a place and a year, a firm, one of a firm's papers."""

    phrase: str
    """The key of its phrase in a language file: at_place, deed.at_year."""
    s: str = ""
    y: str = ""
    n: str = ""

    def say(self, wordings: Wordings) -> str:
        """Return the scope in the words of a language, with a space before it."""
        table = wordings.deed if self.phrase.startswith("deed.") else wordings.say
        phrase: str = table[self.phrase.removeprefix("deed.")]
        return phrase.format(s=self.s, y=self.y, n=self.n)


@dataclass(frozen=True, slots=True)
class Told:
    """A fact with its value, as a document tells it."""

    fact: str
    value: Value
    sentence: str


@dataclass
class Counters:
    """Counts over all worlds of a part, so that shares come out even."""

    answerable: Iterator[int] = field(default_factory=itertools.count)
    crossing: Iterator[int] = field(default_factory=itertools.count)
    wording: Iterator[int] = field(default_factory=itertools.count)
    formats: dict[str, Iterator[int]] = field(default_factory=dict)


class Maker:
    """One world in the making."""

    def __init__(
        self, part: str, world: str, languages: Sequence[str], seed: int, counters: Counters
    ) -> None:
        self.part, self.world = part, world
        self.rng = random.Random(f"{seed}:{part}:{world}")
        self.names = Names(part, self.rng)
        self.documents: list[Document] = []
        self.questions: list[Question] = []
        self._languages = itertools.cycle(languages)
        self._counters = counters
        self._sources: set[str] = set()
        self._serial = itertools.count(1)

    # -- choices -------------------------------------------------------------------------------

    def wordings(self) -> Wordings:
        """Return the wordings of the language whose turn it is."""
        return load_wordings(next(self._languages), self.part)

    def format_for(self, kind: str, formats: Sequence[str]) -> str:
        """Return the format whose turn it is in this kind, over all worlds."""
        counter = self._counters.formats.setdefault(kind, itertools.count())
        return formats[next(counter) % len(formats)]

    def next_is_unanswerable(self) -> bool:
        """Return whether the next question is one that the documents do not answer."""
        return next(self._counters.answerable) % UNANSWERABLE_EVERY == UNANSWERABLE_EVERY - 1

    def serial(self) -> int:
        """Return a number that tells files of one name apart."""
        return next(self._serial)

    def pick_form(self, kind: str, forms: Sequence[str]) -> str:
        """Return the form whose turn it is in this kind, over all worlds."""
        return self.format_for(f"{kind} form", forms)

    def facts_of(self, family: str) -> list[str]:
        """Return the facts of a family that belong to this part, in a new order."""
        names = [
            name for name, kind in FACTS.items() if kind.part == self.part and kind.family == family
        ]
        self.rng.shuffle(names)
        return names

    # -- text ----------------------------------------------------------------------------------

    def tell(self, wordings: Wordings, facts: Sequence[str], mark: str = "") -> list[Told]:
        """Return facts with new values; `mark` follows each value in its sentence."""
        told = []
        for name in facts:
            wording = wordings.facts[name]
            value = self.names.value(name, wording, wordings.say)
            told.append(Told(name, value, wording.said.format(v=value.text + mark)))
        return told

    def filler(self, wordings: Wordings, count: int) -> list[str]:
        """Return sentences that answer nothing, in a new order."""
        sentences = wordings.filler
        self.rng.shuffle(sentences)
        return sentences[:count]

    def mix(self, filler: Sequence[str], told: Sequence[str], first: int) -> str:
        """Return one paragraph: filler, with the facts somewhere after its first sentences."""
        sentences = list(filler[first:]) + list(told)
        self.rng.shuffle(sentences)
        return " ".join([*filler[:first], *sentences])

    def date(self, year: int, say: dict[str, Any]) -> tuple[str, str]:
        """Return a day of a year, as ISO date and in words."""
        month, day = self.rng.randint(1, 12), self.rng.randint(1, 28)
        return f"{year}-{month:02}-{day:02}", write_date(day, month, year, say)

    # -- results -------------------------------------------------------------------------------

    def add(
        self,
        source: str,
        language: str,
        blocks: Sequence[Block],
        *,
        title: str = "",
        date: str = "",
        notes: Sequence[str] = (),
        layout: Layout | None = None,
    ) -> Document:
        """Add a document to the world and return it."""
        if source in self._sources:
            raise ValueError(f"two documents named {source}")
        self._sources.add(source)
        document = Document(
            source, title, language, date, tuple(blocks), tuple(notes), layout or Layout()
        )
        self.documents.append(document)
        return document

    def ask_fact(
        self, kind: str, form: str, document: Document, fact: str, scope: Scope,
        gold: Sequence[Gold],
    ) -> None:  # fmt: skip
        """Ask for a fact within a scope; without gold it is a question that has no answer."""
        wordings = self._asking(document.language)
        asked = wordings.facts[fact].asked
        number = next(self._counters.wording) % len(asked)
        text = asked[number].format(at=scope.say(wordings))
        self._ask(kind, form, document, wordings, f"{fact}:{number}", text, gold)

    def ask_words(
        self, kind: str, form: str, document: Document, pick: Any, template: str,
        names: dict[str, str], gold: Sequence[Gold], items: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Ask in the wordings that `pick` takes from a language's; `names` fill their slots.

        A scope among them is called `at`, and is a Scope.
        """
        wordings = self._asking(document.language)
        asked = pick(wordings)
        number = next(self._counters.wording) % len(asked)
        slots = {
            key: value.say(wordings) if isinstance(value, Scope) else value
            for key, value in names.items()
        }
        text = asked[number].format(**slots)
        self._ask(kind, form, document, wordings, f"{template}:{number}", text, gold, items)

    def _asking(self, language: str) -> Wordings:
        turn = next(self._counters.crossing)
        if turn % CROSSING_EVERY == CROSSING_EVERY - 1:
            others = [one for one in LANGUAGES if one != language]
            language = "en" if language != "en" else self.rng.choice(others)
        return load_wordings(language, self.part)

    def _ask(
        self, kind: str, form: str, document: Document, wordings: Wordings, template: str,
        text: str, gold: Sequence[Gold], items: Sequence[str] = (),
    ) -> None:  # fmt: skip
        number = len(self.questions) + 1
        question = Question(
            name=f"{self.world}-{number:03}",
            part=self.part,
            world=self.world,
            kind=kind,
            form=form,
            format=document.format,
            language=document.language,
            asked_in=wordings.language,
            template=f"{self.part}:{wordings.language}:{template}",
            text=text,
            gold=tuple(gold),
            items=tuple(items),
        )
        self.questions.append(question)


def slug(name: str) -> str:
    """Return a name as file names have it."""
    return name.lower().replace(" ", "-").replace("'", "-")
