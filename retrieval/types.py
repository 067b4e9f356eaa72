"""The values that flow through a question: filters, passages, answers, the whole result.

The names of the fields of `Passage`, `Answer` and `Result` are those of the JSON contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seedqa.index.reading_view import ReadingView, make_view
from seedqa.index.types import Edit

#: From these confidences an answer is called sure or likely; below, it is unsure. The confidence is
#: calibrated, so these are the shares of such answers that are right.
SURE, LIKELY = 0.85, 0.5
#: From this cosine on a passage without a word of the query is near it. Of 882 questions that
#: documents answer none is below 0.26; words that mean nothing are below 0.18 (log/retrieval.md).
NEAR_COSINE = 0.22


def band_of(confidence: float) -> str:
    """Return the word for a confidence: sure, likely or unsure."""
    if confidence >= SURE:
        return "sure"
    return "likely" if confidence >= LIKELY else "unsure"


@dataclass(frozen=True, slots=True)
class Ranks:
    """The rank of a passage in each search, from 1; None if the search did not find it."""

    dense: int | None
    lexical: int | None


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """The parts of the score of a passage, for `--explain`."""

    cosine: float | None
    bm25: float | None
    dense: float
    """The share of dense search in the score."""
    lexical: float
    """The share of lexical search in the score."""
    places: float = 0.0
    """What the score loses where the question says to look elsewhere, 0 or less."""
    reader: float = 0.0
    """The share of the reader in the score; 0 if it did not read the passage."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as a hit: its location, its text, its ranks."""

    source: str
    title: str
    date: str | None
    language: str
    start: int
    end: int
    line_start: int
    line_end: int
    page: int | None
    text: str
    score: float
    ranks: Ranks
    stale: bool
    also_in: tuple[str, ...]
    parts: ScoreParts
    page_to: int | None = None
    """The page of the last character."""
    context: tuple[str, ...] = ()
    """Its context: telling names, the title, and the headings above that it lacks."""
    columns: tuple[str, ...] = ()
    """The names of the columns if it is rows of a table."""
    edits: tuple[Edit, ...] = ()
    """How it is read where that differs from its characters; offsets from its start."""
    items: tuple[tuple[int, int], ...] = ()
    """The spans of the entries of its lists, from its start."""

    @property
    def view(self) -> ReadingView:
        """The passage as it is read."""
        return make_view(self.text, self.edits)

    def holds(self, answer: Answer) -> bool:
        """Return whether it contains an answer."""
        return (
            self.source == answer.source and self.start <= answer.start and answer.end <= self.end
        )


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list, as it is read, with its span in the document."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table with the names of its columns."""

    columns: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The words that answer, and the sentence around them; offsets into the document's text."""

    text: str
    source: str
    start: int
    end: int
    line: int
    confidence: float
    sentence: str
    sentence_start: int
    sentence_end: int
    date: str | None = None
    """The document's."""
    normalised: tuple[Edit, ...] = ()
    """The characters from `start` to `end` that `text` leaves out or joins."""
    table: TableRow | None = None
    """The row that contains it, if it is a cell of a table; `sentence` is the row as it is."""
    items: tuple[Item, ...] = ()
    """The entries, if it is a list."""
    differs_by: str | None = None
    """What its document has that the documents of the other answers lack."""
    offset: int | None = None
    """Where `text` begins in `sentence`; None where `sentence` is a row with other characters."""

    @property
    def spans_in_sentence(self) -> list[tuple[int, int]]:
        """The span of `text` in `sentence`, or none."""
        return [] if self.offset is None else [(self.offset, self.offset + len(self.text))]


@dataclass(frozen=True, slots=True)
class IndexState:
    """The index that a result came from."""

    generation: int
    model: str
    documents: int
    chunks: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent in each step of a question."""

    refresh_ms: float = 0.0
    encode_ms: float = 0.0
    search_ms: float = 0.0
    read_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one question; `answers` is best first."""

    question: str
    answers: tuple[Answer, ...]
    confidence: float
    threshold: float
    passages: tuple[Passage, ...]
    index: IndexState
    timings: Timings
    candidates: tuple[Answer, ...] = ()
    """Where there is no answer: the likeliest words, best first."""
    evidence: Mapping[str, float] = field(default_factory=dict)
    """The share of each term in the log-odds of the confidence, for `--explain`."""
    words: tuple[str, ...] = ()
    """The topical words of the question, folded; the page marks them in passages."""
    notes: tuple[str, ...] = field(default=())
    """Other facts for the user: why the result is not fresh, another model."""

    @property
    def matches(self) -> bool:
        """Whether a passage has a word of the query, or is near it."""
        parts = [passage.parts for passage in self.passages]
        return any(part.bm25 or (part.cosine or 0.0) >= NEAR_COSINE for part in parts)

    @property
    def answer(self) -> Answer | None:
        """The best answer, or None if the documents do not answer."""
        return self.answers[0] if self.answers else None
