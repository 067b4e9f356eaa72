"""What a run of the reader minimises: right spans, what teachers think, and that readings agree.

Scores are of shape (2, rows, tokens), of first and last tokens. Needs torch and its neighbour
gpu_model.py alone; knows nothing of recipes.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from training.gpu_model import Reader


def span_loss(scores: Tensor, batch: dict[str, Tensor], somewhere: Tensor) -> Tensor:
    """Return the mean cross-entropy of first and last token (as span_loss of reader_model.py)."""
    return span_losses(scores, batch, somewhere).mean()


def span_losses(scores: Tensor, batch: dict[str, Tensor], somewhere: Tensor) -> Tensor:
    """Return the cross-entropy of the first and the last token of each row, of shape (2, rows)."""
    places = torch.arange(scores.shape[2], device=scores.device)[None]
    first, last = batch["starts"][:, None], batch["ends"][:, None]
    inside = (places >= first) & (places <= last) & somewhere[:, None]
    right = torch.stack([inside | (places == first), inside | (places == last)])
    found = scores.masked_fill(~right, -torch.inf).logsumexp(2)
    return scores.logsumexp(2) - found


def taught_loss(
    scores: Tensor, batch: dict[str, Tensor], somewhere: Tensor, teachers: Sequence[Reader]
) -> Tensor:
    """Return the cross-entropy with what the teachers think, within the sentence that is known."""
    with torch.no_grad():
        wanted = torch.stack([teacher(batch).softmax(2) for teacher in teachers]).mean(0)
        places = torch.arange(scores.shape[2], device=scores.device)[None]
        outside = (places < batch["starts"][:, None]) | (places > batch["ends"][:, None])
        wanted = wanted.masked_fill((outside & somewhere[:, None])[None], 0.0)
        wanted = wanted / wanted.sum(2, keepdim=True).clamp(min=1e-9)
    return -(wanted * scores.log_softmax(2)).sum(2).mean()


def reminded_loss(
    reader: Reader,
    batch: dict[str, Tensor],
    teachers: Sequence[Reader],
    frozen: int,
    share: float,
) -> Tensor:
    """Return the loss of a batch where teachers say what to keep (Li and Hoiem 2016, "Learning
    without forgetting"): of the rows that are a reminder, a share is the cross-entropy with them.

    The lowest layers, which stay as they are, are the teachers' too: they read once for all.
    """
    with torch.no_grad():
        hidden = teachers[0].below(batch, frozen)
    scores = reader.above(hidden, batch, frozen)
    losses = span_losses(scores, batch, batch["somewhere"])
    at = batch["reminder"].nonzero()[:, 0]
    if len(at):
        with torch.no_grad():
            some = {name: field[at] for name, field in batch.items()}
            wanted = torch.stack([
                teacher.above(hidden[at], some, frozen).softmax(2) for teacher in teachers
            ]).mean(0)  # fmt: skip
        kept = -(wanted * scores[:, at].log_softmax(2)).sum(2)
        own = losses[:, at]
        losses = losses.index_put((torch.arange(2)[:, None], at[None]), own + share * (kept - own))
    return losses.mean()


def difference(scores: Tensor, again: Tensor) -> Tensor:
    """Return the mean of both divergences of two readings of a batch (R-Drop, Liang et al. 2021).

    Scores are of shape (2, rows, tokens).
    """
    one, other = scores.log_softmax(2), again.log_softmax(2)
    return ((one.exp() - other.exp()) * (one - other)).sum(2).mean() / 2
