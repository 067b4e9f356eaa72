"""Check an index and the bundled models, and rebuild its derived parts.

Knows the parts of an index; nothing of questions.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from seedqa.index.build import build_index
from seedqa.index.encoder import load_encoder
from seedqa.index.errors import IndexCorrupt, SeedqaError
from seedqa.index.progress import Progress, no_progress
from seedqa.index.store.checking import check_database, check_words
from seedqa.index.store.database import DATABASE
from seedqa.index.store.lock import write_lock
from seedqa.index.store.reading import EmbeddedReader, open_for_reading
from seedqa.index.store.rows import Generation, Intention, Recipe
from seedqa.index.store.segments import read_segments
from seedqa.index.store.writing import open_for_writing

logger = logging.getLogger(__name__)

#: The name of a damaged database until another is built.
DAMAGED = f"{DATABASE}.damaged"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked."""

    part: str
    """`encoder`, `reader`, `database`, `words` or `vectors`."""
    ok: bool
    detail: str


class Model(Protocol):
    """A bundled model."""

    @property
    def name(self) -> str:
        """The name that a person knows it by."""

    @property
    def fingerprint(self) -> str:
        """The hash over its files."""

    def verify(self) -> None:
        """Raise ModelError if a file is not the one that the fingerprint was made of."""


def check_model(part: str, open_model: Callable[[], Model]) -> Finding:
    """Check a bundled model."""
    try:
        model = open_model()
        model.verify()
    except SeedqaError as error:
        return Finding(part, False, str(error))
    return Finding(part, True, f"{model.name} ({model.fingerprint[:8]})")


def check_index(index_folder: Path, progress: Progress = no_progress) -> list[Finding]:
    """Check every row of the database, the words and the vector file, as far as each is reached."""
    try:
        with open_for_reading(index_folder) as reader:
            return list(_check_parts(reader, progress))
    except SeedqaError as error:
        return [Finding("database", False, str(error))]


def repair(
    index_folder: Path,
    seeds: Path | None,
    model: str | None = None,
    progress: Progress = no_progress,
) -> list[str]:
    """Rebuild damaged parts; return a sentence for each action.

    Vectors and words are derived from the database. A damaged database is moved aside and rebuilt
    from `seeds` with `model`, by default those that it still records. Raises the error of an intact
    database that is busy, has a newer format or belongs to another program, and leaves it as it is.
    """
    known: Recipe | Intention | None = None
    try:
        with open_for_reading(index_folder) as reader:
            known = _read_known(reader)
            broken = {finding.part for finding in _check_parts(reader, progress) if not finding.ok}
            generation = reader.generation()
            is_begun = (
                known is not None
                and generation is None
                and not check_database(index_folder, reader.connection, None)
            )
    except IndexCorrupt:
        broken, is_begun = {"database"}, False
    if not broken:
        return []
    if "database" not in broken:
        try:
            return [_rewrite_derived(index_folder)]
        except IndexCorrupt as error:
            logger.warning("%s; rebuilding the database instead", error)
    if known:
        seeds, model = seeds or Path(known.seeds), model or known.model_path
    if not is_begun:  # a first build that was killed continues where it stopped
        _move_aside(index_folder, seeds)
    return [_rebuild_database(index_folder, seeds, model, progress)]


def _read_known(reader: EmbeddedReader) -> Recipe | Intention | None:
    """Return which folder and model an index was built with, as far as that can be read."""
    for read in (reader.generation, reader.intention):
        with suppress(IndexCorrupt):
            found = read()
            if isinstance(found, Generation):
                return found.recipe
            if found:
                return found
    return None


def _rewrite_derived(index_folder: Path) -> str:
    with write_lock(index_folder), open_for_writing(index_folder) as writer:
        generation = writer.rewrite_vectors()
    return f"rebuilt vectors and words of {generation.chunks} chunks from the database"


def _move_aside(index_folder: Path, seeds: Path | None) -> None:
    if seeds is None:
        raise IndexCorrupt(
            f"{index_folder / DATABASE} is damaged and cannot say which folder it was built from",
            "",
            "Run seedqa doctor --repair --seeds FOLDER",
        )
    with write_lock(index_folder):
        (index_folder / DATABASE).replace(index_folder / DAMAGED)
        for suffix in ("-wal", "-shm"):
            (index_folder / f"{DATABASE}{suffix}").unlink(missing_ok=True)


def _rebuild_database(
    index_folder: Path, seeds: Path | None, model: str | None, progress: Progress
) -> str:
    assert seeds is not None
    report = build_index(
        seeds, index_folder, load_encoder(model), model_path=model, progress=progress
    )
    (index_folder / DAMAGED).unlink(missing_ok=True)
    return (
        f"rebuilt the database from {seeds}: {report.generation.documents} documents,"
        f" {report.generation.chunks} chunks"
    )


def _check_parts(reader: EmbeddedReader, progress: Progress) -> Iterator[Finding]:
    generation = reader.generation()
    problems = check_database(reader.folder, reader.connection, generation, progress)
    yield Finding(
        "database",
        not problems and generation is not None,
        "; ".join(problems)
        or (f"generation {generation.number}" if generation else "no generation"),
    )
    if generation is None:
        return
    try:
        problems = check_words(reader.folder, reader.connection, progress)
    except IndexCorrupt as error:
        problems = [error.found]
    yield Finding("words", not problems, "; ".join(problems) or f"{generation.chunks} chunks")
    yield _check_vector_file(reader.folder, generation)


def _check_vector_file(folder: Path, generation: Generation) -> Finding:
    try:
        vectors = read_segments(folder, generation.vectors)
    except FileNotFoundError as error:
        return Finding("vectors", False, f"{Path(error.filename).name} is missing")
    except IndexCorrupt as error:
        return Finding("vectors", False, f"{error.found}; expected {error.expected}")
    same = vectors.count == generation.chunks
    return Finding("vectors", same, f"{vectors.count} of {generation.chunks} chunks")
