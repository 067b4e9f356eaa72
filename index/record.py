"""What an index says of itself, and whether that is what was asked for.

Knows the generation and what options name; nothing of questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from seedqa.index.encoder import Encoder
from seedqa.index.errors import IndexMismatch, IndexMissing
from seedqa.index.location import Location
from seedqa.index.store.rows import Generation, Intention
from seedqa.index.store.store import missing, open_for_reading


@dataclass(frozen=True, slots=True)
class Record:
    """What an index says of itself: nothing, what its first build was to do, or a generation."""

    intention: Intention | None = None
    generation: Generation | None = None


def read_record(location: Location) -> Record:
    """Return what the index at `location` says of itself."""
    try:
        store = open_for_reading(location.index)
    except IndexMissing:  # or a blank database, left by a first build that was killed
        return Record()
    with store:
        return Record(store.intention(), store.generation())


def seeds_of(location: Location, recorded: Record) -> Path:
    """Return the folder that an index is, or will be, built from.

    Raises IndexMismatch where another one is named, IndexMissing where none is known.
    """
    if recorded.generation:
        check_seeds(recorded.generation, location)
        return Path(recorded.generation.recipe.seeds)
    if location.seeds is not None:
        return location.seeds
    if recorded.intention:
        return Path(recorded.intention.seeds)
    raise missing(location.index)


def model_of(location: Location, recorded: Record) -> str | None:
    """Return the model that an index is, or will be, built with; None for the one that ships."""
    known = recorded.generation.recipe if recorded.generation else recorded.intention
    return location.model or (known.model_path if known else None)


def check_same(recorded: Generation, location: Location) -> None:
    """Raise IndexMismatch where seeds or model are named and are not those of the index."""
    check_seeds(recorded, location)
    if location.model is not None and location.model != recorded.recipe.model_path:
        raise IndexMismatch(
            f"the index in {location.index} was built with the model {recorded.recipe.model}",
            f"{location.model}, as --model says",
            f"Build it anew with: seedqa index --model {location.model}, or leave out --model",
        )


def check_seeds(recorded: Generation, location: Location) -> None:
    """Raise IndexMismatch where seeds are named and are not those of the index."""
    if location.seeds is not None and str(location.seeds.resolve()) != recorded.recipe.seeds:
        raise IndexMismatch(
            f"the index in {location.index} was built from {recorded.recipe.seeds}",
            f"{location.seeds.resolve()}, as --seeds says",
            "Name another index with --index, or leave out --seeds",
        )


def other_model_error(generation: Generation, encoder: Encoder) -> IndexMismatch:
    """Return the error for an index whose model is not, or is no longer, the one at hand."""
    recipe = generation.recipe
    return IndexMismatch(
        f"the index was built with the model {recipe.model} ({recipe.fingerprint[:8]})",
        f"{encoder.name} as it is now ({encoder.fingerprint[:8]})",
        "Build it anew with: seedqa index",
    )
