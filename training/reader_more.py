"""Make the examples of the reader's third training: more languages, more that is not answered.

Knows the rows of the data folder and the kinds of examples made of them, each with the title of its
article and its languages, so that context and typing can be added after. Knows nothing of models.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bm25s
import numpy as np

from seedqa.index.lexical import stemmed_words, stop_words
from seedqa.index.sentences import split_sentences
from training.encoder_data import read_json_lines
from training.reader_data import Example, Row, cut_example, transferred_example
from training.reader_impossible import cut_passages, swapped_question, times

#: How often each source's rows are taken, each time cut anew.
TIMES = {
    "piaf": 4.0,
    "piaf-1.1": 4.0,
    "squad2": 3.0,
    "squad1-en": 1.5,
    "squadshifts-new_wiki": 1.0,
    "faquad": 2.0,
    "pira-un": 2.0,
    "squad-it": 1.5,
    "written": 2.0,
}
#: How often a question of each language is asked of a passage that a search finds, and that does
#: not answer; and with a name or a number exchanged.
FOUND = {"en": 0.35, "it": 0.5, "fr": 1.5, "es": 0.5, "pt": 0.5, "de": 0.5, "nl": 0.5}
FOUND_DEPTH = 10
EXCHANGED = {"en": 0.3, "it": 0.4, "fr": 1.2, "es": 0.3, "pt": 0.3, "de": 0.4, "nl": 0.4}
#: The share of the examples with an answer that are asked again without the sentence that answers.
REMOVED = 0.25
#: Passages of a language that questions in another are asked of, and questions of each pair.
FOREIGN_PASSAGES = 1_500
CROSSED = {"en": 500, "fr": 350, "it": 150, "es": 150, "pt": 150, "de": 200, "nl": 100}
CROSSED_DEPTH = 5
#: Gaps made of two texts on one subject, at most in each language.
GAPS = {"de": 3_500, "fr": 1_500, "nl": 700, "es": 500, "it": 500, "pt": 500}
GAP_WORDS = {
    "en": ("what", "who", "when", "how many"),
    "fr": ("quoi", "qui", "quand", "combien"),
    "de": ("was", "wer", "wann", "wie viele"),
    "es": ("qué", "quién", "cuándo", "cuántos"),
    "it": ("cosa", "chi", "quando", "quanti"),
    "pt": ("o quê", "quem", "quando", "quantos"),
    "nl": ("wat", "wie", "wanneer", "hoeveel"),
}
#: Sources whose German texts are on the same subjects, by title.
_NAME = re.compile(
    r"(?<=[\w,] )(?:[A-ZÀ-Þ][\w’'-]{2,}(?: [A-ZÀ-Þ][\w’'-]{2,})*|\d[\d.,]*\d|\d\d)\b"
)
_YEAR = re.compile(r"1\d\d\d|20\d\d")
#: How alike two questions in two languages are that are taken for each other's translation.
TRANSLATION_LIKENESS = 0.22


@dataclass(frozen=True, slots=True)
class Prose:
    """A passage of running text."""

    text: str
    title: str
    language: str
    source: str


def read_prose(data: Path) -> list[Prose]:
    """Return the passages of the data folder."""
    return [
        Prose(row["text"], row["title"], row["lang"], row["source"])
        for row in read_json_lines(data / "passages.jsonl.xz")
    ]


def named(example: Example, row: Row) -> Example:
    """Return an example with the title and the languages of the row that it is made of."""
    return replace(example, title=row.title, language=row.language, asked=row.asked or row.language)


def asked_examples(rows: Sequence[Row], chance: random.Random) -> Iterator[Example]:
    """Yield the rows as often as `TIMES` says."""
    for row in rows:
        for _ in range(times(TIMES.get(row.source, 1.0), chance)):
            yield named(cut_example(row, row.source, chance), row)


def found_examples(rows: Sequence[Row], chance: random.Random) -> Iterator[Example]:
    """Yield questions with a passage that BM25 finds for them and that does not answer."""
    by_language: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.answers and row.asked in ("", row.language):
            by_language[row.language].append(row)
    for language, of_language in sorted(by_language.items()):
        ignored = stop_words(language)

        def words(text: str, language: str = language, ignored: frozenset[str] = ignored):  # type: ignore[no-untyped-def]
            return [word for word in stemmed_words(text, language) if word not in ignored]

        titles = {row.context: row.title for row in of_language}
        passages = [
            (text, title) for context, title in titles.items() for text in cut_passages([context])
        ]
        index = bm25s.BM25()
        index.index([words(text) for text, _ in passages], show_progress=False)
        for row in of_language:
            wanted, asked = times(FOUND[language], chance), words(row.question)
            if not asked or not wanted:
                continue
            found, _ = index.retrieve(
                [asked], k=min(FOUND_DEPTH, len(passages)), show_progress=False
            )
            wrong = [
                passages[number] for number in found[0] if not _holds(passages[number][0], row)
            ]
            for text, title in chance.sample(wrong, min(wanted, len(wrong))):
                yield Example(row.question, text, 0, 0, "found", title=title, language=language,
                              asked=language)  # fmt: skip


def _holds(passage: str, row: Row) -> bool:
    return any(words.lower() in passage.lower() for _, words in row.answers)


def exchanged_examples(rows: Sequence[Row], chance: random.Random) -> Iterator[Example]:
    """Yield questions in which a name or a number was exchanged for another of the article."""
    names: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in rows:
        names[row.source, row.title, row.language].update(_NAME.findall(row.context))
    for row in rows:
        if not row.answers or row.asked not in ("", row.language):
            continue
        others = names[row.source, row.title, row.language]
        for _ in range(times(EXCHANGED[row.language], chance)):
            question = swapped_question(row, others, chance)
            if question:
                cut = named(cut_example(row, "exchanged", chance), row)
                yield replace(cut, question=question, start=0, end=0)


def removed_examples(examples: Iterable[Example], chance: random.Random) -> Iterator[Example]:
    """Yield some of the examples with an answer without the sentence that it is in."""
    for example in examples:
        if not example.answerable or chance.random() >= REMOVED:
            continue
        words = example.context[example.start : example.end].lower()
        holding = [
            (start, end)
            for start, end in split_sentences(example.context)
            if end > example.start and start < example.end
        ]
        before, after = example.context[: holding[0][0]], example.context[holding[-1][1] :]
        left = f"{before}{after.lstrip()}".strip()
        if left and words not in left.lower():
            yield replace(example, context=left, start=0, end=0, kind="removed", somewhere=False)


def likeness(first: Sequence[str], second: Sequence[str]) -> Any:
    """Return how alike texts are across languages, a sparse matrix of cosines.

    By pieces of four letters, weighed by how rare they are: names, numbers and cognates tell which
    texts are on one subject. An encoder tells it better, at a hundred times the cost.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer  # seconds to import

    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 4), sublinear_tf=True, min_df=2)
    pieces.fit([*first, *second])
    return pieces.transform(first) @ pieces.transform(second).T


def match_questions(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    """Return rows of `first` and `second` that are each other's most alike, and alike enough."""
    if not first or not second:
        return []
    alike = likeness(first, second).tocsr()
    there = np.asarray(alike.argmax(1)).ravel()
    back = np.asarray(alike.tocsc().argmax(0)).ravel()
    return [
        (row, int(other))
        for row, other in enumerate(there)
        if back[other] == row and alike[row, other] >= TRANSLATION_LIKENESS
    ]


def crossed_examples(
    rows: Sequence[Row], prose: Sequence[Prose], chance: random.Random
) -> Iterator[Example]:
    """Yield questions with a near passage in another language, which does not answer."""
    passages: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in prose:
        if "novel" not in one.source:
            passages[one.language].append((one.text, one.title))
    for row in {row.context: row for row in rows}.values():
        passages[row.language].append((row.context[:900], row.title))
    some = {
        code: chance.sample(of, min(FOREIGN_PASSAGES, len(of)))
        for code, of in sorted(passages.items())
    }
    for asked, count in CROSSED.items():
        mine = [row for row in rows if row.answers and (row.asked or row.language) == asked]
        for told in sorted(set(some) - {asked}):
            chosen = chance.sample(mine, min(count, len(mine)))
            if not chosen:
                continue
            alike = likeness([row.question for row in chosen], [text for text, _ in some[told]])
            nearest = np.argsort(-alike.toarray(), axis=1, kind="stable")[:, :CROSSED_DEPTH]
            for row, near in zip(chosen, nearest, strict=True):
                text, title = some[told][int(chance.choice(near.tolist()))]
                if not _holds(text, row):
                    yield Example(row.question, text, 0, 0, "crossed", title=title, language=told,
                                  asked=asked)  # fmt: skip


def gap_examples(prose: Sequence[Prose], chance: random.Random) -> Iterator[Example]:
    """Yield sentences with a gap that another text on the same subject fills.

    A number or a name that is once in both is what is asked for.
    """
    by_title: dict[tuple[str, str], list[Prose]] = defaultdict(list)
    for one in prose:
        if one.title and "novel" not in one.source:
            by_title[one.language, one.title].append(one)
    made: dict[str, int] = defaultdict(int)
    keys = sorted(by_title)
    chance.shuffle(keys)
    for language, title in keys * 3:
        of_title = by_title[language, title]
        if len(of_title) < 2 or made[language] >= GAPS.get(language, 0):
            continue
        asked, answering = chance.sample(of_title, 2)
        example = _gap_example(asked, answering, chance)
        if example:
            made[language] += 1
            yield example


def _gap_example(asked: Prose, answering: Prose, chance: random.Random) -> Example | None:
    shared = [
        word
        for word in dict.fromkeys(_NAME.findall(asked.text))
        if answering.text.count(word) == 1 == asked.text.count(word)
        and word.lower() not in asked.title.lower()
    ]
    chance.shuffle(shared)
    for word in shared:
        at = asked.text.index(word)
        [sentence, *_] = [
            asked.text[start:end].strip()
            for start, end in split_sentences(asked.text)
            if start <= at < end
        ] or [""]
        where = answering.text.index(word)
        [other, *_] = [
            answering.text[start:end]
            for start, end in split_sentences(answering.text)
            if start <= where < end
        ] or [""]
        common = _content(sentence, asked.language) & _content(other, asked.language)
        if len(common - _content(word, asked.language)) < 2 or sentence.count(word) != 1:
            continue
        what, who, when, many = GAP_WORDS[asked.language]
        gap = (
            when
            if _YEAR.fullmatch(word)
            else many
            if word[0].isdigit()
            else chance.choice((what, who))
        )
        before, after = sentence.split(word)
        before = " ".join(before.split()[-12:])
        after = " ".join(after.rstrip(" .!:;").split()[:12])
        question = (
            f"{gap} {before} {after}?" if chance.random() < 0.5 else f"{before} {gap} {after}?"
        )
        return Example(
            " ".join(question.split()),
            answering.text,
            where,
            where + len(word),
            "gap",
            title=answering.title,
            language=asked.language,
            asked=asked.language,
        )
    return None


def _content(text: str, language: str) -> set[str]:
    return set(stemmed_words(text, language)) - stop_words(language)


def matched_examples(
    matches: Mapping[str, tuple[str, str]],
    rows: Sequence[Row],
    translated: Sequence[Example],
    chance: random.Random,
) -> Iterator[Example]:
    """Yield English questions over Italian and French contexts, and Italian over English.

    `matches` has for an Italian question the English one that it translates and the sentence that
    answers that; `translated` are examples of the Italian rows in French.
    """
    french: dict[str, list[Example]] = defaultdict(list)
    for number, one in enumerate(translated):
        if one.kind == "asked-it-to-fr":
            french[one.question] += [one, translated[number - 1]]
    for row in rows:
        if row.source != "squad-it":
            continue
        cut = named(cut_example(row, "en-it", chance), row)
        both = french.get(row.question)
        if both:
            yield replace(cut, question=both[1].question, kind="fr-it", asked="fr")
        if row.question not in matches:
            continue
        question, sentence = matches[row.question]
        yield replace(cut, question=question, asked="en")
        same = transferred_example(question, sentence, row.answers[0][1])
        if both:
            yield replace(both[0], question=question, kind="en-fr", asked="en")
        if same:
            yield replace(same, language="en", asked="en")
            yield replace(same, question=row.question, kind="it-en", language="en", asked="it")
            if both:
                yield replace(same, question=both[1].question, kind="fr-en", language="en",
                              asked="fr")  # fmt: skip
