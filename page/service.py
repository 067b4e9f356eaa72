"""Serve one open index to the many users of the page and its API: one pipeline, one rebuild.

Finds passages for one question after the other, reads those of several together, caches the status
of the folder for a moment, and separates reading the folder from writing it. Knows nothing of
Gradio, HTTP or HTML.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from seedqa.index.errors import ServiceBusy, UsageError
from seedqa.index.listing import list_documents
from seedqa.index.messages import Message
from seedqa.index.progress import Progress
from seedqa.index.source import open_source
from seedqa.index.status import Status, read_status
from seedqa.index.store.rows import DocumentRow
from seedqa.index.types import NO_FILTERS, Document, Filters
from seedqa.index.workspace import Workspace
from seedqa.page.asking import Asked, RecentSearches
from seedqa.page.examples import example_questions
from seedqa.page.rebuild import Rebuild, RebuildProgress
from seedqa.page.uploads import Upload, remove_document, remove_leftovers
from seedqa.retrieval.pipeline import DEFAULT_COUNT, Found, Pipeline, to_result
from seedqa.retrieval.types import Result

#: The folder is checked again after this long, or after this many times as long as a check takes:
#: 10,000 files take 0.2 s, and must not cost a core for as long as a page is open.
STATUS_SECONDS = 2.0
STATUS_SHARE = 20
#: Questions within this time share one check of the folder.
CHECK_SECONDS = 1.0
#: Questions that may wait for their turn; the next one is refused. More functions run at the same
#: time (`ui.MAX_THREADS`), so some are left to report the progress of a rebuild.
MAX_WAITING = 64
#: Questions that are read at the same time, in batches: more take longer each, and no less in all.
MAX_READING = 4
#: Names offered for the filter: nobody reads a longer list.
MAX_SOURCES = 1_000


@dataclass(frozen=True, slots=True)
class _SeenStatus:
    """A cached status and its expiry."""

    until: float
    """By the monotonic clock, in seconds."""
    status: Status


class Service:
    """An open index for many users at once; a context manager."""

    def __init__(self, workspace: Workspace, pipeline: Pipeline, read_only: bool) -> None:
        self.seeds = workspace.seeds.resolve()
        self.read_only = read_only
        self.rebuild = Rebuild(workspace)
        self._workspace = workspace
        self._pipeline = pipeline
        # One search at a time: two would need the vectors in memory twice. Meanwhile a few others
        # are read together.
        self._finding = threading.Lock()
        self._reading = threading.BoundedSemaphore(MAX_READING)
        self._searches = RecentSearches()
        self._counting = threading.Lock()
        self._waiting = 0
        self._checking = threading.Lock()
        self._seen: _SeenStatus | None = None

    @classmethod
    def open(cls, workspace: Workspace, *, read_only: bool, progress: Progress) -> Service:
        """Open the index of `workspace`.

        The index is built first if there is none, and rebuilt if the bundled model has changed.
        Raises the errors of `index.errors`.
        """
        pipeline = Pipeline.open(
            workspace, refresh=not read_only, progress=progress, check_seconds=CHECK_SECONDS
        )
        if not (read_only or pipeline.has_own_model()):
            pipeline.refresh(progress)  # refuses, or rebuilds
        if not read_only:
            remove_leftovers(workspace.seeds)
        service = cls(workspace, pipeline, read_only)
        if not read_only and not service.status().fresh:
            service.start_refresh()  # the page is open meanwhile
        return service

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *exception: object) -> None:
        with self._finding:
            self._pipeline.close()

    # -- questions -----------------------------------------------------------------------------
    # A question refreshes nothing: the rebuild does that.

    @property
    def waiting(self) -> int:
        """How many questions are being answered or wait for their turn."""
        return self._waiting

    def ask(
        self, question: str, *, count: int = DEFAULT_COUNT, filters: Filters = NO_FILTERS
    ) -> Result:
        """Return passages and the answer; raises ServiceBusy if `MAX_WAITING` others wait."""
        with self._turn():
            return self._answer(self._find(question, count, filters))

    def search(
        self, question: str, *, count: int = DEFAULT_COUNT, filters: Filters = NO_FILTERS
    ) -> Result:
        """Return passages, and keep the search for `answer`; raises ServiceBusy as `ask` does."""
        asked = Asked(question, count, filters)
        with self._turn():
            found = self._find(question, count, filters)
            with self._finding:
                self._searches.keep(asked, found)
            return to_result(found)

    def answer(
        self, question: str, *, count: int = DEFAULT_COUNT, filters: Filters = NO_FILTERS
    ) -> Result:
        """Return the result of `ask`, from the kept search for the same question if there is one.

        Raises ServiceBusy as `ask` does.
        """
        asked = Asked(question, count, filters)
        with self._turn():
            with self._finding:
                found = self._searches.get(asked, self._pipeline.generation)
            return self._answer(found or self._find(question, count, filters))

    def _find(self, question: str, count: int, filters: Filters) -> Found:
        with self._finding:
            return self._pipeline.find(question, count=count, filters=filters, refresh=False)

    def _answer(self, found: Found) -> Result:
        with self._reading:
            return self._pipeline.answer(found)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Count a question among those that wait; raises ServiceBusy if there are too many."""
        with self._counting:
            if self._waiting >= MAX_WAITING:
                raise ServiceBusy(
                    Message("{count} questions are waiting", count=MAX_WAITING),
                    "",
                    Message("Ask again in a moment"),
                )
            self._waiting += 1
        try:
            yield
        finally:
            with self._counting:
                self._waiting -= 1

    def open_document(self, source: str) -> Document:
        """Return a whole document as it is now; raises SourceError."""
        return open_source(self._workspace, source)

    # -- the index -----------------------------------------------------------------------------

    def status(self) -> Status:
        """Return the status of the index, at most seconds old."""
        with self._checking:
            if self._seen and time.monotonic() < self._seen.until:
                return self._seen.status
            began = time.monotonic()
            status = read_status(self._workspace)
            took = time.monotonic() - began
            until = time.monotonic() + max(STATUS_SECONDS, took * STATUS_SHARE)
            self._seen = _SeenStatus(until, status)
            return status

    def forget_status(self) -> None:
        """Check the folder again at the next `status`."""
        with self._checking:
            self._seen = None

    def documents(self) -> list[DocumentRow]:
        """Return the indexed documents by source, at most `MAX_SOURCES`."""
        return list_documents(self._workspace, MAX_SOURCES)

    def examples(self, language: str) -> list[str]:
        """Return questions in `language` that the documents may answer."""
        return example_questions(self._workspace, language)

    # -- changes -------------------------------------------------------------------------------

    def start_refresh(self) -> RebuildProgress:
        """Begin to bring the index up to date; raises UsageError if that is not allowed."""
        self._check_writable()
        return self.rebuild.start()

    def refresh(self) -> RebuildProgress:
        """Bring the index up to date, wait for the end, and return the outcome."""
        self.start_refresh()
        progress = self.rebuild.wait()
        self.forget_status()
        return progress

    def progress(self) -> RebuildProgress:
        """Return the progress of the rebuild, or the outcome of the last one."""
        progress = self.rebuild.progress()
        seen = self._seen
        if seen and progress.report and not progress.running:
            built = progress.report.generation.number
            if seen.status.generation.number != built:
                self.forget_status()
        return progress

    def upload(self, name: str) -> Upload:
        """Return a document to write into; raises UploadError for an unusable name."""
        self._check_writable()
        return Upload(self.seeds, name)

    def keep(self, upload: Upload) -> str:
        """Give an uploaded document its name and return it; raises UploadError."""
        name = upload.keep()
        self.forget_status()
        return name

    def remove(self, source: str) -> None:
        """Delete the file of a source; raises SourceError."""
        self._check_writable()
        remove_document(self.seeds, source)
        self.forget_status()

    def _check_writable(self) -> None:
        if self.read_only:
            raise UsageError(
                Message("this page is read-only"), "", Message("Start it without --read-only")
            )
