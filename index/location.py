"""Which folder is asked, and where its index lies: option over environment over default.

Knows paths and the environment; opens nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from seedqa.index.store.database import DATABASE

#: The documents that ship, beside the packages in a checkout and in a wheel.
SHIPPED_SEEDS = Path(__file__).resolve().parent.parent / "seeds"
DEFAULT_INDEX = ".seedqa"
DEFAULT_SEEDS = "seeds"


@dataclass(frozen=True, slots=True)
class Location:
    """Where an index lies and which folder it is, or will be, built from."""

    index: Path
    seeds: Path | None
    """The folder to build from; None means the one that the index records."""
    model: str | None
    """What was named explicitly, or None."""
    stands_in: bool = False
    """Whether the documents that ship are taken, since nothing was named and nothing is here."""


def locate(
    seeds: str | None,
    index: str | None,
    model: str | None,
    environment: Mapping[str, str] = os.environ,
) -> Location:
    """Return what options (None where not given), environment and defaults come to.

    With no index and no seeds named, `./seeds` is taken if there is one, else the shipped
    documents, whose index then lies in the user's cache folder.
    """
    seeds = seeds or environment.get("SEEDQA_SEEDS") or None
    model = model or environment.get("SEEDQA_MODEL") or None
    if model and Path(model).is_dir():
        model = str(Path(model).resolve())  # found again from another folder; never a hub's name
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
    return Location(folder, None if recorded else SHIPPED_SEEDS, model, stands_in=True)


def _has_index(folder: Path) -> bool:
    return os.path.isfile(folder / DATABASE)  # noqa: PTH113 - False where it may not be entered


def _cache_for(seeds: Path) -> Path:
    from platformdirs import user_cache_path  # needed only away from any seeds

    digest = hashlib.sha256(str(seeds).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return user_cache_path("seedqa") / f"shipped-{digest}"
