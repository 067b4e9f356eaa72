"""The reader as a machine without the project trains it: its weights, its rows, its batches.

The same model and the same rows as reader_model.py's, laid out for a GPU. Needs torch and numpy
alone; knows nothing of recipes.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

#: Width of one attention head.
HEAD_WIDTH = 32
MAX_TOKENS = 320
#: The ids of [CLS] and [SEP].
FIRST, LAST = 0, 2
PAD_MULTIPLE = 16
#: Batches whose examples are sorted by length together.
SORTED_BATCHES = 48
FAR_AWAY = -1e4
WORDS = "embeddings.word_embeddings.weight"
#: Bytes of a file that comes back from the machine, at most 16 MiB there.
FILE_BYTES = 15 * 2**20
#: Matrices of fewer elements stay whole.
SMALLEST_PACKED = 100_000


def read_packed(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays that `write_packed` of reader_pack.py wrote."""
    with lzma.open(path, "rb") as file:
        head, found = json.loads(file.readline()), {}
        for name, (kind, shape) in head.items():
            size = int(np.prod(shape)) * np.dtype(kind).itemsize
            found[name] = np.frombuffer(file.read(size), kind).reshape(shape)
    return found


def in_eight_bits(name: str, matrix: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return a matrix in 8 bits and a scale for each row, by the names that `whole` knows."""
    scale = np.abs(matrix).max(1, keepdims=True) / 127
    scale[scale == 0] = 1
    int8 = np.rint(matrix / scale).astype(np.int8)
    return {f"{name}|int8": int8, f"{name}|scale": scale.astype(np.float32)}


def whole(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    """Return arrays in 32 bits, those that are kept in 8 among them."""
    found = {}
    for name, array in arrays.items():
        plain, _, part = name.partition("|")
        if part != "scale":
            scale = arrays[f"{plain}|scale"] if part else np.float32(1)
            found[plain] = (array * scale).astype(np.float32)
    return found


def write_weights(weights: dict[str, Tensor], out: Path, name: str) -> None:
    """Write weights but the words: matrices in 8 bits with a scale for each row, the rest whole."""
    arrays: dict[str, NDArray[Any]] = {}
    for key, value in weights.items():
        if key == WORDS:
            continue
        weight = value.float().cpu().numpy()
        if weight.ndim == 2 and weight.size > SMALLEST_PACKED and not key.startswith("embeddings."):
            arrays |= in_eight_bits(key, weight)
        else:
            arrays[key] = weight.astype(np.float16 if weight.ndim == 2 else np.float32)
    head = {key: [str(array.dtype), list(array.shape)] for key, array in arrays.items()}
    content = json.dumps(head).encode() + b"\n"
    content += b"".join(np.ascontiguousarray(array).tobytes() for array in arrays.values())
    for number, begin in enumerate(range(0, len(content), FILE_BYTES)):
        fresh = out / f"{name}.{number}.new"
        fresh.write_bytes(content[begin : begin + FILE_BYTES])
        fresh.replace(out / f"{name}.{number}")


def widen(arrays: dict[str, NDArray[Any]], device: torch.device) -> dict[str, Tensor]:
    """Return weights on a device, in 32 bits."""
    return {name: torch.from_numpy(array).to(device) for name, array in whole(arrays).items()}


# -- the model ------------------------------------------------------------------------------------


class Layer(nn.Module):
    """One layer of BERT, its norms after the sums."""

    def __init__(self, width: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.out, self.norm = nn.Linear(width, width), nn.LayerNorm(width, eps=1e-12)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.last = nn.LayerNorm(width, eps=1e-12)
        self.dropout = dropout

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Return what the layer makes of `hidden`, of shape (rows, tokens, width)."""
        rows, tokens, width = hidden.shape
        parts = self.qkv(hidden).view(rows, tokens, 3, width // HEAD_WIDTH, HEAD_WIDTH)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        seen = self.out(seen.transpose(1, 2).reshape(rows, tokens, width))
        hidden = self.norm(hidden + self.drop(seen))
        grown = self.down(functional.gelu(self.up(hidden)))
        made: Tensor = self.last(hidden + self.drop(grown))
        return made

    def drop(self, hidden: Tensor) -> Tensor:
        """Return `hidden` with a share of it left out, in training."""
        return functional.dropout(hidden, self.dropout, self.training)


class Reader(nn.Module):
    """The reader of reader_model.py, its words frozen."""

    def __init__(self, weights: dict[str, Tensor], dropout: float) -> None:
        super().__init__()
        width = weights[WORDS].shape[1]
        inner = len(weights["encoder.layer.0.intermediate.dense.bias"])
        layers = 1 + max(int(n.split(".")[2]) for n in weights if n.startswith("encoder.layer."))
        self.words: Tensor
        self.register_buffer("words", weights[WORDS], persistent=False)
        self.places = nn.Embedding(*weights["embeddings.position_embeddings.weight"].shape)
        self.types = nn.Embedding(*weights["embeddings.token_type_embeddings.weight"].shape)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(width, inner, dropout) for _ in range(layers))
        self.dropout = dropout
        self.head = nn.Linear(width, 2)
        self.load(weights)

    def load(self, weights: dict[str, Tensor]) -> None:
        """Take weights by their names in `transformers`."""
        state = {}
        for name, theirs in self.names():
            state[name] = torch.cat([weights[one] for one in theirs])
        self.load_state_dict(state)

    def names(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the name of each parameter here, and those of its parts in `transformers`."""
        yield "places.weight", ["embeddings.position_embeddings.weight"]
        yield "types.weight", ["embeddings.token_type_embeddings.weight"]
        for kind in ("weight", "bias"):
            yield f"norm.{kind}", [f"embeddings.LayerNorm.{kind}"]
            yield f"head.{kind}", [f"head.{kind}"]
            for number in range(len(self.layers)):
                here, there = f"layers.{number}", f"encoder.layer.{number}"
                sides = [
                    f"{there}.attention.self.{one}.{kind}" for one in ("query", "key", "value")
                ]
                yield f"{here}.qkv.{kind}", sides
                yield f"{here}.out.{kind}", [f"{there}.attention.output.dense.{kind}"]
                yield f"{here}.norm.{kind}", [f"{there}.attention.output.LayerNorm.{kind}"]
                yield f"{here}.up.{kind}", [f"{there}.intermediate.dense.{kind}"]
                yield f"{here}.down.{kind}", [f"{there}.output.dense.{kind}"]
                yield f"{here}.last.{kind}", [f"{there}.output.LayerNorm.{kind}"]

    def weights(self) -> dict[str, Tensor]:
        """Return the weights by their names in `transformers`, without the words."""
        state, found = self.state_dict(), {}
        for name, theirs in self.names():
            for one, part in zip(theirs, state[name].chunk(len(theirs)), strict=True):
                found[one] = part.detach().clone()
        return found

    def below(self, batch: dict[str, Tensor], layers: int) -> Tensor:
        """Return what the lowest layers make of a batch, of shape (rows, tokens, width)."""
        ids = batch["ids"]
        places, inside = self._inside(batch)
        kinds = ((places[None] >= batch["question_ends"][:, None]) & inside).long()
        hidden = self.words[ids].float() + self.types(kinds) + self.places(places)[None]
        hidden = functional.dropout(self.norm(hidden), self.dropout, self.training)
        return self._through(self.layers[:layers], hidden, inside)

    def above(self, hidden: Tensor, batch: dict[str, Tensor], layers: int) -> Tensor:
        """Return first and last scores of what the lowest layers made, as `forward` does."""
        places, inside = self._inside(batch)
        hidden = self._through(self.layers[layers:], hidden, inside)
        with torch.autocast(hidden.device.type, enabled=False):
            scores = self.head(hidden.float())
        # The passage, [CLS], and the last [SEP] as it has always been.
        allowed = (places[None] >= batch["passage_starts"][:, None]) & inside
        allowed |= places[None] == 0
        masked: Tensor = scores.permute(2, 0, 1).masked_fill(~allowed, FAR_AWAY)
        return masked

    @staticmethod
    def _inside(batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Return the numbers of the tokens, and for each row which of them it has."""
        places = torch.arange(batch["ids"].shape[1], device=batch["ids"].device)
        return places, places[None] < batch["lengths"][:, None]

    @staticmethod
    def _through(layers: Iterable[nn.Module], hidden: Tensor, inside: Tensor) -> Tensor:
        mask = inside[:, None, None, :].expand(-1, 1, inside.shape[1], -1)
        for layer in layers:
            hidden = layer(hidden, mask)
        return hidden

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Return first and last scores, float32 of shape (2, rows, tokens)."""
        return self.above(self.below(batch, 0), batch, 0)


# -- the examples ---------------------------------------------------------------------------------


@dataclass
class Rows:
    """Examples on the device: row `n` is ids[offsets[n] : offsets[n] + lengths[n]]."""

    ids: Tensor
    offsets: Tensor
    lengths: NDArray[np.int64]
    fields: dict[str, Tensor]

    def batch(self, rows: NDArray[np.int64]) -> dict[str, Tensor]:
        """Return what the model and the loss need of some rows."""
        device = self.ids.device
        width = int(-(-self.lengths[rows].max() // PAD_MULTIPLE) * PAD_MULTIPLE)
        at = torch.from_numpy(rows).to(device, non_blocking=True)
        batch = {name: field[at] for name, field in self.fields.items()}
        places = torch.arange(width, device=device)
        where = self.offsets[at][:, None] + places[None]
        ids = self.ids[where.clamp_(max=len(self.ids) - 1)].long()
        batch["ids"] = ids.masked_fill_(places[None] >= batch["lengths"][:, None], 0)
        return batch


def lay_out(
    data: dict[str, NDArray[Any]], table: NDArray[np.int32], device: torch.device
) -> tuple[Rows, NDArray[np.int64]]:
    """Return [CLS] question [SEP] context [SEP] passage [SEP] of each row of a table, and which."""
    lengths = data["lengths"].astype(np.int64)
    begins = np.concatenate([[0], np.cumsum(lengths)])
    pool = data["ids"]
    question, above, passage = (lengths[table[:, column]] for column in range(3))
    head = 2 + question + np.where(above > 0, above + 1, 0)
    kept = np.flatnonzero(head + passage + 1 <= MAX_TOKENS)
    table = table[kept]
    parts, sizes = [], np.empty(len(table), np.int64)
    first, last = np.array([FIRST], np.uint16), np.array([LAST], np.uint16)
    for row, (q, a, p) in enumerate(table[:, :3].tolist()):
        pieces = [first, pool[begins[q] : begins[q + 1]], last]
        if lengths[a]:
            pieces += [pool[begins[a] : begins[a + 1]], last]
        pieces += [pool[begins[p] : begins[p + 1]], last]
        parts += pieces
        sizes[row] = sum(map(len, pieces))
    flat = np.concatenate(parts).astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    head = head[kept]
    fields = {
        "lengths": sizes,
        "question_ends": 2 + question[kept],
        "passage_starts": head,
        "starts": np.where(table[:, 3] < 0, 0, table[:, 3] + head),
        "ends": np.where(table[:, 4] < 0, 0, table[:, 4] + head),
    }
    on = {name: torch.from_numpy(value).to(device) for name, value in fields.items()}
    rows = Rows(torch.from_numpy(flat).to(device), torch.from_numpy(offsets).to(device), sizes, on)
    return rows, kept


def plan_epoch(
    lengths: NDArray[np.int64], rows: NDArray[np.int64], tokens: int, chance: Any
) -> Iterator[NDArray[np.int64]]:
    """Yield batches of rows of like length, at most `tokens` each, in no order."""
    rows = chance.permutation(rows)
    at_once = max(1, int(SORTED_BATCHES * tokens / max(1.0, float(lengths[rows].mean()))))
    for begin in range(0, len(rows), at_once):
        some = rows[begin : begin + at_once]
        some = some[np.argsort(-lengths[some], kind="stable")]
        batches, low = [], 0
        while low < len(some):
            width = -(-int(lengths[some[low]]) // PAD_MULTIPLE) * PAD_MULTIPLE
            size = max(1, tokens // width)
            batches.append(some[low : low + size])
            low += size
        for number in chance.permutation(len(batches)):
            yield batches[number]


def draw_rows(kinds: NDArray[np.int64], shares: NDArray[np.float64], chance: Any) -> Any:
    """Return rows, each as often as the share of its kind says, rounded by chance."""
    share = shares[kinds]
    often = np.floor(share).astype(int) + (chance.random(len(kinds)) < share % 1)
    return np.repeat(np.arange(len(kinds)), often)
