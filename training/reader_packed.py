"""Pack examples as token ids for a machine that has neither the project nor the data folder.

A text is packed once, however many examples have it. Knows examples and the form of the files that
gpu_model.py reads; nothing of which examples there are.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tqdm import tqdm

from seedqa.retrieval.reader import cut_context
from training.encoder_restore import read_weights
from training.gpu_model import in_eight_bits
from training.reader_data import Example
from training.reader_model import MAX_TOKENS, QUESTION_TOKENS

#: How hard lzma tries: at 3 the examples take 15 seconds.
PRESET = 3
#: Tokens of a passage that are packed: what a window has beside a short question.
PASSAGE_TOKENS = 300
#: Right answers of a question that is measured.
ANSWERS = 4
#: Texts that are encoded at once.
AT_ONCE = 2_000
#: Matrices of fewer elements stay whole.
SMALLEST_PACKED = 1_000


@dataclass(frozen=True, slots=True)
class Measured:
    """A question that is only measured: all right answers, in characters of the passage."""

    set_name: str
    example: Example
    answers: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """An example in the numbers of a pool."""

    numbers: tuple[int, int, int]
    """Of question, context and passage."""
    answers: tuple[tuple[int, int], ...]
    """First and last token of the passage; -1, -1 is no answer."""


class Pool:
    """Texts as token ids, each once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._numbers: dict[bytes, int] = {}
        self._encodings: dict[str, Any] = {}

    def prepare(self, texts: Iterable[str]) -> None:
        """Encode many texts at once."""
        new = list(dict.fromkeys(texts))
        for start in range(0, len(new), AT_ONCE):
            some = new[start : start + AT_ONCE]
            encoded = self._tokenizer.encode_batch(some, add_special_tokens=False)
            for text, one in zip(some, encoded, strict=True):
                offsets = np.array(one.offsets, np.int32).reshape(-1, 2)
                self._encodings[text] = (np.array(one.ids, np.uint16), offsets)

    def encoding(self, text: str) -> Any:
        """Return ids and offsets of a prepared text."""
        return self._encodings[text]

    def number(self, ids: Sequence[int]) -> int:
        """Return the number of a text."""
        return self._numbers.setdefault(np.asarray(ids, np.uint16).tobytes(), len(self._numbers))

    def arrays(self) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        """Return the ids of all texts, one after the other, and the length of each."""
        lengths = np.array([len(text) // 2 for text in self._numbers], np.uint16)
        return np.frombuffer(b"".join(self._numbers), np.uint16), lengths


def pack_examples(
    examples: Sequence[Example], measured: Sequence[Measured], reader: Path, out: Path
) -> str:
    """Write examples, what is measured, and the weights of a reader that ships; say how many."""
    pool = Pool(Tokenizer.from_file(str(reader / "tokenizer.json")))
    pool.prepare(_texts([*examples, *(one.example for one in measured)]))
    kinds = sorted({example.kind for example in examples})
    sets = sorted({one.set_name for one in measured})
    # Texts that are alike stand together, which lzma makes use of.
    ordered = sorted(examples, key=lambda one: (one.language, one.title, one.context))
    trained = []
    for example in ordered:
        placed = place(pool, example, ((example.start, example.end),))
        if placed:
            span, somewhere = placed.answers[0], int(example.somewhere)
            trained.append([*placed.numbers, *span, somewhere, kinds.index(example.kind)])
    tested = []
    for each in measured:
        placed = place(pool, each.example, each.answers or ((0, 0),))
        if placed:
            spans = [*placed.answers, *([(-2, -2)] * ANSWERS)][:ANSWERS]
            numbers = [number for span in spans for number in span]
            tested.append([*placed.numbers, *numbers, sets.index(each.set_name)])
    ids, lengths = pool.arrays()
    out.mkdir(parents=True, exist_ok=True)
    arrays = {"trained": np.array(trained, np.int32), "tested": np.array(tested, np.int32)}
    write_packed(out / "data.xz", {"ids": ids, "lengths": lengths, **arrays})
    (out / "names.json").write_text(json.dumps({"kinds": kinds, "sets": sets}), encoding="utf8")
    write_start(reader, out / "start.xz")
    return f"{len(trained)} examples, {len(tested)} to measure, {len(ids)} tokens"


def _texts(examples: Sequence[Example]) -> Iterator[str]:
    for example in tqdm(examples, desc="tokens", mininterval=20.0):
        yield from (example.question, example.context, example.above)


def place(pool: Pool, example: Example, answers: Sequence[tuple[int, int]]) -> Placed | None:
    """Return an example in the pool's numbers, with some right answers in characters.

    None where the first answer is no token, or too long for the window.
    """
    question = pool.encoding(example.question)[0][: QUESTION_TOKENS - 1]
    above = cut_context(pool.encoding(example.above)[0].tolist())
    ids, offsets = pool.encoding(example.context)
    room = min(PASSAGE_TOKENS, MAX_TOKENS - 3 - len(question) - (len(above) + 1 if above else 0))
    spans = []
    for low, high in answers:
        if low == high:
            spans.append((-1, -1))
            continue
        inside = np.flatnonzero((offsets[:, 0] < high) & (offsets[:, 1] > low))
        if len(inside):
            spans.append((int(inside[0]), int(inside[-1])))
    if not spans:
        return None
    first, last = spans[0]
    cut = 0 if last < room else max(0, first - room // 2)
    if last - cut >= room:
        return None
    spans = [
        (a, b) if a < 0 else (a - cut, b - cut)
        for a, b in spans
        if a < 0 or (a >= cut and b - cut < room)
    ]
    passage = ids[cut : cut + room]
    if not len(passage) or not len(question):
        return None
    numbers = (pool.number(question), pool.number(above), pool.number(passage))
    return Placed(numbers, tuple(spans[:ANSWERS]))


def write_packed(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays into one .xz file: a line that says what they are, then their bytes."""
    head = {name: [str(array.dtype), list(array.shape)] for name, array in arrays.items()}
    with lzma.open(path, "wb", preset=PRESET) as file:
        file.write(json.dumps(head).encode() + b"\n")
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).tobytes())


def write_start(reader: Path, path: Path) -> None:
    """Write the weights of a reader that ships: matrices in 8 bits, as they are kept there."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, weight in read_weights(reader / "model.onnx").items():
        if (
            weight.ndim == 2
            and ("word" in name or "embeddings" not in name)
            and weight.size > SMALLEST_PACKED
        ):
            arrays |= in_eight_bits(name, weight)
        else:
            arrays[name] = weight.astype(np.float32)
    write_packed(path, arrays)
