"""Bring an index up to date with its folder: see what changed, embed what is new, commit once.

The order of things makes a killed build harmless: vectors go to the embedding cache in batches as
they are made, and one commit at the end flips to the new generation. Knows nothing of questions.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from seedqa.index.chunking import DEFAULT_SETTINGS, ChunkSettings, split_document
from seedqa.index.documents.read import read_document
from seedqa.index.documents.walk import resolve_folder
from seedqa.index.encoder import Encoder
from seedqa.index.errors import (
    IndexMismatch,
    SeedsError,
    UnreadableFile,
)
from seedqa.index.plan import Plan, has_same_content, plan_changes, read_everything
from seedqa.index.store.lock import write_lock
from seedqa.index.store.rows import (
    Change,
    Generation,
    Intention,
    NewDocument,
    Recipe,
    Touched,
)
from seedqa.index.store.store import Store, open_for_writing
from seedqa.index.types import (
    Chunk,
    Document,
    FoundFile,
    SkippedFile,
)

logger = logging.getLogger(__name__)


#: Chunks embedded between two commits of the embedding cache: some seconds of work at most, and
#: enough to sort by length.
EMBED_BATCH = 256


#: Chunks between two steps of the progress bar: half a second.
SHOWN_BATCH = 64


Progress = Callable[[str, int, int], None]


class OutOfTime(Exception):
    """The deadline of a build has passed; what was embedded so far is kept."""


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
    notes: tuple[str, ...] = ()
    """What else a person should know: another model, other chunk settings."""


def build_index(
    seeds: Path,
    index_folder: Path,
    encoder: Encoder,
    *,
    model_path: str | None = None,
    settings: ChunkSettings = DEFAULT_SETTINGS,
    progress: Progress = lambda phase, done, total: None,
    deadline: float | None = None,
) -> Report:
    """Bring the index of `seeds` in `index_folder` up to date, making it where there is none.

    `model_path` is what names the encoder, None for the one that ships. With a `deadline`, a time
    of `time.monotonic`, raises OutOfTime when it passes before the commit. Raises IndexBusy where
    another process is writing, and the errors of `index.errors` for what a user can mend.
    """
    started = time.monotonic()
    if Path(resolve_folder(seeds)) == index_folder.resolve():  # before anything is made for it
        raise SeedsError(
            f"{index_folder} is the folder of the documents",
            "an index in a folder of its own",
            "Name another folder with --index",
        )
    with write_lock(index_folder), open_for_writing(index_folder) as store:
        before = store.generation()
        store.remove_leftovers(before)
        _check_seeds(before, seeds, index_folder)
        if before is None:
            store.begin(Intention(str(seeds.resolve()), model_path))
        notes = _note_changes(before, encoder, settings)
        plan = plan_changes(store, seeds, index_folder)
        if notes:
            plan = read_everything(plan, seeds, index_folder)
        if before and plan.is_empty and not notes:
            return _report_nothing(before, plan, time.monotonic() - started)

        documents, touched = _read_files(plan, settings, bool(notes), progress, deadline)
        embedded, reused = _embed(store, encoder, documents, progress, deadline)
        change = Change(
            removed=_removed_ids(plan, documents),
            added=tuple(document for document, _ in documents),
            touched=touched,
        )
        if before and not (change.removed or change.added or notes):
            store.touch(touched)
            generation = before
        else:
            generation = store.commit(
                change,
                _describe(seeds, encoder, model_path, settings),
                keep_vectors=before is not None and not notes,
            )
        return _report(
            generation,
            plan,
            documents,
            touched,
            embedded,
            reused,
            notes,
            time.monotonic() - started,
        )


def _check_seeds(before: Generation | None, seeds: Path, index_folder: Path) -> None:
    if before and before.recipe.seeds != str(seeds.resolve()):
        raise IndexMismatch(
            f"the index in {index_folder} was built from {before.recipe.seeds}",
            f"seeds {seeds.resolve()}",
            "Name another index with --index, or leave out --seeds",
        )


def _note_changes(
    before: Generation | None, encoder: Encoder, settings: ChunkSettings
) -> tuple[str, ...]:
    """Say why every document must be read again; empty where it need not be."""
    notes = []
    if before and before.recipe.fingerprint != encoder.fingerprint:
        was = before.recipe
        notes.append(
            f"the index was built with the model {was.model} ({was.fingerprint[:8]});"
            f" building it again with {encoder.name} ({encoder.fingerprint[:8]})"
        )
    if before and before.recipe.settings != settings:
        notes.append(
            f"chunks were {before.recipe.settings.size} characters with an overlap of"
            f" {before.recipe.settings.overlap}, now {settings.size} with {settings.overlap}"
        )
    return tuple(notes)


def _removed_ids(plan: Plan, documents: Sequence[tuple[NewDocument, object]]) -> frozenset[int]:
    rewritten = (document.file.source for document, _ in documents)
    ids = {plan.known[source].id for source in rewritten if source in plan.known}
    return frozenset(ids | {row.id for row in plan.removed})


def _read_files(
    plan: Plan,
    settings: ChunkSettings,
    read_all: bool,
    progress: Progress,
    deadline: float | None,
) -> tuple[list[tuple[NewDocument, list[str]]], tuple[Touched, ...]]:
    """Return new documents, each with what the encoder reads of its chunks, and touched rows."""
    documents = [(_skipped(file), list[str]()) for file in plan.newly_skipped]
    touched = []
    for done, file in enumerate(plan.to_read):
        _check_deadline(deadline)
        progress("reading", done, len(plan.to_read))
        read_ns = time.time_ns()
        row = plan.known.get(file.source)
        if row and not read_all and has_same_content(file, row):
            touched.append(Touched(row.id, file, read_ns))
            continue
        document, inputs = _read_file(file, read_ns, settings)
        if row and not read_all and document.reason and document.reason == row.reason:
            touched.append(Touched(row.id, file, read_ns))
        else:
            documents.append((document, inputs))
    progress("reading", len(plan.to_read), len(plan.to_read))
    return documents, tuple(touched)


def _read_file(
    file: FoundFile, read_ns: int, settings: ChunkSettings
) -> tuple[NewDocument, list[str]]:
    try:
        digest, document = read_document(file)
        chunks = tuple(split_document(document, settings))
    except UnreadableFile as error:
        # What may be over next time is tried again: no file has this size.
        seen = replace(file, size=-1) if error.may_pass else file
        return _skipped(SkippedFile(file.source, error.reason), seen, read_ns), []
    inputs = [encoder_input(document, chunk) for chunk in chunks]
    return (
        NewDocument(
            file=file,
            read_ns=read_ns,
            hash=digest,
            title=document.title,
            date=document.date,
            language=document.language,
            chunks=chunks,
            hashes=tuple(hash_input(text) for text in inputs),
        ),
        inputs,
    )


def encoder_input(document: Document, chunk: Chunk) -> str:
    """Return what the encoder reads of a chunk: the document's title, then the chunk."""
    return f"{document.title}\n{chunk.text}"


def hash_input(text: str) -> bytes:
    """Return the embedding cache's key of a text: 16 bytes of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _skipped(skipped: SkippedFile, file: FoundFile | None = None, read_ns: int = 0) -> NewDocument:
    file = file or FoundFile(skipped.source, "", 0, 0, 0, 0)
    return NewDocument(file, read_ns, None, None, None, None, (), (), skipped.reason)


def _embed(
    store: Store,
    encoder: Encoder,
    documents: Sequence[tuple[NewDocument, list[str]]],
    progress: Progress,
    deadline: float | None,
) -> tuple[int, int]:
    """Put the vectors of all chunks into the cache; return how many were made and reused."""
    wanted = {
        key: text
        for document, inputs in documents
        for key, text in zip(document.hashes, inputs, strict=True)
    }
    cached = store.cached_hashes(encoder.fingerprint, wanted)
    pending = [(key, text) for key, text in wanted.items() if key not in cached]
    # Like lengths together: a batch is as slow as its longest text. The longest come first, so
    # that the estimate of the time left errs on the safe side.
    pending.sort(key=lambda item: (-len(item[1]), item[0]))
    for start in range(0, len(pending), EMBED_BATCH):
        _check_deadline(deadline)
        batch = pending[start : start + EMBED_BATCH]
        parts = []
        for at in range(0, len(batch), SHOWN_BATCH):
            progress("embedding", start + at, len(pending))
            parts.append(
                encoder.encode_passages([text for _, text in batch[at : at + SHOWN_BATCH]])
            )
        store.cache_vectors(encoder.fingerprint, [key for key, _ in batch], np.concatenate(parts))
    if pending:
        progress("embedding", len(pending), len(pending))
    return len(pending), len(wanted) - len(pending)


def _check_deadline(deadline: float | None) -> None:
    if deadline is not None and time.monotonic() > deadline:
        raise OutOfTime


def _describe(
    seeds: Path, encoder: Encoder, model_path: str | None, settings: ChunkSettings
) -> Recipe:
    return Recipe(
        seeds=str(seeds.resolve()),
        model=encoder.name,
        model_path=model_path,
        fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
        settings=settings,
    )


def _report_nothing(generation: Generation, plan: Plan, seconds: float) -> Report:
    return _report(generation, plan, [], (), 0, 0, (), seconds)


def _report(
    generation: Generation,
    plan: Plan,
    documents: Sequence[tuple[NewDocument, object]],
    touched: Sequence[Touched],
    embedded: int,
    reused: int,
    notes: tuple[str, ...],
    seconds: float,
) -> Report:
    new = [document for document, _ in documents]
    touched_ids = {one.document for one in touched}
    kept = [*plan.unchanged, *(row for row in plan.known.values() if row.id in touched_ids)]
    skipped = [SkippedFile(row.source, row.reason) for row in kept if row.reason]
    skipped += [SkippedFile(item.file.source, item.reason) for item in new if item.reason]
    return Report(
        generation=generation,
        indexed=tuple(sorted(item.file.source for item in new if not item.reason)),
        unchanged=sum(row.status == "indexed" for row in kept),
        removed=tuple(sorted(row.source for row in plan.removed if row.status == "indexed")),
        skipped=tuple(sorted(skipped, key=lambda file: file.source)),
        embedded=embedded,
        reused=reused,
        seconds=seconds,
        notes=notes,
    )
