"""Make the examples of the reader's third training, and pack them for a machine with a GPU.

    python -m training.reader_pack translate --data DATA --work WORK
    python -m training.reader_pack prepare   --data DATA --work WORK
    python -m training.reader_pack pack      --data DATA --work WORK --reader FOLDER --out FOLDER
    python -m training.reader_pack start     --reader FOLDER --out FILE

That machine has neither the project nor the data folder: `reader_gpu.py` reads what `pack` writes,
token ids and the weights to start from, and nothing else. `--reader` is a reader that ships.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from seedqa.index.sentences import split_sentences
from training.encoder_data import detokenize, read_question_passages
from training.reader_context import (
    clean_title,
    place_below_headings,
    read_headings,
    subject_examples,
)
from training.reader_data import (
    Example,
    Row,
    choose_rows,
    cloze_examples,
    cut_example,
    is_set_aside,
    read_rows,
    sentence_examples,
)
from training.reader_facts import fact_examples
from training.reader_more import (
    asked_examples,
    crossed_examples,
    exchanged_examples,
    found_examples,
    gap_examples,
    match_questions,
    matched_examples,
    named,
    read_prose,
    removed_examples,
)
from training.reader_packed import Measured, pack_examples, write_start
from training.reader_translated import machine_translated_examples
from training.reader_typed import keyword_examples, retype, retype_some
from training.reader_written import (
    DOCUMENTS,
    WRITTEN_FOLDERS,
    document_examples,
    passage_rows,
)

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent

TRANSLATED_FILE, EXAMPLES_FILE = "translated.json", "examples-{}.json"
#: Made-up facts, and bare keywords.
FACTS, KEYWORDS = 30_000, 3_000
#: Questions of each set that is measured on the GPU.
MEASURED, MEASURED_FACTS = 300, 1_000
#: A translated answer that is so much longer or shorter has lost its tags.
MAX_STRETCH = 2.5
#: What was written over passages of the data folder, as a part of it.
WRITTEN = "written"
#: The parts of the data folder that are trained on.
PARTS = ("train", "more", WRITTEN)


def read_sides(data: Path, parts: Sequence[str] = PARTS) -> tuple[list[Row], list[Row]]:
    """Return the rows to train on, and those of the articles set aside."""
    rows: list[Row] = []
    for part in parts:
        rows += passage_rows(data) if part == WRITTEN else read_rows(data, part)
    return [r for r in rows if not is_set_aside(r)], [r for r in rows if is_set_aside(r)]


def translate(options: argparse.Namespace) -> None:
    """Translate rows by Apertium."""
    rows, _ = read_sides(options.data, ("train", "more"))
    chance = random.Random(options.seed + 11)
    write_examples(options.work / TRANSLATED_FILE, machine_translated_examples(rows, chance))


def prepare(options: argparse.Namespace) -> None:
    """Make the examples: of the rows as they are, of what is made of them, of what was written."""
    headings = read_headings(options.data)
    for name, make in MAKERS.items():
        if options.only in (None, name):
            chance = random.Random(f"{options.seed} {name}")
            placed = place_below_headings(make(options, chance), headings, chance)
            write_examples(options.work / EXAMPLES_FILE.format(name), retype_some(placed, chance))


def row_examples(options: argparse.Namespace, chance: random.Random) -> Iterator[Example]:
    """Yield the rows, their translations, and what is made of an example's own passage."""
    everything, _ = read_sides(options.data)
    rows = choose_rows(everything, chance)
    translated = list(sound_translations(read_examples(options.work / TRANSLATED_FILE), everything))
    asked = list(asked_examples(rows, chance))
    matches = match_english(options.data, everything)
    matched = list(matched_examples(matches, everything, translated, chance))
    yield from (*asked, *translated, *matched)
    yield from removed_examples([*asked, *translated, *matched], chance)
    yield from subject_examples(asked, chance)
    yield from keyword_examples(chance.sample(asked, min(KEYWORDS, len(asked))), chance)


def other_examples(options: argparse.Namespace, chance: random.Random) -> Iterator[Example]:
    """Yield what needs other passages than a row's own, and what is made up."""
    everything, aside = read_sides(options.data)
    rows = choose_rows(everything, chance)
    negatives, _ = read_sides(options.data, ("negatives",))
    prose = read_prose(options.data)
    yield from (named(cut_example(row, "negative", chance), row) for row in negatives)
    yield from known_sentences(options.data, aside, rows, chance)
    yield from found_examples(rows, chance)
    yield from exchanged_examples(rows, chance)
    yield from crossed_examples(rows, prose, chance)
    yield from gap_examples(prose, chance)
    yield from cloze_examples(options.data, options.seed)
    yield from document_examples(chance)
    yield from fact_examples(FACTS, fillers_of(prose), options.seed)


def folder_examples(name: str) -> Callable[[argparse.Namespace, random.Random], Iterator[Example]]:
    """Return what yields the questions over one of the folders."""

    def examples(_options: argparse.Namespace, chance: random.Random) -> Iterator[Example]:
        yield from document_examples(chance, WRITTEN_FOLDERS[name], name)

    return examples


#: The files of examples, and what makes them.
MAKERS = {
    "people": row_examples,
    "others": other_examples,
    **{name: folder_examples(name) for name in WRITTEN_FOLDERS},
}


def match_english(data: Path, rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
    """Return for questions of squad-it the English one, and the sentence that answers it."""
    foreign = list({r.question: r for r in rows if r.source == "squad-it"})
    english = [row for row in read_question_passages(data) if row.source == "squad-nqg"]
    questions = [detokenize(row.question) for row in english]
    pairs = match_questions(foreign, questions)
    return {foreign[a]: (questions[b], detokenize(english[b].passage)) for a, b in pairs}


def sound_translations(examples: Sequence[Example], rows: Sequence[Row]) -> Iterator[Example]:
    """Yield translated examples, in pairs, but those whose answer lost its tags on the way."""
    answers = {(row.question, row.title): row.answers for row in rows}
    for own, asked in zip(examples[::2], examples[1::2], strict=True):
        known = answers.get((asked.question, asked.title), ())
        if known:
            words, given = known[0][1], own.context[own.start : own.end]
            stretch = len(given) / max(1, len(words))
            same = re.sub(r"\D", "", words) == re.sub(r"\D", "", given)
            if not same or not 1 / MAX_STRETCH < stretch < MAX_STRETCH:
                continue
        yield from (own, asked)


def known_sentences(
    data: Path, aside: Sequence[Row], rows: Sequence[Row], chance: random.Random
) -> Iterator[Example]:
    """Yield questions of which the sentence is known, but those whose words are known elsewhere."""
    known = {_letters(row.question) for row in rows if row.source == "squad1-en"}
    for example in sentence_examples(data, aside, chance):
        if _letters(example.question) not in known:
            yield replace(example, language="en", asked="en")


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


def fillers_of(prose: Sequence[Any]) -> dict[str, list[str]]:
    """Return short sentences of each language, to stand among made-up facts."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in prose:
        if "novel" in one.source:
            continue
        for start, end in split_sentences(one.text)[1:3]:
            sentence = " ".join(one.text[start:end].split())
            if 30 <= len(sentence) <= 140 and sentence.endswith("."):
                found[one.language].append(sentence)
    return dict(found)


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """Write examples as JSON and say how many there are of each kind."""
    listed = list(examples)
    for kind, count in sorted(Counter(example.kind for example in listed).items()):
        answered = sum(example.answerable for example in listed if example.kind == kind)
        logger.info("%s: %d examples, %d with an answer", kind, count, answered)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps([asdict(example) for example in listed], ensure_ascii=False)
    path.write_text(content, encoding="utf8")


def read_examples(path: Path) -> list[Example]:
    """Return the examples of a file."""
    return [Example(**row) for row in json.loads(path.read_text(encoding="utf8"))]


# -- packing --------------------------------------------------------------------------------------


def pack(options: argparse.Namespace) -> None:
    """Write token ids and starting weights."""
    files = sorted(options.work.glob(EXAMPLES_FILE.format("*")))
    examples = [example for file in files for example in read_examples(file)]
    measured = list(measured_questions(options.data, options.seed))
    logger.info(pack_examples(examples, measured, options.reader, options.out))


def start(options: argparse.Namespace) -> None:
    """Write the weights of a reader alone, for it to be a teacher."""
    write_start(options.reader, options.out)


def measured_questions(data: Path, seed: int) -> Iterator[Measured]:
    """Yield the questions of articles set aside, of the development file, and made-up ones.

    Names of the sets begin with "aside", by which a checkpoint may be chosen, or with "dev".
    """
    chance = random.Random(f"{seed} measured")
    _, aside = read_sides(data, (*PARTS, "negatives"))
    by_set: dict[str, list[Row]] = defaultdict(list)
    for row in aside:
        source = "piaf" if row.source == "piaf-1.1" else row.source.replace("squadshifts-", "")
        negative = "-negatives" if "otherparagraph" in row.source else ""
        name = f"{row.language}{negative}" if negative else source
        by_set[f"aside {name}"].append(row)
    for name in [
        one for one in by_set if one.split()[1] in ("reddit", "amazon_reviews", "pira-un")
    ]:
        del by_set[name]
    dev = read_rows(data, "dev")
    chosen = {name: chance.sample(rows, min(MEASURED, len(rows))) for name, rows in by_set.items()}
    chosen |= {
        f"dev {source}": [row for row in dev if row.source == source]
        for source in ("squad2", "piaf")
    }
    chosen["dev crossing"] = crossing_rows()
    for name, rows in sorted(chosen.items()):
        yield from (measure(row, name, chance) for row in rows)
        for row in chance.sample(rows, min(MEASURED, len(rows))):
            language = row.asked or row.language
            typed = replace(row, question=retype(row.question, language, "short", random.Random(1)))
            yield measure(typed, f"{name}, typed", chance)
            yield measure(row, f"{name}, same as typed", chance)
        if name.startswith("aside"):
            for row in rows:
                one = measure(row, f"{name}, titled", chance)
                yield replace(one, example=replace(one.example, above=clean_title(row.title)))
    for name, folder in {"document": DOCUMENTS, **WRITTEN_FOLDERS}.items():
        for written in document_examples(chance, folder, name, aside=True):
            span = ((written.start, written.end),) if written.answerable else ()
            yield Measured(f"aside {name}", written, span)
    for fact in fact_examples(MEASURED_FACTS, {}, seed + 99):
        spans = ((fact.start, fact.end),) if fact.answerable else ()
        yield Measured(f"aside {fact.kind}", fact, spans)


def measure(row: Row, name: str, chance: random.Random) -> Measured:
    """Return a row as a question to measure, over a chunk that holds its first answer."""
    example = named(cut_example(row, name, chance), row)
    begin = row.answers[0][0] - example.start if row.answers else 0
    spans = tuple(
        (start - begin, start - begin + len(words))
        for start, words in row.answers
        if start - begin >= 0 and start - begin + len(words) <= len(example.context)
    )
    return Measured(name, example, spans)


def crossing_rows() -> list[Row]:
    """Return the questions across languages that the project measures with."""
    folder = ROOT / "benchmarks" / "crossing"
    rows = []
    for line in (folder / "questions.jsonl").read_text(encoding="utf8").splitlines():
        asked = json.loads(line)
        name = asked["sources"][0] if "sources" in asked else asked["about"]
        text = (folder / name).read_text(encoding="utf8")
        answers = tuple((text.index(words), words) for words in asked.get("answers", ()))
        rows.append(Row(asked["question"], text, "", answers, "", "crossing", asked["language"]))
    return rows


def parse_arguments() -> argparse.Namespace:
    """Return the command line's options; `run` is the stage's function."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0, help="of every choice; default %(default)s")
    stages = parser.add_subparsers(required=True, metavar="STAGE")
    for name, run in (("translate", translate), ("prepare", prepare), ("pack", pack)):
        stage = stages.add_parser(name, help=run.__doc__)
        stage.set_defaults(run=run)
        stage.add_argument("--data", type=Path, required=True, help="the data folder")
        stage.add_argument("--work", type=Path, required=True, help="for what is made")
        if name == "prepare":
            stage.add_argument("--only", choices=MAKERS, help="one of the files")
        if name == "pack":
            stage.add_argument("--reader", type=Path, required=True)
            stage.add_argument("--out", type=Path, required=True)
    stage = stages.add_parser("start", help=start.__doc__)
    stage.set_defaults(run=start)
    stage.add_argument("--reader", type=Path, required=True)
    stage.add_argument("--out", type=Path, required=True, help="a .xz file")
    return parser.parse_args()


def main() -> None:
    """Run one stage."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = parse_arguments()
    options.run(options)


if __name__ == "__main__":
    main()
