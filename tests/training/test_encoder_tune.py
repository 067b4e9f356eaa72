"""Stage 2: its examples, its steps, its losses."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
import torch

from seedqa.index.types import ChunkSettings
from support.tiny import HELD_OUT_PLACE, text_of, write_data, write_weights
from training import encoder_tune
from training.encoder_data import (
    LANGUAGES,
    Pair,
    detokenize,
    is_held_out,
    read_extractive,
    read_question_passages,
    read_sections,
    read_sts,
    select_pairs,
)
from training.encoder_student import Student, load_body, load_tokenizer
from training.encoder_tune import (
    MEMORY,
    NEIGHBOURS,
    QUESTION_QUOTAS,
    STEP_PAIRS,
    STS_PAIRS,
    Example,
    Memory,
    build_cross_examples,
    build_examples,
    build_sts,
    cut_around,
    encode_texts,
    match_translations,
    order_loss,
    plan_steps,
    retrieval_loss,
    select_long_pairs,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def examples(data: Path) -> list[Example]:
    return build_examples(data, seed=0)


# -- examples ------------------------------------------------------------------------------------


def test_questions_of_every_source_are_taken_as_often_as_said(
    data: Path, examples: list[Example]
) -> None:
    answerable = Counter(row.source for row in read_extractive(data, "train") if row.answerable)
    answerable.update(row.source for row in read_question_passages(data))
    taken = Counter(example.group.partition(" ")[0] for example in examples)
    del taken["section"]
    assert taken == {name: answerable[name] * QUESTION_QUOTAS[name][1] for name in QUESTION_QUOTAS}


def test_no_question_of_the_dev_part_is_taken(data: Path, examples: list[Example]) -> None:
    dev = list(read_extractive(data, "dev"))
    assert dev
    assert not {f"{row.source} {row.title}" for row in dev} & {row.group for row in examples}
    assert not {row.passage for row in dev} & {example.origin for example in examples}


def test_no_article_that_is_set_aside_is_taken(data: Path, examples: list[Example]) -> None:
    headings = [example for example in examples if example.group.startswith("section ")]
    assert len(headings) == 6 * 8 * 4
    assert not any(HELD_OUT_PLACE in example.question for example in headings)
    assert not any(is_held_out(example.group.removeprefix("section ")) for example in headings)


def test_headings_go_to_their_sections_in_all_four_directions(
    data: Path, examples: list[Example]
) -> None:
    by_query: dict[str, set[tuple[bool, str]]] = defaultdict(set)
    for language in LANGUAGES:
        for section in read_sections(data, language):
            for asked in ("en", language):
                by_query[section.query(asked)].add((asked == "en", section.text["en"]))
    foreign = {
        section.text[language]: section.text["en"]
        for language in LANGUAGES
        for section in read_sections(data, language)
    }
    directions: Counter[tuple[bool, bool]] = Counter()
    for example in examples:
        if example.group.startswith("section "):
            english = example.passage in example.origin
            assert english or foreign[example.passage] == example.origin
            for asked_english, origin in by_query[example.question]:
                if origin == example.origin:
                    directions[asked_english, english] += 1
    assert sum(directions.values()) == 6 * 8 * 4
    assert min(directions[one, other] for one in (True, False) for other in (True, False)) > 24


def test_a_passage_holds_the_answer(data: Path, examples: list[Example]) -> None:
    answers = {}
    for row in read_extractive(data, "train"):
        if row.answer_start is not None:
            count, _, _ = row.passage[row.answer_start :].partition(" ")
            answers[detokenize(row.question), row.passage] = count
    checked = [example for example in examples if (example.question, example.origin) in answers]
    assert len(checked) > 50
    for example in checked:
        assert example.passage in example.origin
        assert answers[example.question, example.origin] in example.passage


def test_the_seed_makes_the_examples(data: Path, examples: list[Example]) -> None:
    assert build_examples(data, seed=0) == examples != build_examples(data, seed=1)


def test_quotas_are_kept(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_tune, "QUESTION_QUOTAS", {"piaf": (3, 2)})
    monkeypatch.setattr(encoder_tune, "SECTION_QUOTAS", {"de": 6})
    groups = [example.group for example in build_examples(data, seed=0)]
    assert Counter(group.partition(" ")[0] for group in groups) == {"piaf": 6, "section": 6}
    # whole articles first, so that neighbours are there to be told apart
    assert sorted(Counter(groups[6:]).values()) == [2, 4]


# -- passages ------------------------------------------------------------------------------------


def test_a_passage_is_the_chunk_that_holds_the_position() -> None:
    text = text_of("en", range(30))
    settings = ChunkSettings(size=450, overlap=120)
    for position in (0, 700, len(text) - 1):
        passage = cut_around(text, position, settings)
        start = text.index(passage)
        assert start <= position < start + len(passage)
        assert len(passage) <= 450
    assert cut_around("short", 99, settings) == "short"
    assert cut_around("", 0, settings) == ""


@pytest.mark.parametrize(
    ("tokenized", "plain"),
    [
        ("how many lamps are there ?", "how many lamps are there?"),
        ("the keeper 's lamp , lit -lrb- at dusk -rrb- .", "the keeper's lamp, lit (at dusk)."),
        ("`` off '' , he said .", '" off ", he said.'),
        ("it was n't there .", "it wasn't there."),
        ("Plain text, with (brackets).", "Plain text, with (brackets)."),
        ("Combien de lampes y a-t-il ?", "Combien de lampes y a-t-il?"),
        ("", ""),
    ],
)
def test_marks_of_tokenisation_are_undone(tokenized: str, plain: str) -> None:
    assert detokenize(tokenized) == plain


# -- long texts ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sentences(data: Path) -> list[Pair]:
    return select_pairs(data, seed=0)


def test_long_texts_are_whole_sections_but_for_those_set_aside(data: Path) -> None:
    pairs = select_long_pairs(data, seed=0)
    sections = {
        (section.text["en"], section.text[language], language)
        for language in LANGUAGES
        for section in read_sections(data, language)
        if not is_held_out(section.key)
    }
    assert {(pair.english, pair.foreign, pair.language) for pair in pairs} == sections
    assert len(pairs) == len(sections) == 6 * 8 * 4


def test_sentences_of_one_source_are_joined_alike_on_both_sides(
    data: Path, sentences: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_tune, "LONG_QUOTAS", dict.fromkeys(LANGUAGES, 0))
    monkeypatch.setattr(encoder_tune, "JOINED_QUOTAS", dict.fromkeys(LANGUAGES, 20))
    pairs = select_long_pairs(data, 0, sentences)
    assert Counter(pair.language for pair in pairs) == dict.fromkeys(LANGUAGES, 20)
    translation = {(pair.english, pair.language): pair.foreign for pair in sentences}
    for pair in pairs:
        english = pair.english.replace(". Near", ".\nNear").split("\n")
        assert 3 <= len(english) <= 12  # three to six texts of one or two sentences
        assert english[0] in pair.english
        starts = [text for (text, language) in translation if language == pair.language]
        begins = [text for text in starts if pair.english.startswith(text)]
        assert any(pair.foreign.startswith(translation[text, pair.language]) for text in begins)
    assert pairs == select_long_pairs(data, 0, sentences) != select_long_pairs(data, 1, sentences)


# -- translations of questions -------------------------------------------------------------------


def test_translations_are_each_others_nearest_and_near_enough() -> None:
    first = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 0, 1]], dtype=np.float32)
    second = np.array(
        [[0.9, 0.436, 0], [1, 0, 0], [0.1, 0, 0.995], [0.8, 0, 0.6]], dtype=np.float32
    )
    # second[0] is the nearest of first[1], 0.889, but itself nearer to first[0], 0.9
    assert match_translations(first, second) == [(0, 1), (2, 2)]
    # too far: 0.75
    assert match_translations(first[:1], np.array([[0.75, 0.66, 0]], dtype=np.float32)) == []
    # both want the same one
    assert match_translations(first[[0, 0]], second[[1]]) == [(0, 0)]


def test_texts_are_encoded_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = write_weights(tmp_path)
    student, tokenizer = Student(load_body(weights, "eager")), load_tokenizer(weights)
    texts = [text_of("en", range(number % 5 + 1)) for number in range(12)]
    together = encode_texts(student, tokenizer, texts, bf16=False)
    monkeypatch.setattr(encoder_tune, "ENCODED_AT_ONCE", 1)
    np.testing.assert_allclose(
        encode_texts(student, tokenizer, texts, bf16=False), together, atol=1e-5
    )


def test_questions_are_swapped_with_their_translations(data: Path, tmp_path: Path) -> None:
    weights = write_weights(tmp_path)
    student, tokenizer = Student(load_body(weights, "eager")), load_tokenizer(weights)
    examples = build_cross_examples(data, student, tokenizer, seed=0, bf16=False)
    italian = {row.question: row for row in read_extractive(data, "train") if row.language == "it"}
    english = {
        detokenize(row.question): row
        for row in read_question_passages(data)
        if row.source == "squad-nqg"
    }
    assert examples
    for asked, answered in zip(examples[0::2], examples[1::2], strict=True):
        assert asked.question in english
        assert answered.question in italian
        assert asked.origin == answered.origin == italian[answered.question].passage
        assert asked.passage in asked.origin
        assert answered.passage == english[asked.question].passage


# -- similar sentences ---------------------------------------------------------------------------


def test_similar_sentences_are_compared_within_and_across_languages(data: Path) -> None:
    rows = build_sts(data, seed=0)
    english = read_sts(data, "en", "train")
    assert len(rows) == len(set(rows)) == 19 * len(english)
    first, second, score = english[0]
    french = read_sts(data, "fr", "train")[0]
    assert {
        (first, second, score),
        french,
        (first, french[1], score),
        (french[0], second, score),
    } < {*rows}
    dev = {row[:2] for row in read_sts(data, "en", "dev")}
    assert not dev & {row[:2] for row in rows}
    assert rows == build_sts(data, seed=0) != build_sts(data, seed=1)


# -- steps ---------------------------------------------------------------------------------------


def test_each_example_is_in_one_step_with_neighbours_of_its_article(
    examples: list[Example],
) -> None:
    steps = plan_steps(examples, [[[0]]], 40, seed=0)
    assert len(steps) == len(examples) // STEP_PAIRS
    rows = [row for step in steps for row in step.examples]
    assert len(rows) == len(set(rows)) == len(steps) * STEP_PAIRS
    assert all(len(step.examples) == STEP_PAIRS for step in steps)
    together = sum(
        examples[one].group == examples[other].group
        for step in steps
        for one, other in zip(step.examples, step.examples[1:], strict=False)
    )
    assert together > len(rows) / 2
    assert NEIGHBOURS == 4


def test_parallel_texts_take_turns_and_start_over(examples: list[Example]) -> None:
    steps = plan_steps(examples, [[[1], [2], [3]], [[4], [5]]], 40, seed=0)
    turns = [(step.parallel_set, step.parallel[0]) for step in steps[:8]]
    assert turns == [(0, 1), (1, 4), (0, 2), (1, 5), (0, 3), (1, 4), (0, 1), (1, 5)]
    assert all(len(step.sts) == STS_PAIRS for step in steps)
    assert all(0 <= min(step.sts) <= max(step.sts) < 40 for step in steps)


def test_steps_follow_from_the_seed(examples: list[Example]) -> None:
    first, again, other = (plan_steps(examples, [[[0]]], 40, seed) for seed in (0, 0, 1))
    assert first == again != other


def test_too_few_examples_for_a_step_are_an_error() -> None:
    """Training over no step ended at once, and wrote what it started from."""
    examples = [Example("question", "passage", "origin", "group")] * 31
    with pytest.raises(SystemExit) as caught:
        plan_steps(examples, [[[0]]], 40, seed=0)
    assert str(caught.value) == "found 31 examples, a step takes 32"


# -- losses --------------------------------------------------------------------------------------

QUESTIONS = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
PASSAGES = torch.tensor([[0.8, 0.6], [0.6, 0.8]])


def cross_entropy_of(right: float, *wrong: float) -> float:
    """Return the cross-entropy of cosines at scale 20."""
    return float(np.log(1 + sum(np.exp(20 * (other - right)) for other in wrong)))


def test_retrieval_is_the_cross_entropy_of_both_directions() -> None:
    loss = retrieval_loss(QUESTIONS, PASSAGES, torch.tensor([0, 1]), Memory())
    one_way = cross_entropy_of(0.8, 0.6)  # each question, and each passage, alike
    assert float(loss) == pytest.approx(1.5 * one_way, abs=1e-5)


def test_passages_of_the_same_origin_are_not_wrong() -> None:
    loss = retrieval_loss(QUESTIONS, PASSAGES, torch.tensor([3, 3]), Memory())
    assert float(loss) == pytest.approx(0, abs=1e-6)


def test_passages_of_the_last_steps_are_wrong_but_for_those_of_the_same_origin() -> None:
    memory = Memory()
    memory.extend(torch.tensor([[0.0, 1.0], [1.0, 0.0]]), torch.tensor([9, 0]))
    loss = retrieval_loss(QUESTIONS, PASSAGES, torch.tensor([0, 1]), memory)
    forward = [
        cross_entropy_of(0.8, 0.6, 0.0),  # the one remembered at (1, 0) is its own passage
        cross_entropy_of(0.8, 0.6, 1.0, 0.0),
    ]
    expected = sum(forward) / 2 + 0.5 * cross_entropy_of(0.8, 0.6)
    assert float(loss) == pytest.approx(expected, abs=1e-5)


def test_memory_forgets_the_oldest_and_needs_no_gradient() -> None:
    memory = Memory()
    for step in range(30):
        vectors = torch.full((32, 2), float(step), requires_grad=True)
        memory.extend(vectors, torch.full((32,), step))
    assert memory.vectors is not None
    assert memory.passages is not None
    assert len(memory.vectors) == len(memory.passages) == MEMORY == 24 * 32
    assert not memory.vectors.requires_grad
    assert (memory.passages[0].item(), memory.passages[-1].item()) == (6, 29)
    assert torch.equal(memory.vectors[:, 0], memory.passages.float())


def test_order_is_cosent() -> None:
    cosines, scores = torch.tensor([0.9, 0.5, 0.7]), torch.tensor([5.0, 3.0, 1.0])
    wrong = [20 * (0.5 - 0.9), 20 * (0.7 - 0.9), 20 * (0.7 - 0.5)]
    assert float(order_loss(cosines, scores)) == pytest.approx(
        np.log(1 + sum(map(np.exp, wrong))), abs=1e-5
    )


def test_pairs_of_one_score_have_no_order() -> None:
    assert float(order_loss(torch.tensor([0.1, 0.9]), torch.tensor([2.0, 2.0]))) == 0
