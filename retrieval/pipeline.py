"""Open an index once, keep it fresh, and ask it questions: what the command line and the page use.

It puts the stages in order and times them; what each of them does stands in its own module.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seedqa.index.build import (
    OutOfTime,
    Progress,
    Report,
    build_index,
)
from seedqa.index.documents.ignore import matches_glob
from seedqa.index.encoder import Encoder, load_encoder
from seedqa.index.errors import (
    IndexBusy,
    QuestionError,
    SeedqaError,
    SeedsError,
    StorageError,
)
from seedqa.index.language import crosses_languages
from seedqa.index.lexical import guess_question_language
from seedqa.index.location import Location
from seedqa.index.plan import Plan, plan_changes, settle_doubts
from seedqa.index.record import (
    check_same,
    model_of,
    other_model_error,
    read_record,
    seeds_of,
)
from seedqa.index.store.rows import Generation
from seedqa.index.store.store import (
    Store,
    missing,
    open_for_reading,
)
from seedqa.index.store.vectors import VectorIndex
from seedqa.index.types import Filters
from seedqa.retrieval.answer import Outcome, find_answers, reorder_passages
from seedqa.retrieval.candidates import (
    LexicalQuery,
    dense_candidates,
    is_about_nothing,
    lexical_candidates,
    plan_lexical_query,
    score_chunks,
)
from seedqa.retrieval.fusion import fuse, mixes_languages
from seedqa.retrieval.ranking import fold_duplicates, in_order, to_passage
from seedqa.retrieval.reader import Reader
from seedqa.retrieval.types import (
    IndexState,
    Passage,
    Result,
    Timings,
)

logger = logging.getLogger(__name__)

#: Work that a question waits for before it is answered from the old generation.
REFRESH_SECONDS = 2.0
DEFAULT_COUNT = 5
#: Passages that are read for an answer (docs/reader.md).
READ_COUNT = 8
MOST_COUNT = 100
#: A question is a sentence or a paragraph; the encoder reads 256 tokens of it.
MOST_QUESTION_CHARACTERS = 10_000
_NO_PROGRESS: Progress = lambda phase, done, total: None  # noqa: E731


@dataclass(frozen=True, slots=True)
class _Freshness:
    """What is known of the folder at the time of a question."""

    fresh: bool
    stale_sources: frozenset[str]
    notes: tuple[str, ...] = ()


class Pipeline:
    """An open index with its encoder and its vectors; a context manager."""

    def __init__(
        self,
        location: Location,
        encoder: Encoder,
        reader: Reader | None = None,
        look_seconds: float = 0.0,
    ) -> None:
        self._location = location
        self._encoder = encoder
        self._reader = reader
        self._look_seconds = look_seconds
        self._last_look: tuple[float, int, _Freshness] | None = None
        self._store: Store | None = None
        self._vectors: tuple[int, VectorIndex] | None = None

    @classmethod
    def open(
        cls,
        location: Location,
        *,
        refresh: bool = True,
        progress: Progress = _NO_PROGRESS,
        encoder: Encoder | None = None,
        reader: Reader | None = None,
        look_seconds: float = 0.0,
    ) -> Pipeline:
        """Open the index at `location`, building it first where there is none.

        Without `refresh` nothing is built. `encoder` overrides the one that the index, or the
        location, names, `reader` the one that ships. For so many `look_seconds` a look at the
        folder counts for questions asked without refresh. Raises the errors of `index.errors`.
        """
        recorded = read_record(location)
        if recorded.generation:
            check_same(recorded.generation, location)
        elif not refresh:
            raise missing(location.index)
        model = model_of(location, recorded)
        pipeline = cls(location, encoder or load_encoder(model), reader, look_seconds)
        if recorded.generation is None:
            pipeline._build(seeds_of(location, recorded), model, progress, deadline=None)
        return pipeline

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        if self._store:
            self._store.close()
            self._store = None

    def ask(
        self,
        question: str,
        *,
        count: int = DEFAULT_COUNT,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        refresh: bool = True,
        progress: Progress = _NO_PROGRESS,
    ) -> Result:
        """Return the answer, if the documents have one, and `count` passages with their sources.

        With `refresh` the folder is looked at first, and up to `REFRESH_SECONDS` of work is done
        to catch up with it. Raises QuestionError for a question that cannot be asked.
        """
        return self._run(question, count, filters, refresh, progress, read=True)

    def search(
        self,
        query: str,
        *,
        count: int = DEFAULT_COUNT,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        refresh: bool = True,
        progress: Progress = _NO_PROGRESS,
    ) -> Result:
        """Return `count` passages, as `ask` does, without looking for an answer in them."""
        return self._run(query, count, filters, refresh, progress, read=False)

    # -- one question --------------------------------------------------------------------------

    def _run(
        self,
        question: str,
        count: int,
        filters: Filters,
        refresh: bool,
        progress: Progress,
        read: bool,
    ) -> Result:
        question = clean_question(question)
        if not 1 <= count <= MOST_COUNT:
            raise QuestionError(
                f"a count of {count}", f"1 to {MOST_COUNT} passages", "Give another -n"
            )
        clock = _Clock()
        freshness = self._refresh(refresh, progress)
        clock.lap("refresh_ms")
        vector = self._encoder.encode_question(question)
        clock.lap("encode_ms")
        with self._one_generation() as (store, generation, vectors):
            lexical_query = plan_lexical_query(store, generation, question)
            passages = self._search(
                question, vector, lexical_query, store, generation, vectors,
                max(count, READ_COUNT) if read else count, filters, freshness.stale_sources,
            )  # fmt: skip
        clock.lap("search_ms")
        notes = freshness.notes
        if not passages and generation.documents and not filters.is_empty:
            notes += (
                f"no document passes the filters; languages: {', '.join(generation.languages)}",
            )
        outcome = Outcome()
        if read:
            passages, outcome = self._read(question, passages)
        clock.lap("read_ms")
        return Result(
            question=question,
            answers=outcome.answers,
            confidence=outcome.confidence,
            threshold=self._open_reader().calibration.threshold if read else 0.0,
            passages=passages[:count],
            index=IndexState(
                generation=generation.number,
                model=generation.recipe.model,
                documents=generation.documents,
                chunks=generation.chunks,
                fresh=freshness.fresh,
            ),
            timings=clock.timings(),
            evidence=outcome.evidence,
            notes=notes,
        )

    def _search(
        self,
        question: str,
        vector: NDArray[np.float32],
        lexical_query: LexicalQuery,
        store: Store,
        generation: Generation,
        vectors: VectorIndex,
        count: int,
        filters: Filters,
        stale_sources: frozenset[str],
    ) -> tuple[Passage, ...]:
        allowed = allowed_chunks(store, filters)
        dense = dense_candidates(store, vectors, generation, vector, allowed)
        lexical = lexical_candidates(store, lexical_query, allowed)
        found = {chunk for chunk, _ in dense}
        rest = score_chunks(
            store, generation, vector, (chunk for chunk, _ in lexical if chunk not in found)
        )
        cosines = dict(dense) | dict(rest)
        stored = store.chunks(cosines)
        language = guess_question_language(question)
        crosses = {
            chunk: crosses_languages(language, item.language) for chunk, item in stored.items()
        }
        is_mixed = mixes_languages(generation.languages, language)
        fused = fuse(cosines, dict(lexical), lexical_query.ceiling, crosses, is_mixed)
        hits = fold_duplicates(in_order(fused, stored), count)
        return tuple(to_passage(hit, dense, lexical, cosines, stale_sources) for hit in hits)

    def _read(
        self, question: str, passages: tuple[Passage, ...]
    ) -> tuple[tuple[Passage, ...], Outcome]:
        """Read the best passages; return passages in their new order, and what they answer.

        A question about nothing ("what is it?") has no answer, whatever could be quoted.
        """
        if is_about_nothing(question):
            return passages, Outcome()
        reader = self._open_reader()
        spans = reader.read(question, [passage.text for passage in passages[:READ_COUNT]])
        ordered = reorder_passages(passages, spans, reader.calibration.reader_share)
        outcome = find_answers(
            [passage for passage, _ in ordered],
            [of_passage for _, of_passage in ordered],
            reader.calibration,
            self._encoder.encode_passages,
            guess_question_language(question),
            reader.languages,
        )
        return tuple(passage for passage, _ in ordered), outcome

    def _open_reader(self) -> Reader:
        if self._reader is None:
            self._reader = Reader()
        return self._reader

    @contextmanager
    def _one_generation(self) -> Iterator[tuple[Store, Generation, VectorIndex]]:
        """Open one generation for reading, vectors and rows alike, and keep the vectors.

        Where a writer has removed the vector file between our reading its name and opening it,
        the newer generation is there by then: start again once.
        """
        for last_try in (False, True):
            store = self._open_store()
            with store.snapshot():
                generation = store.generation()
                if generation is None:
                    raise missing(self._location.index)
                if generation.recipe.fingerprint != self._encoder.fingerprint:
                    raise other_model_error(generation, self._encoder)
                try:
                    vectors = self._load_vectors(store, generation)
                except FileNotFoundError:
                    if last_try:
                        raise _vectors_gone(store, generation) from None
                    continue
                yield store, generation, vectors
                return

    def _open_store(self) -> Store:
        if self._store is None:
            self._store = open_for_reading(self._location.index)
        return self._store

    def _load_vectors(self, store: Store, generation: Generation) -> VectorIndex:
        if self._vectors is None or self._vectors[0] != generation.number:
            self._vectors = (generation.number, store.open_vectors(generation))
        return self._vectors[1]

    # -- freshness -----------------------------------------------------------------------------

    def _refresh(self, allowed: bool, progress: Progress) -> _Freshness:
        """Look at the folder, unless that was done just now, and catch up where it is allowed."""
        store = self._open_store()
        generation = store.generation()
        if generation is None:
            raise missing(self._location.index)
        if self._last_look and not allowed:
            until, number, freshness = self._last_look
            if time.monotonic() < until and number == generation.number:
                return freshness
        freshness = self._look_at_folder(store, generation, allowed, progress)
        until = time.monotonic() + self._look_seconds
        self._last_look = (until, generation.number, freshness)
        return freshness

    def _look_at_folder(
        self, store: Store, generation: Generation, allowed: bool, progress: Progress
    ) -> _Freshness:
        """Compare the folder with the index, and catch up with it where that is quick."""
        try:
            plan = plan_changes(store, Path(generation.recipe.seeds), self._location.index)
        except SeedsError as error:
            return _Freshness(False, _all_sources(store), (f"{error.found}: nothing is fresh",))
        other_model = generation.recipe.fingerprint != self._encoder.fingerprint
        if other_model and (generation.recipe.model_path is not None or not allowed):
            raise other_model_error(generation, self._encoder)
        if not allowed:
            plan = settle_doubts(plan)
        if plan.is_empty and not other_model:
            return _Freshness(True, frozenset())
        if generation.documents and not (plan.unchanged or plan.to_read):
            folder = generation.recipe.seeds
            reason = f"no document is left in {folder}; run seedqa index to empty the index too"
            return _Freshness(False, plan.stale_sources, (reason,))
        if not allowed:
            return _Freshness(False, plan.stale_sources, (_describe_plan(plan),))
        return self._catch_up(generation, plan, other_model, progress)

    def _catch_up(
        self, generation: Generation, plan: Plan, other_model: bool, progress: Progress
    ) -> _Freshness:
        deadline = None if other_model else time.monotonic() + REFRESH_SECONDS
        try:
            report = self._build(
                Path(generation.recipe.seeds),
                generation.recipe.model_path,
                progress,
                deadline,
                generation,
            )
        except OutOfTime:
            reason = (
                f"{_describe_plan(plan)}, too much for a question to wait for; run seedqa index"
            )
        except (IndexBusy, StorageError) as error:
            if other_model:
                raise
            reason = f"{_describe_plan(plan)}, and {error.found}"
        else:
            return _Freshness(True, frozenset(), report.notes)
        return _Freshness(False, plan.stale_sources, (reason,))

    def _build(
        self,
        seeds: Path,
        model_path: str | None,
        progress: Progress,
        deadline: float | None,
        current: Generation | None = None,
    ) -> Report:
        settings = {"settings": current.recipe.settings} if current else {}
        report = build_index(
            seeds,
            self._location.index,
            self._encoder,
            model_path=model_path,
            progress=progress,
            deadline=deadline,
            **settings,
        )
        for note in report.notes:
            logger.info("%s", note)
        return report


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


# -- steps -------------------------------------------------------------------------------------


def clean_question(question: str) -> str:
    """Return the question without control characters and surplus white space.

    Raises QuestionError where nothing is left, or where it is no question but a document.
    """
    cleaned = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", " ", question).split())
    if not cleaned:
        raise QuestionError("an empty question", "some words", "Ask a question")
    if len(cleaned) > MOST_QUESTION_CHARACTERS:
        raise QuestionError(
            f"a question of {len(cleaned):,} characters",
            f"at most {MOST_QUESTION_CHARACTERS:,}",
            "Shorten it",
        )
    return cleaned


def allowed_chunks(store: Store, filters: Filters) -> NDArray[np.int64] | None:
    """Return the ids of the chunks that pass the filters, or None where all do."""
    if filters.is_empty:
        return None
    matches = matches_glob(filters.pattern) if filters.pattern else None
    language = (filters.language or "").lower()
    return store.chunk_ids(
        row.id
        for row in store.documents()
        if row.status == "indexed"
        and (matches is None or matches(row.source))
        and (not language or row.language == language)
        and (not filters.since or (row.date is not None and row.date >= filters.since))
        and (not filters.until or (row.date is not None and row.date <= filters.until))
    )


def _vectors_gone(store: Store, generation: Generation) -> SeedqaError:
    from seedqa.index.errors import IndexCorrupt

    return IndexCorrupt(
        f"{store.folder / generation.vectors.name} is missing",
        "the vector file of the current generation",
        "Run seedqa doctor --repair: it is made again from the database",
    )


def _all_sources(store: Store) -> frozenset[str]:
    return frozenset(row.source for row in store.documents())


def _describe_plan(plan: Plan) -> str:
    changed, removed = len(plan.to_read) + len(plan.newly_skipped), len(plan.removed)
    return f"{changed} changed and {removed} deleted files are not yet in the index"
