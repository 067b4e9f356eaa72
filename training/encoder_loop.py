"""The loop that every stage of training runs: schedule, optimiser, checkpoints, resumption.

A stage is a fixed list of batches and a function from a batch to its loss, so that the position
in the data is the step, and a stopped run goes on as if it had not been. Knows nothing of what
the batches hold.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from encoder_student import Student, save_student
from torch import Tensor
from tqdm import tqdm

logger = logging.getLogger(__name__)
Batch = TypeVar("Batch")

#: Seconds between two checkpoints.
CHECKPOINT_SECONDS = 600.0
#: Seconds between two lines of progress where the output is a file.
PROGRESS_SECONDS = 20.0
#: Weight of the newest loss in the running mean that is shown.
SMOOTHING = 0.05
#: Gradients longer than this are scaled down to it.
MOST_GRADIENT = 1.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Learning rates: linear warm-up over `warmup` of the steps, then linear decay to nothing."""

    rate: float
    embedding_rate: float
    warmup: float = 0.05
    weight_decay: float = 0.01

    def factor(self, step: int, steps: int) -> float:
        """Return what the rates are multiplied by at `step`, counted from 0."""
        warm = max(1, round(self.warmup * steps))
        if step < warm:
            return (step + 1) / warm
        return max(0.0, (steps - step) / max(1, steps - warm))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stage runs, and what it writes its result with."""

    folder: Path
    tokenizer_file: Path
    device: torch.device


def choose_device(name: str) -> torch.device:
    """Return the device `name`; "auto" is the GPU if there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def make_optimizer(student: Student, schedule: Schedule) -> torch.optim.Optimizer:
    """Return AdamW with a rate of its own, and no decay, for the embeddings.

    Decay would shrink the rows of pieces that no batch holds.
    """
    table = student.body.embeddings.word_embeddings.weight
    rest = [weight for weight in student.parameters() if weight is not table]
    groups = [
        {"params": [table], "lr": schedule.embedding_rate, "weight_decay": 0.0},
        {"params": rest, "lr": schedule.rate, "weight_decay": schedule.weight_decay},
    ]
    return torch.optim.AdamW(groups, fused=True)


def train(
    student: Student,
    batches: Sequence[Batch],
    loss_of: Callable[[Student, Batch], Tensor],
    schedule: Schedule,
    place: Place,
    *,
    resume: bool,
) -> None:
    """Train `student` over `batches` once and write it to `place.folder`.

    `checkpoint.pt` in it is written every `CHECKPOINT_SECONDS`; with `resume` the run starts
    from it, also where `batches` were cut short or made longer since: the rates then decay to
    their new end. Raises SystemExit where it belongs to a run with other rates.
    """
    student.to(place.device).train()
    optimizer = make_optimizer(student, schedule)
    rates = [group["lr"] for group in optimizer.param_groups]
    settings = asdict(schedule)
    checkpoint = place.folder / "checkpoint.pt"
    first = _restore(checkpoint, student, optimizer, settings) if resume else 0
    saved_at, mean = time.monotonic(), None
    with tqdm(
        total=len(batches), initial=first, desc=place.folder.name, mininterval=PROGRESS_SECONDS
    ) as bar:
        for step in range(first, len(batches)):
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * schedule.factor(step, len(batches))
            loss = loss_of(student, batches[step])
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(student.parameters(), MOST_GRADIENT)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            value = float(loss.detach())
            mean = value if mean is None else mean + SMOOTHING * (value - mean)
            bar.set_postfix(loss=f"{mean:.4f}", refresh=False)
            bar.update()
            if time.monotonic() - saved_at > CHECKPOINT_SECONDS:
                _save(checkpoint, student, optimizer, settings, step + 1)
                saved_at = time.monotonic()
    save_student(place.folder, student.body, place.tokenizer_file)
    logger.info("wrote %s", place.folder)


def checkpoint_to_student(checkpoint: Path, student: Student) -> int:
    """Load the weights of a checkpoint into `student` and return the steps that it has done."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    student.load_state_dict(state["student"])
    return int(state["step"])


def _save(
    path: Path,
    student: Student,
    optimizer: torch.optim.Optimizer,
    settings: dict[str, Any],
    step: int,
) -> None:
    """Write a checkpoint beside the last one, then put it in its place: never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "student": student.state_dict(),
        "optimizer": optimizer.state_dict(),
        "settings": settings,
        "step": step,
        "random": torch.get_rng_state(),
    }
    fresh = path.with_suffix(".new")
    torch.save(state, fresh)
    fresh.replace(path)


def _restore(
    path: Path, student: Student, optimizer: torch.optim.Optimizer, settings: dict[str, Any]
) -> int:
    """Load a checkpoint, if there is one, and return the steps that it has done."""
    if not path.exists():
        logger.info("no checkpoint %s: starting at the first step", path)
        return 0
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state["settings"] != settings:
        raise SystemExit(
            f"{path} was made with {state['settings']}, this run has {settings}; "
            "start without --resume, or with the old settings"
        )
    student.load_state_dict(state["student"])
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["random"])
    return int(state["step"])
