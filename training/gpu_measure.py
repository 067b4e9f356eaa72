"""Measure a reader on questions that are token ids: F1 and exact match in pieces, and AUROC.

For choosing among runs on the machine that trains; what a reader is worth is told by
benchmarks/reader.py. Needs torch and numpy alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.gpu_model import Reader, Rows

ANSWER_TOKENS = 40
#: Columns of a measured row: question, context, passage, four answers, and its set.
ANSWERS, SET = slice(3, 11), 11
#: Rows that are read at once.
AT_ONCE = 128
#: Questions that another paragraph of the article does not answer, and the set of those that are.
NEGATIVES = (("fr", "piaf"), ("en", "squad1-en"), ("pt", "faquad"))


def best_spans(scores: Tensor, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return first and last token of the best span of each row, and its margin over none."""
    tokens = scores.shape[2]
    places = torch.arange(tokens, device=scores.device)
    ahead = places[None, :] - places[:, None]
    banned = (ahead < 0) | (ahead >= ANSWER_TOKENS)
    none = scores[0, :, 0] + scores[1, :, 0]
    inside = places[None] >= starts[:, None]
    first, last = (side.masked_fill(~inside, -1e9) for side in scores)
    sums = (first[:, :, None] + last[:, None, :]).masked_fill(banned[None], -1e9)
    best, at = sums.flatten(1).max(1)
    return at // tokens, at % tokens, best - none


def auroc(right: NDArray[np.float64], wrong: NDArray[np.float64]) -> float:
    """Return the probability that one of `right` is above one of `wrong`."""
    order = np.argsort(np.concatenate([right, wrong]), kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(1, len(order) + 1)
    pairs = len(right) * len(wrong)
    return float((ranks[: len(right)].sum() - len(right) * (len(right) + 1) / 2) / pairs)


def overlap(ids: Sequence[int], other: Sequence[int]) -> float:
    """Return the F1 of two bags of pieces."""
    left = list(other)
    shared = 0
    for one in ids:
        if one in left:
            left.remove(one)
            shared += 1
    return 2 * shared / (len(ids) + len(other)) if shared else 0.0


@torch.no_grad()
def measure(
    reader: Reader, rows: Rows, table: NDArray[np.int32], sets: Sequence[str]
) -> dict[str, list[float]]:
    """Return F1 and exact match in pieces, AUROC and median margins with and without an answer.

    Of each set; not a number where a set lacks what it is measured on.
    """
    reader.eval()
    f1, exact, margins = (np.zeros(len(table)) for _ in range(3))
    order = np.argsort(-rows.lengths, kind="stable")
    for begin in range(0, len(table), AT_ONCE):
        chosen = order[begin : begin + AT_ONCE]
        batch = rows.batch(chosen)
        with torch.autocast(rows.ids.device.type, torch.bfloat16, enabled=rows.ids.is_cuda):
            scores = reader(batch)
        places = torch.arange(scores.shape[2], device=scores.device)[None]
        # The last [SEP] is no answer.
        scores = scores.masked_fill((places >= batch["lengths"][:, None] - 1)[None], -1e9)
        found = [one.cpu().numpy() for one in best_spans(scores, batch["passage_starts"])]
        ids, heads = batch["ids"].cpu().numpy(), batch["passage_starts"].cpu().numpy()
        for line, row in enumerate(chosen.tolist()):
            first, last, margins[row] = (one[line] for one in found)
            right = table[row, ANSWERS].reshape(-1, 2)
            spans = [(low, high) for low, high in right + heads[line] if low >= heads[line]]
            f1[row], exact[row] = judge(ids[line].tolist(), int(first), int(last), spans)
    answered = table[:, 3] >= 0
    figures = {}
    for number, name in enumerate(sets):
        mine = table[:, SET] == number
        figures[name] = describe(f1, exact, margins, mine & answered, mine & ~answered)
    for code, source in NEGATIVES:
        pair = [f"aside {source}", f"aside {code}-negatives"]
        if all(name in sets for name in pair):
            yes, no = (table[:, SET] == sets.index(name) for name in pair)
            figures[pair[1]] = describe(f1, exact, margins, yes, no)
    return figures


def judge(
    ids: Sequence[int], first: int, last: int, right: Sequence[tuple[int, int]]
) -> tuple[float, float]:
    """Return the best F1 and exact match of a span against the right ones; 0 without one."""
    given = ids[first : last + 1]
    f1 = [overlap(given, ids[low : high + 1]) for low, high in right]
    return max(f1, default=0.0), float((first, last) in [(int(a), int(b)) for a, b in right])


def describe(
    f1: NDArray[np.float64],
    exact: NDArray[np.float64],
    margins: NDArray[np.float64],
    yes: NDArray[np.bool_],
    no: NDArray[np.bool_],
) -> list[float]:
    """Return the figures of the rows `yes`, which have an answer, and `no`, which have none."""
    return [
        100 * float(f1[yes].mean()) if yes.any() else math.nan,
        100 * float(exact[yes].mean()) if yes.any() else math.nan,
        auroc(margins[yes], margins[no]) if yes.any() and no.any() else math.nan,
        float(np.median(margins[yes])) if yes.any() else math.nan,
        float(np.median(margins[no])) if no.any() else math.nan,
    ]


def summary(figures: dict[str, list[float]], prefix: str = "aside") -> float:
    """Return one figure to choose by: the mean F1 of the sets, and of 100 x AUROC."""
    plain = [v for name, v in figures.items() if name.startswith(prefix) and "," not in name]
    scores = [v[0] for v in plain if not math.isnan(v[0])]
    apart = [100 * v[2] for v in plain if not math.isnan(v[2])]
    return 0.7 * float(np.mean(scores)) + 0.3 * float(np.mean(apart or [0.0]))


def show(columns: dict[str, dict[str, list[float]]], out: Path) -> None:
    """Print the table of all that was measured, and write it."""
    names = list(columns)
    for name in next(iter(columns.values())):
        cells = " | ".join(
            f"{columns[one][name][0]:5.1f} {columns[one][name][1]:5.1f} {columns[one][name][2]:.3f}"
            for one in names
        )
        print(f"{name[:34]:34} {cells}", flush=True)
    print("chosen by", {one: round(summary(columns[one]), 2) for one in names}, flush=True)
    (out / "figures.json").write_text(json.dumps(columns))
