"""The loop that every stage of training runs, on a problem of a few numbers."""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from training import loop
from training.loop import (
    Schedule,
    add_options,
    choose_device,
    has_bfloat16,
    load_checkpoint,
    make_optimizer,
    train,
)

#: Threads that wait for each other would take most of the time.
torch.set_num_threads(1)
CPU = torch.device("cpu")
SCHEDULE = Schedule(rate=0.02, embedding_rate=0.05)


class Words(torch.nn.Module):
    """Words with two numbers each, and a line through them; dropout, so that chance counts."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(5)
        self.word_embeddings = torch.nn.Embedding(10, 2)
        self.line = torch.nn.Linear(2, 1)
        self.dropout = torch.nn.Dropout(0.1)

    def forward(self, rows: list[int]) -> Tensor:
        return self.line(self.dropout(self.word_embeddings(torch.tensor(rows)))).squeeze(1)


#: Rows of words that stand for their own numbers.
BATCHES = [[number % 10, (3 * number + 1) % 10] for number in range(60)]


class Stopped(Exception):
    """A run that ends before its last batch."""


def loss_of(model: Words, rows: list[int]) -> Tensor:
    return ((model(rows) - torch.tensor(rows).float() / 10) ** 2).mean()


def stop_at(step: int) -> Callable[[Words, list[int]], Tensor]:
    """Return the loss, which fails at a step."""
    steps = iter(range(step))

    def loss(model: Words, rows: list[int]) -> Tensor:
        if next(steps, None) is None:
            raise Stopped
        return loss_of(model, rows)

    return loss


def run(folder: Path, *, loss: Any = loss_of, batches: Any = BATCHES, **settings: Any) -> Words:
    """Train a model from its start and return it."""
    model = Words()
    settings = {"schedule": SCHEDULE, "resume": False, **settings}
    schedule = settings.pop("schedule")
    train(model, batches, loss, schedule, folder, CPU, **settings)
    return model


def assert_same(ours: torch.nn.Module, theirs: torch.nn.Module) -> None:
    assert all(
        torch.equal(weight, theirs.state_dict()[name]) for name, weight in ours.state_dict().items()
    )


# -- rates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "steps", "factor"),
    [
        pytest.param(0, 100, 0.2, id="first"),
        pytest.param(4, 100, 1.0, id="last of the warm-up"),
        pytest.param(5, 100, 1.0, id="first of the decay"),
        pytest.param(62, 100, 0.4, id="within the decay"),
        pytest.param(99, 100, 1 / 95, id="last"),
        pytest.param(100, 100, 0.0, id="after the end"),
        pytest.param(130, 100, 0.0, id="long after the end"),
        pytest.param(0, 1, 1.0, id="a single step"),
    ],
)
def test_rates_rise_and_fall(step: int, steps: int, factor: float) -> None:
    assert Schedule(1.0, 1.0, warmup=0.05).factor(step, steps) == pytest.approx(factor)


def test_words_have_a_rate_of_their_own_and_do_not_decay() -> None:
    model = Words()
    tables, rest = make_optimizer(model, SCHEDULE).param_groups
    assert [id(weight) for weight in tables["params"]] == [id(model.word_embeddings.weight)]
    assert (tables["lr"], tables["weight_decay"]) == (0.05, 0.0)
    assert len(rest["params"]) == 2
    assert (rest["lr"], rest["weight_decay"]) == (0.02, 0.01)


def test_what_needs_no_gradient_stays_as_it_is(tmp_path: Path) -> None:
    model = Words()
    model.word_embeddings.weight.requires_grad_(False)
    before = model.word_embeddings.weight.clone()
    (rest,) = make_optimizer(model, SCHEDULE).param_groups
    assert len(rest["params"]) == 2
    train(model, BATCHES[:5], loss_of, SCHEDULE, tmp_path, CPU, resume=False)
    assert torch.equal(model.word_embeddings.weight, before)
    assert not torch.equal(model.line.weight, Words().line.weight)


def test_a_batch_moves_only_its_own_words(tmp_path: Path) -> None:
    moved = run(tmp_path, batches=[[2, 7]] * 3).word_embeddings.weight
    changed = (moved != Words().word_embeddings.weight).any(1)
    assert torch.nonzero(changed).ravel().tolist() == [2, 7]


def test_the_loss_falls(tmp_path: Path) -> None:
    losses: list[float] = []

    def loss(model: Words, rows: list[int]) -> Tensor:
        value = loss_of(model, rows)
        losses.append(value.item())
        return value

    run(tmp_path, loss=loss, batches=BATCHES * 5)
    assert sum(losses[-20:]) < 0.1 * sum(losses[:20])


# -- stopping and going on -----------------------------------------------------------------------


@pytest.mark.parametrize("stopped", [1, 17, 59])
def test_a_stopped_run_goes_on_as_if_it_had_not_been(tmp_path: Path, stopped: int) -> None:
    whole = run(tmp_path / "whole")
    with pytest.raises(Stopped):
        run(tmp_path / "part", loss=stop_at(stopped), checkpoint_seconds=0)
    torch.manual_seed(99)  # what another process would have
    assert_same(run(tmp_path / "part", resume=True), whole)


def test_a_run_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        run(tmp_path, loss=stop_at(9), checkpoint_seconds=0)
    seen: list[list[int]] = []

    def loss(model: Words, rows: list[int]) -> Tensor:
        seen.append(rows)
        return loss_of(model, rows)

    run(tmp_path, loss=loss, resume=True)
    assert seen == BATCHES[9:]


def test_without_resume_it_starts_anew(tmp_path: Path) -> None:
    whole = run(tmp_path, checkpoint_seconds=0)
    assert_same(run(tmp_path), whole)


def test_with_no_checkpoint_it_starts_at_the_first_step(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = run(tmp_path / "whole")
    with caplog.at_level("INFO"):
        assert_same(run(tmp_path / "none", resume=True), whole)
    missing = tmp_path / "none" / "checkpoint.pt"
    assert caplog.messages == [f"no checkpoint {missing}: starting at the first step"]


def test_checkpoints_are_as_rare_as_asked(tmp_path: Path) -> None:
    run(tmp_path / "rare", checkpoint_seconds=1000)
    assert not (tmp_path / "rare").exists()
    run(tmp_path / "often", checkpoint_seconds=0)
    assert load_checkpoint(tmp_path / "often" / "checkpoint.pt", Words()) == len(BATCHES)


@pytest.mark.parametrize("steps", [10, 80], ids=["shorter than done", "longer"])
def test_a_resumed_run_may_have_another_end(tmp_path: Path, steps: int) -> None:
    with pytest.raises(Stopped):
        run(tmp_path, loss=stop_at(20), checkpoint_seconds=0)
    seen: list[list[int]] = []

    def loss(model: Words, rows: list[int]) -> Tensor:
        seen.append(rows)
        return loss_of(model, rows)

    batches = (BATCHES * 2)[:steps]
    run(tmp_path, loss=loss, batches=batches, resume=True)
    assert seen == batches[20:]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"schedule": Schedule(rate=0.01, embedding_rate=0.05)}, id="rates"),
        pytest.param({"made_of": {"seed": 2}}, id="what the batches were made of"),
        pytest.param({"made_of": None}, id="nothing said of the batches"),
    ],
)
def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path, other: dict[str, Any]) -> None:
    """Only the rates counted, once: a run went on with batches of another seed."""
    run(tmp_path, made_of={"seed": 1}, checkpoint_seconds=0)
    with pytest.raises(SystemExit) as caught:
        run(tmp_path, resume=True, **{"made_of": {"seed": 1}, **other})
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'checkpoint.pt'} was made with {{'rate': 0.02")
    assert said.endswith("start without --resume, or with the old settings")
    assert "'seed': 1" in said


def test_a_snapshot_without_a_checkpoint_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        load_checkpoint(tmp_path / "checkpoint.pt", Words())
    assert str(caught.value) == (
        f"no checkpoint {tmp_path / 'checkpoint.pt'}; a stage writes one every ten minutes"
    )


def test_a_checkpoint_that_does_not_fit_the_disk_leaves_the_last_one(tmp_path: Path) -> None:
    """A file that may not grow stands for a full disk."""
    run(tmp_path, checkpoint_seconds=0)
    before = (tmp_path / "checkpoint.pt").read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, limits[1]))
    try:
        with pytest.raises((OSError, RuntimeError)):
            run(tmp_path, checkpoint_seconds=0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]
    assert (tmp_path / "checkpoint.pt").read_bytes() == before


# -- options -------------------------------------------------------------------------------------


def test_the_options_have_the_defaults_of_the_stage() -> None:
    parser = argparse.ArgumentParser()
    add_options(parser, 1200)
    options = parser.parse_args([])
    assert options.batch_tokens == 1200
    assert options.checkpoint_every == loop.CHECKPOINT_SECONDS == 600
    assert (options.resume, options.steps, options.float32) == (False, None, False)


def test_a_device_is_chosen() -> None:
    assert choose_device("cpu") == CPU
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


def test_a_processor_without_bfloat16_is_not_made_to_compute_in_it() -> None:
    """It would take a hundred times as long."""
    flags = Path("/proc/cpuinfo").read_text(encoding="utf8")
    native = "avx512_bf16" in flags or "amx_tile" in flags
    assert has_bfloat16(torch.device("cpu")) == native
    assert has_bfloat16(torch.device("cuda"))
