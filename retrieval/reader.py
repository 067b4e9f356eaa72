"""Find the exact words of passages that answer a question.

An extractive reader scores each token as the first and the last of the answer, and "not in this
passage" (Devlin et al. 2019, as for SQuAD 2). It quotes; it cannot invent a word, nor obey one.
Knows a model folder and texts; nothing of the index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seedqa.index.messages import Message
from seedqa.index.patterns import lazy_pattern
from seedqa.index.runtime import (
    compile_model,
    damaged_error,
    load_tokenizer,
    read_config,
    verify_folder,
)
from seedqa.index.sentences import split_sentences
from seedqa.retrieval.calibration import CALIBRATION_FILE, Calibration, load_calibration
from seedqa.retrieval.combining import Combined
from seedqa.retrieval.wording.sentences import YEAR
from seedqa.retrieval.wording.widening import widen

if TYPE_CHECKING:
    from tokenizers import Encoding

#: The folder of the bundled reader, next to the packages in a checkout and in a wheel.
SHIPPED_READER = Path(__file__).resolve().parent.parent / "models" / "reader"
#: Tokens that a window repeats from the one before, so that no answer is cut in both.
WINDOW_OVERLAP = 64
#: Tokens of a passage's context that are read with each of its windows. A longer one keeps its two
#: ends, where the title and the nearest heading are.
CONTEXT_TOKENS = 48
#: Tokens of an answer at most: of the answers in the data's dev part one in 300 is longer.
ANSWER_TOKENS = 40
#: Spans found in one passage at most.
SPANS = 3
#: Tokens in one batch, padding included; lengths are padded to a multiple of `PAD_MULTIPLE`. With
#: less padding, eight passages take 15 % less processor time than with 2,048 (docs/log/speed.md).
BATCH_TOKENS = 512
PAD_MULTIPLE = 16
_NEVER = np.float32(-1e9)
#: The number of the sentence of a token that no answer may touch.
_CLOSED = -1
#: Prepositions before a year in the seven languages, which answers leave out: of the answers in the
#: data that are a year, with or without one, one in 29 has one.
_BEFORE_YEAR = lazy_pattern(rf"(?:à|em|en|im|in|nel)\s+(?={YEAR}$)", re.IGNORECASE)

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a passage, passage[start:end].

    The score is their logit minus that of "not in this passage".
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of a passage that the model reads at once, after the question."""

    passage: int
    first: int
    """The first of the passage's tokens that is in the window."""
    ids: list[int]
    asked: int
    """Tokens of the question, [CLS] and [SEP] included."""
    head: int
    """Tokens before those of the passage: the question's, and the context's with its [SEP]."""


class Reader:
    """A reader's folder; its files are opened when they are first needed.

    `read` may be called by several threads: what they read is read together.
    """

    def __init__(self, folder: Path = SHIPPED_READER) -> None:
        self._folder = folder
        self._score = Combined(self._score_windows)
        config = read_config(folder)
        try:
            self._name = str(config["name"])
            self._max_length = int(config["max_length"])
            self._question_tokens = int(config["question_tokens"])
            self._fingerprint = str(config["fingerprint"])
            self._languages = tuple(map(str, config["languages"]))
        except (KeyError, TypeError, ValueError) as error:
            reason = Message("no usable {name}", name=str(error))
            raise damaged_error(folder / "config.json", reason) from error

    @property
    def name(self) -> str:
        """The name of the model."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """Hash of weights, tokenizer and settings."""
        return self._fingerprint

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it was trained for, as ISO 639-1 codes."""
        return self._languages

    @cached_property
    def calibration(self) -> Calibration:
        """The calibration of its scores."""
        return load_calibration(self._folder / CALIBRATION_FILE, self._fingerprint)

    @cached_property
    def _tokenizer(self) -> Any:
        tokenizer = load_tokenizer(self._folder / "tokenizer.json", self._max_length)
        tokenizer.no_truncation()
        return tokenizer

    @cached_property
    def _request(self) -> Any:
        return compile_model(self._folder / "model.onnx")

    def verify(self) -> None:
        """Raise ModelError if a file does not match the fingerprint or the calibration."""
        verify_folder(self._folder, self._fingerprint)
        _ = self.calibration  # raises too

    def read(
        self,
        question: str,
        passages: Sequence[str],
        contexts: Sequence[str] | None = None,
        closed: Sequence[Sequence[tuple[int, int]]] | None = None,
    ) -> list[tuple[Span, ...]]:
        """Return the best spans of each passage, best first, at most `SPANS`; they do not overlap.

        `contexts` has the text before each passage, its title and headings, or "" for nothing. No
        answer is in it; spans count the characters of the passage alone. `closed` has the spans of
        each passage that no answer may touch. A passage without a word has no answer. Raises
        ValueError if contexts are given and are not as many as passages.
        """
        above = self._encode_contexts(contexts, len(passages))
        asked = self._tokenizer.encode(question)
        encodings = self._tokenizer.encode_batch(list(passages), add_special_tokens=False)
        shut = closed or [()] * len(passages)
        sentences = list(map(_number_sentences, passages, encodings, shut))
        found: list[list[Span]] = [[] for _ in passages]
        windows = list(self._windows(asked, encodings, above))
        for window, scores in zip(windows, self._score(windows), strict=True):
            passage, encoding = passages[window.passage], encodings[window.passage]
            size = len(window.ids) - 1 - window.head
            inside = sentences[window.passage][window.first : window.first + size]
            for first, last, score in best_spans(scores, window.head, inside):
                start, end = _characters(
                    passage, encoding, window.first + first, window.first + last
                )
                if any(map(str.isalnum, passage[start:end])):  # a token may be punctuation
                    found[window.passage].append(Span(start, end, score))
        return [drop_overlapping(spans) for spans in found]

    def _encode_contexts(self, contexts: Sequence[str] | None, passages: int) -> list[list[int]]:
        """Return the tokens of each passage's context, at most `CONTEXT_TOKENS`."""
        if contexts is None:
            return [[] for _ in range(passages)]
        if len(contexts) != passages:
            raise ValueError(f"{len(contexts)} contexts were given for {passages} passages")
        encodings = self._tokenizer.encode_batch(list(contexts), add_special_tokens=False)
        return [cut_context(encoding.ids) for encoding in encodings]

    def _windows(
        self, asked: Encoding, encodings: Sequence[Encoding], above: Sequence[list[int]]
    ) -> Iterator[_Window]:
        """Yield [CLS] question [SEP] context [SEP] part [SEP] for every part of every passage.

        A passage without context has neither it nor its [SEP].
        """
        end = asked.ids[-1]
        question = [*asked.ids[:-1][: self._question_tokens], end]
        for number, (encoding, context) in enumerate(zip(encodings, above, strict=True)):
            head = [*question, *context, end] if context else question
            room = self._max_length - len(head) - 1
            ids = encoding.ids
            first = 0
            while first < len(ids):
                part = [*head, *ids[first : first + room], end]
                yield _Window(number, first, part, len(question), len(head))
                if first + room >= len(ids):
                    break
                first += room - WINDOW_OVERLAP

    def _score_windows(self, windows: Sequence[_Window]) -> list[Scores]:
        """Return first and last scores of the tokens of each window but its [SEP].

        Each has the shape (2, tokens).
        """
        scores: list[Scores] = [np.empty((2, 0), dtype=np.float32)] * len(windows)
        for batch in _plan_batches([len(window.ids) for window in windows]):
            found = self._infer([windows[at] for at in batch])
            for row, at in enumerate(batch):
                scores[at] = found[:, row, : len(windows[at].ids) - 1]
        return scores

    def _infer(self, windows: Sequence[_Window]) -> Scores:
        """Return first and last scores, shape (2, windows, padded length)."""
        longest = max(len(window.ids) for window in windows)
        width = -(-longest // PAD_MULTIPLE) * PAD_MULTIPLE
        ids = np.zeros((len(windows), width), dtype=np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        for row, window in enumerate(windows):
            ids[row, : len(window.ids)] = window.ids
            mask[row, : len(window.ids)] = 1
            types[row, window.asked : len(window.ids)] = 1
        outputs = self._request.infer(
            {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        )
        return np.array(outputs["scores"], dtype=np.float32)


def cut_context(ids: Sequence[int]) -> list[int]:
    """Return a context's tokens, without those in its middle if they are too many."""
    if len(ids) <= CONTEXT_TOKENS:
        return list(ids)
    half = CONTEXT_TOKENS // 2
    return [*ids[:half], *ids[-half:]]


def _plan_batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    order = sorted(range(len(lengths)), key=lambda at: (-lengths[at], at))
    while order:
        size = max(1, BATCH_TOKENS // (-(-lengths[order[0]] // PAD_MULTIPLE) * PAD_MULTIPLE))
        yield order[:size]
        order = order[size:]


def _number_sentences(
    passage: str, encoding: Encoding, closed: Sequence[tuple[int, int]]
) -> NDArray[np.int64]:
    """Return the number of the sentence of each token of a passage, `_CLOSED` in closed spans.

    A sentence ends at a closed span.
    """
    starts = [start for start, _ in split_sentences(passage)]
    starts += [bound for span in closed for bound in span]
    # A token may begin with the space before its word.
    ends = np.array([end - 1 for _, end in encoding.offsets], dtype=np.int64)
    numbers = np.searchsorted(sorted({*starts}), ends, side="right").astype(np.int64)
    for start, end in closed:
        numbers[(ends >= start) & (ends < end)] = _CLOSED
    return numbers


def best_spans(
    scores: Scores, head: int, sentences: NDArray[np.int64]
) -> list[tuple[int, int, float]]:
    """Return first token, last token (of the window's passage) and score of the best spans.

    `scores` has shape (2, tokens), [CLS] at 0, the passage from `head` on; `sentences` has the
    number of the sentence of each of its tokens. No span crosses the end of a sentence, or touches
    a closed token.
    """
    nothing = float(scores[0, 0] + scores[1, 0])
    first, last = scores[0, head:], scores[1, head:]
    size = len(first)
    sums = first[:, None] + last[None, :]
    ahead = np.arange(size)[None, :] - np.arange(size)[:, None]
    crosses = (sentences[:, None] != sentences[None, :]) | (sentences[:, None] == _CLOSED)
    sums[(ahead < 0) | (ahead >= ANSWER_TOKENS) | crosses] = _NEVER
    spans = []
    for _ in range(SPANS):
        start, end = divmod(int(sums.argmax()), size)
        if sums[start, end] <= _NEVER / 2:
            break
        spans.append((start, end, float(sums[start, end]) - nothing))
        # A span that overlaps it is the same answer in other words.
        sums[: end + 1, start:] = _NEVER
    return spans


def _characters(passage: str, encoding: Encoding, first: int, last: int) -> tuple[int, int]:
    """Return the characters of whole words, trimmed: a piece of a word is no answer."""
    start, end = encoding.offsets[first][0], encoding.offsets[last][1]
    first_word, last_word = encoding.word_ids[first], encoding.word_ids[last]
    if first_word is not None and (span := encoding.word_to_chars(first_word)):
        start = min(start, span[0])
    if last_word is not None and (span := encoding.word_to_chars(last_word)):
        end = max(end, span[1])
    return trim(passage, start, end)


def trim(passage: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of passage[start:end] without white space, or "in" before a year.

    A month takes the day before it along, an hour the day of the week, and a noun the amount or
    the place that it announces.
    """
    words = passage[start:end]
    end -= len(words) - len(words.rstrip())
    start = min(end, start + len(words) - len(words.lstrip()))
    before_year = _BEFORE_YEAR.match(passage[start:end])
    start += before_year.end() if before_year else 0
    return widen(passage, start, end)


def drop_overlapping(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the best spans of all windows of a passage that do not overlap a better one."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (-span.score, span.start)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return tuple(kept[:SPANS])
