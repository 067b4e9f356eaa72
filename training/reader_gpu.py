"""Train the reader on a machine with a GPU and without the project.

    python reader_gpu.py --pack FOLDER --out FOLDER --plan main --seconds 540

FOLDER of `--pack` is what `reader_pack.py pack` wrote. Needs torch and numpy alone. A run is as long
as it is told in seconds, its learning rate falls with the time that is left, and what it has is
written as it goes: a machine that is taken back loses little. Weights are written in 8 bits, a scale
for each row, as they ship.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

HEAD_WIDTH = 32
MAX_TOKENS, ANSWER_TOKENS = 320, 40
FIRST, LAST = 0, 2
PAD_MULTIPLE = 16
#: Batches whose examples are sorted by length together.
SORTED_BATCHES = 48
FAR_AWAY = -1e4
WORDS = "embeddings.word_embeddings.weight"
FILE_BYTES = 15 * 2**20
STARTED = time.monotonic()
RATE = 1.5e-4
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


def say(*words: Any) -> None:
    """Print with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:6.1f}]", *words, flush=True)


def read_packed(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays that `write_packed` of reader_pack.py wrote."""
    with lzma.open(path, "rb") as file:
        head, found = json.loads(file.readline()), {}
        for name, (kind, shape) in head.items():
            size = int(np.prod(shape)) * np.dtype(kind).itemsize
            found[name] = np.frombuffer(file.read(size), kind).reshape(shape)
    return found


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
        rows, tokens, width = hidden.shape
        parts = self.qkv(hidden).view(rows, tokens, 3, width // HEAD_WIDTH, HEAD_WIDTH)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        seen = self.out(seen.transpose(1, 2).reshape(rows, tokens, width))
        hidden = self.norm(hidden + self.drop(seen))
        grown = self.down(functional.gelu(self.up(hidden)))
        return self.last(hidden + self.drop(grown))

    def drop(self, hidden: Tensor) -> Tensor:
        return functional.dropout(hidden, self.dropout, self.training)


class Reader(nn.Module):
    """The reader of reader_model.py, its words frozen."""

    def __init__(self, weights: dict[str, Tensor], dropout: float) -> None:
        super().__init__()
        width = weights[WORDS].shape[1]
        inner = len(weights["encoder.layer.0.intermediate.dense.bias"])
        layers = 1 + max(int(n.split(".")[2]) for n in weights if n.startswith("encoder.layer."))
        self.register_buffer("words", weights[WORDS], persistent=False)
        self.places = nn.Embedding(*weights["embeddings.position_embeddings.weight"].shape)
        self.types = nn.Embedding(*weights["embeddings.token_type_embeddings.weight"].shape)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(width, inner, dropout) for _ in range(layers))
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

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Return first and last scores, float32 of shape (2, rows, tokens)."""
        ids, lengths = batch["ids"], batch["lengths"]
        places = torch.arange(ids.shape[1], device=ids.device)
        inside = places[None] < lengths[:, None]
        kinds = ((places[None] >= batch["question_ends"][:, None]) & inside).long()
        hidden = self.words[ids].float() + self.types(kinds) + self.places(places)[None]
        hidden = self.layers[0].drop(self.norm(hidden))
        mask = inside[:, None, None, :].expand(-1, 1, ids.shape[1], -1)
        for layer in self.layers:
            hidden = layer(hidden, mask)
        with torch.autocast(ids.device.type, enabled=False):
            scores = self.head(hidden.float())
        # The passage, [CLS], and the last [SEP] as it has always been.
        allowed = (places[None] >= batch["passage_starts"][:, None]) & inside
        allowed |= places[None] == 0
        return scores.permute(2, 0, 1).masked_fill(~allowed, FAR_AWAY)


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


# -- training -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    """What one run is made of."""

    name: str
    seconds: float
    rate: float
    seed: int
    tokens: int = 16_384
    dropout: float = 0.1
    layer_decay: float = 0.95
    weight_decay: float = 0.01
    warmup: float = 0.06
    shares: tuple[tuple[str, float], ...] = ()
    taught: float = 0.0
    """The share of the loss that is the teachers'."""
    steps: int = 10**9


def span_loss(scores: Tensor, batch: dict[str, Tensor], somewhere: Tensor) -> Tensor:
    """Return the mean cross-entropy of first and last token (as span_loss of reader_model.py)."""
    places = torch.arange(scores.shape[2], device=scores.device)[None]
    first, last = batch["starts"][:, None], batch["ends"][:, None]
    inside = (places >= first) & (places <= last) & somewhere[:, None]
    right = torch.stack([inside | (places == first), inside | (places == last)])
    found = scores.masked_fill(~right, -torch.inf).logsumexp(2)
    return (scores.logsumexp(2) - found).mean()


def taught_loss(
    scores: Tensor, batch: dict[str, Tensor], somewhere: Tensor, teachers: Sequence[Reader]
) -> Tensor:
    """Return the cross-entropy with what the teachers think, within the sentence where it is known."""
    with torch.no_grad():
        wanted = torch.stack([teacher(batch).softmax(2) for teacher in teachers]).mean(0)
        places = torch.arange(scores.shape[2], device=scores.device)[None]
        outside = (places < batch["starts"][:, None]) | (places > batch["ends"][:, None])
        wanted = wanted.masked_fill((outside & somewhere[:, None])[None], 0.0)
        wanted = wanted / wanted.sum(2, keepdim=True).clamp(min=1e-9)
    return -(wanted * scores.log_softmax(2)).sum(2).mean()


def parameter_groups(reader: Reader, recipe: Recipe) -> list[dict[str, Any]]:
    """Return parameters with lower rates lower down, and no decay of what is no matrix."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    depth = len(reader.layers)
    for name, weight in reader.named_parameters():
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
    optimizer = torch.optim.AdamW(parameter_groups(reader, recipe), fused=True)
    shares = dict(recipe.shares)
    share = np.array([shares.get(name, 1.0) for name in names])
    began, step, tokens, epochs = time.monotonic(), 0, 0, 0
    mean = torch.zeros((), device=device)
    half = device.type == "cuda"
    done = 0.0
    while done < 1.0:
        epochs += 1
        for chosen in plan_epoch(
            rows.lengths, draw_rows(kinds, share, chance), recipe.tokens, chance
        ):
            done = max((time.monotonic() - began) / recipe.seconds, step / recipe.steps)
            if done >= 1.0:
                break
            factor = min(done / recipe.warmup, (1 - done) / (1 - recipe.warmup))
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * max(factor, 0.01)
            batch = rows.batch(chosen)
            somewhere = batch["somewhere"]
            with torch.autocast(device.type, torch.bfloat16, enabled=half):
                scores = reader(batch)
                loss = span_loss(scores, batch, somewhere)
                if teachers:
                    taught = taught_loss(scores, batch, somewhere, teachers)
                    loss = (1 - recipe.taught) * loss + recipe.taught * taught
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            mean.lerp_(loss.detach(), 0.01 if step > 100 else 0.1)
            step += 1
            tokens += int(rows.lengths[chosen].sum())
            if step % 500 == 0 or step == 20:
                spent = time.monotonic() - began
                say(f"{recipe.name}: step {step}, epoch {epochs}, loss {float(mean):.4f}, "
                    f"{tokens / spent / 1e3:.0f}k tokens/s, {done:.0%}")  # fmt: skip
    say(f"{recipe.name}: {step} steps, {epochs} epochs, {tokens / 1e6:.0f}M tokens")
    return reader.eval()


def average(states: Sequence[dict[str, Tensor]], shares: Sequence[float]) -> dict[str, Tensor]:
    """Return the weighted mean of weights."""
    total = sum(shares)
    return {
        name: sum(share / total * state[name] for share, state in zip(shares, states))  # type: ignore[misc]
        for name in states[0]
    }


# -- measuring ------------------------------------------------------------------------------------


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
    """Return F1 and exact match in pieces, questions, AUROC of the margin, of each set."""
    reader.eval()
    size = len(table)
    f1, exact, margins = np.zeros(size), np.zeros(size), np.zeros(size)
    order = np.argsort(-rows.lengths, kind="stable")
    for begin in range(0, size, 128):
        chosen = order[begin : begin + 128]
        batch = rows.batch(chosen)
        with torch.autocast(rows.ids.device.type, torch.bfloat16, enabled=rows.ids.is_cuda):
            scores = reader(batch)
        # The last [SEP] is no answer.
        ends = batch["lengths"][:, None] - 1
        places = torch.arange(scores.shape[2], device=scores.device)[None]
        scores = scores.masked_fill((places >= ends)[None], -1e9)
        found = [one.cpu().numpy() for one in best_spans(scores, batch["passage_starts"])]
        ids, heads = batch["ids"].cpu().numpy(), batch["passage_starts"].cpu().numpy()
        for line, row in enumerate(chosen.tolist()):
            a, b, margin = (one[line] for one in found)
            margins[row] = margin
            text = ids[line]
            for first, last in table[row, 3:11].reshape(-1, 2):
                if first < 0:
                    continue
                first, last = first + heads[line], last + heads[line]
                exact[row] = max(exact[row], float(first == a and last == b))
                f1[row] = max(
                    f1[row], overlap(text[a : b + 1].tolist(), text[first : last + 1].tolist())
                )
    answered = table[:, 3] >= 0
    figures = {}
    for number, name in enumerate(sets):
        mine = table[:, 11] == number
        yes, no = mine & answered, mine & ~answered
        figures[name] = [
            100 * f1[yes].mean() if yes.any() else math.nan,
            100 * exact[yes].mean() if yes.any() else math.nan,
            auroc(margins[yes], margins[no]) if yes.any() and no.any() else math.nan,
            float(np.median(margins[yes])) if yes.any() else math.nan,
            float(np.median(margins[no])) if no.any() else math.nan,
        ]
    for code, source in (("fr", "piaf"), ("en", "squad1-en"), ("pt", "faquad")):
        pair = [f"aside {source}", f"aside {code}-negatives"]
        if all(name in sets for name in pair):
            yes, no = (table[:, 11] == sets.index(name) for name in pair)
            if yes.any() and no.any():
                figures[pair[1]][2] = auroc(margins[yes], margins[no])
    return figures


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


# -- writing --------------------------------------------------------------------------------------


def write_weights(weights: dict[str, Tensor], out: Path, name: str) -> None:
    """Write weights but the words: matrices in 8 bits with a scale for each row, the rest whole."""
    arrays: dict[str, NDArray[Any]] = {}
    for key, value in weights.items():
        if key == WORDS:
            continue
        weight = value.float().cpu().numpy()
        if weight.ndim == 2 and weight.size > 100_000 and not key.startswith("embeddings."):
            scale = np.abs(weight).max(1, keepdims=True) / 127
            scale[scale == 0] = 1
            arrays[f"{key}|int8"] = np.rint(weight / scale).astype(np.int8)
            arrays[f"{key}|scale"] = scale.astype(np.float32)
        else:
            arrays[key] = weight.astype(np.float16 if weight.ndim == 2 else np.float32)
    head = {key: [str(array.dtype), list(array.shape)] for key, array in arrays.items()}
    content = json.dumps(head).encode() + b"\n"
    content += b"".join(np.ascontiguousarray(array).tobytes() for array in arrays.values())
    for number, begin in enumerate(range(0, len(content), FILE_BYTES)):
        fresh = out / f"{name}.{number}.new"
        fresh.write_bytes(content[begin : begin + FILE_BYTES])
        fresh.replace(out / f"{name}.{number}")
    say(f"wrote {name}, {len(content) / 2**20:.1f} MiB")


def widen(arrays: dict[str, NDArray[Any]], device: torch.device) -> dict[str, Tensor]:
    """Return weights in 32 bits."""
    found = {}
    for name, array in arrays.items():
        plain, _, part = name.partition("|")
        if part == "int8":
            scale = arrays[f"{plain}|scale"]
            found[plain] = torch.from_numpy(array * scale).to(device)
        elif not part:
            found[plain] = torch.from_numpy(array.copy()).to(device)
    return found


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
        if options.most:
            trained = trained[:: max(1, len(trained) // options.most)]
        self.rows, kept = lay_out(data, trained, self.device)
        self.kinds = trained[kept, 6].astype(np.int64)
        somewhere = trained[kept, 5].astype(bool)
        self.rows.fields["somewhere"] = torch.from_numpy(somewhere).to(self.device)
        tested = data["tested"]
        if options.most:
            tested = tested[:: max(1, len(tested) // options.most)]
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


def smoke(session: Session, seconds: float) -> None:
    """Compare rates for a moment each."""
    session.measure("start", session.start)
    third = seconds / 3
    for rate, tokens in ((1e-4, 16_384), (2e-4, 16_384), (2e-4, 32_768)):
        recipe = Recipe(
            f"{rate:g} {tokens}", third, rate, 1, tokens=tokens, shares=tuple(SHARES.items())
        )
        session.measure(recipe.name, session.train(recipe, session.start))
    show(session.columns, session.out)


def main_plan(session: Session, seconds: float) -> None:
    """Two runs from the start, their mean, and a third that both teach."""
    session.measure("start", session.start)
    options = session.options
    one = Recipe(
        "one",
        seconds * 0.30,
        options.rate,
        1,
        tokens=options.tokens,
        shares=tuple(SHARES.items()),
    )
    two = replace(one, name="two", seed=2, dropout=0.05)
    first = session.train(one, session.start)
    session.measure("one", first)
    write_weights(first, session.out, "a")
    second = session.train(two, session.start)
    session.measure("two", second)
    both = average([first, second], [1, 1])
    session.measure("both", both)
    write_weights(both, session.out, "a")
    teachers = (session.reader(first), session.reader(second))
    left = seconds - (time.monotonic() - STARTED) - 45
    if left > 30:
        three = replace(one, name="three", seed=3, seconds=left, taught=0.6, rate=0.7 * one.rate)
        third = session.train(three, both, *teachers)
        session.measure("three", third)
        write_weights(third, session.out, "b")
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


def main() -> None:
    """Read the command line and run a plan."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--plan", choices=("smoke", "main"), default="main")
    parser.add_argument("--seconds", type=float, default=540.0, help="all in all")
    parser.add_argument("--rate", type=float, default=RATE, help="default %(default)s")
    parser.add_argument("--tokens", type=int, default=16_384, help="of a batch, default %(default)s")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--most", type=int, help="rows, to try the script")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.backends.cuda.matmul.allow_tf32 = True
    session = Session(options)
    {"smoke": smoke, "main": main_plan}[options.plan](session, options.seconds)


if __name__ == "__main__":
    main()
