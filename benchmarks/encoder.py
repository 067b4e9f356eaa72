"""Measure sentence encoders on the public sets of the data folder, side by side.

    python -m benchmarks.encoder --data DATA [--sets NAME ...] [--json FILE] ENCODER ...

ENCODER is a folder of ours (model.onnx, tokenizer.json, config.json), a folder or name that
sentence-transformers loads, or `bm25`, the lexical baseline. Prints one table: a row a figure, a
column an encoder; figures are percentages unless their name says otherwise. Texts are cut and
encoded as `seedqa` does it. Nothing of these sets is trained on but the train part of STS-B, if
the card of a model says so.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from seedqa.index.chunking import split_document
from seedqa.index.encoder import Encoder, load_encoder
from seedqa.index.lexical import stemmed_words, stop_words
from seedqa.index.types import DEFAULT_SETTINGS, ChunkSettings, Document
from training import encoder_data as data_files

Scores = NDArray[np.float32]

#: The names of the languages in the sets: ours, Tatoeba's, FLORES'.
TATOEBA_CODES = {"fr": "fra", "de": "deu", "es": "spa", "it": "ita", "pt": "por", "nl": "nld"}
FLORES_CODES = {language: f"{code}_Latn" for language, code in TATOEBA_CODES.items()}
#: Languages whose sections are measured in four directions.
SECTION_LANGUAGES = data_files.LANGUAGES
#: Articles in the mixed folder, half of them in English, half in French.
MIXED_ARTICLES = 200
#: Characters that a section needs to be a passage that answers anything.
SHORTEST_SECTION = 80
#: Sentences, in all languages by turns, each also cut short, that stability is measured with.
STABILITY_TEXTS = 140
#: Tokens of the texts, and how many of them, that speed is measured with.
SPEED_TOKENS = (32, 128, 256)
SPEED_TEXTS = {32: 512, 128: 192, 256: 96}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number."""

    name: str
    value: float


class Ranker(Protocol):
    """What can score passages for questions: an encoder, or a lexical index."""

    def score(self, questions: Sequence[str], passages: Sequence[str], language: str) -> Scores:
        """Return scores of shape (questions, passages), higher for better."""


class DenseRanker:
    """Cosines of an encoder's vectors. A text is encoded once, however often it is scored."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._passages: dict[str, NDArray[np.float32]] = {}
        self._questions: dict[str, NDArray[np.float32]] = {}

    def score(self, questions: Sequence[str], passages: Sequence[str], language: str) -> Scores:
        """Return cosines; the language is not looked at."""
        for question in questions:
            if question not in self._questions:
                self._questions[question] = self.encoder.encode_question(question)
        asked = np.stack([self._questions[question] for question in questions])
        return np.asarray(asked @ self.vectors(passages).T)

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of passages, shape (texts, dimension)."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._passages]
        if fresh:
            encoded = self.encoder.encode_passages(fresh)
            self._passages |= dict(zip(fresh, encoded, strict=True))
        return np.stack([self._passages[text] for text in texts])


class LexicalRanker:
    """BM25 over stemmed words (bm25s, Lù 2024), as in a search engine for one language."""

    def score(self, questions: Sequence[str], passages: Sequence[str], language: str) -> Scores:
        """Return BM25 scores with the stemmer and the stop words of the questions' language."""
        import bm25s  # a baseline only

        ignored = stop_words(language)

        def words(text: str) -> list[str]:
            return [word for word in stemmed_words(text, language) if word not in ignored]

        index = bm25s.BM25()
        index.index([words(passage) for passage in passages], show_progress=False)
        scores = np.zeros((len(questions), len(passages)), dtype=np.float32)
        for row, question in enumerate(questions):
            if asked := words(question):
                scores[row] = index.get_scores(asked)
        return scores


def load_ranker(name: str) -> Ranker:
    """Return the ranker `name`: `bm25`, or whatever `index.encoder` loads."""
    return LexicalRanker() if name == "bm25" else DenseRanker(load_encoder(name))


def measure_tatoeba(ranker: Ranker, data: Path) -> Iterator[Figure]:
    """Yield the accuracy of finding the translation among 1,000 sentences, both directions."""
    for language, code in TATOEBA_CODES.items():
        english, foreign = data_files.read_tatoeba(data, code)
        yield from _translation_figures(ranker, f"Tatoeba eng-{code}", english, foreign, language)


def measure_flores(ranker: Ranker, data: Path) -> Iterator[Figure]:
    """Yield the accuracy of finding the translation among 997 sentences, both directions."""
    columns = data_files.read_flores(data)
    for language, code in FLORES_CODES.items():
        english, foreign = columns["eng_Latn"], columns[code]
        yield from _translation_figures(ranker, f"FLORES en-{language}", english, foreign, language)


def _translation_figures(
    ranker: Ranker, name: str, english: list[str], foreign: list[str], language: str
) -> Iterator[Figure]:
    if isinstance(ranker, DenseRanker):
        scores = ranker.vectors(english) @ ranker.vectors(foreign).T
        reverse = scores.T
    else:
        scores = ranker.score(english, foreign, language)
        reverse = ranker.score(foreign, english, language)
    right = np.arange(len(english))
    yield Figure(f"{name} from English", 100 * float((scores.argmax(1) == right).mean()))
    yield Figure(f"{name} to English", 100 * float((reverse.argmax(1) == right).mean()))


def measure_sts(ranker: Ranker, data: Path) -> Iterator[Figure]:
    """Yield Spearman's correlation with the scores of STS-B's dev part, x 100."""
    from scipy.stats import spearmanr  # a second to import

    if not isinstance(ranker, DenseRanker):
        return
    for language in ("en", *data_files.LANGUAGES):
        rows = data_files.read_sts(data, language, "dev")
        first, second = (ranker.vectors([str(row[side]) for row in rows]) for side in (0, 1))
        correlation = spearmanr((first * second).sum(1), [row[2] for row in rows]).statistic
        yield Figure(f"STS-B dev {language}, Spearman x 100", 100 * float(correlation))


def measure_questions(
    ranker: Ranker, data: Path, source: str, language: str, settings: ChunkSettings
) -> Iterator[Figure]:
    """Yield recall of dev's questions of `source` over all of its passages in both parts."""
    dev = [row for row in data_files.read_extractive(data, "dev") if row.source == source]
    train = [row for row in data_files.read_extractive(data, "train") if row.source == source]
    passages = list(dict.fromkeys(row.passage for row in dev + train))
    place = {passage: number for number, passage in enumerate(passages)}
    asked = [row for row in dev if row.answerable]
    questions = [row.question for row in asked]
    right = [place[row.passage] for row in asked]
    for form, scores in (
        ("whole passages", ranker.score(questions, passages, language)),
        ("chunks", score_by_chunks(ranker, questions, passages, language, settings)),
    ):
        for depth in (1, 5):
            yield Figure(f"{source} recall@{depth}, {form}", recall(scores, right, depth))


def score_by_chunks(
    ranker: Ranker,
    questions: Sequence[str],
    passages: Sequence[str],
    language: str,
    settings: ChunkSettings,
) -> Scores:
    """Return the score of each passage's best chunk, shape (questions, passages)."""
    pieces = [cut(passage, settings) for passage in passages]
    starts = np.cumsum([0, *map(len, pieces)])[:-1]
    scores = ranker.score(questions, [piece for group in pieces for piece in group], language)
    return np.maximum.reduceat(scores, starts, axis=1)


def cut(text: str, settings: ChunkSettings) -> list[str]:
    """Return the chunks that `seedqa index` would make of a text."""
    document = Document(source="", text=text, title="", date=None, language="und")
    return [chunk.text for chunk in split_document(document, settings)] or [text]


def recall(scores: Scores, right: Sequence[int], depth: int) -> float:
    """Return the percentage of rows whose right column is among the `depth` best.

    A tie counts against it, so that equal scores for all cannot look good.
    """
    own = scores[np.arange(len(right)), list(right)]
    better = (scores >= own[:, None]).sum(1)  # itself included
    return 100 * float((better <= depth).mean())


def read_held_out_sections(data: Path, language: str) -> list[data_files.Section]:
    """Return the sections set aside whose query and text are unique in both languages."""
    sections = [
        section
        for section in data_files.read_sections(data, language)
        if data_files.is_held_out(section.key)
        and min(map(len, section.text.values())) >= SHORTEST_SECTION
    ]
    for code in ("en", language):
        queries = Counter(section.query(code) for section in sections)
        texts = Counter(section.text[code] for section in sections)
        sections = [
            section
            for section in sections
            if queries[section.query(code)] == texts[section.text[code]] == 1
        ]
    return sections


def measure_sections(ranker: Ranker, data: Path, settings: ChunkSettings) -> Iterator[Figure]:
    """Yield recall@1 of title and heading -> section in four directions for each language."""
    for language in SECTION_LANGUAGES:
        sections = read_held_out_sections(data, language)
        right = range(len(sections))
        for asked in ("en", language):
            for answered in ("en", language):
                scores = score_by_chunks(
                    ranker,
                    [section.query(asked) for section in sections],
                    [section.text[answered] for section in sections],
                    asked,
                    settings,
                )
                name = f"sections {asked} -> {answered} (of {len(sections)} en-{language})"
                yield Figure(f"{name}, recall@1", recall(scores, right, 1))


def measure_mixed(ranker: Ranker, data: Path, settings: ChunkSettings) -> Iterator[Figure]:
    """Yield figures of a folder whose articles are half in English, half in French.

    Every second article stands in French. Each section is asked for in both languages: in its
    own, and in the other. Were the languages treated alike, half of the five best would be in the
    question's language.
    """
    sections = read_held_out_sections(data, "fr")
    articles = list(dict.fromkeys(section.key for section in sections))[:MIXED_ARTICLES]
    written = {key: ("en", "fr")[number % 2] for number, key in enumerate(articles)}
    sections = [section for section in sections if section.key in written]
    languages = np.array([written[section.key] for section in sections])
    texts = [section.text[written[section.key]] for section in sections]
    for asked in ("en", "fr"):
        questions = [section.query(asked) for section in sections]
        scores = score_by_chunks(ranker, questions, texts, asked, settings)
        for answered in ("en", "fr"):
            rows = np.flatnonzero(languages == answered)
            name = f"mixed folder {asked} question, {answered} section, recall@"
            for depth in (1, 5):
                yield Figure(f"{name}{depth}", recall(scores[rows], rows.tolist(), depth))
        best = np.argsort(-scores, axis=1, kind="stable")[:, :5]
        share = 100 * float((languages[best] == asked).mean())
        yield Figure(f"mixed folder {asked} question, share of the five best in {asked}", share)


def measure_speed(ranker: Ranker, data: Path) -> Iterator[Figure]:
    """Yield texts encoded in a second at several lengths, tokenising included."""
    if not isinstance(ranker, DenseRanker):
        return
    sentences = data_files.read_flores(data)["eng_Latn"]
    words = " ".join(sentences).split()
    for tokens in SPEED_TOKENS:
        # FLORES' English has 1.3 pieces a word with BERT's vocabulary, and two marks a text.
        length = round((tokens - 2) / 1.3)
        count = SPEED_TEXTS[tokens]
        texts = [
            " ".join(words[start : start + length])
            for start in range(0, count * 7, 7)  # overlapping, all different
        ]
        ranker.encoder.encode_passages(texts)  # prepares the shapes
        started = time.perf_counter()
        ranker.encoder.encode_passages(texts)
        yield Figure(
            f"texts a second, about {tokens} tokens", count / (time.perf_counter() - started)
        )


def measure_stability(ranker: Ranker, data: Path) -> Iterator[Figure]:
    """Yield how far a text's vector depends on the texts that it is encoded with.

    Encoding with ranges over a batch (dynamic quantisation) fails this.
    """
    if not isinstance(ranker, DenseRanker):
        return
    columns = data_files.read_flores(data)
    sentences = [
        columns[code][row]
        for row, code in zip(range(STABILITY_TEXTS), cycle(columns), strict=False)
    ]
    texts = [text for sentence in sentences for text in (sentence, sentence[:25])]
    together = ranker.encoder.encode_passages(texts)
    alone = np.concatenate([ranker.encoder.encode_passages([text]) for text in texts])
    lowest = float((together * alone).sum(1).min())
    yield Figure("lowest cosine of a text alone to the same in a mixed batch, x 100", 100 * lowest)


def measure(
    names: Sequence[str], sets: Sequence[str], data: Path, settings: ChunkSettings
) -> dict[str, list[Figure]]:
    """Return the figures of `sets` for each encoder, in the order of `sets`."""
    measures: dict[str, Callable[[Ranker, Path], Iterator[Figure]]] = {
        "tatoeba": measure_tatoeba,
        "flores": measure_flores,
        "sts": measure_sts,
        "piaf": partial(measure_questions, source="piaf", language="fr", settings=settings),
        "squad2": partial(measure_questions, source="squad2", language="en", settings=settings),
        "sections": partial(measure_sections, settings=settings),
        "mixed": partial(measure_mixed, settings=settings),
        "stability": measure_stability,
        "speed": measure_speed,
    }
    results: dict[str, list[Figure]] = {}
    with tqdm(total=len(names) * len(sets), disable=None, unit="set") as bar:
        for name in names:
            ranker = load_ranker(name)
            results[name] = []
            for chosen in sets:
                bar.set_postfix_str(f"{name}: {chosen}")
                results[name] += measures[chosen](ranker, data)
                bar.update()
    return results


def format_table(results: dict[str, list[Figure]]) -> str:
    """Return a Markdown table: a row a figure, a column an encoder, "-" where there is none."""
    columns = {
        name: {figure.name: figure.value for figure in figures} for name, figures in results.items()
    }
    rows = list(dict.fromkeys(figure.name for figures in results.values() for figure in figures))
    heads = [name if name == "bm25" else Path(name).name for name in columns]
    lines = ["| figure | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for row in rows:
        values = [f"{column[row]:.1f}" if row in column else "-" for column in columns.values()]
        lines.append(f"| {row} | " + " | ".join(values) + " |")
    return "\n".join(lines)


SETS = ("tatoeba", "flores", "sts", "piaf", "squad2", "sections", "mixed", "stability", "speed")


def main() -> None:
    """Read the command line, measure, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("encoders", nargs="+", metavar="ENCODER")
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS, help="default: all")
    parser.add_argument("--chunk-size", type=int, default=DEFAULT_SETTINGS.size)
    parser.add_argument("--overlap", type=int, default=DEFAULT_SETTINGS.overlap)
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()
    settings = ChunkSettings(size=options.chunk_size, overlap=options.overlap)
    results = measure(options.encoders, options.sets, options.data, settings)
    print(format_table(results))
    if options.json:
        plain = {
            name: {figure.name: round(figure.value, 3) for figure in figures}
            for name, figures in results.items()
        }
        options.json.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
