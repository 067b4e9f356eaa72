"""The loop that every stage of training runs: schedule, optimiser, checkpoints, resumption.

A stage is a fixed list of batches and a function from a batch to its loss, so that the position
in the data is the step, and a stopped run goes on as if it had not been. Knows nothing of what
the batches hold.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor
from tqdm import tqdm

logger = logging.getLogger(__name__)
Batch = TypeVar("Batch")
Model = TypeVar("Model", bound=torch.nn.Module)

#: Seconds between two checkpoints.
CHECKPOINT_SECONDS = 600.0
#: Seconds between two lines of progress where the output is a file.
PROGRESS_SECONDS = 20.0
#: Weight of the newest loss in the running mean that is shown.
SMOOTHING = 0.05
#: The name that ends the parameter of the word embeddings.
WORD_TABLE = "word_embeddings.weight"
#: Gradients longer than this are scaled down to it.
MAX_GRADIENT = 1.0


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


def add_options(parser: argparse.ArgumentParser, batch_tokens: int) -> None:
    """Add the options of a stage that trains."""
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", action="store_true", help="from the checkpoint")
    parser.add_argument("--steps", type=int, help="stop after so many; default: all")
    parser.add_argument("--float32", action="store_true", help="no bfloat16, where there is any")
    parser.add_argument(
        "--batch-tokens",
        type=int,
        default=batch_tokens,
        help="of a batch of texts, padding included; default %(default)s",
    )
    parser.add_argument(
        "--checkpoint-every",
        type=float,
        default=CHECKPOINT_SECONDS,
        metavar="SECONDS",
        help="default %(default)s",
    )


def choose_device(name: str) -> torch.device:
    """Return the device `name`; "auto" is the GPU if there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def has_bfloat16(device: torch.device) -> bool:
    """Return whether the device multiplies in bfloat16.

    A processor that does not is made to by its matrix library, at a hundredth of the speed
    (measured on two AVX2 cores: a product took 3.5 s, and 33 ms in float32).
    """
    if device.type != "cpu":
        return True
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def use_bfloat16(options: argparse.Namespace, device: torch.device) -> bool:
    """Return whether to compute in bfloat16: where the device has it, and nobody says --float32."""
    return has_bfloat16(device) and not options.float32


def add_finishing(
    stages: argparse._SubParsersAction[argparse.ArgumentParser],
    average: Callable[[Sequence[Path], Path], None],
    restore: Callable[[Path, Path], None],
    export: Callable[[Path, Path, str], None],
) -> None:
    """Add the stages after training, the same for encoder and reader."""
    parsers = {}
    for name, summary in (
        ("average", "The mean of the weights of several models."),
        ("restore", "A shipped folder as one that training goes on from."),
        ("export", "Write the folder that ships."),
    ):
        parsers[name] = stages.add_parser(name, help=summary)
        parsers[name].add_argument("--out", type=Path, required=True)
    parsers["average"].add_argument("models", nargs="+", type=Path)
    parsers["average"].set_defaults(run=lambda options: average(options.models, options.out))
    parsers["restore"].add_argument("shipped", type=Path)
    parsers["restore"].set_defaults(run=lambda options: restore(options.shipped, options.out))
    parsers["export"].add_argument("model", type=Path)
    parsers["export"].add_argument("--body", choices=("half", "int8"), default="int8")
    parsers["export"].set_defaults(
        run=lambda options: export(options.model, options.out, options.body)
    )


def make_optimizer(model: torch.nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    """Return AdamW with a rate of its own, and no decay, for the embeddings of words.

    Decay would shrink the rows of pieces that no batch holds. What needs no gradient is left out.
    """
    tables: list[torch.nn.Parameter] = []
    rest: list[torch.nn.Parameter] = []
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            (tables if name.endswith(WORD_TABLE) else rest).append(weight)
    groups: list[dict[str, Any]] = [
        {"params": rest, "lr": schedule.rate, "weight_decay": schedule.weight_decay}
    ]
    if tables:
        table = {"params": tables, "lr": schedule.embedding_rate, "weight_decay": 0.0}
        groups.insert(0, table)
    return torch.optim.AdamW(groups, fused=True)


def train(
    model: Model,
    batches: Sequence[Batch],
    loss_of: Callable[[Model, Batch], Tensor],
    schedule: Schedule,
    folder: Path,
    device: torch.device,
    *,
    resume: bool,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    made_of: Mapping[str, Any] | None = None,
) -> None:
    """Train `model` over `batches` once.

    `checkpoint.pt` in `folder` is written every `checkpoint_seconds`; with `resume` the run starts
    from it, also where `batches` were cut short or made longer since: the rates then decay to
    their new end. Raises SystemExit where it belongs to a run with other rates, or to batches
    that were made of something else than `made_of` says.
    """
    model.to(device).train()
    optimizer = make_optimizer(model, schedule)
    rates = [group["lr"] for group in optimizer.param_groups]
    settings = {**asdict(schedule), **(made_of or {})}
    checkpoint = folder / "checkpoint.pt"
    first = _restore(checkpoint, model, optimizer, settings) if resume else 0
    saved_at, mean = time.monotonic(), None
    with tqdm(
        total=len(batches), initial=first, desc=folder.name, mininterval=PROGRESS_SECONDS
    ) as bar:
        for step in range(first, len(batches)):
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * schedule.factor(step, len(batches))
            loss = loss_of(model, batches[step])
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(model.parameters(), MAX_GRADIENT)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            value = float(loss.detach())
            mean = value if mean is None else mean + SMOOTHING * (value - mean)
            bar.set_postfix(loss=f"{mean:.4f}", refresh=False)
            bar.update()
            if time.monotonic() - saved_at > checkpoint_seconds:
                _save(checkpoint, model, optimizer, settings, step + 1)
                saved_at = time.monotonic()


def load_checkpoint(checkpoint: Path, model: torch.nn.Module) -> int:
    """Load the weights of a checkpoint into `model` and return the steps that it has done.

    Raises SystemExit where there is none.
    """
    if not checkpoint.exists():
        raise SystemExit(f"no checkpoint {checkpoint}; a stage writes one every ten minutes")
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    model.load_state_dict(state["student"])
    return int(state["step"])


def _save(
    path: Path,
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    settings: dict[str, Any],
    step: int,
) -> None:
    """Write a checkpoint beside the last one, then put it in its place: never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "student": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "settings": settings,
        "step": step,
        "random": torch.get_rng_state(),
    }
    fresh = path.with_suffix(".new")
    try:
        torch.save(state, fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _restore(
    path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer, settings: dict[str, Any]
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
    model.load_state_dict(state["student"])
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["random"])
    return int(state["step"])
