"""The reader: a transformer with a start and an end score for each token, and its batches.

The first token, [CLS], stands for "no answer here" (Devlin et al. 2019 for SQuAD 2). Knows
transformers, tokenizers and torch; knows nothing of where examples come from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, pre_tokenizers
from torch import Tensor
from tqdm import tqdm
from transformers import BertModel

from seedqa.retrieval.reader import cut_context
from training.encoder_student import load_tokenizer, padded
from training.reader_data import Example

#: Tokens of a question that are read, and of question and context together.
QUESTION_TOKENS = 64
MAX_TOKENS = 320
#: Tokens of the longest span that is taken for an answer in a sentence.
MAX_ANSWER_TOKENS = 30
#: File of the two output rows in a reader's folder, beside the transformer's own.
HEAD_FILE = "span_head.safetensors"
FAR_AWAY = -1e4


@dataclass(frozen=True, slots=True)
class ReaderSet:
    """Examples as token ids: example `n` is ids[offsets[n]:offsets[n + 1]]."""

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    question_ends: NDArray[np.int32]
    """Tokens of [CLS], the question and [SEP]."""
    context_starts: NDArray[np.int32]
    """Tokens before the context: the question's, and those of what stands above it with [SEP]."""
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    """First and last token of the answer; both 0, [CLS], where there is none."""
    somewhere: NDArray[np.bool_]
    """Whether the answer is some tokens from first to last, not all of them."""

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each example."""
        return np.diff(self.offsets)

    def batch(self, rows: Sequence[int], device: torch.device) -> dict[str, Tensor]:
        """Return what the loss needs of `rows`, int64 of shape (rows, padded length) or (rows,)."""
        width = padded(int(self.lengths[list(rows)].max()))
        ids = np.zeros((len(rows), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        types = np.zeros_like(ids)
        above = np.zeros_like(ids)
        for line, row in enumerate(rows):
            length = int(self.lengths[row])
            ids[line, :length] = self.ids[self.offsets[row] : self.offsets[row + 1]]
            mask[line, :length] = 1
            types[line, self.question_ends[row] : length] = 1
            above[line, self.question_ends[row] : self.context_starts[row]] = 1
        fields = {
            "ids": ids,
            "mask": mask,
            "types": types,
            "above": above,
            "starts": self.starts[list(rows)].astype(np.int64),
            "ends": self.ends[list(rows)].astype(np.int64),
            "somewhere": self.somewhere[list(rows)],
        }
        return {name: torch.from_numpy(value).to(device) for name, value in fields.items()}


def load_reader_tokenizer(folder: Path) -> Tokenizer:
    """Return the encoder's tokenizer with punctuation apart from words.

    XLM-RoBERTa has pieces such as "2017.", and an answer is made of whole pieces.
    """
    tokenizer = load_tokenizer(folder)
    tokenizer.no_truncation()
    spaces = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([spaces, pre_tokenizers.Punctuation()])
    return tokenizer


def tokenize_examples(tokenizer: Tokenizer, examples: Sequence[Example]) -> ReaderSet:
    """Return examples as token ids; one whose answer is cut off, or is no token, is left out."""
    parts, question_ends, context_starts, starts, ends, somewhere = [], [], [], [], [], []
    questions = tokenizer.encode_batch([example.question for example in examples])
    contexts = tokenizer.encode_batch([example.context for example in examples])
    aboves = tokenizer.encode_batch([example.above for example in examples])
    for example, question, context, above in zip(
        examples, questions, contexts, aboves, strict=True
    ):
        asked = [*question.ids[:-1][:QUESTION_TOKENS], question.ids[-1]]
        paths = cut_context(above.ids[1:-1])
        head = [*asked, *paths, question.ids[-1]] if paths else asked
        # A token may begin with the space before its word.
        spans = [
            (end - len(example.context[start:end].lstrip()), end)
            for start, end in context.offsets[1:-1]
        ]
        body = context.ids[1:-1]
        low = 0
        first = last = -len(head)
        if example.answerable:
            inside = [
                number
                for number, (start, end) in enumerate(spans)
                if start < example.end and end > example.start
            ]
            if not inside:
                continue
            first, last = inside[0], inside[-1]
            room = MAX_TOKENS - len(head) - 1
            if last >= room:
                low = max(0, first - room // 2)
            if last - low >= room:
                continue
        body = body[low : low + MAX_TOKENS - len(head) - 1]
        parts.append(np.array([*head, *body, question.ids[-1]], dtype=np.int32))
        question_ends.append(len(asked))
        context_starts.append(len(head))
        starts.append(len(head) + first - low if example.answerable else 0)
        ends.append(len(head) + last - low if example.answerable else 0)
        somewhere.append(example.somewhere)
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts], dtype=np.int64)])
    return ReaderSet(
        np.concatenate(parts),
        offsets,
        np.array(question_ends, dtype=np.int32),
        np.array(context_starts, dtype=np.int32),
        np.array(starts, dtype=np.int32),
        np.array(ends, dtype=np.int32),
        np.array(somewhere, dtype=np.bool_),
    )


class Reader(torch.nn.Module):
    """A transformer and two scores for each token."""

    def __init__(self, body: BertModel) -> None:
        super().__init__()
        self.body = body
        self.head = torch.nn.Linear(body.config.hidden_size, 2)
        torch.nn.init.normal_(self.head.weight, std=0.02)
        torch.nn.init.zeros_(self.head.bias)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        """Return start and end scores, float32 of shape (2, texts, tokens).

        What is neither [CLS] nor context is far below everything.
        """
        additive = (1.0 - mask[:, None, None, :].float()) * FAR_AWAY
        hidden = self.body(
            input_ids=ids, attention_mask=additive, token_type_ids=types
        ).last_hidden_state
        scores: Tensor = self.head(hidden.float()).permute(2, 0, 1)
        allowed = types.clone()
        allowed[:, 0] = 1
        return scores + (1.0 - allowed.float()) * FAR_AWAY


def span_loss(reader: Reader, batch: dict[str, Tensor], *, bf16: bool) -> Tensor:
    """Return the mean cross-entropy of start and end.

    Where only the sentence is known it is that of the sentence: minus the logarithm of the sum of
    the probabilities of its tokens (Clark & Gardner 2018, "marginal" objective, equation 2).
    """
    with torch.autocast(batch["ids"].device.type, torch.bfloat16, enabled=bf16):
        scores = reader(batch["ids"], batch["mask"], batch["types"])
    scores = scores + batch["above"] * FAR_AWAY
    places = torch.arange(scores.shape[2], device=scores.device)[None, :]
    first, last = batch["starts"][:, None], batch["ends"][:, None]
    inside = (places >= first) & (places <= last) & batch["somewhere"][:, None]
    right = torch.stack([inside | (places == first), inside | (places == last)])
    found = scores.masked_fill(~right, -torch.inf).logsumexp(2)
    loss: Tensor = (scores.logsumexp(2) - found).mean()
    return loss


@torch.no_grad()
def settle_spans(
    reader: Reader, reader_set: ReaderSet, batches: Sequence[Sequence[int]], *, bf16: bool
) -> ReaderSet:
    """Return the set with the likeliest span in each sentence in place of the sentence.

    What a trained reader finds in a sentence that is known to answer is nearly always the answer
    (hard expectation-maximization: Min et al. 2019, section 3). `batches` are rows of the set; a
    row that is in none keeps its sentence.
    """
    starts, ends = reader_set.starts.copy(), reader_set.ends.copy()
    somewhere = reader_set.somewhere.copy()
    device = next(reader.parameters()).device
    for rows in tqdm(batches, desc="settling", mininterval=20.0):
        batch = reader_set.batch(rows, device)
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            scores = reader(batch["ids"], batch["mask"], batch["types"]).cpu().numpy()
        for line, row in enumerate(rows):
            first, last = reader_set.starts[row], reader_set.ends[row] + 1
            start, end = scores[:, line, first:last]
            words = np.arange(len(end))[None, :] - np.arange(len(start))[:, None]
            allowed = (words >= 0) & (words < MAX_ANSWER_TOKENS)
            span = np.where(allowed, start[:, None] + end[None, :], -np.inf)
            at, until = np.unravel_index(span.argmax(), span.shape)
            starts[row], ends[row], somewhere[row] = first + at, first + until, False
    return replace(reader_set, starts=starts, ends=ends, somewhere=somewhere)


def save_reader(folder: Path, reader: Reader, tokenizer: Tokenizer) -> None:
    """Write transformer, head and tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    reader.body.save_pretrained(str(folder))
    head = {name: weight.contiguous() for name, weight in reader.head.state_dict().items()}
    save_file(head, folder / HEAD_FILE)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {"max_length": MAX_TOKENS, "question_tokens": QUESTION_TOKENS}
    (folder / "reader.json").write_text(json.dumps(settings) + "\n", encoding="utf8")


def load_reader(folder: Path, body: BertModel) -> Reader:
    """Return the reader of a folder with its transformer, already loaded, as `body`."""
    reader = Reader(body)
    reader.head.load_state_dict(load_file(folder / HEAD_FILE))
    return reader
