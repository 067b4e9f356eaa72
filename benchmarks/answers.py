"""Measure answers over a folder, from the question to the words shown or the refusal.

    python -m benchmarks.answers --data DATA --scratch FOLDER [--part dev] [--sources piaf squad2]
        [--questions COUNT] [--typed] [--reader FOLDER] [--asked FILE] [--plot FOLDER] [--json FILE]

Every passage of a source is a file. Half of the articles that are asked about are left out, and all
questions asked; then the other half: so each question is once answerable and once not. Beside
these: impossible questions of squad2 and crossing, and other sources' questions. "structure" is
the same part of that benchmark. "written" has the documents that were written for the reader and
set aside, "texts" the prose, records and entries, each in one folder.

With `--typed` four questions in ten are asked a second time as people type them, lower case or
without function words: a source of its own.

An answer is right where its F1 is 0.5 or more. AUROC is that of the confidence, answerable against
unanswerable; refusing is the positive of precision and recall; ECE the expected calibration error
over 15 bins of equal mass. `--asked` keeps what was found and read in a file, source by source, so
that it is judged again, with another calibration say, without asking again; "en-it" are English
questions whose Italian translation squad-it has. The calibration is fitted by `training.calibrate`.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.asked import Asked, load_asked, save_asked
from benchmarks.corpora import (
    is_set_aside_title,
    read_crossing,
    read_rows,
    translated_questions,
    write_texts,
)
from benchmarks.measuring import describe_machine, format_table
from benchmarks.structure.worlds import make_worlds
from benchmarks.structure.writers import write_document
from seedqa.index.build import build_index
from seedqa.index.encoder import load_encoder
from seedqa.index.lexical import folded_words
from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.answer import reorder_passages
from seedqa.retrieval.calibration import Calibration
from seedqa.retrieval.metrics import auroc, f1
from seedqa.retrieval.pipeline import Pipeline, passage_reader
from seedqa.retrieval.question import Question, guess_language
from seedqa.retrieval.reader import SHIPPED_READER, Reader, Span
from seedqa.retrieval.reading import READ_COUNT, read_for_answer
from seedqa.retrieval.types import Passage
from seedqa.retrieval.wording.sentences import sentence_around
from training.reader_typed import WAYS, retype
from training.reader_written import (
    DOCUMENTS,
    NONE,
    WRITTEN_FOLDERS,
    find_answers,
    read_asked,
    read_written,
    written_aside,
)

#: The sources of each part of which no one's folder answers what another asks.
FOREIGN = {
    "dev": ("piaf", "squad2"),
    "train": ("piaf", "squad-it", "squadshifts-new_wiki"),
}
#: Questions of each other source, and impossible ones, asked of a half at most.
STRANGERS = {"dev": 110, "train": 24}
IMPOSSIBLE = 100
#: Passages of other articles in a folder that a calibration is fitted on: encoding takes minutes.
MAX_OTHERS = 500
#: What follows the name of a source of questions as people type them, and their share.
TYPED = " typed"
TYPED_SHARE = 0.4
#: The names of the structure benchmark and of what was written for the reader among the sources:
#: documents, and all other texts.
STRUCTURE, WRITTEN, TEXTS = "structure", "written", "texts"
WRITTEN_SOURCES = {WRITTEN: (DOCUMENTS,), TEXTS: tuple(WRITTEN_FOLDERS.values())}
ECE_BINS = 15
RIGHT_F1 = 0.5


@dataclass(frozen=True, slots=True)
class Judged:
    """What a calibration makes of it."""

    asked: Asked
    confidence: float
    refused: bool
    is_right: bool
    f1: float
    in_sentence: bool


# -- asking ---------------------------------------------------------------------------------------


def ask_source(
    data: Path, scratch: Path, source: str, part: str, reader: Reader, count: int | None,
    typed: bool,
) -> Iterator[tuple[str, Asked]]:  # fmt: skip
    """Ask the questions of a source of two folders, each with half of the articles.

    Yields each under the name of its source.
    """
    of_source = "squad-it" if source == "en-it" else source
    rows = [row for row in read_rows(data, part) if row["source"] == of_source]
    rest = [row for row in read_rows(data, "train") if row["source"] == of_source]
    if part == "train":
        rest = [row for row in rows if not is_set_aside_title(row["title"])]
        rows = [row for row in rows if is_set_aside_title(row["title"])]
    if source == "en-it":
        rows = translated_questions(data, rows)
    if source == "crossing":
        rows, rest = read_crossing(part), read_crossing("train" if part == "dev" else "dev")
    titles = sorted({row["title"] for row in rows})
    random.Random(0).shuffle(titles)
    asked = [row for row in rows if row["answers"]]
    if count and len(asked) > count:
        asked = random.Random(1).sample(asked, count)
    for half in (0, 1):
        kept = set(titles[half::2])
        contexts = dict.fromkeys(row["context"] for row in rows if row["title"] in kept)
        others = dict.fromkeys(row["context"] for row in rest if row["title"] not in titles)
        if part == "train" and len(others) > MAX_OTHERS:
            others = dict.fromkeys(random.Random(4).sample(list(others), MAX_OTHERS))
        contexts |= others
        folder = scratch / f"{source}-{part}"  # of both halves: most passages are encoded once
        shutil.rmtree(folder / "seeds", ignore_errors=True)
        names = write_texts(folder / "seeds", contexts)
        with open_folder(folder, reader) as pipeline:
            for row in tqdm(asked, desc=folder.name, disable=None, leave=False):
                is_in = row["title"] in kept
                for name, asking in ways_of_asking(source, row, typed):
                    yield name, ask(
                        pipeline, reader, asking, "answerable" if is_in else "left out",
                        names[row["context"]] if is_in else "",
                    )  # fmt: skip
            traps = [row for row in rows if not row["answers"] and row["title"] in kept]
            for row in random.Random(3).sample(traps, min(IMPOSSIBLE, len(traps))):
                yield source, ask(pipeline, reader, row, "impossible", "")
            if half == 0:
                for row in foreign_questions(data, part, source):
                    yield source, ask(pipeline, reader, row, "foreign", "")


def ways_of_asking(
    source: str, row: dict[str, Any], typed: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a question as it is, and some where `typed` as people type them too."""
    yield source, row
    chance = random.Random(row["question"])
    if typed and chance.random() < TYPED_SHARE:
        language = row.get("question_lang") or row.get("lang") or "en"
        [way] = chance.choices(list(WAYS), list(WAYS.values()))
        question = retype(row["question"], language, way, chance)
        if question and question != row["question"]:
            yield source + TYPED, row | {"question": question}


def ask_structure(
    scratch: Path, part: str, reader: Reader, typed: bool
) -> Iterator[tuple[str, Asked]]:
    """Ask the questions of a part of the structure benchmark, each of its own folder.

    Those that several documents answer, or a list, are left out: they have no one right answer.
    """
    for world in make_worlds(part):
        folder = scratch / world.name
        for document in world.documents:
            write_document(document, folder / "seeds")
        with open_folder(folder, reader) as pipeline:
            for question in tqdm(world.questions, desc=world.name, disable=None, leave=False):
                if len(question.gold) > 1 or question.items:
                    continue
                answers = [{"text": gold.core, "start": 0} for gold in question.gold]
                language = guess_language(folded_words(question.text))
                row = {"question": question.text, "source": STRUCTURE, "answers": answers,
                       "context": "", "lang": language}  # fmt: skip
                kind = "answerable" if question.gold else "left out"
                file = question.gold[0].source if question.gold else ""
                for name, asking in ways_of_asking(STRUCTURE, row, typed):
                    yield name, ask(pipeline, reader, asking, kind, file)


def ask_written(
    scratch: Path, source: str, part: str, reader: Reader, typed: bool
) -> Iterator[tuple[str, Asked]]:
    """Ask the questions of the written documents set aside, or of the other texts, in one folder.

    Half of the documents are a part.
    """
    seeds = scratch / f"{source}-{part}" / "seeds"
    rows = []
    for folder in WRITTEN_SOURCES[source]:
        documents = written_aside(folder)[part == "train" :: 2]
        (seeds / folder.name).mkdir(parents=True, exist_ok=True)
        for file in documents:
            shutil.copy(folder / file, seeds / folder.name / file)
        rows += [(folder, one) for one in read_asked(folder) if one.file in documents]
    with open_folder(seeds.parent, reader) as pipeline:
        for folder, one in tqdm(rows, desc=source, disable=None, leave=False):
            text = read_written(folder / one.file).text
            places = [] if one.answer == NONE else find_answers(text, one.answer)
            answers = [{"text": text[start:end], "start": start} for start, end in places[:1]]
            row = {"question": one.question, "source": source, "answers": answers,
                   "context": text, "lang": one.language}  # fmt: skip
            file = f"{folder.name}/{one.file}" if places else ""
            kind = "answerable" if places else "left out"
            for name, asking in ways_of_asking(source, row, typed):
                yield name, ask(pipeline, reader, asking, kind, file)


def foreign_questions(data: Path, part: str, source: str) -> Iterator[dict[str, Any]]:
    """Yield questions of the other sources, which the folder of `source` does not answer."""
    sources = FOREIGN[part]
    if source not in sources:
        return
    asked = [
        row
        for row in read_rows(data, part)
        if row["answers"] and (part == "dev" or is_set_aside_title(row["title"]))
    ]
    for other in sources:
        if other != source:
            rows = [row for row in asked if row["source"] == other]
            yield from random.Random(2).sample(rows, min(STRANGERS[part], len(rows)))


def read_again(
    found: dict[str, list[Asked]], source: str, reader: Reader
) -> Iterator[tuple[str, Asked]]:
    """Read what was found for the questions of a source; the time is that of reading alone."""
    for name in (source, source + TYPED):
        for one in tqdm(found.get(name, ()), desc=name, disable=None, leave=False):
            started = time.perf_counter()
            spans = read_all(reader, one.parse(), one.passages)
            spent = 1000 * (time.perf_counter() - started)
            yield name, replace(one, spans=spans, milliseconds=spent)


def ask_all(options: argparse.Namespace, reader: Reader) -> dict[str, list[Asked]]:
    """Ask the questions of all sources, or take them from the file of `--asked`.

    That is written after each source: a run that is stopped goes on with the next one. `--found`
    has what another reader was asked: its passages are read again, and nothing is searched.
    """
    made_of = {
        "reader": reader.fingerprint,
        "encoder": load_encoder().fingerprint,
        "part": options.part,
        "questions": options.questions,
        "typed": options.typed,
    }
    asked, done = load_asked(options.asked, made_of)
    before, searched = load_asked(options.found, made_of, any_reader=True)
    for source in options.sources:
        if source in done:
            continue
        if source in searched:
            found = read_again(before, source, reader)
        elif source == STRUCTURE:
            found = ask_structure(options.scratch, options.part, reader, options.typed)
        elif source in WRITTEN_SOURCES:
            found = ask_written(options.scratch, source, options.part, reader, options.typed)
        else:
            found = ask_source(
                options.data, options.scratch, source, options.part, reader, options.questions,
                options.typed,
            )  # fmt: skip
        started = time.monotonic()
        for name, one in found:
            asked.setdefault(name, []).append(one)
        done.append(source)
        count = sum(len(asked.get(name, ())) for name in (source, source + TYPED))
        took = f"{time.monotonic() - started:.0f} s"
        print(f"{source}: {count} questions asked in {took}", file=sys.stderr, flush=True)
        if options.asked:
            save_asked(options.asked, made_of, asked, done)
    wanted = [name for source in options.sources for name in (source, source + TYPED)]
    return {name: asked[name] for name in wanted if name in asked}


def open_folder(folder: Path, reader: Reader) -> Pipeline:
    """Build the index of folder/seeds where it is not built, and open it."""
    encoder = load_encoder()
    build_index(folder / "seeds", folder / "index", encoder)
    workspace = resolve(Location(folder / "index", None, None))
    return Pipeline.open(workspace, refresh=False, encoder=encoder, reader=reader)


def ask(pipeline: Pipeline, reader: Reader, row: dict[str, Any], kind: str, file: str) -> Asked:
    """Search as `Pipeline.ask` does, and read all that it may read."""
    started = time.perf_counter()
    found = pipeline.find(row["question"], count=READ_COUNT, refresh=False)
    spans = read_all(reader, found.question, found.passages)
    spent = 1000 * (time.perf_counter() - started)
    context, answers = row["context"], row["answers"]
    sentences = [
        slice(*sentence_around(context, one["start"], one["start"] + len(one["text"]), "und"))
        for one in answers
    ]
    return Asked(
        kind=kind,
        source=row["source"],
        question=row["question"],
        right=tuple(one["text"] for one in answers),
        file=file,
        sentence=" ".join(context[part] for part in sentences),
        passages=found.passages,
        spans=spans,
        unknown=tuple(sorted(found.question.unknown)),
        milliseconds=spent,
    )


def read_all(
    reader: Reader, question: Question, passages: Sequence[Passage]
) -> list[tuple[Span, ...]]:
    """Return the spans of each passage that may be read."""
    return [tuple(spans) for spans in passage_reader(reader, question, passages)(0, READ_COUNT)]


# -- judging --------------------------------------------------------------------------------------


def judge(asked: Asked, calibration: Calibration, languages: Sequence[str]) -> Judged:
    """Answer as `seedqa ask` does; a refused answer is judged by what it would have been."""
    _, outcome = read_for_answer(
        asked.parse(),
        asked.passages,
        lambda first, last: asked.spans[first:last],
        replace(calibration, threshold=0.0),
        lambda texts: np.zeros((len(texts), 1), dtype=np.float32),  # none disagree
        languages,
    )
    best = next(iter((*outcome.answers, *outcome.candidates)), None)
    answerable = asked.kind == "answerable"
    score = f1(best.text, asked.right) if best and answerable else 0.0
    return Judged(
        asked=asked,
        confidence=outcome.confidence,
        refused=outcome.confidence < max(outcome.threshold, calibration.threshold),
        is_right=score >= RIGHT_F1,
        f1=score,
        in_sentence=bool(
            best and answerable and best.source == asked.file and (best.text in asked.sentence)
        ),
    )


def expected_calibration_error(judged: Sequence[Judged], bins: int = ECE_BINS) -> float:
    """Return the mean distance of confidence and accuracy over bins of equal mass
    (Naeini et al. 2015)."""
    return sum(
        len(part) / len(judged) * abs(mean_confidence - accuracy)
        for part, mean_confidence, accuracy in reliability(judged, bins)
    )


def reliability(
    judged: Sequence[Judged], bins: int = ECE_BINS
) -> list[tuple[Sequence[Judged], float, float]]:
    """Return bins of equal mass with their mean confidence and their share of right answers."""
    ordered = sorted(judged, key=lambda one: one.confidence)
    edges = [round(at * len(ordered) / bins) for at in range(bins + 1)]
    parts = [ordered[low:high] for low, high in pairwise(edges)]
    return [
        (part, mean(one.confidence for one in part), mean(one.is_right for one in part))
        for part in parts
        if part
    ]


def figures_of(judged: Sequence[Judged], share: float) -> dict[str, float]:
    """Return the figures of one source."""
    by_kind = {
        kind: [one for one in judged if one.asked.kind == kind]
        for kind in ("answerable", "left out", "impossible", "foreign")
    }
    inside, outside = by_kind["answerable"], by_kind["left out"]
    both = [*inside, *outside]
    refused = [one for one in both if one.refused]
    shown = [one for one in both if not one.refused]
    found = {
        "questions of each kind": float(len(inside)),
        "AUROC, answerable against left out": tell_apart(inside, outside),
        "refusal precision": mean(one.asked.kind == "left out" for one in refused),
        "refusal recall": mean(one.refused for one in outside),
        "expected calibration error": expected_calibration_error(both),
        "right of the answers shown": mean(one.is_right for one in shown),
        "answerable: answered": mean(not one.refused for one in inside),
        "answerable: F1 of the best answer": mean(one.f1 for one in inside),
        "answerable: right sentence": mean(one.in_sentence for one in inside),
        "recall@1 as searched": mean(first_at(one.asked) == 0 for one in inside),
        "recall@1 as read": mean(first_after(one.asked, share) == 0 for one in inside),
        "recall@5 as searched": mean(0 <= first_at(one.asked) < 5 for one in inside),
        "recall@5 as read": mean(0 <= first_after(one.asked, share) < 5 for one in inside),
        "ms a question, p50": float(np.median([one.asked.milliseconds for one in judged])),
    }
    if by_kind["impossible"]:
        found["impossible: refused"] = mean(one.refused for one in by_kind["impossible"])
        found["impossible: AUROC"] = tell_apart(inside, by_kind["impossible"])
    if by_kind["foreign"]:
        found["foreign: refused"] = mean(one.refused for one in by_kind["foreign"])
        found["foreign: AUROC"] = tell_apart(inside, by_kind["foreign"])
    return found


def tell_apart(answerable: Sequence[Judged], others: Sequence[Judged]) -> float:
    """Return the AUROC of the confidence; not a number where one kind is missing."""
    if not answerable or not others:
        return float("nan")
    return auroc([one.confidence for one in answerable], [one.confidence for one in others])


def first_at(asked: Asked) -> int:
    """Return the rank, from 0, of the passage of the right file, or -1."""
    return _place([passage.source for passage in asked.passages], asked.file)


def first_after(asked: Asked, share: float) -> int:
    """Return the same after the reader has put passages in order."""
    ordered = reorder_passages(asked.passages, asked.spans, share)
    return _place([passage.source for passage, _ in ordered], asked.file)


def _place(files: Sequence[str], wanted: str) -> int:
    distinct = list(dict.fromkeys(files))
    return distinct.index(wanted) if wanted in distinct else -1


def mean(values: Any) -> float:
    """Return the mean, 0 for nothing."""
    listed = [float(value) for value in values]
    return sum(listed) / len(listed) if listed else 0.0


# -- telling --------------------------------------------------------------------------------------


def plot(by_source: dict[str, list[Judged]], folder: Path) -> None:
    """Write the reliability diagram and the risk-coverage curve as SVG."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "seedqa"
    from matplotlib import pyplot

    for name, draw, labels in (
        ("reliability", draw_reliability, ("confidence", "share of right answers")),
        ("risk-coverage", draw_risk, ("share of questions answered", "share of wrong answers")),
    ):
        figure, axes = pyplot.subplots(figsize=(5, 4))
        for source, judged in by_source.items():
            both = [one for one in judged if one.asked.kind in ("answerable", "left out")]
            draw(axes, both, source)
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.grid(alpha=0.3)
        axes.legend()
        figure.tight_layout()
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


def draw_reliability(axes: Any, judged: Sequence[Judged], label: str) -> None:
    """Draw confidence against accuracy, a dot a bin."""
    bins = reliability(judged)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    axes.plot([one[1] for one in bins], [one[2] for one in bins], marker="o", label=label)


def draw_risk(axes: Any, judged: Sequence[Judged], label: str) -> None:
    """Draw the share of wrong answers among the most confident ones (El-Yaniv & Wiener 2010)."""
    ordered = sorted(judged, key=lambda one: -one.confidence)
    wrong = np.cumsum([not one.is_right for one in ordered])
    counts = np.arange(1, len(ordered) + 1)
    axes.plot(counts / len(ordered), wrong / counts, label=label)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is asked, and of which reader."""
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--scratch", type=Path, required=True, help="for folders and indexes")
    parser.add_argument("--part", choices=("train", "dev"), default="dev")
    parser.add_argument("--sources", nargs="+", default=["piaf", "squad2"])
    parser.add_argument("--questions", type=int, help="at most, of each source")
    parser.add_argument("--typed", action="store_true", help="ask some as people type, too")
    parser.add_argument("--reader", type=Path, default=SHIPPED_READER)
    parser.add_argument(
        "--asked", type=Path, help="keep what was found and read here, and take it from here again"
    )
    parser.add_argument(
        "--found", type=Path, help="a file of --asked, of another reader: search no more, only read"
    )
    parser.add_argument("--json", type=Path, help="write the figures here too")


def report(
    asked: Mapping[str, Sequence[Asked]], calibration: Calibration, reader: Reader, out: Path | None
) -> dict[str, list[Judged]]:
    """Judge what was asked, print a table of figures, and return what was judged."""
    judged = {
        source: [judge(one, calibration, reader.languages) for one in of_source]
        for source, of_source in asked.items()
    }
    figures = {
        source: figures_of(of_source, calibration.reader_share)
        for source, of_source in judged.items()
    }
    names = list(dict.fromkeys(name for column in figures.values() for name in column))
    table = [
        [name, *(f"{column[name]:.3f}" if name in column else "-" for column in figures.values())]
        for name in names
    ]
    print(describe_machine())
    print(format_table(["figure", *figures], table))
    if out:
        out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf8")
    return judged


def main() -> None:
    """Read the command line, ask, measure, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    parser.add_argument("--plot", type=Path, help="write diagrams here")
    options = parser.parse_args()
    reader = Reader(options.reader)
    calibration = reader.calibration  # a reader without one is refused before the asking
    judged = report(ask_all(options, reader), calibration, reader, options.json)
    if options.plot:
        plot(judged, options.plot)


if __name__ == "__main__":
    main()
