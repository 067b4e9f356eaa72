"""Resolve options, environment and defaults to one `Workspace`: which folder, index and model.

Each entry point does this once. Reads what an index records about itself; writes nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from seedqa.index.encoder import Encoder
from seedqa.index.errors import IndexMismatch, IndexMissing, OldIndexFormat
from seedqa.index.messages import Message
from seedqa.index.store.database import DATABASE, missing_index_error
from seedqa.index.store.reading import open_for_reading
from seedqa.index.store.rows import READING, Generation, Intention
from seedqa.index.store.upgrade import read_old_intention

#: The documents that ship with seedqa, next to the packages in a checkout and in a wheel.
SHIPPED_SEEDS = Path(__file__).resolve().parent.parent / "seeds"
DEFAULT_INDEX = ".seedqa"
DEFAULT_SEEDS = "seeds"


@dataclass(frozen=True, slots=True)
class Location:
    """The folders and model that options, environment and defaults name; nothing was read."""

    index: Path
    seeds: Path | None
    """The folder to build from; None means the one that the index records."""
    model: str | None
    """The model that was named explicitly, or None."""
    uses_sample: bool = False
    """Whether to use the sample documents, because nothing was named and nothing is here."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """An index, the folder it is or will be built from, and the model it is built with."""

    index: Path
    seeds: Path
    model: str | None
    """The name or folder of the encoder, or None for the bundled one."""
    named_model: str | None = None
    """The model that was named explicitly, or None."""
    generation: Generation | None = None
    """The generation at the time of resolving, or None before the first commit."""
    uses_sample: bool = False


def locate(
    seeds: str | None,
    index: str | None,
    model: str | None,
    environment: Mapping[str, str] = os.environ,
) -> Location:
    """Return the folders and model that options, environment and defaults name.

    An option is None if it was not given. Without an index and seeds, use `./seeds` if it exists,
    else the sample documents, with an index in the user's cache folder.
    """
    seeds = seeds or environment.get("SEEDQA_SEEDS") or None
    model = model or environment.get("SEEDQA_MODEL") or None
    if model and os.path.isdir(model):  # noqa: PTH112 - False for a name too long for a folder
        model = str(Path(model).resolve())  # so that it is found from another folder
    index = index or environment.get("SEEDQA_INDEX") or None
    folder = Path(index or DEFAULT_INDEX)
    if seeds is not None:
        return Location(folder, Path(seeds), model)
    if _has_index(folder):
        return Location(folder, None, model)
    if Path(DEFAULT_SEEDS).is_dir():
        return Location(folder, Path(DEFAULT_SEEDS), model)
    if index is None:
        folder = _cache_for(SHIPPED_SEEDS)
    recorded = _has_index(folder)
    return Location(folder, None if recorded else SHIPPED_SEEDS, model, uses_sample=True)


def resolve(location: Location, *, replaces_old: bool = False) -> Workspace:
    """Return the workspace at `location`, completed by what its index records.

    Raises IndexMismatch if the named seeds are not those of the index, and IndexMissing if there
    is neither an index nor a folder to build from. With `replaces_old`, an index of an older format
    is one that a build will replace: its folder and model are kept. Else it raises OldIndexFormat.
    """
    try:
        intention, generation = _read_record(location.index)
    except OldIndexFormat:
        intention, generation = read_old_intention(location.index), None
        if not replaces_old or not (intention or location.seeds):
            raise
        if intention:
            _check_seeds(intention.seeds, location)
    if generation:
        _check_seeds(generation.recipe.seeds, location)
        seeds = Path(generation.recipe.seeds)
    elif location.seeds is not None:
        seeds = location.seeds
    elif intention:
        seeds = Path(intention.seeds)
    else:
        raise missing_index_error(location.index)
    recorded = generation.recipe.model_path if generation else None
    if generation is None and intention:
        recorded = intention.model_path
    return Workspace(
        index=location.index,
        seeds=seeds,
        model=location.model or recorded,
        named_model=location.model,
        generation=generation,
        uses_sample=location.uses_sample,
    )


def require_index(workspace: Workspace) -> Generation:
    """Return the recorded generation; raise IndexMissing if there is none."""
    if workspace.generation is None:
        raise missing_index_error(workspace.index)
    return workspace.generation


def check_model(workspace: Workspace) -> None:
    """Raise IndexMismatch if the named model is not that of the index."""
    generation = workspace.generation
    named = workspace.named_model
    if generation and named is not None and named != generation.recipe.model_path:
        raise IndexMismatch(
            Message(
                "the index in {folder} was built with the model {model}",
                folder=workspace.index,
                model=generation.recipe.model,
            ),
            Message("{model}, as --model says", model=named),
            Message(
                "Rebuild it with: {command}, or leave out --model",
                command=f"seedqa index --model {named}",
            ),
        )


def other_model_error(generation: Generation, encoder: Encoder) -> IndexMismatch:
    """Return the error for an index that was built with another model, or an older version."""
    recipe = generation.recipe
    return IndexMismatch(
        Message(
            "the index was built with the model {model} ({digest})",
            model=recipe.model,
            digest=recipe.fingerprint[:8],
        ),
        Message(
            "{model} as it is now ({digest})",
            model=encoder.name,
            digest=encoder.fingerprint[:8],
        ),
        Message("Rebuild it with: {command}", command="seedqa index"),
    )


def _read_record(index: Path) -> tuple[Intention | None, Generation | None]:
    """Return the intention of the first build and the current generation of an index."""
    try:
        reader = open_for_reading(index)
    except IndexMissing:  # or a blank database, left by a first build that was killed
        return None, None
    try:
        return reader.intention(), reader.generation()
    finally:
        reader.close()


def _check_seeds(recorded: str, location: Location) -> None:
    if location.seeds is not None and str(location.seeds.resolve()) != recorded:
        raise IndexMismatch(
            Message(
                "the index in {folder} was built from {seeds}",
                folder=location.index,
                seeds=recorded,
            ),
            Message("{seeds}, as --seeds says", seeds=location.seeds.resolve()),
            Message("Name another index with --index, or leave out --seeds"),
        )


def _has_index(folder: Path) -> bool:
    return os.path.isfile(folder / DATABASE)  # noqa: PTH113 - False where it may not be entered


def _cache_for(seeds: Path) -> Path:
    from platformdirs import user_cache_path  # needed only away from any seeds

    digest = hashlib.sha256(str(seeds).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return user_cache_path("seedqa") / f"shipped-{digest}-{READING}"
