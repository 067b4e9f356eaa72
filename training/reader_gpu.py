"""Train the reader on a machine with a GPU and without the project.

    python -m training.reader_gpu --pack FOLDER --out FOLDER --plan main --seconds 540

FOLDER of `--pack` is what `reader_pack.py pack` wrote. Needs torch, numpy and its
neighbours gpu_model.py and gpu_measure.py alone. A run is as
long as it is told in seconds, its learning rate falls with the time that is left, and what it has
is written as it goes: a machine that is taken back loses little. Weights are written in 8 bits, a
scale for each row, as they ship.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.gpu_losses import difference, reminded_loss, span_loss, taught_loss
from training.gpu_measure import measure, show, summary
from training.gpu_model import (
    WORDS,
    Reader,
    Rows,
    draw_rows,
    lay_out,
    plan_epoch,
    read_packed,
    widen,
    write_weights,
)

STARTED = time.monotonic()
RATE = 2.5e-4
#: The rate never falls below this share of the peak.
MIN_RATE = 0.01
#: Seconds below which a third run is not begun.
MIN_SECONDS = 30
#: Layers that a run of the upper half leaves as they are, and by how much two readers may differ in
#: them: what comes back is rounded to 16 bits.
UPPER, SAME = 6, 2e-4
#: The share of a reminder's loss that is the teacher's.
REMINDED = 0.7
#: Steps after which a run says how far it is.
SAID_EVERY = {"cuda": 500, "cpu": 20}
#: How often the examples of a kind are taken in a pass; once where nothing is said.
SHARES = {
    "asked-it-to-fr": 0.5,
    "asked-es-to-fr": 0.5,
    "asked-pt-to-fr": 0.5,
    "asked-it-to-es": 0.5,
    "squadshifts-amazon_reviews": 0.7,
    "squadshifts-reddit": 0.7,
    "removed": 0.6,
    "subject above": 0.6,
    "other subject": 0.4,
    "found": 0.7,
    "fact": 0.8,
    "table": 0.8,
    "cloze": 0.6,
}
#: The same for a reader that has learned from most of them before.
AGAIN_SHARES = {
    "piaf": 0.6,
    "piaf-1.1": 0.6,
    "squadshifts-amazon_reviews": 0.3,
    "squadshifts-reddit": 0.3,
    "squad-nqg": 0.5,
    "fact": 0.4,
    "table": 0.4,
    "cloze": 0.3,
}
#: And for the second run of two.
MORE_SHARES = {"piaf": 0.9, "piaf-1.1": 0.9, "document": 1.5, "document none": 1.5, "written": 1.5}
#: For a short run over joined prose, and how many of the other examples a pass has as a reminder.
JOINED_SHARES = {"joined": 0.7, "joined none": 0.4, "joined other": 0.3}
REMINDER = 400
#: For a short run over all that was written over documents, with a teacher for its reminder.
KEPT_SHARES = {
    "article": 0.6,
    "article none": 0.25,
    "article other": 0.1,
    "entry": 0.5,
    "entry none": 0.25,
    "entry other": 0.06,
    "plain": 0.25,
    "plain none": 0.1,
    "plain other": 0.06,
    "joined": 0.45,
    "joined none": 0.18,
    "joined other": 0.12,
    "document": 0.25,
    "document none": 0.25,
    "document other": 0.25,
}
KEPT_REMINDER = 2_500
#: For a run after that one: half of each, and what was written since.
RECORD_SHARES = {kind: share / 2 for kind, share in KEPT_SHARES.items()} | {
    "record": 0.8,
    "record none": 0.5,
    "record other": 0.2,
    "phrase": 0.8,
    "phrase none": 0.5,
    "phrase other": 0.1,
}
#: For a short run over plain questions and joined prose, and its reminder.
PLAIN_SHARES = {
    "plain": 0.35,
    "plain none": 0.15,
    "plain other": 0.1,
    "joined": 0.3,
    "joined none": 0.12,
    "joined other": 0.08,
}
PLAIN_REMINDER = 900


def say(*words: Any) -> None:
    """Print with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:6.1f}]", *words, flush=True)


# -- training -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    """What one run is made of."""

    name: str
    seconds: float
    rate: float
    seed: int
    tokens: int = 32_768
    dropout: float = 0.1
    layer_decay: float = 0.95
    weight_decay: float = 0.01
    warmup: float = 0.06
    shares: tuple[tuple[str, float], ...] = ()
    taught: float = 0.0
    """The share of the loss that is the teachers'."""
    twice: float = 0.0
    """How much it costs that two readings with other dropout differ; read once where 0."""
    steps: int = 10**9
    frozen: int = 0
    """Layers that stay as they are, from below, and with them the embeddings."""
    reminded: float = 0.0
    """The share of a reminder's loss that is what the teachers think."""


def freeze(reader: Reader, layers: int) -> None:
    """Leave the lowest layers as they are, and what is below them."""
    if layers:
        for part in (reader.places, reader.types, reader.norm, *reader.layers[:layers]):
            part.requires_grad_(False)


def parameter_groups(reader: Reader, recipe: Recipe) -> list[dict[str, Any]]:
    """Return parameters with lower rates lower down, and no decay of what is no matrix."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    depth = len(reader.layers)
    for name, weight in reader.named_parameters():
        if not weight.requires_grad:
            continue
        number = int(name.split(".")[1]) if name.startswith("layers.") else -1
        below = 0 if name.startswith("head.") else depth - number
        rate = recipe.rate * recipe.layer_decay**below
        decay = recipe.weight_decay if weight.ndim == 2 else 0.0
        groups.setdefault((rate, decay), []).append(weight)
    return [
        {"params": params, "lr": rate, "weight_decay": decay, "peak": rate}
        for (rate, decay), params in groups.items()
    ]


def train(
    recipe: Recipe,
    weights: dict[str, Tensor],
    rows: Rows,
    kinds: NDArray[np.int64],
    names: Sequence[str],
    teachers: Sequence[Reader] = (),
) -> Reader:
    """Return a reader trained from `weights` for as long as the recipe says."""
    device = rows.ids.device
    torch.manual_seed(recipe.seed)
    chance = np.random.default_rng(recipe.seed)
    reader = Reader(weights, recipe.dropout).to(device).train()
    freeze(reader, recipe.frozen)
    optimizer = torch.optim.AdamW(parameter_groups(reader, recipe), fused=True)
    shares = dict(recipe.shares)
    share = np.array([shares.get(name, 1.0) for name in names])
    began, step, tokens, epochs = time.monotonic(), 0, 0, 0
    mean = torch.zeros((), device=device)
    done = 0.0
    while done < 1.0:
        epochs += 1
        drawn = draw_rows(kinds, share, chance)
        for chosen in plan_epoch(rows.lengths, drawn, recipe.tokens, chance):
            done = max((time.monotonic() - began) / recipe.seconds, step / recipe.steps)
            if done >= 1.0:
                break
            factor = min(done / recipe.warmup, (1 - done) / (1 - recipe.warmup))
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * max(factor, MIN_RATE)
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                loss = loss_of(reader, rows.batch(chosen), recipe, teachers)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            mean.lerp_(loss.detach(), 0.01 if step > 100 else 0.1)
            step += 1
            tokens += int(rows.lengths[chosen].sum())
            if step % SAID_EVERY[device.type] == 0 or step == 20:
                speed = tokens / (time.monotonic() - began) / 1e3
                say(f"{recipe.name}: step {step}, epoch {epochs}, loss {float(mean):.4f}, "
                    f"{speed:.0f}k tokens/s, {done:.0%}")  # fmt: skip
    say(f"{recipe.name}: {step} steps, {epochs} epochs, {tokens / 1e6:.0f}M tokens")
    return reader.eval()


def loss_of(
    reader: Reader, batch: dict[str, Tensor], recipe: Recipe, teachers: Sequence[Reader]
) -> Tensor:
    """Return the loss of a batch, a share of it the teachers'."""
    if recipe.reminded:
        return reminded_loss(reader, batch, teachers, recipe.frozen, recipe.reminded)
    scores, somewhere = reader(batch), batch["somewhere"]
    loss = span_loss(scores, batch, somewhere)
    if recipe.twice:
        again = reader(batch)
        loss = (loss + span_loss(again, batch, somewhere)) / 2
        loss = loss + recipe.twice * difference(scores, again)
    if not teachers:
        return loss
    taught = taught_loss(scores, batch, somewhere, teachers)
    return (1 - recipe.taught) * loss + recipe.taught * taught


def average(states: Sequence[dict[str, Tensor]], shares: Sequence[float]) -> dict[str, Tensor]:
    """Return the weighted mean of weights."""
    total = sum(shares)
    return {
        name: sum(share / total * state[name] for share, state in zip(shares, states, strict=True))  # type: ignore[misc]
        for name in states[0]
    }


# -- plans ----------------------------------------------------------------------------------------


class Session:
    """What all runs share."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.out, self.device = options, options.out, torch.device(options.device)
        self.names = json.loads((options.pack / "names.json").read_text())
        say("reading")
        data = read_packed(options.pack / "data.xz")
        self.start = widen(read_packed(options.pack / "start.xz"), self.device)
        say("laying out")
        trained = data["trained"]
        if options.max_rows:
            trained = trained[:: max(1, len(trained) // options.max_rows)]
        self.rows, kept = lay_out(data, trained, self.device)
        self.kinds = trained[kept, 6].astype(np.int64)
        somewhere = trained[kept, 5].astype(bool)
        self.rows.fields["somewhere"] = torch.from_numpy(somewhere).to(self.device)
        tested = data["tested"]
        most = options.max_tests or options.max_rows
        if most:
            tested = tested[:: max(1, len(tested) // most)]
        self.tests, kept = lay_out(data, tested, self.device)
        self.tested = tested[kept]
        self.columns: dict[str, dict[str, list[float]]] = {}
        say(f"{len(self.kinds)} rows, {self.rows.lengths.sum() / 1e6:.1f}M tokens, "
            f"{len(self.tested)} measured")  # fmt: skip

    def train(
        self, recipe: Recipe, start: dict[str, Tensor], *teachers: Reader
    ) -> dict[str, Tensor]:
        """Return the weights of a run."""
        reader = train(recipe, start, self.rows, self.kinds, self.names["kinds"], teachers)
        return {WORDS: self.start[WORDS], **reader.weights()}

    def reader(self, weights: dict[str, Tensor]) -> Reader:
        """Return a reader that only reads."""
        return Reader(weights, 0.0).to(self.device).eval().requires_grad_(False)

    def measure(self, name: str, weights: dict[str, Tensor]) -> float:
        """Measure weights under a name; return the figure to choose by."""
        figures = measure(self.reader(weights), self.tests, self.tested, self.names["sets"])
        self.columns[name] = figures
        chosen = summary(figures)
        say(f"{name}: {chosen:.2f}; dev:", "; ".join(
            f"{one[4:]} {v[0]:.1f}/{v[1]:.1f} {v[2]:.3f}"
            for one, v in figures.items() if one.startswith("dev") and "same" not in one
        ))  # fmt: skip
        (self.out / "figures.json").write_text(json.dumps(self.columns))
        return chosen


def compare_rates(session: Session, seconds: float) -> None:
    """Compare rates and sizes of a batch for a moment each."""
    session.measure("start", session.start)
    for rate, tokens in ((1e-4, 16_384), (2e-4, 16_384), (2e-4, 32_768)):
        name = f"{rate:g} {tokens}"
        shares = tuple(SHARES.items())
        recipe = Recipe(name, seconds / 3, rate, 1, tokens=tokens, shares=shares)
        session.measure(name, session.train(recipe, session.start))
    show(session.columns, session.out)


def short_plan(session: Session, seconds: float) -> None:
    """One run at half the rate, with fewer made-up facts and more French, to be averaged with."""
    shares = SHARES | {"fact": 0.3, "table": 0.3, "piaf": 1.3, "piaf-1.1": 1.3}
    recipe = Recipe("four", seconds, session.options.rate / 2, 4, shares=tuple(shares.items()))
    weights = session.train(recipe, session.start)
    write_weights(weights, session.out, "c")
    session.measure("four", weights)
    show(session.columns, session.out)


def two_runs(
    session: Session, one: Recipe, two: Recipe, names: tuple[str, str]
) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]:
    """Return the weights of two runs from the start, and their mean.

    The first and the mean are written under `names`.
    """
    session.measure("start", session.start)
    first = session.train(one, session.start)
    write_weights(first, session.out, names[0])
    session.measure(one.name, first)
    second = session.train(two, session.start)
    session.measure(two.name, second)
    both = average([first, second], [1, 1])
    write_weights(both, session.out, names[1])
    session.measure("both", both)
    return first, second, both


def taught_run(
    session: Session,
    one: Recipe,
    runs: tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]],
    left: float,
    name: str,
) -> dict[str, Tensor] | None:
    """Return the weights of a third run from the mean of two, which both teach; None without time.

    It takes `left` seconds, and is written under a name.
    """
    if left <= MIN_SECONDS:
        return None
    first, second, both = runs
    three = replace(one, name="three", seed=3, seconds=left, taught=0.6, twice=0.0,
                    rate=0.7 * one.rate)  # fmt: skip
    third = session.train(three, both, session.reader(first), session.reader(second))
    write_weights(third, session.out, name)
    session.measure("three", third)
    return third


def main_plan(session: Session, seconds: float) -> None:
    """Two runs from the start, their mean, and a third that both teach."""
    options = session.options
    one = Recipe(
        "one",
        seconds * 0.30,
        options.rate,
        1,
        tokens=options.tokens,
        shares=tuple(SHARES.items()),
    )
    runs = two_runs(session, one, replace(one, name="two", seed=2, dropout=0.05), ("a", "a"))
    both = runs[2]
    third = taught_run(session, one, runs, seconds - (time.monotonic() - STARTED) - 45, "b")
    if third:
        for name, states, parts in (
            ("three and both", [third, both], [1, 1]),
            ("three, both, start", [third, both, session.start], [2, 2, 1]),
        ):
            mixed = average(states, parts)
            if session.measure(name, mixed) > max(
                summary(v) for k, v in session.columns.items() if k != name
            ):
                write_weights(mixed, session.out, "a")
    show(session.columns, session.out)


def again_plan(session: Session, seconds: float) -> None:
    """Like the main plan, from a reader that knows most of the examples: fewer passes of them.

    The first run reads each batch twice; the second has more French and more that was written. What
    is written are the mean of both, the third, and the first: mixtures are made of them at home.
    """
    options = session.options
    shares = SHARES | AGAIN_SHARES
    one = Recipe("one", seconds * 0.31, options.rate, 1, tokens=options.tokens,
                 shares=tuple(shares.items()), twice=0.5)  # fmt: skip
    two = replace(one, name="two", seed=2, seconds=seconds * 0.22, twice=0.0,
                  shares=tuple((shares | MORE_SHARES).items()))  # fmt: skip
    runs = two_runs(session, one, two, ("one", "both"))
    third = taught_run(session, one, runs, seconds - (time.monotonic() - STARTED) - 60, "three")
    if third:
        for parts in ((1, 1, 0), (2, 2, 1), (1, 1, 1)):
            mixed = average([third, runs[2], session.start], parts)
            session.measure(" ".join(map(str, parts)), mixed)
    show(session.columns, session.out)


def upper_run(
    session: Session, name: str, seconds: float, own: dict[str, float], reminder: int
) -> None:
    """One run of the upper half over kinds of examples, with a reminder of the rest; a CPU will do.

    `own` has how often the examples of each of those kinds are taken in a pass, `reminder` how many
    of all others. With `--teacher` they are kept as those readers have them, in part.
    """
    options = session.options
    names = session.names["kinds"]
    is_reminder = np.array([kind not in own for kind in names])[session.kinds]
    shares = dict.fromkeys(names, reminder / max(1, int(is_reminder.sum()))) | own
    recipe = Recipe(name, seconds, options.rate, 5, tokens=options.tokens, frozen=UPPER,
                    shares=tuple(shares.items()))  # fmt: skip
    teachers = []
    if options.teacher:
        session.rows.fields["reminder"] = torch.from_numpy(is_reminder).to(session.device)
        teachers = [session.reader(read_teacher(file, session.start)) for file in options.teacher]
        recipe = replace(recipe, reminded=REMINDED)
    weights = session.train(recipe, session.start, *teachers)
    write_weights(weights, session.out, name)
    session.measure("start", session.start)
    session.measure(name, weights)
    session.measure("half", average([weights, session.start], [1, 1]))
    show(session.columns, session.out)


def read_teacher(file: Path, start: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a teacher's weights; raises ValueError where its lower half is not the start's."""
    weights = widen(read_packed(file), start[WORDS].device)
    for name, weight in weights.items():
        number = name.split(".")[2] if name.startswith("encoder.layer.") else UPPER
        lower = name.startswith("embeddings.") or int(number) < UPPER
        if lower and not torch.allclose(weight, start[name], atol=SAME):
            raise ValueError(f"{file} and the start differ in {name}, which is not trained")
    return weights


def joined_plan(session: Session, seconds: float) -> None:
    """A run over joined prose."""
    upper_run(session, "joined", seconds, JOINED_SHARES, REMINDER)


def plain_plan(session: Session, seconds: float) -> None:
    """A run over plain questions about short texts, and over joined prose."""
    upper_run(session, "plain", seconds, PLAIN_SHARES, PLAIN_REMINDER)


def kept_plan(session: Session, seconds: float) -> None:
    """A run over all that was written over documents."""
    upper_run(session, "kept", seconds, KEPT_SHARES, KEPT_REMINDER)


def records_plan(session: Session, seconds: float) -> None:
    """The same with records and prose that was written after that run."""
    upper_run(session, "records", seconds, RECORD_SHARES, KEPT_REMINDER)


PLANS = {
    "rates": compare_rates,
    "main": main_plan,
    "short": short_plan,
    "again": again_plan,
    "joined": joined_plan,
    "plain": plain_plan,
    "kept": kept_plan,
    "records": records_plan,
}


def main() -> None:
    """Read the command line and run a plan."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--plan", choices=sorted(PLANS), default="main")
    parser.add_argument("--seconds", type=float, default=540.0, help="all in all")
    parser.add_argument("--rate", type=float, default=RATE, help="default %(default)s")
    parser.add_argument(
        "--tokens", type=int, default=32_768, help="of a batch, default %(default)s"
    )
    parser.add_argument("--device", default="cuda")
    parser.add_argument(
        "--teacher", type=Path, nargs="+", help="start.xz of other readers, for the reminder"
    )
    parser.add_argument("--max-rows", type=int, help="rows, to try the script")
    parser.add_argument("--max-tests", type=int, help="questions that are measured")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.backends.cuda.matmul.allow_tf32 = True
    session = Session(options)
    PLANS[options.plan](session, options.seconds)


if __name__ == "__main__":
    main()
