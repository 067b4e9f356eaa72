"""Stage 2: draw a question to the passage that answers it, in its own language and in others.

Each step joins three losses: in-batch contrast of questions and passages, the distillation of
stage 1 so that what was learned there stays, and the order of STS-B's scores. Knows the examples,
the batches and the losses of this stage only.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import cross_entropy

from seedqa.index.chunking import split_document
from seedqa.index.types import ChunkSettings, Document
from training.encoder_data import (
    LANGUAGES,
    Pair,
    Question,
    detokenize,
    is_held_out,
    read_extractive,
    read_question_passages,
    read_sections,
    read_sts,
)
from training.encoder_distil import DistilSet, distil_loss
from training.encoder_student import PASSAGE_PROMPT, QUESTION_PROMPT, Student, TokenTable, tokenize

#: Pairs of question and passage in a step, and how many neighbours of one article stand together
#: in it: another passage of the same article is a hard negative that costs nothing to find.
STEP_PAIRS = 32
NEIGHBOURS = 4
#: Passages of the last steps that are negatives too (a cross-batch memory, Wang et al. 2020).
#: The weights move little in so few steps.
MEMORY = 768
#: Passages are encoded this many at a time, sorted by length: less padding, few shapes.
ROWS_AT_ONCE = 16
#: Tokens of parallel text, and pairs of STS-B, in a step.
DISTIL_TOKENS = 1200
STS_PAIRS = 16
#: What the losses are multiplied by. Cosines in a cross-entropy of scale 20 pull about ten times
#: as hard as the plain cosine of distillation.
RETRIEVAL_WEIGHT = 0.2
DISTIL_WEIGHT = 1.0
STS_WEIGHT = 0.1
#: What cosines are multiplied by.
SCALE = 20.0
#: Sizes in characters that passages are cut to, the shipped one between: no size is learned.
CHUNK_SIZES = (450, 600, 600, 800)
CHUNK_OVERLAP = 120
#: Mutual nearest questions with at least this cosine are taken for translations.
TRANSLATION_COSINE = 0.8
ENCODED_AT_ONCE = 256
#: A shorter section answers nothing.
SHORTEST_SECTION = 80
#: Examples to take of each source, and how often each. French questions are few and count most.
QUESTION_QUOTAS: dict[str, tuple[int, int]] = {
    "piaf": (2_330, 3),
    "squad-it": (6_291, 1),
    "squad2": (1_869, 2),
    "squadshifts-new_wiki": (5_500, 1),
    "squadshifts-reddit": (2_000, 1),
    "squadshifts-amazon_reviews": (2_000, 1),
    "squad-nqg": (7_000, 1),
    "medquad": (1_200, 1),
    "selqa": (1_500, 1),
    "covid-faq": (893, 1),
}
SECTION_QUOTAS = {"fr": 8_000, "de": 1_600, "es": 1_600, "it": 1_600, "pt": 1_600, "nl": 1_600}
#: Sections whose whole text is distilled as a long translation, by language, and passages put
#: together from sentences of one source: news and everyday text have no sections.
LONG_QUOTAS = {"fr": 3_000, "de": 900, "es": 900, "it": 900, "pt": 900, "nl": 900}
JOINED_QUOTAS = {"fr": 1_000, "de": 400, "es": 400, "it": 400, "pt": 400, "nl": 400}
JOINED_SOURCES = ("europarl", "newstest08-12", "tatoeba", "religious", "stsb-train")
JOINED_SENTENCES = (3, 6)
LONG_CHARACTERS = (150, 900)
MAX_LONG_STRETCH = 1.5

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """A question and the passage that answers it; `group` is the article of both."""

    question: str
    passage: str
    origin: str
    """What the passage was cut from, whatever the cut and the language: another cut of it is not
    a wrong answer."""
    group: str


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of one step: of the examples, of one set of parallel texts, of the pairs of STS-B."""

    examples: list[int]
    parallel_set: int
    parallel: list[int]
    sts: list[int]


@dataclass(slots=True)
class Memory:
    """The vectors of the passages of the last steps, and which passages they are.

    It is not part of a checkpoint: a resumed run fills it anew within `MEMORY / STEP_PAIRS` steps.
    """

    vectors: Tensor | None = None
    passages: Tensor | None = None

    def extend(self, vectors: Tensor, passages: Tensor) -> None:
        """Add passages, and forget the oldest beyond `MEMORY`."""
        vectors = vectors.detach()
        if self.vectors is not None and self.passages is not None:
            vectors = torch.cat([self.vectors, vectors])
            passages = torch.cat([self.passages, passages])
        self.vectors, self.passages = vectors[-MEMORY:], passages[-MEMORY:]


@dataclass(frozen=True, slots=True)
class TuneSet:
    """Everything that a step takes its rows from."""

    questions: TokenTable
    passages: TokenTable
    passage_ids: NDArray[np.int64]
    """Equal where passages have the same origin."""
    parallel: tuple[DistilSet, ...]
    sts_first: TokenTable
    sts_second: TokenTable
    sts_scores: Tensor
    memory: Memory = field(default_factory=Memory)


def build_examples(data: Path, seed: int) -> list[Example]:
    """Return the examples: questions of every source, and headings in four directions."""
    chance = random.Random(seed)
    questions: dict[str, list[Question]] = defaultdict(list)
    for row in (*read_extractive(data, "train"), *read_question_passages(data)):
        if row.answerable:
            questions[row.source].append(row)
    examples: list[Example] = []
    for source, (quota, times) in QUESTION_QUOTAS.items():
        rows = questions[source]
        chance.shuffle(rows)
        for _ in range(times):  # each time another cut
            examples += [_question_example(row, chance) for row in rows[:quota]]
    for language, quota in SECTION_QUOTAS.items():
        examples += _section_examples(data, language, quota, chance)
    return examples


def _question_example(row: Question, chance: random.Random) -> Example:
    settings = ChunkSettings(size=chance.choice(CHUNK_SIZES), overlap=CHUNK_OVERLAP)
    passage = cut_around(detokenize(row.passage), row.answer_start or 0, settings)
    return Example(
        question=detokenize(row.question),
        passage=passage,
        origin=row.passage,
        group=f"{row.source} {row.title}",
    )


def _section_examples(
    data: Path, language: str, quota: int, chance: random.Random
) -> Iterator[Example]:
    sections = [
        section
        for section in read_sections(data, language)
        if not is_held_out(section.key)
        and min(map(len, section.text.values())) >= SHORTEST_SECTION
        and section.heading["en"].lower() not in section.text["en"][:100].lower()
    ]
    chance.shuffle(sections)
    # Neighbours of one article are worth more than sections of many: hard negatives.
    by_article: dict[str, list[int]] = defaultdict(list)
    for number, section in enumerate(sections):
        by_article[section.key].append(number)
    articles = sorted(by_article.values(), key=lambda rows: (-min(len(rows), NEIGHBOURS), rows[0]))
    for number in [number for rows in articles for number in rows[:NEIGHBOURS]][:quota]:
        section = sections[number]
        asked, answered = chance.choice(("en", language)), chance.choice(("en", language))
        settings = ChunkSettings(size=chance.choice(CHUNK_SIZES), overlap=CHUNK_OVERLAP)
        passage = cut_around(section.text[answered], 0, settings)
        yield Example(
            question=section.query(asked),
            passage=passage,
            origin=section.text["en"],
            group=f"section {section.key}",
        )


def build_cross_examples(
    data: Path, student: Student, tokenizer: Tokenizer, seed: int, *, bf16: bool
) -> list[Example]:
    """Return English questions with Italian passages, and the reverse.

    SQuAD-it is a translation of SQuAD, and the NQG split holds SQuAD's English questions with the
    sentences that answer them: questions that are each other's nearest, and near enough, are
    taken for translations, and swapped.
    """
    chance = random.Random(seed)
    foreign = [row for row in read_extractive(data, "train") if row.source == "squad-it"]
    english = [row for row in read_question_passages(data) if row.source == "squad-nqg"]
    vectors = [
        encode_texts(student, tokenizer, [detokenize(row.question) for row in rows], bf16=bf16)
        for rows in (foreign, english)
    ]
    examples = []
    for ours, theirs in match_translations(*vectors):
        italian, translated = foreign[ours], english[theirs]
        examples += [
            replace(_question_example(italian, chance), question=detokenize(translated.question)),
            replace(_question_example(italian, chance), passage=detokenize(translated.passage)),
        ]
    return examples


def match_translations(first: Vectors, second: Vectors) -> list[tuple[int, int]]:
    """Return rows of `first` and `second` that are each other's nearest, and near enough."""
    nearest = _nearest(first, second)
    back = _nearest(second, first)
    return [
        (row, int(other))
        for row, other in enumerate(nearest)
        if back[other] == row and float(first[row] @ second[other]) >= TRANSLATION_COSINE
    ]


def _nearest(vectors: Vectors, others: Vectors, at_once: int = 1024) -> NDArray[np.int64]:
    parts = [
        (vectors[start : start + at_once] @ others.T).argmax(1)
        for start in range(0, len(vectors), at_once)
    ]
    return np.concatenate(parts)


@torch.no_grad()
def encode_texts(
    student: Student, tokenizer: Tokenizer, texts: Sequence[str], *, bf16: bool
) -> Vectors:
    """Return the vectors of `texts` as passages, float32 of shape (texts, dimension)."""
    table = tokenize(tokenizer, [PASSAGE_PROMPT + text for text in texts])
    order = np.argsort(table.lengths, kind="stable")
    vectors = np.empty((len(texts), student.body.config.hidden_size), dtype=np.float32)
    device = next(student.parameters()).device
    for start in range(0, len(order), ENCODED_AT_ONCE):
        rows = order[start : start + ENCODED_AT_ONCE]
        ids, mask = table.pad(rows.tolist())
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            vectors[rows] = student(ids.to(device), mask.to(device)).cpu().numpy()
    return vectors


def cut_around(text: str, position: int, settings: ChunkSettings) -> str:
    """Return the chunk of `text` that `seedqa index` would make, and that holds `position`."""
    document = Document(source="", text=text, title="", date=None, language="und")
    chunks = split_document(document, settings)
    holding = [chunk for chunk in chunks if chunk.start <= position < chunk.end]
    return (holding or chunks)[0].text if chunks else text


def select_long_pairs(data: Path, seed: int, sentences: Sequence[Pair] = ()) -> list[Pair]:
    """Return long translations to distil on, as long as passages are.

    They are whole sections, and some of `sentences` of one source after another.
    """
    shortest, longest = LONG_CHARACTERS
    pairs: list[Pair] = []
    for language in LANGUAGES:
        found = []
        for section in read_sections(data, language):
            lengths = sorted(map(len, section.text.values()))
            fits = shortest <= lengths[0] and lengths[1] <= longest
            alike = lengths[1] <= MAX_LONG_STRETCH * lengths[0]
            if fits and alike and not is_held_out(section.key):
                texts = section.text["en"], section.text[language]
                found.append(Pair(*texts, language, "sections"))
        random.Random(f"{seed} {language}").shuffle(found)
        pairs += found[: LONG_QUOTAS[language]]
        pairs += _joined_pairs(sentences, language, seed)
    return pairs


def _joined_pairs(sentences: Sequence[Pair], language: str, seed: int) -> Iterator[Pair]:
    chance = random.Random(f"{seed} joined {language}")
    by_source: dict[str, list[Pair]] = defaultdict(list)
    for pair in sentences:
        if pair.language == language and pair.source in JOINED_SOURCES:
            by_source[pair.source].append(pair)
    pools = list(by_source.values())
    for _ in range(JOINED_QUOTAS[language] if pools else 0):
        pool = chance.choice(pools)
        chosen = chance.sample(pool, min(len(pool), chance.randint(*JOINED_SENTENCES)))
        english = " ".join(pair.english for pair in chosen)
        yield Pair(english, " ".join(pair.foreign for pair in chosen), language, "joined")


def build_sts(data: Path, seed: int) -> list[tuple[str, str, float]]:
    """Return STS-B's train part: each language by itself, and English against each of them."""
    english = read_sts(data, "en", "train")
    rows = list(english)
    for language in LANGUAGES:
        foreign = read_sts(data, language, "train")
        for ours, theirs in zip(english, foreign, strict=True):
            rows += [theirs, (ours[0], theirs[1], ours[2]), (theirs[0], ours[1], ours[2])]
    random.Random(seed).shuffle(rows)
    return rows


def tokenize_all(
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    sts: Sequence[tuple[str, str, float]],
    parallel: tuple[DistilSet, ...],
) -> TuneSet:
    """Return everything that a step takes its rows from, as token ids."""
    ids: dict[str, int] = {}
    passage_ids = [ids.setdefault(example.origin, len(ids)) for example in examples]
    return TuneSet(
        questions=tokenize(tokenizer, [QUESTION_PROMPT + example.question for example in examples]),
        passages=tokenize(tokenizer, [PASSAGE_PROMPT + example.passage for example in examples]),
        passage_ids=np.array(passage_ids),
        parallel=parallel,
        sts_first=tokenize(tokenizer, [PASSAGE_PROMPT + row[0] for row in sts]),
        sts_second=tokenize(tokenizer, [PASSAGE_PROMPT + row[1] for row in sts]),
        sts_scores=torch.tensor([row[2] for row in sts]),
    )


def plan_steps(
    examples: Sequence[Example],
    parallel: Sequence[Sequence[list[int]]],
    sts_rows: int,
    seed: int,
) -> list[Step]:
    """Return the steps of one pass over the examples, languages and sources mixed.

    `parallel` holds, for each set of parallel texts, its batches of `DISTIL_TOKENS`; the sets
    take turns. They and STS-B start over when used up. Raises SystemExit where there are fewer
    examples than a step takes.
    """
    if len(examples) < STEP_PAIRS:
        raise SystemExit(f"found {len(examples)} examples, a step takes {STEP_PAIRS}")
    chance = random.Random(seed)
    groups: dict[str, list[int]] = defaultdict(list)
    for row, example in enumerate(examples):
        groups[example.group].append(row)
    slices = []
    for rows in groups.values():
        chance.shuffle(rows)
        slices += [rows[at : at + NEIGHBOURS] for at in range(0, len(rows), NEIGHBOURS)]
    chance.shuffle(slices)
    order = [row for part in slices for row in part]
    steps = []
    for number in range(len(order) // STEP_PAIRS):
        first = number * STEP_PAIRS
        sts_first = (number * STS_PAIRS) % (sts_rows - STS_PAIRS + 1)
        turn, chosen = divmod(number, len(parallel))
        steps.append(
            Step(
                examples=order[first : first + STEP_PAIRS],
                parallel_set=chosen,
                parallel=parallel[chosen][turn % len(parallel[chosen])],
                sts=list(range(sts_first, sts_first + STS_PAIRS)),
            )
        )
    return steps


def make_loss(
    tune_set: TuneSet, device: torch.device, bf16: bool
) -> Callable[[Student, Step], Tensor]:
    """Return the loss of a step."""

    def encode(student: Student, table: TokenTable, rows: Sequence[int], at_once: int) -> Tensor:
        by_length = sorted(rows, key=lambda row: (int(table.lengths[row]), row))
        parts = []
        for start in range(0, len(rows), at_once):
            ids, mask = table.pad(by_length[start : start + at_once])
            with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
                parts.append(student(ids.to(device), mask.to(device)))
        place = {row: number for number, row in enumerate(by_length)}
        return torch.cat(parts)[[place[row] for row in rows]]

    def loss_of(student: Student, step: Step) -> Tensor:
        questions = encode(student, tune_set.questions, step.examples, STEP_PAIRS)
        passages = encode(student, tune_set.passages, step.examples, ROWS_AT_ONCE)
        passage_ids = torch.from_numpy(tune_set.passage_ids[step.examples]).to(device)
        retrieval = retrieval_loss(questions, passages, passage_ids, tune_set.memory)
        tune_set.memory.extend(passages, passage_ids)
        texts = tune_set.parallel[step.parallel_set].batch(step.parallel, device)
        parallel = distil_loss(student, texts, bf16=bf16)
        first = encode(student, tune_set.sts_first, step.sts, STS_PAIRS)
        second = encode(student, tune_set.sts_second, step.sts, STS_PAIRS)
        scores = tune_set.sts_scores[step.sts].to(device)
        order = order_loss((first * second).sum(1), scores)
        return RETRIEVAL_WEIGHT * retrieval + DISTIL_WEIGHT * parallel + STS_WEIGHT * order

    return loss_of


def retrieval_loss(
    questions: Tensor, passages: Tensor, passage_ids: Tensor, memory: Memory
) -> Tensor:
    """Return the cross-entropy of each question's passage among the batch and the memory.

    Plus half of that of each passage's question among the batch. What has the same origin
    is not a wrong answer.
    """
    candidates, candidate_ids = passages, passage_ids
    if memory.vectors is not None and memory.passages is not None:
        candidates = torch.cat([passages, memory.vectors])
        candidate_ids = torch.cat([passage_ids, memory.passages])
    labels = torch.arange(len(questions), device=questions.device)
    same = passage_ids[:, None] == candidate_ids[None, :]
    same[labels, labels] = False
    logits = (SCALE * questions @ candidates.T).masked_fill(same, float("-inf"))
    forward = cross_entropy(logits, labels)
    backward = cross_entropy(logits[:, : len(questions)].T, labels)
    return forward + 0.5 * backward


def order_loss(cosines: Tensor, scores: Tensor) -> Tensor:
    """Return CoSENT's loss: log(1 + sum of exp(20 (c_j - c_i)) where i scores above j).

    Su 2022, as in sentence-transformers' CoSENTLoss.
    """
    differences = SCALE * (cosines[None, :] - cosines[:, None])
    wrong = differences[scores[:, None] > scores[None, :]]
    return torch.logsumexp(torch.cat([wrong.new_zeros(1), wrong]), dim=0)
