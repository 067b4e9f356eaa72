"""The student: a transformer with its tokenizer, and what it computes.

Knows transformers, tokenizers and torch; knows nothing of training, nor of the data's files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertModel

#: Lengths are padded to a multiple of the first number, up to the second a multiple of the third,
#: so that shapes repeat: the CPU's matrix library prepares each new shape once (measured: 1.4
#: times the speed of arbitrary shapes). Most sentences are short: 4 saves them a tenth of padding.
PAD_MULTIPLE, SHORT_LENGTH, SHORT_PAD_MULTIPLE = 8, 32, 4
#: The most tokens of a text: what the teacher was trained with, and passages need.
MAX_LENGTH = 256
#: What E5 expects in front of a question and of any other text (Wang et al. 2022).
QUESTION_PROMPT, PASSAGE_PROMPT = "query: ", "passage: "
#: Share of the layers, the lowest, that tuning leaves as they are, with the table of words: what
#: they do holds for every use, and a step takes two thirds of the time (2.0 in place of 3.4 s).
FROZEN_SHARE = 0.25
Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class TokenTable:
    """Token ids of many texts in one array: text `n` is ids[offsets[n]:offsets[n + 1]]."""

    ids: Ids
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens in each text, [CLS] and [SEP] included."""
        return np.diff(self.offsets)

    def take(self, rows: Sequence[int]) -> TokenTable:
        """Return a table of `rows`, which may repeat."""
        parts = [self.ids[self.offsets[row] : self.offsets[row + 1]] for row in rows]
        offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts], dtype=np.int64)])
        return TokenTable(np.concatenate(parts), offsets)

    def pad(self, rows: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return input ids and attention mask of `rows`, int64 of shape (rows, padded length)."""
        lengths = [int(self.offsets[row + 1] - self.offsets[row]) for row in rows]
        width = padded(max(lengths))
        ids = np.zeros((len(rows), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for line, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            ids[line, :length] = self.ids[self.offsets[row] : self.offsets[row + 1]]
            mask[line, :length] = 1
        return torch.from_numpy(ids), torch.from_numpy(mask)


def padded(length: int) -> int:
    """Return the length that a text of `length` tokens is padded to."""
    multiple = SHORT_PAD_MULTIPLE if length <= SHORT_LENGTH else PAD_MULTIPLE
    return -(-length // multiple) * multiple


def tokenize(tokenizer: Tokenizer, texts: Sequence[str], slice_size: int = 20_000) -> TokenTable:
    """Return the token ids of `texts`, cut at the tokenizer's own truncation."""
    parts: list[Ids] = []
    lengths: list[int] = []
    for start in range(0, len(texts), slice_size):
        encodings = tokenizer.encode_batch_fast(list(texts[start : start + slice_size]))
        lengths += [len(encoding.ids) for encoding in encodings]
        parts += [np.array(encoding.ids, dtype=np.int32) for encoding in encodings]
    offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    return TokenTable(np.concatenate(parts), offsets)


def load_tokenizer(folder: Path, max_length: int = MAX_LENGTH) -> Tokenizer:
    """Return the tokenizer of a model folder, cutting at `max_length` tokens, without padding."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_length)
    tokenizer.no_padding()
    return tokenizer


def load_body(folder: Path, attention: str) -> BertModel:
    """Return the transformer of a model folder, without pooler and without dropout."""
    body = BertModel.from_pretrained(
        str(folder),
        add_pooling_layer=False,
        attn_implementation=attention,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    assert isinstance(body, BertModel)
    return body


def freeze_lowest(body: BertModel) -> None:
    """Keep the embeddings and the lowest layers from being trained."""
    count = int(FROZEN_SHARE * len(body.encoder.layer))
    for part in (body.embeddings, *body.encoder.layer[:count]):
        part.requires_grad_(False)


class Student(torch.nn.Module):
    """A transformer, the mean over its mask, and L2 normalisation."""

    def __init__(self, body: BertModel) -> None:
        super().__init__()
        self.body = body

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return unit vectors, float32 of shape (texts, dimension)."""
        return torch.nn.functional.normalize(self.pool(ids, mask), dim=1)

    def pool(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the means over each text's tokens, float32 of shape (texts, dimension)."""
        # An additive mask is taken as it is; a plain one would be checked and copied each time.
        additive = (1.0 - mask[:, None, None, :].float()) * -1e4
        hidden = self.body(input_ids=ids, attention_mask=additive).last_hidden_state
        weights = mask.unsqueeze(-1).to(torch.float32)
        mean: Tensor = (hidden.float() * weights).sum(1) / weights.sum(1)
        return mean


def save_student(folder: Path, body: BertModel, tokenizer_file: Path) -> None:
    """Write a folder that sentence-transformers and `training/export.py` load."""
    folder.mkdir(parents=True, exist_ok=True)
    body.save_pretrained(str(folder))
    content = json.loads(tokenizer_file.read_text(encoding="utf8"))
    (folder / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False), "utf8")
    special = {"unk_token": "<unk>", "sep_token": "</s>", "pad_token": "<pad>", "cls_token": "<s>"}
    modules = [
        ("0", "", "sentence_transformers.models.Transformer"),
        ("1", "1_Pooling", "sentence_transformers.models.Pooling"),
        ("2", "2_Normalize", "sentence_transformers.models.Normalize"),
    ]
    dimension = body.config.hidden_size
    files: dict[str, Any] = {
        "tokenizer_config.json": special
        | {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_LENGTH,
            "model_input_names": ["input_ids", "token_type_ids", "attention_mask"],
        },
        "sentence_bert_config.json": {"max_seq_length": MAX_LENGTH, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": QUESTION_PROMPT, "document": PASSAGE_PROMPT}
        },
        "modules.json": [
            {"idx": int(number), "name": number, "path": path, "type": kind}
            for number, path, kind in modules
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": dimension,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
    }
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf8")
