"""A message is a template and its values: English is the template filled in.

Another language is a look-up by the template (page/words.py). Knows no language but English.
"""

from __future__ import annotations

import json
from string import Formatter
from typing import Any, Self

#: How templates write their values.
_FORMS = ("", ",", "#x")
#: A message as JSON is at most so long, in characters: what names a file and quotes a library.
MAX_JSON = 50_000
#: Messages that may be in each other.
MAX_DEPTH = 4


class Message(str):
    """English text that remembers the template and the values that it was made of.

    >>> message = Message("no index in {folder}", folder="notes")
    >>> message, message.template, message.values
    ('no index in notes', 'no index in {folder}', {'folder': 'notes'})

    A value may be a message itself; then it is translated too. Values are texts and numbers, so
    that a message can be stored.
    """

    __slots__ = ("template", "values")
    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        """Fill in the template, as `str.format` does."""
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template = template
        made.values = values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """Let a message be sent to another process."""
        return (self.template,), self.values

    @classmethod
    def of(cls, text: str) -> Message:
        """Return a message as it is, and any other text as a message without values."""
        return text if isinstance(text, Message) else Message(text)

    def to_json(self) -> str:
        """Return the message as one JSON text, to be stored."""
        return json.dumps(_describe(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the message that `to_json` described.

        Raises ValueError, LookupError, TypeError, AttributeError or RecursionError for any other
        text, and for one that would become much longer: text from a file may have made it.
        """
        if len(text) > MAX_JSON:
            raise ValueError(f"a message of {len(text)} characters")
        return cls._restore(json.loads(text), MAX_DEPTH)

    @classmethod
    def _restore(cls, described: dict[str, Any], depth: int) -> Self:
        template, values = described["template"], described["values"]
        if values:  # without any it is taken as it stands
            _check_template(template)
        if not depth:
            raise ValueError("messages in messages")
        return cls(
            template,
            **{
                name: cls._restore(value, depth - 1) if isinstance(value, dict) else value
                for name, value in values.items()
            },
        )


def describe_os_error(error: OSError) -> Message:
    """Name the failure as the operating system does, without its number and path."""
    return Message(error.strerror or type(error).__name__)


def _check_template(template: str) -> None:
    """Raise ValueError for fields with a width, and for one that stands in the template twice."""
    names = set()
    for _, name, form, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or form not in _FORMS or conversion not in (None, "r"):
            raise ValueError(f"the field {name!r} of a template")
        if name in names:
            raise ValueError(f"{name!r} stands in a template twice")
        names.add(name)


def _describe(message: Message) -> dict[str, Any]:
    values = {
        name: _describe(value) if isinstance(value, Message) else _plain(value)
        for name, value in message.values.items()
    }
    return {"template": message.template, "values": values}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str) else str(value)
