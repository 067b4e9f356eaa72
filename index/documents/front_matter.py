"""Read front matter: what a Markdown file states of itself at its top, in YAML or TOML.

Knows only text; the values stay findable, the names of the fields are not read.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from seedqa.index.documents.decoding import whole_characters
from seedqa.index.documents.structure import trim
from seedqa.index.documents.types import NOTHING_STATED, Stated
from seedqa.index.types import Edit

if TYPE_CHECKING:
    import yaml

#: Front matter is searched in the first 16 KiB: what is longer is no header, and PyYAML needs a
#: second for a few hundred kilobytes.
MAX_FRONT_MATTER_CHARS = 16 * 2**10

_YAML = re.compile(r"---[ \t]*\n(?P<fields>.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\+\+\+[ \t]*\n(?P<fields>.*?\n)??\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML_TOKEN = re.compile(
    r'#[^\n]*|"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\''
    r"|[\[\]{},=\n]|[^\s\[\]{},=\"'#]+"
)
_LIST_SEPARATOR = ", "
_FIELD_SEPARATOR = "\n"


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What is stated, and how its text is read: the values, without names and quotes."""

    stated: Stated
    edits: tuple[Edit, ...]


NO_FRONT_MATTER = FrontMatter(NOTHING_STATED, ())


class _Value(NamedTuple):
    """A value at a span; `joins` where it continues the list of the value before it."""

    start: int
    end: int
    read: str
    joins: bool


def read_front_matter(text: str) -> FrontMatter:
    """Read the YAML between two `---` lines, or the TOML between two `+++`, at the top of a text.

    Without one, or when it is malformed, nothing is stated and the block is text like any other.
    """
    for pattern, read_fields in ((_YAML, _read_yaml), (_TOML, _read_toml)):
        match = pattern.match(text, 0, MAX_FRONT_MATTER_CHARS)
        if match is None or match["fields"] is None:
            continue
        fields, values = read_fields(text, *match.span("fields"))
        if isinstance(fields, dict):
            stated = Stated(
                title=_scalar(fields, "title"),
                date=_scalar(fields, "date", "published"),
                language=_scalar(fields, "lang", "language"),
                body_start=match.end(),
            )
            return FrontMatter(stated, tuple(_keep_values(text, match.end(), values)))
    return NO_FRONT_MATTER


def _read_yaml(text: str, start: int, end: int) -> tuple[object, list[_Value]]:
    # Imported here: most folders have no front matter, and PyYAML takes 30 ms.
    import yaml

    try:
        # Not libyaml's loader: it recurses in C, where a thousand brackets end the process.
        loader = yaml.SafeLoader(text[start:end])
        node = loader.get_single_node()
        return loader.construct_document(node), list(_yaml_values(text, start, node, set()))
    # In addition to its own errors the library raises what its constructors of values raise.
    except Exception:
        return None, []


def _yaml_values(text: str, base: int, node: yaml.Node, seen: set[int]) -> Iterator[_Value]:
    if id(node) in seen:  # an alias may even hold itself
        return
    seen.add(id(node))
    if node.id == "mapping":
        for _, value in node.value:
            yield from _yaml_values(text, base, value, seen)
    elif node.id == "sequence":
        for number, entry in enumerate(node.value):
            for value in _yaml_values(text, base, entry, seen):
                yield value._replace(joins=number > 0 and entry.id == "scalar")
    elif not node.tag.endswith((":bool", ":null")):
        start, end = base + node.start_mark.index, base + node.end_mark.index
        yield _Value(start, end, _unquote_yaml(text, start, end, node), joins=False)


def _unquote_yaml(text: str, start: int, end: int, node: yaml.ScalarNode) -> str:
    """Return a scalar as it is read: a plain one as it is written, lines and all."""
    return text[start:end] if node.style is None else str(node.value).strip()


def _read_toml(text: str, start: int, end: int) -> tuple[object, list[_Value]]:
    # Imported here: few folders have TOML front matter.
    import tomllib

    try:
        fields = tomllib.loads(text[start:end])
    except (tomllib.TOMLDecodeError, RecursionError):
        return None, []
    return fields, list(_toml_values(text, start, end))


def _toml_values(text: str, start: int, end: int) -> Iterator[_Value]:
    """Yield the values of sound TOML: what follows `=`, but for the names in inline tables."""
    tokens = list(_TOML_TOKEN.finditer(text, start, end))
    depth, is_value, joins = 0, False, False
    for number, match in enumerate(tokens):
        token = match[0]
        following = tokens[number + 1][0] if number + 1 < len(tokens) else ""
        if token == "=":
            is_value = True
        elif token == "\n":
            is_value, joins = is_value and depth > 0, joins and depth > 0
        elif is_value and token in "[{":
            depth += 1
        elif is_value and token in "]}":
            depth -= 1
        elif is_value and following != "=" and _is_toml_value(token):
            yield _Value(match.start(), match.end(), _unquote_toml(token), joins)
            joins = True


def _is_toml_value(token: str) -> bool:
    return token not in (",", "true", "false") and token[0] != "#"


def _unquote_toml(token: str) -> str:
    import tomllib

    if token[0] not in "\"'":
        return token
    return str(tomllib.loads(f"value = {token}")["value"]).strip()


def _keep_values(text: str, end: int, values: list[_Value]) -> Iterator[Edit]:
    """Yield the edits that leave of `text[:end]` the values alone, a line for each field."""
    position, separator = 0, ""
    for value in values:
        if not value.read:
            continue
        start = value.start + _index_inside(text, value)
        if position:
            separator = _LIST_SEPARATOR if value.joins else _FIELD_SEPARATOR
        if separator == _FIELD_SEPARATOR or text[position:start] != " ":
            yield Edit(position, start, separator)
        position = start + len(value.read)
        if text[start:position] != value.read:
            yield Edit(start, value.end, whole_characters(value.read))
            position = value.end
    _, end = trim(text, 0, end)
    if position < end:
        yield Edit(position, end)


def _index_inside(text: str, value: _Value) -> int:
    """Return where what is read begins in what is written, 0 where they differ."""
    return max(0, text[value.start : value.end].find(value.read))


def _scalar(fields: dict[object, object], *names: str) -> str | None:
    """Return the first of the named fields that holds a plain value."""
    lowered = {name.lower(): value for name, value in fields.items() if isinstance(name, str)}
    for name in names:
        value = lowered.get(name)
        if isinstance(value, str | int | float | datetime.date) and not isinstance(value, bool):
            with suppress(ValueError):  # a number of more digits than Python writes
                return str(value)
    return None
