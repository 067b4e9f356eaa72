"""Read, make and cut the examples that the reader learns from.

An example is a question, a context, and where in it the answer stands, or that it does not. Three
kinds: the questions of the data folder, each with a passage cut as `seedqa index` cuts; questions
of which only the sentence that answers is known; questions of one language with a context of
another, made from parallel text. Those without an answer are made in reader_impossible.py. Knows
nothing of models.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from seedqa.index.chunking import split_document
from seedqa.index.types import ChunkSettings, Document
from training.encoder_data import (
    LANGUAGES,
    Pair,
    detokenize,
    is_usable,
    read_json_lines,
    read_parallel,
)

#: Sizes in characters that contexts are cut to; the shipped one among them.
CHUNK_SIZES = (450, 600, 600, 800, 1000)
CHUNK_OVERLAP = 120
#: Every so-many-th title is set aside: half of them to stop and choose by, half to calibrate with.
HELD_OUT = 12
#: How often a row of each source is taken, each time cut anew. PIAF is little, and French matters.
REPEATS = {"piaf": 3, "squad2": 2}
#: Of the domains of SquadShifts that are far from what people file, fewer rows are taken.
MAX_ROWS = {"squadshifts-amazon_reviews": 3_000, "squadshifts-reddit": 3_000}
#: Questions of which only the sentence is known, at most; `train --shares` takes fewer.
MAX_SENTENCES = 20_000
#: Sentences before and after the one that answers, where only that is known.
SENTENCE_NEIGHBOURS = (0, 3)
#: Shortest answer, in characters, that is looked for in the translation of its context.
TRANSFERRED_CHARACTERS = 3
#: Sentences with a gap, by language, asked in one language of the other.
CLOZE_QUOTAS = {"fr": 2_000, "de": 1_500, "es": 700, "it": 500, "pt": 700, "nl": 1_200}
CLOZE_SOURCES = ("europarl", "newstest08-12", "laws", "docs_aligned", "religious", "msdocs-HT")
CLOZE_CHARACTERS = (60, 220)
#: Pairs looked at for one that shares a word, at most: a few are enough where any do.
MAX_TRIES = 1_000
#: Words on either side of the gap that the question keeps.
CLOZE_WORDS = 9
#: Sentences around the one that answers.
CLOZE_NEIGHBOURS = (3, 6)
_GAPS = {
    "en": ("what", "which", "how many"),
    "fr": ("quoi", "quel", "combien"),
    "de": ("was", "welche", "wie viele"),
    "es": ("qué", "cuál", "cuántos"),
    "it": ("cosa", "quale", "quanti"),
    "pt": ("o que", "qual", "quantos"),
    "nl": ("wat", "welke", "hoeveel"),
}
_SHARED = re.compile(r"\b(?:[A-Z][\w’'-]{3,}|\d[\d.,]*\d|\d)\b")


@dataclass(frozen=True, slots=True)
class Row:
    """A question of the data folder with its whole context."""

    question: str
    context: str
    title: str
    answers: tuple[tuple[int, str], ...]
    """Where each right answer starts in the context, in characters, and its words."""
    language: str
    source: str
    asked: str = ""
    """The language of the question, where it is not that of the context."""


@dataclass(frozen=True, slots=True)
class Example:
    """What the reader is shown: the answer is context[start:end], and there is none if empty.

    Where `somewhere` is true the answer is some words of context[start:end], nobody has said which.
    """

    question: str
    context: str
    start: int
    end: int
    kind: str
    somewhere: bool = False
    above: str = ""
    """What is read before the context, its title and headings; no answer lies in it."""
    title: str = ""
    """The name of the article that the context is of, where it is known."""
    language: str = ""
    """That of the context, where it is known."""
    asked: str = ""
    """The language of the question, where it is known."""

    @property
    def answerable(self) -> bool:
        """Whether the context holds the answer."""
        return self.end > self.start


def read_rows(data: Path, part: str) -> list[Row]:
    """Return the rows of qa/extractive-`part`.jsonl.xz."""
    return [
        Row(
            question=row["question"].strip(),
            context=row["context"],
            title=row["title"],
            answers=tuple((answer["start"], answer["text"]) for answer in row["answers"]),
            language=row["lang"],
            source=row["source"],
            asked=row.get("question_lang", ""),
        )
        for row in read_json_lines(data / "qa" / f"extractive-{part}.jsonl.xz")
    ]


def is_set_aside(row: Row) -> bool:
    """Return whether the article of a row of the train part is kept out of training."""
    return sum(row.title.encode("utf-8")) % HELD_OUT == 0


def cut_example(row: Row, kind: str, chance: random.Random) -> Example:
    """Return a row as an example whose context is a chunk that holds the first right answer."""
    start, words = row.answers[0] if row.answers else (chance.randrange(len(row.context)), "")
    settings = ChunkSettings(size=chance.choice(CHUNK_SIZES), overlap=CHUNK_OVERLAP)
    document = Document(source="", text=row.context, title="", date=None, language="und")
    for chunk in split_document(document, settings):
        if chunk.start <= start and start + len(words) <= chunk.end:
            at = start - chunk.start if words else 0
            return Example(row.question, chunk.text, at, at + len(words), kind)
    # The answer lies across two chunks: the text around it.
    low = max(0, start - 200)
    context = row.context[low : start + len(words) + 200]
    return Example(row.question, context, start - low, start - low + len(words), kind)


def choose_rows(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """Return the rows within the limits of their sources, those of a source together, shuffled."""
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    chosen = []
    for source, of_source in sorted(by_source.items()):
        chance.shuffle(of_source)
        chosen += of_source[: MAX_ROWS.get(source)]
    return chosen


def question_examples(rows: Sequence[Row], chance: random.Random) -> Iterator[Example]:
    """Yield the questions of the data folder, with the repeats of their sources."""
    for row in rows:
        for _ in range(REPEATS.get(row.source, 1)):
            yield cut_example(row, row.source, chance)


def sentence_examples(
    data: Path, kept_out: Sequence[Row], chance: random.Random
) -> Iterator[Example]:
    """Yield questions of which the answering sentence is known, and nothing more.

    A sentence of the NQG split stands among its neighbours in the file, which keeps the order of
    the articles; what stands in a context of `kept_out` is left out. SelQA has the whole passage.
    """
    secret = " ".join(_letters(context) for context in {row.context for row in kept_out})
    by_source: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in read_json_lines(data / "qa" / "question-passage.jsonl.xz"):
        by_source[row["source"]].append(row)
    for row in by_source["selqa"]:
        start = row["passage"].find(row["sentence"])
        if start >= 0:
            end = start + len(row["sentence"])
            yield Example(row["question"], row["passage"], start, end, "selqa", somewhere=True)
    sentences = list(dict.fromkeys(row["passage"] for row in by_source["squad-nqg"]))
    places = {sentence: place for place, sentence in enumerate(sentences)}
    asked = by_source["squad-nqg"]
    for row in chance.sample(asked, min(len(asked), MAX_SENTENCES)):
        if _letters(row["passage"]) in secret:
            continue
        place = places[row["passage"]]
        first = max(0, place - chance.randint(*SENTENCE_NEIGHBOURS))
        last = place + chance.randint(*SENTENCE_NEIGHBOURS)
        before, sentence, after = (
            detokenize(" ".join(part))
            for part in (sentences[first:place], [row["passage"]], sentences[place + 1 : last + 1])
        )
        start = len(before) + 1 if before else 0
        context = " ".join(part for part in (before, sentence, after) if part)
        question = detokenize(row["question"])
        yield Example(question, context, start, start + len(sentence), "squad-nqg", somewhere=True)


def transferred_example(question: str, sentence: str, answer: str) -> Example | None:
    """Return the question with the sentence, where the foreign `answer` stands in it as it is.

    So names and numbers pass from a translated question to the English one.
    """
    words = answer.strip().lower()
    if len(words) < TRANSFERRED_CHARACTERS or sentence.lower().count(words) != 1:
        return None
    start = sentence.lower().index(words)
    return Example(question, sentence, start, start + len(words), "transferred")


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


def cloze_examples(data: Path, seed: int) -> Iterator[Example]:
    """Yield sentences with a gap, and the foreign text that fills it, in all directions.

    A number or a name that stands once in both sides of a sentence pair is what is asked for; the
    context is the other side, or the same, among sentences of its language. A fifth of the
    contexts lack the sentence.
    """
    for language in LANGUAGES:
        chance = random.Random(f"{seed} cloze {language}")
        by_source: dict[str, list[Pair]] = defaultdict(list)
        for pair in read_parallel(data, language):
            sizes = sorted((len(pair.english), len(pair.foreign)))
            if (
                pair.source in CLOZE_SOURCES
                and sizes[0] >= CLOZE_CHARACTERS[0]
                and sizes[1] <= CLOZE_CHARACTERS[1]
                and is_usable(pair)
            ):
                by_source[pair.source].append(pair)
        made = tries = 0
        pools = list(by_source.values())
        while made < CLOZE_QUOTAS[language] and pools and tries < MAX_TRIES * (made + 1):
            tries += 1
            pool = chance.choice(pools)
            example = _cloze_example(pool, language, chance)
            if example:
                made += 1
                yield example


def _cloze_example(pool: Sequence[Pair], language: str, chance: random.Random) -> Example | None:
    pair = chance.choice(pool)
    shared = {
        word
        for word in _SHARED.findall(pair.english)
        if pair.english.count(word) == 1 == pair.foreign.count(word)
        and not pair.english.startswith(word)
    }
    if not shared:
        return None
    asked_word = chance.choice(sorted(shared))
    # Mostly across languages; within one too, so that a gap is no sign of the other.
    asked, answered = chance.choice(
        (("en", language), ("en", language), (language, "en"), (language, language))
    )
    sides = {"en": pair.english, language: pair.foreign}
    question = _with_gap(sides[asked], asked_word, asked, chance)
    others = [
        other.english if answered == "en" else other.foreign
        for other in chance.sample(pool, min(len(pool), chance.randint(*CLOZE_NEIGHBOURS)))
        if other is not pair
    ]
    if any(asked_word in other for other in others):
        return None
    if chance.random() < 0.2:
        return Example(question, " ".join(others), 0, 0, "cloze") if others else None
    place = chance.randint(0, len(others))
    context = " ".join([*others[:place], sides[answered], *others[place:]])
    start = context.index(asked_word)
    return Example(question, context, start, start + len(asked_word), "cloze")


def _with_gap(sentence: str, word: str, language: str, chance: random.Random) -> str:
    what, which, many = _GAPS[language]
    before, after = sentence.split(word, 1)
    gap = chance.choice((many, what)) if word[0].isdigit() else chance.choice((what, which))
    before = " ".join(before.split()[-CLOZE_WORDS:])
    after = " ".join(after.rstrip(" .;:!").split()[:CLOZE_WORDS])
    if chance.random() < 0.5:  # as people ask: what is wanted first
        return f"{gap} {before} {after}?".replace("  ", " ")
    return f"{before} {gap} {after}?".replace("  ", " ").strip()
