"""Make the worlds of a part from a seed, and the checksum that shows whether their texts drifted.

Knows which languages a world has and which kinds there are; nothing of files or of the product.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import cycle, islice

from benchmarks.structure.kinds.context import Counters, Maker
from benchmarks.structure.kinds.pages import (
    make_columns,
    make_furniture,
    make_hyphens,
    make_notes,
)
from benchmarks.structure.kinds.records import make_codes, make_lists, make_tables, make_twins
from benchmarks.structure.kinds.sites import (
    make_markup,
    make_names,
    make_navigation,
    make_sections,
)
from benchmarks.structure.model import World, plain_text
from benchmarks.structure.templates import LANGUAGES

SEED = 15

KINDS: dict[str, Callable[[Maker], None]] = {
    "sections": make_sections,
    "twins": make_twins,
    "tables": make_tables,
    "notes": make_notes,
    "furniture": make_furniture,
    "lists": make_lists,
    "names": make_names,
    "columns": make_columns,
    "hyphens": make_hyphens,
    "markup": make_markup,
    "navigation": make_navigation,
    "codes": make_codes,
}
#: Worlds of a part; a language is the main one of each, `mixed` takes all in turn.
WORLDS = {
    "train": (*LANGUAGES, "mixed"),
    "dev": ("en", "de", "fr", "mixed"),
    "test": (*LANGUAGES, "mixed"),
}
#: In a world of one language, every so many documents are in another.
_OTHER_EVERY = 6


def make_worlds(part: str, seed: int = SEED) -> list[World]:
    """Return the worlds of a part, with documents and questions. Same seed, same worlds."""
    counters = Counters()
    worlds = []
    for main in WORLDS[part]:
        maker = Maker(part, f"{part}-{main}", _languages(main), seed, counters)
        for make in KINDS.values():
            make(maker)
        worlds.append(World(maker.world, tuple(maker.documents), tuple(maker.questions)))
    return worlds


def _languages(main: str) -> list[str]:
    """Return the order in which the groups of documents of a world take their languages."""
    if main == "mixed":
        return list(LANGUAGES)
    others = [one for one in LANGUAGES if one != main]
    order: list[str] = []
    for other in islice(cycle(others), len(others)):
        order += [main] * (_OTHER_EVERY - 1) + [other]
    return order


def checksum(world: World) -> str:
    """Return the SHA-256 of all texts of a world, with their files' names."""
    texts = "\0".join(plain_text(document) for document in world.documents)
    return hashlib.sha256(texts.encode("utf-8")).hexdigest()
