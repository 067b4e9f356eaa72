"""The reader's tokens and scores: what stands where, and what cannot be an answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from support.tiny import text_of, write_weights
from training.encoder_start import SPACE
from training.encoder_student import load_body
from training.reader_data import Example
from training.reader_model import (
    FAR_AWAY,
    MAX_ANSWER_TOKENS,
    MAX_TOKENS,
    QUESTION_TOKENS,
    Reader,
    ReaderSet,
    load_reader,
    load_reader_tokenizer,
    save_reader,
    settle_spans,
    span_loss,
    tokenize_examples,
)

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("weights"))


def example_of(numbers: range, asked: int | None, question: str = "How many lamps?") -> Example:
    """Return an example whose answer is the count in one of the sentences, "24 lamps"."""
    context = text_of("en", numbers)
    if asked is None:
        return Example(question, context, 0, 0, "test")
    words = " ".join(text_of("en", [asked]).split()[4:6])
    start = context.index(words)
    return Example(question, context, start, start + len(words), "test")


EXAMPLES = [example_of(range(3), 1), example_of(range(2), None), example_of(range(6), 0)]


def words_of(weights: Path, examples: ReaderSet, row: int, first: int, last: int) -> str:
    """Return the text of some tokens of an example."""
    ids = examples.ids[examples.offsets[row] : examples.offsets[row + 1]]
    tokenizer = load_reader_tokenizer(weights)
    pieces = [tokenizer.id_to_token(int(number)) for number in ids[first : last + 1]]
    return "".join(pieces).replace(SPACE, " ").strip()


def test_question_and_context_stand_side_by_side(weights: Path) -> None:
    tokenizer = load_reader_tokenizer(weights)
    examples = tokenize_examples(load_reader_tokenizer(weights), EXAMPLES)
    assert len(examples) == 3
    for row, example in enumerate(EXAMPLES):
        question = tokenizer.encode(example.question).ids
        context = tokenizer.encode(example.context).ids
        ids = examples.ids[examples.offsets[row] : examples.offsets[row + 1]].tolist()
        assert ids == [*question, *context[1:]]
        assert examples.context_starts[row] == len(question)
        assert examples.lengths[row] == len(ids)


def test_what_is_above_a_passage_is_read_before_it_and_is_no_answer(weights: Path) -> None:
    tokenizer = load_reader_tokenizer(weights)
    plain = EXAMPLES[0]
    under = replace(plain, above="lamps boats")
    examples = tokenize_examples(tokenizer, [plain, under])
    ids = examples.ids[examples.offsets[1] : examples.offsets[2]].tolist()
    asked = tokenizer.encode(plain.question).ids
    above = tokenizer.encode(under.above).ids[1:]
    assert ids == [*asked, *above, *tokenizer.encode(plain.context).ids[1:]]
    assert examples.question_ends.tolist() == [len(asked), len(asked)]
    assert examples.context_starts.tolist() == [len(asked), len(asked) + len(above)]
    first, last = int(examples.starts[1]), int(examples.ends[1])
    assert words_of(weights, examples, 1, first, last) == plain.context[plain.start : plain.end]
    batch = examples.batch([1], CPU)
    assert int(batch["above"].sum()) == len(above)
    assert int(batch["types"].sum()) == len(ids) - len(asked)


def test_the_loss_knows_that_no_answer_is_above() -> None:
    batch = {"starts": torch.tensor([2]), "ends": torch.tensor([2])}
    batch |= dict.fromkeys(("ids", "mask", "types"), torch.zeros(1, 3, dtype=torch.int64))
    batch |= {"above": torch.tensor([[0, 1, 0]]), "somewhere": torch.tensor([False])}
    loss = span_loss(Fixed([[[0.0, 9.0, 1.0]], [[3.0, 9.0, 1.0]]]), batch, bf16=False)
    first = np.log(np.exp([0, 1]).sum()) - 1
    last = np.log(np.exp([3, 1]).sum()) - 1
    assert float(loss) == pytest.approx((first + last) / 2, abs=1e-5)


def test_the_tokens_of_the_answer_are_those_of_its_words(weights: Path) -> None:
    examples = tokenize_examples(load_reader_tokenizer(weights), EXAMPLES)
    for row in (0, 2):
        example = EXAMPLES[row]
        first, last = int(examples.starts[row]), int(examples.ends[row])
        answer = example.context[example.start : example.end]
        assert words_of(weights, examples, row, first, last) == answer
    assert (examples.starts[1], examples.ends[1]) == (0, 0)


def test_a_long_context_is_cut_around_the_answer(weights: Path) -> None:
    long = example_of(range(80), 40)
    examples = tokenize_examples(
        load_reader_tokenizer(weights), [long, example_of(range(80), None)]
    )
    assert examples.lengths.tolist() == [MAX_TOKENS, MAX_TOKENS]
    first, last = int(examples.starts[0]), int(examples.ends[0])
    assert words_of(weights, examples, 0, first, last) == long.context[long.start : long.end]
    assert last < MAX_TOKENS - 1


def test_a_long_question_is_cut_and_what_cannot_be_answered_left_out(weights: Path) -> None:
    asked = " ".join(["bridges"] * 100)
    context = text_of("en", range(80))
    examples = tokenize_examples(
        load_reader_tokenizer(weights),
        [
            example_of(range(3), 1, asked),
            Example("Which?", context, 0, len(context), "an answer of too many tokens"),
            Example("Which?", "a  b", 1, 3, "an answer of white space"),
        ],
    )
    assert len(examples) == 1
    assert examples.context_starts[0] == QUESTION_TOKENS + 1
    first, last = int(examples.starts[0]), int(examples.ends[0])
    assert words_of(weights, examples, 0, first, last) == "21 towers"


def test_a_batch_is_padded_and_knows_its_context(weights: Path) -> None:
    examples = tokenize_examples(load_reader_tokenizer(weights), EXAMPLES)
    batch = examples.batch([2, 1], CPU)
    lengths = examples.lengths[[2, 1]]
    assert batch["ids"].shape == batch["mask"].shape == batch["types"].shape
    assert batch["ids"].shape[1] % 4 == 0
    assert batch["mask"].sum(1).tolist() == lengths.tolist()
    starts = examples.context_starts[[2, 1]]
    assert batch["types"].sum(1).tolist() == (lengths - starts).tolist()
    assert [int(row.argmax()) for row in batch["types"]] == starts.tolist()
    assert batch["starts"].tolist() == examples.starts[[2, 1]].tolist()
    assert batch["ends"].tolist() == examples.ends[[2, 1]].tolist()


@torch.no_grad()
def test_only_context_and_no_answer_can_be_the_answer(weights: Path) -> None:
    torch.manual_seed(0)
    reader = Reader(load_body(weights, "eager"))
    examples = tokenize_examples(load_reader_tokenizer(weights), EXAMPLES)
    batch = examples.batch([0, 1, 2], CPU)
    scores = reader(batch["ids"], batch["mask"], batch["types"])
    assert scores.shape == (2, *batch["ids"].shape)
    allowed = batch["types"].bool()
    allowed[:, 0] = True
    assert (scores[:, ~allowed] < FAR_AWAY / 2).all()
    assert (scores[:, allowed] > FAR_AWAY / 2).all()
    alone = examples.batch([1], CPU)
    again = reader(alone["ids"], alone["mask"], alone["types"])
    torch.testing.assert_close(scores[:, 1, : again.shape[2]], again[:, 0], atol=1e-4, rtol=0)


class Fixed(Reader):
    """A reader that gives the scores that it was given."""

    def __init__(self, scores: list[list[list[float]]]) -> None:
        torch.nn.Module.__init__(self)
        self.scores = torch.tensor(scores)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        return self.scores


def test_the_loss_is_that_of_the_formula() -> None:
    batch = {"starts": torch.tensor([1]), "ends": torch.tensor([2])}
    batch |= dict.fromkeys(("ids", "mask", "types", "above"), torch.zeros(1, 3, dtype=torch.int64))
    batch["somewhere"] = torch.tensor([False])
    loss = span_loss(Fixed([[[0.0, 2.0, 1.0]], [[3.0, 0.0, 1.0]]]), batch, bf16=False)
    first = np.log(np.exp([0, 2, 1]).sum()) - 2
    last = np.log(np.exp([3, 0, 1]).sum()) - 1
    assert float(loss) == pytest.approx((first + last) / 2, abs=1e-6)


def test_where_only_the_sentence_is_known_its_tokens_are_right_together() -> None:
    batch = {"starts": torch.tensor([1]), "ends": torch.tensor([2])}
    batch |= dict.fromkeys(("ids", "mask", "types", "above"), torch.zeros(1, 3, dtype=torch.int64))
    batch["somewhere"] = torch.tensor([True])
    loss = span_loss(Fixed([[[0.0, 2.0, 1.0]], [[3.0, 0.0, 1.0]]]), batch, bf16=False)
    first = np.log(np.exp([0, 2, 1]).sum() / np.exp([2, 1]).sum())
    last = np.log(np.exp([3, 0, 1]).sum() / np.exp([0, 1]).sum())
    assert float(loss) == pytest.approx((first + last) / 2, abs=1e-6)


class Pointing(Reader):
    """A reader that scores the n-th token of each text as the first and the last of an answer."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(BertModel(BertConfig(vocab_size=1, hidden_size=12), False))
        self.places = first, last

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        scores = torch.zeros(2, *ids.shape)
        for side, place in enumerate(self.places):
            scores[side, :, place] = 9.0
            scores[side, :, 0] = 20.0
            scores[side, :, -1] = 15.0
        return scores


def somewhere_in(weights: Path) -> ReaderSet:
    """Return an example whose sentence is known, and one whose words are."""
    context = text_of("en", range(4))
    end = context.index(".") + 1
    unsettled = Example("How many?", context, 0, end, "test", somewhere=True)
    return tokenize_examples(load_reader_tokenizer(weights), [unsettled, EXAMPLES[0]])


def test_a_sentence_is_settled_on_the_words_that_a_reader_finds_in_it(weights: Path) -> None:
    """Neither no answer nor what stands outside the sentence, though both score higher."""
    unsettled = somewhere_in(weights)
    first = int(unsettled.starts[0])
    settled = settle_spans(Pointing(first + 1, first + 3), unsettled, [[0]], bf16=False)
    assert (settled.starts[0], settled.ends[0]) == (first + 1, first + 3)
    assert settled.somewhere.tolist() == [False, False]
    assert (settled.starts[1], settled.ends[1]) == (unsettled.starts[1], unsettled.ends[1])
    assert unsettled.somewhere.tolist() == [True, False]  # as it was


def test_what_is_settled_on_is_a_span(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last token is not before the first, nor too far behind it."""
    monkeypatch.setattr("training.reader_model.MAX_ANSWER_TOKENS", 2)
    unsettled = somewhere_in(weights)
    first = int(unsettled.starts[0])
    backward = settle_spans(Pointing(first + 3, first + 1), unsettled, [[0]], bf16=False)
    far = settle_spans(Pointing(first, first + 5), unsettled, [[0]], bf16=False)
    for settled in (backward, far):
        assert 0 <= settled.ends[0] - settled.starts[0] < 2
    assert MAX_ANSWER_TOKENS > 2


@torch.no_grad()
def test_what_is_saved_is_loaded(weights: Path, tmp_path: Path) -> None:
    reader = Reader(load_body(weights, "eager"))
    save_reader(tmp_path, reader, load_reader_tokenizer(weights))
    again = load_reader(tmp_path, load_body(tmp_path, "eager"))
    batch = tokenize_examples(load_reader_tokenizer(tmp_path), EXAMPLES).batch([0, 1, 2], CPU)
    inputs = (batch["ids"], batch["mask"], batch["types"])
    assert torch.equal(reader(*inputs), again(*inputs))
