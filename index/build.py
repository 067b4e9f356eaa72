"""Bring an index up to date with its folder: find changes, embed new texts, commit once.

The order makes a killed build harmless: each batch of vectors goes to the embedding cache, and one
commit at the end flips to the new generation. Knows nothing of questions.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from seedqa.index.documents.walk import resolve_folder
from seedqa.index.encoder import Encoder
from seedqa.index.errors import IndexMismatch, SeedsError, UnreadableFile
from seedqa.index.messages import Message
from seedqa.index.parsing.process import OverBudget, Parser, borrow_parser
from seedqa.index.plan import (
    Plan,
    has_same_content,
    is_racy,
    plan_changes,
    read_everything,
)
from seedqa.index.progress import Progress, no_progress
from seedqa.index.reading_view import encoder_input
from seedqa.index.store.lock import write_lock
from seedqa.index.store.protocol import IndexWriter
from seedqa.index.store.rows import (
    READING,
    Change,
    Generation,
    Intention,
    NewDocument,
    Recipe,
    Touched,
)
from seedqa.index.store.upgrade import replace_old_format
from seedqa.index.store.writing import open_for_writing
from seedqa.index.types import DEFAULT_SETTINGS, ChunkSettings, FoundFile, SkippedFile

#: Chunks embedded between two commits of the embedding cache: a killed build loses at most seconds
#: of work, and a batch is large enough to sort by length.
EMBED_BATCH = 256
#: Chunks between two steps of the progress bar: half a second.
SHOWN_BATCH = 64


class OutOfTime(Exception):
    """A build has taken longer than it may; what was embedded so far is kept."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did."""

    generation: Generation
    indexed: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    skipped: tuple[SkippedFile, ...]
    embedded: int
    """Chunks that were encoded now."""
    reused: int
    """New chunks whose vectors the embedding cache had."""
    seconds: float
    notes: tuple[Message, ...] = ()
    """Other facts for the user: another model, other chunk settings."""


@dataclass(slots=True)
class _Clock:
    """Processor time spent on the files and texts themselves, in seconds."""

    spent: float = 0.0

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the processor time of the work within."""
        started = time.process_time()
        try:
            yield
        finally:
            self.spent += time.process_time() - started


@dataclass(frozen=True, slots=True)
class _Order:
    """The input of a build: folders, encoder, recipe, limits."""

    seeds: Path
    index_folder: Path
    encoder: Encoder
    recipe: Recipe
    progress: Progress
    seconds: float | None
    """Processor time that reading and embedding may take, or None for any."""
    embed_batch: int
    clock: _Clock = field(default_factory=_Clock)

    def check_time(self) -> None:
        """Raise OutOfTime if the work has taken longer than it may."""
        left = self.seconds_left
        if left is not None and left < 0:
            raise OutOfTime

    @property
    def seconds_left(self) -> float | None:
        """Processor time that is left, in seconds; None for any."""
        return None if self.seconds is None else self.seconds - self.clock.spent


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The plan of a build, before anything is read."""

    before: Generation | None
    plan: Plan
    notes: tuple[Message, ...]
    """Why every document is read again; empty if it is not."""

    @property
    def is_current(self) -> bool:
        """Whether the index agrees with its folder, so that the build has nothing to do."""
        return self.before is not None and self.plan.is_empty and not self.notes


@dataclass(frozen=True, slots=True)
class _NewText:
    """A file that was read, with the text that the encoder reads for each of its chunks."""

    document: NewDocument
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Missed:
    """A file that cannot be read for the moment; what was known of it stays in the index."""

    touched: Touched
    skipped: SkippedFile


@dataclass(frozen=True, slots=True)
class _Embedded:
    """The documents read; the embedding cache has all their vectors."""

    documents: tuple[NewDocument, ...] = ()
    touched: tuple[Touched, ...] = ()
    missed: tuple[SkippedFile, ...] = ()
    embedded: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class Built:
    """Everything that a report needs of a build."""

    generation: Generation
    prepared: _Prepared
    read: _Embedded
    seconds: float


def build_index(
    seeds: Path,
    index_folder: Path,
    encoder: Encoder,
    *,
    model_path: str | None = None,
    settings: ChunkSettings = DEFAULT_SETTINGS,
    reading: int = READING,
    progress: Progress = no_progress,
    seconds: float | None = None,
    embed_batch: int = EMBED_BATCH,
) -> Report:
    """Bring the index of `seeds` in `index_folder` up to date; create it if there is none.

    `model_path` names the encoder, None for the bundled one. If the index has another `reading`,
    all files are read again. `embed_batch` is the number of chunks embedded between two commits of
    the embedding cache. Raises OutOfTime if reading and embedding take more than `seconds` of
    processor time; loading libraries does not count, nor does waiting for a processor. Raises
    IndexBusy if another process is writing, and the errors of `index.errors` for faults that a user
    can fix.
    """
    started = time.monotonic()
    if Path(resolve_folder(seeds)) == index_folder.resolve():  # before anything is made for it
        raise SeedsError(
            Message("{folder} is the folder of the documents", folder=index_folder),
            "",
            Message("Name another folder with --index"),
        )
    order = _Order(
        seeds=seeds,
        index_folder=index_folder,
        encoder=encoder,
        recipe=make_recipe(seeds, encoder, model_path, settings, reading),
        progress=progress,
        seconds=seconds,
        embed_batch=embed_batch,
    )
    with write_lock(index_folder):
        old_format = replace_old_format(index_folder, _intention(order))
        with open_for_writing(index_folder) as writer:
            prepared = _prepare(writer, order)
            read = _Embedded() if prepared.is_current else _read_and_embed(writer, order, prepared)
            generation = _commit(writer, order, prepared, read)
    report = _report(Built(generation, prepared, read, time.monotonic() - started))
    if old_format is None:
        return report
    note = Message("the index had format {number}; it was built again", number=old_format)
    return replace(report, notes=(note, *report.notes))


def _intention(order: _Order) -> Intention:
    return Intention(order.recipe.seeds, order.recipe.model_path)


def make_recipe(
    seeds: Path,
    encoder: Encoder,
    model_path: str | None,
    settings: ChunkSettings,
    reading: int = READING,
) -> Recipe:
    """Return the recipe of an index of `seeds`."""
    return Recipe(
        seeds=str(seeds.resolve()),
        model=encoder.name,
        model_path=model_path,
        fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
        settings=settings,
        reading=reading,
    )


# -- the first stage: the plan ---------------------------------------------------------------------


def _prepare(writer: IndexWriter, order: _Order) -> _Prepared:
    """Remove the leftovers of a killed build, check the folder of the index, and make the plan."""
    before = writer.generation()
    writer.remove_leftovers()
    _check_seeds(before, order)
    if before is None:
        writer.begin(_intention(order))
    notes = _note_changes(before, order.recipe)
    plan = plan_changes(writer, order.seeds, order.index_folder)
    return _Prepared(before, read_everything(plan) if notes else plan, notes)


def _check_seeds(before: Generation | None, order: _Order) -> None:
    if before and before.recipe.seeds != order.recipe.seeds:
        raise IndexMismatch(
            Message(
                "the index in {folder} was built from {seeds}",
                folder=order.index_folder,
                seeds=before.recipe.seeds,
            ),
            Message("seeds {seeds}", seeds=order.recipe.seeds),
            Message("Name another index with --index, or leave out --seeds"),
        )


def _note_changes(before: Generation | None, now: Recipe) -> tuple[Message, ...]:
    """Return why every document must be read again; empty if it need not be."""
    if before is None:
        return ()
    was, notes = before.recipe, []
    if was.fingerprint != now.fingerprint:
        notes.append(
            Message(
                "the index was built with the model {model} ({digest});"
                " building it again with {other} ({other_digest})",
                model=was.model,
                digest=was.fingerprint[:8],
                other=now.model,
                other_digest=now.fingerprint[:8],
            )
        )
    if was.settings != now.settings:
        notes.append(
            Message(
                "chunks were {size} characters with an overlap of {overlap},"
                " now {new_size} with {new_overlap}",
                size=was.settings.size,
                overlap=was.settings.overlap,
                new_size=now.settings.size,
                new_overlap=now.settings.overlap,
            )
        )
    if was.reading != now.reading:
        notes.append(Message("another version of seedqa read the documents; reading them again"))
    return tuple(notes)


# -- the second stage: texts and vectors -----------------------------------------------------------


def _read_and_embed(writer: IndexWriter, order: _Order, prepared: _Prepared) -> _Embedded:
    """Read the files that the plan names, and put the vectors of all chunks into the cache."""
    texts: list[_NewText] = [
        _NewText(_skipped_document(file)) for file in prepared.plan.newly_skipped
    ]
    touched: list[Touched] = []
    missed: list[SkippedFile] = []
    for read in _read_files(order, prepared):
        if isinstance(read, Touched):
            touched.append(read)
        elif isinstance(read, _Missed):
            touched.append(read.touched)
            missed.append(read.skipped)
        else:
            texts.append(read)
    embedded, reused = _embed(writer, order, texts)
    documents = tuple(text.document for text in texts)
    return _Embedded(documents, tuple(touched), tuple(missed), embedded, reused)


def _read_files(order: _Order, prepared: _Prepared) -> Iterator[_NewText | Touched | _Missed]:
    """Yield each file to read as a new document, or as touched if its content is unchanged.

    What cannot be read for the moment, and was read before, is missed: it stays in the index as it
    is known, and is read again next time.
    """
    to_read = prepared.plan.to_read
    with borrow_parser() as parser:
        for done, file in enumerate(to_read):
            order.check_time()
            order.progress("reading", done, len(to_read))
            read_ns = time.time_ns()
            row = None if prepared.notes else prepared.plan.known.get(file.source)
            with order.clock.working():
                is_touched = row is not None and has_same_content(file, row)
            if row and is_touched:
                yield Touched(row.id, file, read_ns)
                continue
            text = _read_file(parser, order, file, read_ns)
            skipped = text.document.skipped
            if row and skipped and (skipped, text.document.retry) == (row.skipped, row.retry):
                yield Touched(row.id, file, read_ns)
            elif row and skipped and text.document.retry and not row.skipped:
                yield _Missed(Touched(row.id, file, 0), skipped)  # as if it had just been written
            else:
                yield text
    order.progress("reading", len(to_read), len(to_read))


def _read_file(parser: Parser, order: _Order, file: FoundFile, read_ns: int) -> _NewText:
    """Return a file as a new document, or why it is skipped.

    Raises OutOfTime, and SeedsError if the folder has gone.
    """
    before = parser.cpu_seconds
    try:
        parsed = parser.parse(file, order.recipe.settings, order.seconds_left)
    except UnreadableFile as error:
        if error.may_pass:  # has all gone, as a disk does? Then it is no file's trouble
            resolve_folder(order.seeds)
        skipped = _skipped_document(SkippedFile(file.source, error.reason, error.kind))
        return _NewText(replace(skipped, file=file, read_ns=read_ns, retry=error.may_pass))
    except OverBudget as error:
        raise OutOfTime from error
    finally:
        order.clock.spent += parser.cpu_seconds - before
    document, chunks = parsed.document, parsed.chunks
    inputs = tuple(encoder_input(chunk) for chunk in chunks)
    return _NewText(
        NewDocument(
            source=file.source,
            file=file,
            read_ns=read_ns,
            hash=parsed.digest,
            title=document.title,
            date=document.date,
            language=document.language,
            chunks=chunks,
            hashes=tuple(hash_input(text) for text in inputs),
        ),
        inputs,
    )


def _skipped_document(skipped: SkippedFile) -> NewDocument:
    return NewDocument(
        source=skipped.source,
        file=None,
        read_ns=None,
        hash=None,
        title=None,
        date=None,
        language=None,
        chunks=(),
        hashes=(),
        skipped=skipped,
    )


def hash_input(text: str) -> bytes:
    """Return the embedding cache's key of a text: 16 bytes of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _embed(writer: IndexWriter, order: _Order, texts: Sequence[_NewText]) -> tuple[int, int]:
    """Put the vectors of all chunks into the cache; return how many were encoded and reused."""
    wanted = {
        key: text
        for new in texts
        for key, text in zip(new.document.hashes, new.inputs, strict=True)
    }
    encoder = order.encoder
    cached = writer.cached_hashes(encoder.fingerprint, wanted)
    pending = [(key, text) for key, text in wanted.items() if key not in cached]
    # Sort by length, since a batch is as slow as its longest text. The longest come first, so that
    # the progress bar does not underestimate the time left.
    pending.sort(key=lambda item: (-len(item[1]), item[0]))
    for start in range(0, len(pending), order.embed_batch):
        order.check_time()
        batch = pending[start : start + order.embed_batch]
        parts = []
        for at in range(0, len(batch), SHOWN_BATCH):
            order.progress("embedding", start + at, len(pending))
            with order.clock.working():
                texts_of_batch = [text for _, text in batch[at : at + SHOWN_BATCH]]
                parts.append(encoder.encode_passages(texts_of_batch))
        writer.cache_vectors(encoder.fingerprint, [key for key, _ in batch], np.concatenate(parts))
    if pending:
        order.progress("embedding", len(pending), len(pending))
    return len(pending), len(wanted) - len(pending)


# -- the third stage: the next generation ----------------------------------------------------------


def _commit(writer: IndexWriter, order: _Order, prepared: _Prepared, read: _Embedded) -> Generation:
    """Commit the next generation, unless only the times of files have changed."""
    before, plan = prepared.before, prepared.plan
    rewritten = (plan.known.get(document.source) for document in read.documents)
    removed = frozenset(row.id for row in (*rewritten, *plan.removed) if row)
    digest = plan.digest if _is_settled(plan, read) else None
    if before and not (removed or read.documents or prepared.notes):
        if read.touched:
            writer.touch(read.touched, digest)
        elif digest and digest != writer.folder_digest():
            writer.keep_folder_digest(digest)
        return before
    return writer.commit(
        Change(removed, read.documents, read.touched),
        order.recipe,
        keep_vectors=before is not None and not prepared.notes,
        digest=digest,
    )


def _is_settled(plan: Plan, read: _Embedded) -> bool:
    """Return whether the next plan of an unchanged folder is empty.

    It is not after a file was read that must be read again: its times were too new to prove
    anything, or its failure may be temporary.
    """
    again = {row.id for row in plan.known.values() if row.retry}
    return not any(
        document.retry or is_racy(document.file, document.read_ns)
        for document in read.documents
        if document.file and document.read_ns is not None
    ) and not any(one.document in again or is_racy(one.file, one.read_ns) for one in read.touched)


def _report(built: Built) -> Report:
    plan, read = built.prepared.plan, built.read
    touched = {one.document for one in read.touched}
    kept = [*plan.unchanged, *(row for row in plan.known.values() if row.id in touched)]
    skipped = [row.skipped for row in kept if row.skipped]
    skipped += [new.skipped for new in read.documents if new.skipped]
    skipped += read.missed
    return Report(
        generation=built.generation,
        indexed=tuple(sorted(new.source for new in read.documents if not new.skipped)),
        unchanged=sum(not row.skipped for row in kept),
        removed=tuple(sorted(row.source for row in plan.removed if not row.skipped)),
        skipped=tuple(sorted(skipped, key=lambda file: file.source)),
        embedded=read.embedded,
        reused=read.reused,
        seconds=built.seconds,
        notes=built.prepared.notes,
    )
