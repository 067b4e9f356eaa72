"""Stage 1: draw a translation to where the teacher puts its English side.

Multilingual knowledge distillation (Reimers and Gurevych 2020), with an in-batch cross-entropy
beside the cosine. Knows the batches and the loss of this stage only.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.encoder_student import (
    PASSAGE_PROMPT,
    Student,
    TokenTable,
    load_tokenizer,
    padded,
    tokenize,
)
from training.encoder_teacher import Targets, read_pairs

logger = logging.getLogger(__name__)

#: Share of the pairs whose English side is a text to learn too, so that English stays.
ENGLISH_SHARE = 0.25
#: Weight of the cross-entropy beside 1 - cosine, and what it multiplies cosines by.
CONTRAST_WEIGHT = 0.3
CONTRAST_SCALE = 20.0
#: Tokens in a batch, padding included.
BATCH_TOKENS = 6000
#: A text of more tokens is left out of stage 1: a twentieth of the texts, an eighth of the time.
#: Stage 2 has long ones.
MAX_TOKENS = 40


@dataclass(frozen=True, slots=True)
class DistilBatch:
    """Texts of one padded length, with their targets."""

    ids: Tensor
    mask: Tensor
    targets: Tensor
    """The teacher's vectors, float32 of shape (texts, dimension)."""
    target_rows: Tensor
    """Equal where the English side is the same."""


@dataclass(frozen=True, slots=True)
class DistilSet:
    """Texts of the student with, for each, the row of its target."""

    tokens: TokenTable
    target_rows: NDArray[np.int64]
    targets: Targets

    def batch(self, rows: Sequence[int], device: torch.device) -> DistilBatch:
        """Return what the loss of `rows` needs, on `device`."""
        ids, mask = self.tokens.pad(rows)
        target_rows = self.target_rows[list(rows)]
        targets = torch.from_numpy(self.targets[target_rows].astype(np.float32))
        return DistilBatch(
            ids.to(device),
            mask.to(device),
            targets.to(device),
            torch.from_numpy(target_rows).to(device),
        )


def load_distil_set(pairs_folder: Path, student_folder: Path, seed: int) -> DistilSet:
    """Return every foreign side, and the English side of a share of the pairs."""
    english, pairs = read_pairs(pairs_folder)
    rows = [pair[0] for pair in pairs]
    english_rows = sorted(set(random.Random(seed).sample(rows, int(len(rows) * ENGLISH_SHARE))))
    texts = [pair[1] for pair in pairs] + [english[row] for row in english_rows]
    tokens = tokenize(load_tokenizer(student_folder), [PASSAGE_PROMPT + text for text in texts])
    targets = np.load(pairs_folder / "targets.npy", mmap_mode="r")
    return DistilSet(tokens, np.array(rows + english_rows, dtype=np.int64), targets)


def plan_batches(
    lengths: Sequence[int], most_tokens: int, batch_tokens: int, seed: int
) -> list[list[int]]:
    """Return batches of rows with one padded length each, in random order.

    Each padded length has one batch size, so what does not fill a batch is left out, as is a text
    of more than `most_tokens`. Raises SystemExit where nothing fills one.
    """
    chance = random.Random(seed)
    by_width: dict[int, list[int]] = defaultdict(list)
    for row, length in enumerate(lengths):
        if length <= most_tokens:
            by_width[padded(int(length))].append(row)
    batches = []
    for width, rows in sorted(by_width.items()):
        size = max(2, batch_tokens // width)
        chance.shuffle(rows)
        batches += [rows[at : at + size] for at in range(0, len(rows) - size + 1, size)]
    if not batches:
        raise SystemExit(
            f"{len(lengths)} texts fill no batch of {batch_tokens} tokens; lower --batch-tokens"
        )
    chance.shuffle(batches)
    used = sum(map(len, batches))
    logger.info("%d batches of %d texts; %d left out", len(batches), used, len(lengths) - used)
    return batches


def distil_loss(student: Student, batch: DistilBatch, *, bf16: bool) -> Tensor:
    """Return 1 - cosine to the target, plus the weighted in-batch cross-entropy."""
    with torch.autocast(batch.ids.device.type, torch.bfloat16, enabled=bf16):
        vectors = student(batch.ids, batch.mask)
    cosines = vectors @ torch.nn.functional.normalize(batch.targets, dim=1).T
    distance = 1 - cosines.diagonal().mean()
    logits = CONTRAST_SCALE * cosines
    # The same English twice in a batch is not a wrong answer.
    same = batch.target_rows[:, None] == batch.target_rows[None, :]
    same.fill_diagonal_(False)
    logits = logits.masked_fill(same, float("-inf"))
    labels = torch.arange(len(logits), device=logits.device)
    contrast = torch.nn.functional.cross_entropy(logits, labels)
    return torch.add(distance, contrast, alpha=CONTRAST_WEIGHT)
