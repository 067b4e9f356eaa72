"""The open index as the page and its API use it: many users, one pipeline, one rebuild.

Puts questions one after the other, remembers for a moment whether the folder has changed, and
keeps what reads the folder apart from what writes it. Knows nothing of Gradio, HTTP or HTML.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from seedqa.index.encoder import load_encoder
from seedqa.index.errors import ServiceBusy, UsageError
from seedqa.index.location import Location
from seedqa.index.record import model_of, read_record, seeds_of
from seedqa.index.source import open_source
from seedqa.index.status import Status, read_status
from seedqa.index.store.store import open_for_reading
from seedqa.index.types import Document, Filters
from seedqa.page.examples import example_questions
from seedqa.page.rebuild import Progress, Rebuild
from seedqa.page.uploads import Upload, remove_document
from seedqa.retrieval.pipeline import DEFAULT_COUNT, Pipeline
from seedqa.retrieval.types import (
    Result,
)

#: The folder is looked at again after this long, or after this many times as long as a look
#: takes: 10,000 files take 0.2 s, and must not cost a core for as long as a page is open.
STATUS_SECONDS = 2.0
STATUS_SHARE = 20
#: A question's passages and its answer are two calls: the second relies on the first one's look.
LOOK_SECONDS = 1.0
#: Questions that may wait for their turn; the next one is turned away. Gradio runs 40 functions at
#: once, so that some are left to say how a rebuild goes.
MOST_WAITING = 32
#: Names offered for the filter; more would make a list that nobody reads.
MOST_SOURCES = 1_000


class Service:
    """An open index for many users at once; a context manager."""

    def __init__(
        self, location: Location, pipeline: Pipeline, seeds: Path, read_only: bool
    ) -> None:
        self.seeds = seeds
        self.read_only = read_only
        self.rebuild = Rebuild(location)
        self._location = location
        self._pipeline = pipeline
        # One question at a time: the encoder and the reader use both cores for it, so that two at
        # once would only wait for each other, and would need the vectors in memory twice.
        self._asking = threading.Lock()
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)
        self._reading = threading.Lock()
        self._looking = threading.Lock()
        self._status: tuple[float, Status] | None = None

    @classmethod
    def open(cls, location: Location, *, read_only: bool, progress: Any) -> Service:
        """Open the index at `location`; build it first where there is none, or where the model
        that ships is another by now. Raises the errors of `index.errors`."""
        recorded = read_record(location)
        encoder = load_encoder(model_of(location, recorded))
        pipeline = Pipeline.open(
            location,
            refresh=not read_only,
            progress=progress,
            encoder=encoder,
            look_seconds=LOOK_SECONDS,
        )
        recorded = read_record(location)
        known = recorded.generation
        if known and known.recipe.fingerprint != encoder.fingerprint and not read_only:
            pipeline.search("model", progress=progress)  # refuses, or builds anew
        service = cls(location, pipeline, seeds_of(location, recorded).resolve(), read_only)
        if not read_only and not service.status().fresh:
            service.start_refresh()  # the page is open meanwhile
        return service

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *exception: object) -> None:
        with self._asking:
            self._pipeline.close()

    # -- questions -----------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        *,
        count: int = DEFAULT_COUNT,
        filters: Filters = Filters(),  # noqa: B008 - frozen
        read: bool = True,
    ) -> Result:
        """Return what the index as it is says; `read` asks for an answer beside the passages.

        Nothing is refreshed by a question: that is for the process of the rebuild. Raises
        ServiceBusy where `MOST_WAITING` others wait.
        """
        if not self._waiting.acquire(blocking=False):
            raise ServiceBusy(
                f"{MOST_WAITING} questions are waiting", "a shorter queue", "Ask again in a moment"
            )
        try:
            with self._asking:
                run = self._pipeline.ask if read else self._pipeline.search
                return run(question, count=count, filters=filters, refresh=False)
        finally:
            self._waiting.release()

    def open_document(self, source: str) -> Document:
        """Return a whole document as it is now; raises SourceError."""
        with self._reading:  # PDFium is not safe in threads
            return open_source(self._location, source)

    # -- what is indexed -----------------------------------------------------------------------

    def status(self) -> Status:
        """Return what is indexed and whether it is fresh, as it was seconds ago at most."""
        with self._looking:
            if self._status and time.monotonic() < self._status[0]:
                return self._status[1]
            began = time.monotonic()
            status = read_status(self._location)
            took = time.monotonic() - began
            until = time.monotonic() + max(STATUS_SECONDS, took * STATUS_SHARE)
            self._status = (until, status)
            return status

    def forget_status(self) -> None:
        """Look at the folder again when next asked."""
        with self._looking:
            self._status = None

    def documents(self) -> list[dict[str, Any]]:
        """Return what is shown of each indexed document, by source."""
        with open_for_reading(self._location.index) as store:
            return [
                {"source": row.source, "title": row.title, "date": row.date,
                 "language": row.language, "size": row.size}
                for row in store.documents()
                if row.status == "indexed"
            ][:MOST_SOURCES]  # fmt: skip

    def examples(self, language: str) -> list[str]:
        """Return questions in `language` that the documents may answer."""
        with open_for_reading(self._location.index) as store:
            return example_questions(store, language)

    # -- changes -------------------------------------------------------------------------------

    def start_refresh(self) -> Progress:
        """Begin to bring the index up to date; raises UsageError where that is not allowed."""
        self._check_writable()
        return self.rebuild.start()

    def refresh(self) -> Progress:
        """Bring the index up to date and return when that is done."""
        self.start_refresh()
        progress = self.rebuild.wait()
        self.forget_status()
        return progress

    def progress(self) -> Progress:
        """Return where the rebuild stands."""
        progress = self.rebuild.progress()
        if not progress.running and self._status and progress.report:
            known = self._status[1].generation.number
            if known != progress.report["generation"]:
                self.forget_status()
        return progress

    def upload(self, name: str) -> Upload:
        """Return a document to write into; raises UploadError for a name that will not do."""
        self._check_writable()
        return Upload(self.seeds, name)

    def keep(self, upload: Upload) -> str:
        """Give an uploaded document its name and return it; raises UploadError."""
        with self._reading:
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
                "this page is read-only", "a page that may write", "Start it without --read-only"
            )
