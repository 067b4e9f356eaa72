"""Read the facts of a generation, and the intention of a first build, from their JSON.

Checks every value before anything uses it: a name of a vector file, above all, must not lead out of
the index folder. Knows nothing of tables or files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from seedqa.index.patterns import lazy_pattern
from seedqa.index.store.rows import Generation, Intention, Recipe
from seedqa.index.store.segments import Range, Segments, join_ranges
from seedqa.index.store.vectors import VectorFile
from seedqa.index.types import ChunkSettings

_VECTOR_NAME = lazy_pattern(r"vectors-\d{1,20}\.faiss")
_SHA256 = re.compile(r"[0-9a-f]{64}")
#: SQLite and FAISS count in 64 bits.
_MAX_COUNT = 2**63 - 1
_MAX_DIMENSION = 65_536


def generation_from_json(text: str) -> Generation:
    """Return a generation; raise ValueError, TypeError or KeyError where a value makes no sense."""
    values = _object(json.loads(text))
    recipe = {"reading": 1, **_object(values["recipe"])}
    settings = _object(recipe["settings"])
    languages = _object(values["languages"])
    texts: tuple[tuple[Mapping[str, Any], Collection[str]], ...] = (
        (values, ("built",)),
        (recipe, ("seeds", "model", "fingerprint")),
    )
    counts: tuple[tuple[Mapping[str, Any], Collection[str]], ...] = (
        (values, ("number", "documents", "chunks")),
        (recipe, ("dimension", "reading")),
        (languages, languages),
        (settings, settings),
    )
    for holder, names in texts:
        for name in names:
            _require(isinstance(holder[name], str), name)
    for holder, names in counts:
        for name in names:
            _require(_is_count(holder[name]), name)
    model_path = recipe["model_path"]
    _require(model_path is None or isinstance(model_path, str), "model_path")
    _require(0 < recipe["dimension"] <= _MAX_DIMENSION, "dimension")
    made = Recipe(**{**recipe, "settings": ChunkSettings(**settings)})
    return Generation(
        **{**values, "recipe": made, "vectors": _segments(_object(values["vectors"]))}
    )


def intention_from_json(text: str) -> Intention:
    """Return an intention; raise ValueError, TypeError or KeyError where it makes no sense."""
    values = _object(json.loads(text))
    _require(isinstance(values["seeds"], str), "seeds")
    model_path = values["model_path"]
    _require(model_path is None or isinstance(model_path, str), "model_path")
    return Intention(**values)


def _segments(values: Mapping[str, Any]) -> Segments:
    if "name" in values:  # a format before 4 had one file
        values = {"files": [values], "removed": []}
    files = tuple(_vector_file(_object(file)) for file in _list(values["files"]))
    removed = tuple(_range(one) for one in _list(values["removed"]))
    _require(bool(files) and len({file.name for file in files}) == len(files), "files")
    _require(join_ranges(removed) == removed, "removed")
    segments = Segments(files, removed)
    _require(segments.count >= 0, "removed")
    return segments


def _vector_file(values: Mapping[str, Any]) -> VectorFile:
    name, sha256, size, count = (values[key] for key in ("name", "sha256", "size", "count"))
    _require(isinstance(name, str) and _VECTOR_NAME.fullmatch(name) is not None, "name")
    _require(isinstance(sha256, str) and _SHA256.fullmatch(sha256) is not None, "sha256")
    _require(_is_count(size) and _is_count(count), "size")
    return VectorFile(name, sha256, size, count)


def _range(value: Any) -> Range:
    first, last = _list(value)
    _require(_is_count(first) and _is_count(last) and first <= last, "removed")
    return first, last


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _MAX_COUNT


def _list(value: Any) -> list[Any]:
    _require(isinstance(value, list), "list")
    found: list[Any] = value
    return found


def _object(value: Any) -> Mapping[str, Any]:
    _require(isinstance(value, dict), "object")
    found: Mapping[str, Any] = value
    return found


def _require(is_sound: bool, name: str) -> None:
    if not is_sound:
        raise ValueError(f"the value {name!r} makes no sense")
