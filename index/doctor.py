"""Check an index and the model that ships, and make anew what is derived.

Knows the parts of an index; nothing of questions.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.build import Progress, build_index, write_lock
from index.encoder import SHIPPED_MODEL, ShippedEncoder, load_encoder
from index.errors import IndexCorrupt, IndexMissing, SeedqaError
from index.runtime import MODEL_FILES, fingerprint_folder
from index.store import DATABASE, Store, open_for_reading, open_for_writing

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked."""

    part: str
    """`model`, `database`, `words` or `vectors`."""
    ok: bool
    detail: str


def check_all(index_folder: Path) -> list[Finding]:
    """Check the model that ships, the database, the words table and the vector file."""
    return [*_check_model(SHIPPED_MODEL), *check_index(index_folder)]


def check_index(index_folder: Path) -> list[Finding]:
    """Check database, words table and vector file, as far as each can be reached."""
    try:
        with open_for_reading(index_folder) as store:
            return list(_check_store(store))
    except SeedqaError as error:
        return [Finding("database", False, str(error))]


def repair(
    index_folder: Path, seeds: Path | None, progress: Progress = lambda phase, done, total: None
) -> list[str]:
    """Make anew what is derived and damaged; return what was done, in words.

    Vectors and words come from the database. A damaged database is moved aside and built again
    from `seeds`, which then must be given. Raises what cannot be mended.
    """
    findings = check_index(index_folder)
    broken = {finding.part for finding in findings if not finding.ok}
    if not broken:
        return []
    if "database" in broken:
        return [_rebuild_database(index_folder, seeds, progress)]
    with write_lock(index_folder), open_for_writing(index_folder) as store:
        generation = store.rewrite_vectors()
    return [f"made vectors and words of {generation.chunks} chunks anew from the database"]


def _rebuild_database(index_folder: Path, seeds: Path | None, progress: Progress) -> str:
    if seeds is None:
        raise IndexCorrupt(
            f"{index_folder / DATABASE} is damaged and cannot say which folder it was built from",
            "the folder",
            "Run seedqa doctor --repair --seeds FOLDER",
        )
    if not (index_folder / DATABASE).exists():
        raise IndexMissing(f"no index in {index_folder}", "one to repair", "Run seedqa index")
    with write_lock(index_folder):
        aside = index_folder / f"{DATABASE}.damaged"
        (index_folder / DATABASE).replace(aside)
        for suffix in ("-wal", "-shm"):
            (index_folder / f"{DATABASE}{suffix}").unlink(missing_ok=True)
    report = build_index(seeds, index_folder, load_encoder(), progress=progress)
    aside.unlink()
    return (
        f"built the database anew from {seeds}: {report.generation.documents} documents,"
        f" {report.generation.chunks} chunks"
    )


def _check_model(folder: Path) -> Iterator[Finding]:
    missing = [name for name in MODEL_FILES if not (folder / name).is_file()]
    if missing:
        yield Finding("model", False, f"{folder} has no {missing[0]}; reinstall seedqa")
        return
    try:
        encoder = ShippedEncoder(folder)
        encoder.verify()
    except SeedqaError as error:
        yield Finding("model", False, str(error))
    else:
        yield Finding("model", True, f"{encoder.name} ({fingerprint_folder(folder)[:8]})")


def _check_store(store: Store) -> Iterator[Finding]:
    generation = store.generation()
    problems = store.check()
    yield Finding(
        "database",
        not problems and generation is not None,
        "; ".join(problems)
        or (f"generation {generation.number}" if generation else "no generation"),
    )
    if generation is None:
        return
    word_problem = store.check_words()
    yield Finding("words", word_problem is None, word_problem or f"{generation.chunks} chunks")
    try:
        vectors = store.open_vectors(generation)
    except FileNotFoundError:
        yield Finding("vectors", False, f"{generation.vectors.name} is missing")
    except IndexCorrupt as error:
        yield Finding("vectors", False, f"{error.found}; expected {error.expected}")
    else:
        same = vectors.count == generation.chunks
        yield Finding("vectors", same, f"{vectors.count} of {generation.chunks} chunks")
