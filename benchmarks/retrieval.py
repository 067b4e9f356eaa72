"""Compare ways to join the two arms, weights of the lexical columns, and sizes of chunks.

    python -m benchmarks.retrieval --data ../shared/data --scratch FOLDER
        [--compare fusion columns chunks] [--corpora piaf squad2 mixed] [--questions COUNT]

Corpora: PIAF (French questions, 761 French passages), squad2 (English, English) and a mixed folder
of sections, half of the articles in English, half in French, asked in both languages (four groups,
"question's language -> passage's language"). Each passage is a file; a file counts once, at its
best rank. Cells are recall@1 / recall@5 / MRR@10 in per cent.

fusion: each arm alone; reciprocal rank fusion (RRF) with k = 10 and 60, weighted RRF, convex
combinations with BM25 divided by its greatest score in the list ("max") or by the score of a chunk
with every topical word ("ceiling"), with one share for the dense arm or one for each case of
languages; and what is shipped. columns: BM25 weights of `folded` and `stems`, lexical arm alone.
chunks: size and overlap, for the arms and the shipped fusion. confidence: the logistic regression
of "the best passage is from a right source" on its score, over all corpora and over questions that
are asked of another corpus, where none is right; and the best scores of both kinds.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks.corpora import Question, write_mixed_sections, write_squad_form
from benchmarks.measuring import describe_machine, format_table
from seedqa.index.build import build_index
from seedqa.index.encoder import Encoder, load_encoder
from seedqa.index.store.protocol import Reading
from seedqa.index.store.reading import open_for_reading
from seedqa.index.types import DEFAULT_SETTINGS, NO_FILTERS, ChunkSettings
from seedqa.retrieval.candidates import DEPTH, plan_lexical_query
from seedqa.retrieval.metrics import recall_at, reciprocal_rank_at
from seedqa.retrieval.question import parse_question
from seedqa.retrieval.search import Candidates, find_candidates, fuse_candidates

ARTICLES = 400
#: Corpora whose questions another one cannot answer, and how many of these are asked of it.
FOREIGN = {"piaf": "squad2", "squad2": "piaf"}
STRANGERS = 500
COLUMN_WEIGHTS = ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.5, 1.0), (1.0, 0.5))
CHUNK_SETTINGS = ((300, 60), (600, 0), (600, 120), (900, 180))

Scores = Mapping[int, float]
Ranking = Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A question of a benchmark with its candidates."""

    asked: Question
    candidates: Candidates

    @property
    def sources(self) -> Mapping[int, str]:
        """The source of each candidate."""
        return {chunk: item.source for chunk, item in self.candidates.places.items()}


Method = Callable[[Found], Scores]


# -- ways to join the arms ------------------------------------------------------------------------


def dense_alone(found: Found) -> Scores:
    """Score by cosine."""
    return dict(found.candidates.dense)


def lexical_alone(found: Found) -> Scores:
    """Score by BM25."""
    return dict(found.candidates.lexical)


def reciprocal_ranks(found: Found, k: int, share: float) -> Scores:
    """Score by reciprocal rank fusion (Cormack et al. 2009), the dense arm weighted by `share`."""
    scores: dict[int, float] = defaultdict(float)
    for weight, arm in ((share, found.candidates.dense), (1 - share, found.candidates.lexical)):
        for rank, (chunk, _) in enumerate(arm, 1):
            scores[chunk] += weight / (k + rank)
    return scores


def convex(found: Found, by_ceiling: bool, same: float, crossing: float) -> Scores:
    """Score by a convex combination; `same` and `crossing` are the dense arm's shares."""
    bm25 = dict(found.candidates.lexical)
    limit = found.candidates.ceiling if by_ceiling else max(bm25.values(), default=0.0)
    scores = {}
    for chunk, cosine in found.candidates.cosines.items():
        share = crossing if found.candidates.crosses[chunk] else same
        covered = min(1.0, bm25.get(chunk, 0.0) / limit) if limit > 0 else 0.0
        scores[chunk] = share * cosine + (1 - share) * covered
    return scores


def shipped(found: Found) -> Scores:
    """Score as `seedqa` does."""
    return {hit.id: hit.score for hit in fuse_candidates(found.candidates)}


def methods() -> dict[str, Method]:
    """Return the ways that are compared, by name."""
    shares = (
        (0.3, 0.3), (0.4, 0.4), (0.5, 0.5), (0.6, 0.6), (0.7, 0.7), (0.3, 0.4), (0.4, 0.6),
        (0.5, 0.6), (0.5, 0.65), (0.55, 0.65), (0.55, 0.75), (0.6, 0.7), (0.6, 0.75), (0.65, 0.75),
        (0.7, 0.8),
    )  # fmt: skip
    named: dict[str, Method] = {"dense": dense_alone, "lexical": lexical_alone}
    named |= {f"RRF, k = {k}": partial(reciprocal_ranks, k=k, share=0.5) for k in (10, 60)}
    named |= {
        f"RRF, k = 60, dense {share}": partial(reciprocal_ranks, k=60, share=share)
        for share in (0.3, 0.7)
    }
    for by_ceiling, label in ((False, "max"), (True, "ceiling")):
        for same, crossing in shares:
            name = f"convex, {label}, dense {same}"
            name += f", across languages {crossing}" if crossing != same else ""
            named[name] = partial(convex, by_ceiling=by_ceiling, same=same, crossing=crossing)
    return named | {"hybrid as shipped": shipped}


# -- asking ---------------------------------------------------------------------------------------


def write_corpus(name: str, data: Path, scratch: Path) -> list[Question]:
    """Write a corpus below `scratch` and return its questions."""
    if name == "mixed":
        return write_mixed_sections(data, scratch / name, "fr", ARTICLES)
    return write_squad_form(data, scratch / name, name)


@contextmanager
def opened(
    name: str, scratch: Path, encoder: Encoder, settings: ChunkSettings
) -> Iterator[Reading]:
    """Index a corpus, if that was not done in an earlier run, and open it."""
    folder = scratch / f"{name}-{settings.size}-{settings.overlap}"
    build_index(scratch / name, folder, encoder, settings=settings)
    with closing(open_for_reading(folder)) as index, index.read() as reading:
        assert reading
        yield reading


def ask(reading: Reading, encoder: Encoder, asked: Sequence[Question]) -> list[Found]:
    """Return the candidates of every question."""
    answers = []
    for question in tqdm(asked, disable=None, leave=False):
        parsed = parse_question(question.text)
        vector = encoder.encode_question(parsed.text)
        answers.append(Found(question, find_candidates(reading, parsed, vector)))
    return answers


def rank_sources(scores: Scores, sources: Mapping[int, str]) -> Ranking:
    """Return sources, best first, each at its best rank; ties in the order of chunk ids."""
    order = sorted(scores, key=lambda chunk: (-round(scores[chunk], 6), chunk))
    return list(dict.fromkeys(sources[chunk] for chunk in order))


def score(rankings: Sequence[tuple[Question, Ranking]]) -> dict[str, str]:
    """Return a cell for every group of questions."""
    groups: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for question, ranked in rankings:
        groups[question.group].append(
            (
                recall_at(ranked, question.sources, 1),
                recall_at(ranked, question.sources, 5),
                reciprocal_rank_at(ranked, question.sources, 10),
            )
        )
    return {
        group: " / ".join(
            f"{100 * sum(column) / len(rows):.1f}" for column in zip(*rows, strict=True)
        )
        for group, rows in sorted(groups.items())
    }


# -- the comparisons ------------------------------------------------------------------------------

Table = dict[str, dict[str, str]]
"""Rows of cells, by name of the row and of the column."""


def compare_fusion(name: str, answers: Sequence[Found]) -> Table:
    """Return a row for each way to join the arms."""
    table: Table = {}
    for label, method in methods().items():
        rankings = [(one.asked, rank_sources(method(one), one.sources)) for one in answers]
        table[label] = {f"{name} {group}": cell for group, cell in score(rankings).items()}
    return table


def compare_columns(name: str, reading: Reading, asked: Sequence[Question]) -> Table:
    """Return a row for each pair of weights, lexical search alone."""
    table: Table = {}
    for weights in COLUMN_WEIGHTS:
        columns = dict(zip(("folded", "stems"), weights, strict=True))
        rankings = []
        for question in asked:
            query = plan_lexical_query(reading, parse_question(question.text))
            hits = reading.lexical(query.terms, columns, DEPTH, NO_FILTERS) if query.terms else []
            scores = {chunk: value for chunk, value in hits if value > 0}
            sources = {chunk: item.source for chunk, item in reading.chunks(scores).items()}
            rankings.append((question, rank_sources(scores, sources)))
        label = "folded {:g}, stems {:g}".format(*weights)
        table[label] = {f"{name} {group}": cell for group, cell in score(rankings).items()}
    return table


def compare_chunks(name: str, scratch: Path, encoder: Encoder, asked: Sequence[Question]) -> Table:
    """Return three rows for each size and overlap: the arms, and the shipped fusion."""
    table: Table = {}
    for size, overlap in CHUNK_SETTINGS:
        with opened(name, scratch, encoder, ChunkSettings(size, overlap)) as reading:
            answers = ask(reading, encoder, asked)
            chunks = reading.generation.chunks
        for label, method in (
            ("dense", dense_alone),
            ("lexical", lexical_alone),
            ("hybrid", shipped),
        ):
            rankings = [(one.asked, rank_sources(method(one), one.sources)) for one in answers]
            cells = {f"{name} {group}": cell for group, cell in score(rankings).items()}
            table[f"{size} / {overlap}: {label}"] = {"chunks": f"{chunks:,}"} | cells
    return table


def best_scores(answers: Sequence[Found]) -> list[tuple[float, bool]]:
    """Return, for each question, the best passage's score and whether it is from a right source."""
    rows = []
    for one in answers:
        scores = shipped(one)
        if scores:
            best = min(scores, key=lambda chunk: (-scores[chunk], chunk))
            rows.append((scores[best], one.sources[best] in one.asked.sources))
    return rows


def fit_logistic(rows: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Return slope and offset of a logistic regression, by Newton's method."""
    features = np.array([(score, 1.0) for score, _ in rows])
    right = np.array([value for _, value in rows], dtype=float)
    weights = np.zeros(2)
    for _ in range(25):
        chance = 1 / (1 + np.exp(-features @ weights))
        curvature = (features * (chance * (1 - chance))[:, None]).T @ features
        weights += np.linalg.solve(curvature, features.T @ (right - chance))
    return float(weights[0]), float(weights[1])


def describe_confidence(right: dict[str, list[Found]], foreign: dict[str, list[Found]]) -> str:
    """Return the regression over all questions, and a table of best scores."""
    asked = [row for answers in right.values() for row in best_scores(answers)]
    asked += [(score, False) for answers in foreign.values() for score, _ in best_scores(answers)]
    slope, offset = fit_logistic(asked)
    groups = {
        f"{name}, answered rightly": [score for score, good in best_scores(answers) if good]
        for name, answers in right.items()
    }
    groups |= {
        name: [score for score, _ in best_scores(answers)] for name, answers in foreign.items()
    }
    table = [
        [name, str(len(scores)), *(f"{np.percentile(scores, at):.3f}" for at in (10, 50, 90))]
        for name, scores in groups.items()
    ]
    heads = ["best scores", "questions", "10th percentile", "median", "90th percentile"]
    return f"slope {slope:.2f}, offset {offset:.2f}\n\n{format_table(heads, table)}"


def merge(tables: Sequence[Table]) -> str:
    """Return one Markdown table of tables with the same rows."""
    columns = list(
        dict.fromkeys(column for table in tables for row in table.values() for column in row)
    )
    rows = []
    for label in tables[0]:
        cells = {column: cell for table in tables for column, cell in table[label].items()}
        rows.append([label, *(cells.get(column, "-") for column in columns)])
    return format_table(["", *columns], rows)


@dataclass(slots=True)
class Comparison:
    """What was compared, of all corpora."""

    tables: dict[str, list[Table]] = field(default_factory=lambda: defaultdict(list))
    right: dict[str, list[Found]] = field(default_factory=dict)
    foreign: dict[str, list[Found]] = field(default_factory=dict)

    def add(
        self,
        name: str,
        corpora: Mapping[str, Sequence[Question]],
        scratch: Path,
        encoder: Encoder,
        wanted: Set[str],
    ) -> None:
        """Compare what is `wanted` on the corpus `name`."""
        asked = corpora[name]
        if {"fusion", "columns", "confidence"} & wanted:
            with opened(name, scratch, encoder, DEFAULT_SETTINGS) as reading:
                if {"fusion", "confidence"} & wanted:
                    self.right[name] = ask(reading, encoder, asked)
                if "fusion" in wanted:
                    self.tables["fusion"].append(compare_fusion(name, self.right[name]))
                other = FOREIGN.get(name)
                if "confidence" in wanted and other is not None and other in corpora:
                    label = f"{name}, questions of {other}"
                    strangers = corpora[other][:STRANGERS]
                    self.foreign[label] = ask(reading, encoder, strangers)
                if "columns" in wanted:
                    table = compare_columns(name, reading, asked)
                    self.tables["columns"].append(table)
        if "chunks" in wanted:
            self.tables["chunks"].append(compare_chunks(name, scratch, encoder, asked))


def main() -> None:
    """Read the command line, compare, print a table for each comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--scratch", type=Path, required=True, help="corpora and indexes stay here")
    parser.add_argument("--compare", nargs="+", default=["fusion", "columns", "chunks"])
    parser.add_argument("--corpora", nargs="+", default=["piaf", "squad2", "mixed"])
    parser.add_argument("--questions", type=int, default=1500, help="at most, of each corpus")
    parser.add_argument("--model", help="another encoder than the one that ships")
    options = parser.parse_args()
    encoder = load_encoder(options.model)
    corpora = {name: write_corpus(name, options.data, options.scratch) for name in options.corpora}
    for name, asked in corpora.items():
        if len(asked) > options.questions:
            corpora[name] = random.Random(0).sample(asked, options.questions)
    comparison = Comparison()
    for name in corpora:
        comparison.add(name, corpora, options.scratch, encoder, set(options.compare))
    print(describe_machine())
    for title, parts in comparison.tables.items():
        print(f"\n{title}, {encoder.name}: recall@1 / recall@5 / MRR@10, %\n")
        if title == "chunks":
            for part in parts:
                print(merge([part]), end="\n\n")
        else:
            print(merge(parts))
    if "confidence" in options.compare:
        print(f"\nconfidence: {describe_confidence(comparison.right, comparison.foreign)}")


if __name__ == "__main__":
    main()
