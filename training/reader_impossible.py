"""Make the examples without an answer: the reader has to say that it is not there.

Four kinds: questions with a passage that a search returns for them and that does not hold the
answer, in their own language or in another; questions in which a name or a number was exchanged, so
that their own passage answers something else; questions with their passage without the sentence
that answers. Knows nothing of models.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from seedqa.index.chunking import split_document
from seedqa.index.lexical import stemmed_words, stop_words
from seedqa.index.sentences import split_sentences
from seedqa.index.types import ChunkSettings, Document
from training.encoder_data import LANGUAGES, read_sections
from training.reader_data import CHUNK_OVERLAP, Example, Row, cut_example

#: How often a question of each language is asked of a passage that does not answer it.
NEGATIVES = {"en": 0.4, "it": 0.5, "fr": 2.0}
#: Passages of a search from which one is taken.
NEGATIVE_DEPTH = 8
#: How often a question of each language is asked with a name or a number exchanged.
SWAPS = {"en": 0.4, "it": 0.6, "fr": 1.5}
#: Of the exchanged, the share whose new name stands in the passage too.
SWAPPED_INSIDE = 0.4
#: How many questions of each language are asked of a passage in each other language.
CROSSED = {"en": 500, "it": 250, "fr": 250}
#: Texts of each language that passages for questions in another are cut from.
FOREIGN_TEXTS = 500
#: Passages nearest to a question in another language from which one is taken.
CROSSED_DEPTH = 4
#: SquadShifts' new Wikipedia, PIAF and SQuAD-it: of the others one answers what another asks.
CROSSED_SOURCES = ("squadshifts-new_wiki", "piaf", "squad-it")
#: The share of the examples that are asked again without the sentence that answers.
REMOVED = 0.3
_NAME = r"(?:[A-ZÀ-Þ][\w’'-]{2,}(?: [A-ZÀ-Þ][\w’'-]{2,})*|\d[\d.,]*\d|\d)\b"
#: A name or a number that does not begin a sentence.
_NAMED = re.compile(r"(?<=[\w,] )" + _NAME)


def times(share: float, chance: random.Random) -> int:
    """Return `share` rounded up or down, so that it is the mean of many calls."""
    return int(share) + (chance.random() < share % 1)


def cut_passages(texts: Iterable[str]) -> list[str]:
    """Return the chunks of the shipped size that `seedqa index` would cut texts into."""
    settings = ChunkSettings(size=600, overlap=CHUNK_OVERLAP)
    documents = (
        Document(source="", text=text, title="", date=None, language="und") for text in texts
    )
    return [chunk.text for each in documents for chunk in split_document(each, settings)]


def negative_examples(rows: Sequence[Row], chance: random.Random) -> Iterator[Example]:
    """Yield questions with some of the passages that BM25 finds for them without the answer."""
    by_language: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.answers:
            by_language[row.language].append(row)
    for language, of_language in sorted(by_language.items()):
        ignored = stop_words(language)

        def words(text: str, language: str = language, ignored: frozenset[str] = ignored):  # type: ignore[no-untyped-def]
            return [word for word in stemmed_words(text, language) if word not in ignored]

        passages = cut_passages(dict.fromkeys(row.context for row in of_language))
        index = bm25s.BM25()
        index.index([words(passage) for passage in passages], show_progress=False)
        for row in of_language:
            wanted = times(NEGATIVES[language], chance)
            asked = words(row.question)
            if not asked or not wanted:
                continue
            depth = min(NEGATIVE_DEPTH, len(passages))
            found, _ = index.retrieve([asked], k=depth, show_progress=False)
            wrong = [
                passages[number]
                for number in found[0]
                if not any(words_.lower() in passages[number].lower() for _, words_ in row.answers)
            ]
            for passage in chance.sample(wrong, min(wanted, len(wrong))):
                yield Example(row.question, passage, 0, 0, "negative")


def foreign_passages(
    data: Path, rows: Sequence[Row], chance: random.Random
) -> dict[str, list[str]]:
    """Return passages of each language, cut from its sections and from contexts of `rows`."""
    texts: dict[str, list[str]] = {
        language: [section.text[language] for section in read_sections(data, language)]
        for language in LANGUAGES
    }
    for row in rows:
        if row.source in CROSSED_SOURCES:
            texts.setdefault(row.language, []).append(row.context)
    passages = {}
    for language, of_language in sorted(texts.items()):
        distinct = list(dict.fromkeys(filter(str.strip, of_language)))
        some = chance.sample(distinct, min(FOREIGN_TEXTS, len(distinct)))
        passages[language] = cut_passages(some)
    return passages


def crossed_examples(
    rows: Sequence[Row],
    passages: Mapping[str, Sequence[str]],
    encode: Callable[[Sequence[str]], NDArray[np.float32]],
    chance: random.Random,
) -> Iterator[Example]:
    """Yield questions with a passage in another language that is near and does not answer.

    `passages` are those of each language, `encode` gives unit vectors of shape (texts, dimension).
    Without them the reader takes what is alike in two languages for an answer: nothing that it
    learned within one says "not here" across.
    """
    vectors = {language: encode(texts) for language, texts in sorted(passages.items())}
    for asked, count in CROSSED.items():
        mine = [
            row
            for row in rows
            if row.language == asked and row.answers and row.source in CROSSED_SOURCES
        ]
        for answered in sorted(set(passages) - {asked}):
            some = chance.sample(mine, min(count, len(mine)))
            if not some:
                continue
            cosines = encode([row.question for row in some]) @ vectors[answered].T
            nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :CROSSED_DEPTH]
            for row, near in zip(some, nearest, strict=True):
                passage = passages[answered][int(chance.choice(near.tolist()))]
                if not any(words.lower() in passage.lower() for _, words in row.answers):
                    yield Example(row.question, passage, 0, 0, "crossed")


def removed_examples(examples: Sequence[Example], chance: random.Random) -> Iterator[Example]:
    """Yield some of the examples with an answer again, without the sentence that it stands in."""
    for example in examples:
        if not example.answerable or chance.random() >= REMOVED:
            continue
        words = example.context[example.start : example.end]
        holding = [
            (start, end)
            for start, end in split_sentences(example.context)
            if end > example.start and start < example.end
        ]
        before, after = example.context[: holding[0][0]], example.context[holding[-1][1] :]
        left = f"{before}{after.lstrip()}".strip()
        if left and words.lower() not in left.lower():
            yield Example(example.question, left, 0, 0, "removed")


def swapped_examples(rows: Sequence[Row], chance: random.Random) -> Iterator[Example]:
    """Yield questions that ask their own passage of somebody or something else.

    A name or a number of the question that stands in the passage is exchanged for another of the
    same article, as people do who write impossible questions (Rajpurkar et al. 2018, table 1).
    """
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        named[row.source, row.title].update(_NAMED.findall(row.context))
    for row in rows:
        if not row.answers:
            continue
        others = named[row.source, row.title]
        for _ in range(times(SWAPS[row.language], chance)):
            question = swapped_question(row, others, chance)
            if question:
                cut = cut_example(row, "swapped", chance)
                yield Example(question, cut.context, 0, 0, cut.kind)


def swapped_question(row: Row, others: set[str], chance: random.Random) -> str | None:
    """Return the question with one of its names exchanged for one of `others`, if it can be."""
    mine = [name for name in _NAMED.findall(row.question) if name in row.context]
    if not mine:
        return None
    name = chance.choice(mine)
    inside = chance.random() < SWAPPED_INSIDE
    answers = " ".join(words for _, words in row.answers)
    fitting = [
        other
        for other in others
        if other not in row.question
        and name not in other
        and other not in answers
        and other[0].isdigit() == name[0].isdigit()
        and (not name.isdigit() or len(other) == len(name))
        and (other in row.context) == inside
    ]
    return row.question.replace(name, chance.choice(sorted(fitting))) if fitting else None
