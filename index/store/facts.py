"""Read the facts of a generation, and the intention of a first build, from their JSON.

Checks every value before anything uses it: a name of a vector file, above all, must not lead out of
the index folder. Knows nothing of tables or files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from seedqa.index.chunking import ChunkSettings
from seedqa.index.store.rows import Generation, Intention, Recipe
from seedqa.index.store.vectors import VectorFile

_VECTOR_NAME = re.compile(r"vectors-\d{1,20}\.faiss")
_SHA256 = re.compile(r"[0-9a-f]{64}")
#: SQLite and FAISS count in 64 bits.
_MAX_COUNT = 2**63 - 1
_MAX_DIMENSION = 65_536


def generation_from_json(text: str) -> Generation:
    """Return a generation; raise ValueError, TypeError or KeyError where a value makes no sense."""
    values = _object(json.loads(text))
    recipe, vectors = {"reading": 1, **_object(values["recipe"])}, _object(values["vectors"])
    settings = _object(recipe["settings"])
    languages = _object(values["languages"])
    texts: tuple[tuple[Mapping[str, Any], Collection[str]], ...] = (
        (values, ("built",)),
        (recipe, ("seeds", "model", "fingerprint")),
        (vectors, ("name", "sha256")),
    )
    counts: tuple[tuple[Mapping[str, Any], Collection[str]], ...] = (
        (values, ("number", "documents", "chunks")),
        (vectors, ("size", "count")),
        (recipe, ("dimension", "reading")),
        (languages, languages),
        (settings, settings),
    )
    for holder, names in texts:
        for name in names:
            _require(isinstance(holder[name], str), name)
    for holder, names in counts:
        for name in names:
            _require(type(holder[name]) is int and 0 <= holder[name] <= _MAX_COUNT, name)
    model_path = recipe["model_path"]
    _require(model_path is None or isinstance(model_path, str), "model_path")
    _require(0 < recipe["dimension"] <= _MAX_DIMENSION, "dimension")
    _require(_VECTOR_NAME.fullmatch(vectors["name"]) is not None, "name")
    _require(_SHA256.fullmatch(vectors["sha256"]) is not None, "sha256")
    made = Recipe(**{**recipe, "settings": ChunkSettings(**settings)})
    return Generation(**{**values, "recipe": made, "vectors": VectorFile(**vectors)})


def intention_from_json(text: str) -> Intention:
    """Return an intention; raise ValueError, TypeError or KeyError where it makes no sense."""
    values = _object(json.loads(text))
    _require(isinstance(values["seeds"], str), "seeds")
    model_path = values["model_path"]
    _require(model_path is None or isinstance(model_path, str), "model_path")
    return Intention(**values)


def _object(value: Any) -> Mapping[str, Any]:
    _require(isinstance(value, dict), "object")
    found: Mapping[str, Any] = value
    return found


def _require(is_sound: bool, name: str) -> None:
    if not is_sound:
        raise ValueError(f"the value {name!r} makes no sense")
