"""Train the reader that ships, from the data folder's files to `models/reader/`.

    python -m training.reader prepare --data DATA --work WORK --encoder FOLDER
    python -m training.reader train   --work WORK --encoder FOLDER [--start READER] [--resume]
    python -m training.reader export  WORK/reader --out FOLDER
    python -m training.reader average READER ... --out FOLDER
    python -m training.reader restore models/reader --out FOLDER

FOLDER of `--encoder` is a model that training/encoder.py made: the reader starts from its weights,
so that what it learns in one language holds in the others. A run that is stopped goes on with
--resume. This module knows the order of the stages; what they do is in its neighbours.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from training.encoder_data import LANGUAGES, detokenize, read_question_passages
from training.encoder_distil import plan_batches
from training.encoder_export import LICENSE, average_models, compress
from training.encoder_restore import restore_reader
from training.encoder_student import Student, freeze_lowest, load_body, load_tokenizer
from training.encoder_tune import encode_texts, match_translations
from training.export import export_graph, write_config
from training.loop import (
    Schedule,
    add_finishing,
    add_options,
    choose_device,
    has_bfloat16,
    load_checkpoint,
    train,
    use_bfloat16,
)
from training.reader_data import (
    Example,
    Row,
    choose_rows,
    cloze_examples,
    cut_example,
    is_set_aside,
    question_examples,
    read_rows,
    sentence_examples,
    transferred_example,
)
from training.reader_impossible import (
    crossed_examples,
    foreign_passages,
    negative_examples,
    removed_examples,
    swapped_examples,
    times,
)
from training.reader_model import (
    MAX_TOKENS,
    QUESTION_TOKENS,
    Reader,
    ReaderSet,
    load_reader,
    load_reader_tokenizer,
    save_reader,
    settle_spans,
    span_loss,
    tokenize_examples,
)
from training.reader_translated import machine_translated_examples

logger = logging.getLogger(__name__)

SCHEDULE = Schedule(rate=1e-4, embedding_rate=0.0)
BATCH_TOKENS = 4096
EXAMPLES_FILE = "examples.json"


def prepare(options: argparse.Namespace) -> None:
    """Make the examples."""
    chance = random.Random(options.seed)
    everything = read_rows(options.data, "train")
    rows = [row for row in everything if not is_set_aside(row)]
    kept_out = [row for row in everything if is_set_aside(row)]
    chosen = choose_rows(rows, chance)
    student = Student(load_body(options.encoder, "eager"))
    tokenizer = load_tokenizer(options.encoder)
    bf16 = has_bfloat16(torch.device("cpu"))

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        return encode_texts(student, tokenizer, texts, bf16=bf16)

    asked = list(question_examples(chosen, chance))
    translated = translated_examples(options.data, rows, encode, chance)
    examples = [
        *asked,
        *sentence_examples(options.data, kept_out, chance),
        *negative_examples(chosen, chance),
        *swapped_examples(chosen, chance),
        *translated,
        *machine_translated_examples(rows, chance),
        *cloze_examples(options.data, options.seed),
        *removed_examples([*asked, *translated], chance),
        *crossed_examples(chosen, foreign_passages(options.data, chosen, chance), encode, chance),
    ]
    for kind, count in sorted(Counter(example.kind for example in examples).items()):
        answered = sum(example.answerable for example in examples if example.kind == kind)
        logger.info("%s: %d examples, %d with an answer", kind, count, answered)
    options.work.mkdir(parents=True, exist_ok=True)
    content = json.dumps([asdict(example) for example in examples], ensure_ascii=False)
    (options.work / EXAMPLES_FILE).write_text(content, encoding="utf8")


def translated_examples(
    data: Path,
    rows: list[Row],
    encode: Callable[[Sequence[str]], NDArray[np.float32]],
    chance: random.Random,
) -> list[Example]:
    """Return English questions over Italian contexts, over English ones, and the Italian over them.

    SQuAD-it is a translation of SQuAD, and the NQG split holds SQuAD's English questions: those
    that are each other's nearest, and near enough, are taken for translations. An answer that is
    the same in both languages gives its place in the English sentence.
    """
    foreign = [row for row in rows if row.source == "squad-it"]
    english = [row for row in read_question_passages(data) if row.source == "squad-nqg"]
    vectors = [encode([detokenize(row.question) for row in side]) for side in (foreign, english)]
    examples = []
    for ours, theirs in match_translations(*vectors):
        cut = cut_example(foreign[ours], "en-it", chance)
        question = detokenize(english[theirs].question)
        examples.append(Example(question, cut.context, cut.start, cut.end, cut.kind))
        sentence = detokenize(english[theirs].passage)
        same = transferred_example(question, sentence, foreign[ours].answers[0][1])
        if same:
            examples += same, replace(same, question=foreign[ours].question, kind="it-en")
    return examples


def train_reader(options: argparse.Namespace) -> None:
    """Train on the examples."""
    device = choose_device(options.device)
    attention = "sdpa" if device.type == "cuda" else "eager"
    body = load_body(options.start or options.encoder, attention)
    reader = load_reader(options.start, body) if options.start else Reader(body)
    freeze_lowest(reader.body)
    rows = json.loads((options.work / EXAMPLES_FILE).read_text(encoding="utf8"))
    shares = dict(options.shares or ())
    chance = random.Random(options.seed)
    examples = [
        Example(**row)
        for row in rows
        for _ in range(times(shares.get(row["kind"], 0.0 if shares else 1.0), chance))
    ]
    tokenizer = load_reader_tokenizer(options.encoder)
    reader_set = tokenize_examples(tokenizer, examples)
    logger.info("%d of %d examples", len(reader_set), len(examples))
    bf16 = use_bfloat16(options, device)
    if options.settle:
        if not options.start:
            raise SystemExit("--settle asks the reader of --start, and none was given")
        unsettled = np.flatnonzero(reader_set.somewhere)
        plan = plan_batches(
            reader_set.lengths[unsettled].tolist(), MAX_TOKENS, options.batch_tokens, options.seed
        )
        rows_of = [[int(unsettled[row]) for row in batch] for batch in plan]
        reader_set = settle_spans(reader.to(device).eval(), reader_set, rows_of, bf16=bf16)
        logger.info("settled %d of %d", len(unsettled) - reader_set.somewhere.sum(), len(unsettled))
    batches = [
        batch
        for epoch in range(options.epochs)
        for batch in plan_batches(
            reader_set.lengths.tolist(), MAX_TOKENS, options.batch_tokens, options.seed + epoch
        )
    ]
    folder = options.work / options.name
    train(
        reader,
        batches[: options.steps],
        make_loss(reader_set, device, bf16=bf16),
        replace(SCHEDULE, rate=options.rate),
        folder,
        device,
        resume=options.resume,
        checkpoint_seconds=options.checkpoint_every,
    )
    save_reader(folder, reader, tokenizer)
    logger.info("wrote %s", folder)


def make_loss(
    reader_set: ReaderSet, device: torch.device, *, bf16: bool
) -> Callable[[Reader, list[int]], torch.Tensor]:
    """Return the loss of a batch of rows."""

    def loss_of(reader: Reader, rows: list[int]) -> torch.Tensor:
        return span_loss(reader, reader_set.batch(rows, device), bf16=bf16)

    return loss_of


def snapshot(options: argparse.Namespace) -> None:
    """Write the reader of a checkpoint."""
    reader = Reader(load_body(options.encoder, "eager"))
    done = load_checkpoint(options.work / options.name / "checkpoint.pt", reader)
    save_reader(options.out, reader, load_reader_tokenizer(options.encoder))
    logger.info("wrote %s, after %d steps", options.out, done)


def export(model: Path, out: Path, body: str) -> None:
    """Write the folder that ships."""
    reader = load_reader(model, load_body(model, "eager")).eval()
    export_graph(
        reader,
        dict.fromkeys(("input_ids", "attention_mask", "token_type_ids"), ("batch", "tokens")),
        {"scores": ("side", "batch", "tokens")},
        model / "tokenizer.json",
        out,
    )
    compress(out / "model.onnx", body)
    config = {
        "name": "seedqa-reader",
        "max_length": MAX_TOKENS,
        "question_tokens": QUESTION_TOKENS,
        "languages": ["en", *LANGUAGES],
        "license": LICENSE,
    }
    write_config(out, config)


def parse_arguments() -> argparse.Namespace:
    """Return the command line's options; `run` is the stage's function."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0, help="of every choice; default %(default)s")
    stages = parser.add_subparsers(required=True, metavar="STAGE")
    parsers = {}
    for name, run in (("prepare", prepare), ("train", train_reader), ("snapshot", snapshot)):
        parsers[name] = stages.add_parser(name, help=run.__doc__)
        parsers[name].set_defaults(run=run)
        parsers[name].add_argument("--work", type=Path, required=True)
        parsers[name].add_argument("--encoder", type=Path, required=True)
    parsers["prepare"].add_argument("--data", type=Path, required=True, help="the data folder")
    for name in ("train", "snapshot"):
        parsers[name].add_argument("--name", default="reader", help="of the result below WORK")
    add_options(parsers["train"], BATCH_TOKENS)
    parsers["train"].add_argument("--epochs", type=int, default=2)
    parsers["train"].add_argument("--start", type=Path, help="a trained reader to go on from")
    parsers["train"].add_argument(
        "--settle",
        action="store_true",
        help="where only the sentence is known, train on what the reader of --start finds in it",
    )
    parsers["train"].add_argument(
        "--shares",
        nargs="+",
        type=read_share,
        metavar="KIND=SHARE",
        help="how often an example of a kind is taken, 0.5 being every other; default: all, once",
    )
    parsers["train"].add_argument("--rate", type=float, default=SCHEDULE.rate)
    parsers["snapshot"].add_argument("--out", type=Path, required=True)
    add_finishing(stages, average_models, restore_reader, export)
    return parser.parse_args()


def read_share(text: str) -> tuple[str, float]:
    """Return the kind and the share of "KIND=SHARE"."""
    kind, _, share = text.partition("=")
    return kind, float(share)


def main() -> None:
    """Run one stage."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    options = parse_arguments()
    torch.manual_seed(options.seed)
    if "threads" in options:
        torch.set_num_threads(options.threads)
    options.run(options)


if __name__ == "__main__":
    main()
