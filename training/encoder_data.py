"""Read the data folder's files as the training of the encoder and its benchmark need them.

Knows the forms of the files (its README describes them) and which part of them is set aside.
Knows nothing of models.
"""

from __future__ import annotations

import csv
import hashlib
import json
import lzma
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: The six languages beside English, French first: it is the language of the headline case.
LANGUAGES = ("fr", "de", "es", "it", "pt", "nl")
#: One title in this many is set aside from training, for figures only.
HELD_OUT_SHARE = 50
#: Characters of a sentence to distil on. Longer ones cost more than they teach: one vector each.
SENTENCE_CHARACTERS = (2, 230)
#: A pair whose longer side has more than this many times the characters of the shorter one is
#: rarely a translation; short strings are exempt, as their lengths differ widely.
MAX_STRETCH = 2.2
SHORT_CHARACTERS = 24

#: Pairs to take of each source in each language, the most wanted first. Software text would be
#: two thirds of the whole if all were taken, so it is held down; everyday text is taken whole.
QUOTAS: dict[str, dict[str, int]] = {
    "fr": {
        "tatoeba": 100_000,
        "europarl": 40_000,
        "newstest08-12": 13_444,
        "short_strings": 8_000,
        "laws": 4_000,
        "docs_aligned": 6_000,
        "msdocs-HT": 6_000,
        "religious": 4_000,
        "po_docs": 3_000,
    },
    "de": {
        "newstest08-12": 13_455,
        "religious": 25_810,
        "short_strings": 15_000,
        "docs_aligned": 26_937,
        "msdocs-HT": 60_000,
        "po_docs": 5_049,
    },
    "es": {
        "tatoeba": 90_233,
        "newstest08-12": 13_452,
        "short_strings": 8_000,
        "docs_aligned": 10_000,
        "religious": 8_000,
        "msdocs-HT": 12_000,
        "po_docs": 4_000,
    },
    "it": {
        "newstest08-12": 2_995,
        "short_strings": 15_173,
        "msdocs-HT": 80_000,
        "msdocs-MT": 10_000,
        "po_docs": 10_137,
        "docs_aligned": 2_025,
    },
    "pt": {
        "religious": 30_870,
        "short_strings": 15_147,
        "msdocs-HT": 55_000,
        "po_docs": 25_000,
        "docs_aligned": 3_800,
    },
    "nl": {
        "tatoeba": 36_771,
        "short_strings": 14_864,
        "msdocs-HT": 50_000,
        "po_docs": 3_981,
        "docs_aligned": 813,
    },
}


@dataclass(frozen=True, slots=True)
class Pair:
    """An English text and its translation."""

    english: str
    foreign: str
    language: str
    source: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its text, in English and in one other language."""

    title: dict[str, str]
    heading: dict[str, str]
    text: dict[str, str]
    language: str

    @property
    def key(self) -> str:
        """Return what tells its article from others: the English title, or else heading."""
        return self.title["en"] or self.heading["en"]

    def query(self, language: str) -> str:
        """Return title and heading together, as a question in `language`."""
        return f"{self.title[language]} {self.heading[language]}".strip()


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the passage that answers it, or, unanswerable, only belongs to it."""

    question: str
    passage: str
    language: str
    source: str
    title: str
    answer_start: int | None
    """Where the answer starts in the passage, in characters; None where it is not known."""
    answerable: bool


def is_held_out(key: str) -> bool:
    """Return whether the article `key` (`Section.key`) is kept for figures only.

    A stable hash, so that training and every later benchmark agree without a list.
    """
    digest = hashlib.sha256(key.encode("utf-8")).digest()
    return int.from_bytes(digest[:8], "big") % HELD_OUT_SHARE == 0


def read_parallel(data: Path, language: str) -> Iterator[Pair]:
    """Yield every pair of parallel/en-`language`.tsv.xz."""
    with lzma.open(data / "parallel" / f"en-{language}.tsv.xz", "rt", encoding="utf8") as lines:
        for line in lines:
            english, foreign, source = line.rstrip("\n").split("\t")
            yield Pair(english.strip(), foreign.strip(), language, source)


def read_sections(data: Path, language: str) -> Iterator[Section]:
    """Yield every section of sections/en-`language`.jsonl.xz."""
    for row in read_json_lines(data / "sections" / f"en-{language}.jsonl.xz"):
        yield Section(
            title={"en": row["title_en"], language: row["title_xx"]},
            heading={"en": row["head_en"], language: row["head_xx"]},
            text={"en": row["text_en"], language: row["text_xx"]},
            language=language,
        )


def read_extractive(data: Path, part: str) -> Iterator[Question]:
    """Yield the questions of qa/extractive-`part`.jsonl.xz, `part` being train or dev."""
    for row in read_json_lines(data / "qa" / f"extractive-{part}.jsonl.xz"):
        yield Question(
            question=row["question"],
            passage=row["context"],
            language=row["lang"],
            source=row["source"],
            title=row["title"],
            answer_start=row["answers"][0]["start"] if row["answers"] else None,
            answerable=bool(row["answers"]),
        )


def read_question_passages(data: Path) -> Iterator[Question]:
    """Yield the pairs of qa/question-passage.jsonl.xz."""
    for row in read_json_lines(data / "qa" / "question-passage.jsonl.xz"):
        yield Question(
            question=row["question"],
            passage=row["passage"],
            language=row.get("lang", "en"),
            source=row["source"],
            title="",
            answer_start=None,
            answerable=True,
        )


def read_sts(data: Path, language: str, part: str) -> list[tuple[str, str, float]]:
    """Return sentence, sentence, score (0 to 5) of eval/stsb-`language`-`part`.csv."""
    path = data / "eval" / f"stsb-{language}-{part}.csv"
    with path.open(encoding="utf8", newline="") as file:
        return [(first, second, float(score)) for first, second, score in csv.reader(file)]


def read_tatoeba(data: Path, code: str) -> tuple[list[str], list[str]]:
    """Return the English and the foreign sentences of eval/tatoeba.eng-`code`.tsv."""
    lines = (data / "eval" / f"tatoeba.eng-{code}.tsv").read_text(encoding="utf8")
    # not splitlines(), which cuts at characters that stand within a sentence too
    pairs = [line.split("\t") for line in lines.split("\n") if line]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def read_flores(data: Path) -> dict[str, list[str]]:
    """Return the sentences of eval/flores200-dev.tsv by their column, such as fra_Latn."""
    with (data / "eval" / "flores200-dev.tsv").open(encoding="utf8") as lines:
        names = next(lines).rstrip("\n").split("\t")
        columns = list(zip(*(line.rstrip("\n").split("\t") for line in lines), strict=True))
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def select_pairs(data: Path, seed: int, most: int | None = None) -> list[Pair]:
    """Return the pairs to distil on: `QUOTAS` of each source, and the train part of STS-B.

    `most` is the most that is taken of one source in one language.
    Within a source, pairs whose English was already taken for another language come first: their
    teacher vector costs nothing more, and one target for several languages ties these together.
    """
    taken_english: set[str] = set()
    selected: list[Pair] = []
    for language in LANGUAGES:
        by_source: dict[str, list[Pair]] = defaultdict(list)
        for pair in read_parallel(data, language):
            if pair.source in QUOTAS[language] and is_usable(pair):
                by_source[pair.source].append(pair)
        chosen = list(_read_sts_pairs(data, language))
        for source, quota in QUOTAS[language].items():
            pairs = by_source[source]
            random.Random(f"{seed} {language} {source}").shuffle(pairs)
            pairs.sort(key=lambda pair: pair.english not in taken_english)  # stable
            chosen += pairs[: min(quota, most or quota)]
        taken_english.update(pair.english for pair in chosen)
        selected += chosen
    return selected


def is_usable(pair: Pair) -> bool:
    """Return whether a pair looks like a sentence and its translation."""
    lengths = sorted((len(pair.english), len(pair.foreign)))
    if lengths[0] < SENTENCE_CHARACTERS[0] or lengths[1] > SENTENCE_CHARACTERS[1]:
        return False
    return lengths[1] <= SHORT_CHARACTERS or lengths[1] <= MAX_STRETCH * lengths[0]


def _read_sts_pairs(data: Path, language: str) -> Iterator[Pair]:
    """Yield the sentences of STS-B's train part with their translation, each once."""
    dev = {text for row in read_sts(data, "en", "dev") for text in row[:2]}
    seen: set[str] = set()
    rows = zip(read_sts(data, "en", "train"), read_sts(data, language, "train"), strict=True)
    for english_row, foreign_row in rows:
        for english, foreign in zip(english_row[:2], foreign_row[:2], strict=True):
            pair = Pair(str(english), str(foreign), language, "stsb-train")
            if pair.english not in seen and pair.english not in dev and is_usable(pair):
                seen.add(pair.english)
                yield pair


def read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf8") as lines:
        for line in lines:
            yield json.loads(line)


_BRACKETS = {"-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "``": '"', "''": '"'}


def detokenize(text: str) -> str:
    """Undo the tokenisation of the Penn Treebank; text without its marks stays as it is.

    >>> detokenize("what is the afc -lrb- us -rrb- 's name ?")
    "what is the afc (us)'s name?"
    """
    if not re.search(r" (?:[?.,]|'s)(?: |$)|-lrb-", text):
        return text
    for mark, sign in _BRACKETS.items():
        text = text.replace(mark, sign)
    text = re.sub(r" ([?.,;:!)\]]|'s|n't|'re|'ve|'ll|'d|'m)(?=\W|$)", r"\1", text)
    return re.sub(r"([(\[]) ", r"\1", text)
