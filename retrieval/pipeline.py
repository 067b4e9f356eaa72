"""Open an index once, keep it fresh, and ask it questions: every entry point uses this.

It runs the stages in order and times them; each stage is in a module of its own. Only `answer` may
be called by several threads at once: the rest of a pipeline by one at a time.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from seedqa.index.documents.ignore import MAX_GLOB_CHARACTERS
from seedqa.index.documents.notices import FolderNotices
from seedqa.index.encoder import Encoder, load_encoder
from seedqa.index.errors import QuestionError
from seedqa.index.messages import Message
from seedqa.index.progress import Progress, no_progress
from seedqa.index.reading_view import reader_context
from seedqa.index.store.database import missing_index_error
from seedqa.index.store.protocol import IndexReader, Reading
from seedqa.index.store.reading import open_for_reading
from seedqa.index.store.rows import READING, Generation
from seedqa.index.types import NO_FILTERS, Filters
from seedqa.index.workspace import Workspace, check_model, other_model_error, require_index
from seedqa.retrieval.answer import Verdict
from seedqa.retrieval.freshness import REFRESH_SECONDS, Freshness, catch_up, check_folder
from seedqa.retrieval.layout.closed import closed_spans
from seedqa.retrieval.question import Question, parse_question
from seedqa.retrieval.reader import Reader, Span
from seedqa.retrieval.reading import READ_COUNT, Read, read_for_answer
from seedqa.retrieval.search import rank
from seedqa.retrieval.types import IndexState, Passage, Result, Timings

DEFAULT_COUNT = 5
MAX_COUNT = 100


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that a question found, before the reader reads them."""

    question: Question
    count: int
    """The number of passages requested."""
    passages: tuple[Passage, ...]
    """At least `READ_COUNT` if the index has as many, so that the reader can read them."""
    index: IndexState
    timings: Timings
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _LastCheck:
    """The last check of the folder, valid until a time."""

    until: float
    generation: int
    freshness: Freshness


class Pipeline:
    """An open index with its encoder and its reader; a context manager."""

    def __init__(
        self,
        workspace: Workspace,
        encoder: Encoder,
        reader: Reader | None = None,
        check_seconds: float = 0.0,
        refresh_seconds: float = REFRESH_SECONDS,
    ) -> None:
        self.workspace = workspace
        self._encoder = encoder
        self._reader = reader
        self._opening = threading.Lock()
        self._check_seconds = check_seconds
        self._refresh_seconds = refresh_seconds
        self._last_check: _LastCheck | None = None
        self._index: IndexReader | None = None
        self._notices: FolderNotices | None = None

    @classmethod
    def open(
        cls,
        workspace: Workspace,
        *,
        refresh: bool = True,
        progress: Progress = no_progress,
        encoder: Encoder | None = None,
        reader: Reader | None = None,
        check_seconds: float = 0.0,
        refresh_seconds: float = REFRESH_SECONDS,
    ) -> Pipeline:
        """Open the index of `workspace`; build it first if there is none.

        Without `refresh` nothing is built. `encoder` overrides the one that the workspace names,
        `reader` the bundled one. Questions with refresh=False reuse the last folder check for
        `check_seconds`; others wait up to `refresh_seconds` for a build that catches up with the
        folder. Raises the errors of `index.errors`.
        """
        check_model(workspace)
        if not refresh:
            require_index(workspace)
        encoder = encoder or load_encoder(workspace.model)
        if workspace.generation is None:
            from seedqa.index.build import build_index  # 40 ms, not needed by most questions

            build_index(
                workspace.seeds,
                workspace.index,
                encoder,
                model_path=workspace.model,
                progress=progress,
            )
        return cls(workspace, encoder, reader, check_seconds, refresh_seconds)

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        if self._index:
            self._index.close()
            self._index = None
        if self._notices:
            self._notices.close()
            self._notices = None

    def ask(
        self,
        question: str,
        *,
        count: int = DEFAULT_COUNT,
        filters: Filters = NO_FILTERS,
        refresh: bool = True,
        progress: Progress = no_progress,
    ) -> Result:
        """Return the answer, if the documents have one, and `count` passages with their sources.

        With `refresh`, check the folder first and index its changes if that is quick. Raises
        QuestionError for a question that cannot be asked.
        """
        return self.answer(
            self.find(question, count=count, filters=filters, refresh=refresh, progress=progress)
        )

    def search(
        self,
        query: str,
        *,
        count: int = DEFAULT_COUNT,
        filters: Filters = NO_FILTERS,
        refresh: bool = True,
        progress: Progress = no_progress,
    ) -> Result:
        """Return `count` passages, as `ask` does, without reading them for an answer."""
        found = self.find(
            query, count=count, filters=filters, refresh=refresh, progress=progress, depth=count
        )
        return to_result(found)

    def find(
        self,
        question: str,
        *,
        count: int = DEFAULT_COUNT,
        filters: Filters = NO_FILTERS,
        refresh: bool = True,
        progress: Progress = no_progress,
        depth: int = READ_COUNT,
    ) -> Found:
        """Return the passages that a question finds: `count`, and at least `depth` if there are."""
        parsed = parse_question(question)
        if not 1 <= count <= MAX_COUNT:
            raise QuestionError(
                Message("a count of {count}", count=count),
                Message("1 to {count} passages", count=MAX_COUNT),
                Message("Give another -n"),
            )
        _check_filters(filters)
        if filters.pattern:
            _check_pattern(filters.pattern)
            from seedqa.index.source import source_key  # only some questions have a pattern

            pattern = source_key(filters.pattern, self.workspace.seeds)
            filters = replace(filters, pattern=pattern)
        clock = _Clock()
        freshness = self.refresh(progress) if refresh else self._check()
        clock.lap("refresh_ms")
        vector = self._encoder.encode_question(parsed.text)
        clock.lap("encode_ms")
        with self._read() as reading:
            generation = reading.generation
            ranked = rank(reading, parsed, vector, filters, max(count, depth))
        clock.lap("search_ms")
        notes = freshness.notes
        if generation.recipe.reading != READING:
            notes += (
                Message("another version of seedqa read the documents; run seedqa index once"),
            )
        if not ranked.passages and generation.documents and not filters.is_empty:
            languages = ", ".join(generation.languages)
            notes += (
                Message(
                    "no document passes the filters; languages: {languages}", languages=languages
                ),
            )
        return Found(
            question=replace(parsed, unknown=ranked.unknown),
            count=count,
            passages=_mark_stale(ranked.passages, freshness.stale_sources),
            index=_state(generation, freshness.fresh),
            timings=clock.timings(),
            notes=notes,
        )

    def answer(self, found: Found) -> Result:
        """Read the passages of a search for the answer, and return the result.

        May be called by several threads at once; what they read is then read together.
        A question that asks nothing ("what is it?") has no answer, whatever could be quoted.
        """
        clock = _Clock()
        passages, verdict = found.passages, Verdict()
        reader = self._open_reader()
        if not found.question.asks_nothing:
            ordered, verdict = read_for_answer(
                found.question,
                passages,
                passage_reader(reader, found.question, passages[:READ_COUNT]),
                reader.calibration,
                self._encoder.encode_passages,
                reader.languages,
            )
            passages = tuple(ordered)
        clock.lap("read_ms")
        result = to_result(found)
        return replace(
            result,
            answers=verdict.answers,
            confidence=verdict.confidence,
            threshold=verdict.threshold or reader.calibration.threshold,
            passages=passages[: found.count],
            timings=replace(found.timings, read_ms=clock.timings().read_ms),
            candidates=verdict.candidates,
            evidence=verdict.evidence,
        )

    def refresh(self, progress: Progress = no_progress) -> Freshness:
        """Check the folder and bring the index up to date if that is quick.

        Rebuilds an index of an earlier bundled model, however long that takes. Raises
        IndexMismatch if the index was built with another model that was named.
        """
        index, generation = self._current()
        return catch_up(
            index,
            self.workspace.index,
            generation,
            self._encoder,
            progress,
            self._refresh_seconds,
            self._watch(generation),
        )

    @property
    def generation(self) -> int:
        """The number of the current generation."""
        return self._current()[1].number

    def has_own_model(self) -> bool:
        """Return whether the index was built with the current encoder."""
        return self._current()[1].recipe.fingerprint == self._encoder.fingerprint

    def _check(self) -> Freshness:
        """Check the folder without building, or reuse the last check if it is still valid."""
        index, generation = self._current()
        last = self._last_check
        if last and last.generation == generation.number and time.monotonic() < last.until:
            return last.freshness
        freshness = check_folder(
            index, self.workspace.index, generation, self._encoder, self._watch(generation)
        )
        until = time.monotonic() + self._check_seconds
        self._last_check = _LastCheck(until, generation.number, freshness)
        return freshness

    def _watch(self, generation: Generation) -> FolderNotices:
        """Return what may know that the folder has not changed since the last question."""
        if self._notices is None:
            self._notices = FolderNotices(Path(generation.recipe.seeds), self.workspace.index)
        return self._notices

    def _current(self) -> tuple[IndexReader, Generation]:
        index = self._open_index()
        generation = index.generation()
        if generation is None:
            raise missing_index_error(self.workspace.index)
        return index, generation

    @contextmanager
    def _read(self) -> Iterator[Reading]:
        """Open the current generation; raise IndexMismatch if it has another model."""
        with self._open_index().read() as reading:
            if reading is None:
                raise missing_index_error(self.workspace.index)
            if reading.generation.recipe.fingerprint != self._encoder.fingerprint:
                raise other_model_error(reading.generation, self._encoder)
            yield reading

    def _open_index(self) -> IndexReader:
        if self._index is None:
            self._index = open_for_reading(self.workspace.index)
        return self._index

    def _open_reader(self) -> Reader:
        with self._opening:
            if self._reader is None:
                self._reader = Reader()
                _ = self._reader.calibration
            return self._reader


class _Clock:
    """Laps in milliseconds."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = round((now - self._last) * 1000, 3)
        self._last = now

    def timings(self) -> Timings:
        return Timings(**self._laps)


def passage_reader(reader: Reader, question: Question, passages: Sequence[Passage]) -> Read:
    """Return what reads some of the passages of a question, each with its context."""
    closed = closed_spans(passages, question)  # of all: a row is closed for another passage's

    def read(first: int, last: int) -> Sequence[Sequence[Span]]:
        part = passages[first:last]
        return reader.read(
            question.text,
            [passage.view.text for passage in part],
            [reader_context(passage.context, passage.view.text) for passage in part],
            closed[first:last],
        )

    return read


def _check_filters(filters: Filters) -> None:
    for value in (filters.pattern, filters.language, filters.since, filters.until):
        if value and re.search("[\\ud800-\\udfff]", value):
            raise QuestionError(
                Message("the filter {value!r}", value=value),
                Message("valid Unicode"),
                Message("Correct it"),
            )


def _check_pattern(pattern: str) -> None:
    if len(pattern) > MAX_GLOB_CHARACTERS:
        raise QuestionError(
            Message("a filter of {count:,} characters", count=len(pattern)),
            Message("at most {count:,}", count=MAX_GLOB_CHARACTERS),
            Message("Shorten it"),
        )


def to_result(found: Found) -> Result:
    """Return a search as a result without an answer."""
    return Result(
        question=found.question.text,
        answers=(),
        confidence=0.0,
        threshold=0.0,
        passages=found.passages[: found.count],
        index=found.index,
        timings=found.timings,
        words=found.question.topical,
        notes=found.notes,
    )


def _state(generation: Generation, fresh: bool) -> IndexState:
    return IndexState(
        generation=generation.number,
        model=generation.recipe.model,
        documents=generation.documents,
        chunks=generation.chunks,
        fresh=fresh,
    )


def _mark_stale(passages: tuple[Passage, ...], stale: frozenset[str]) -> tuple[Passage, ...]:
    return tuple(
        replace(passage, stale=True) if passage.source in stale else passage for passage in passages
    )
