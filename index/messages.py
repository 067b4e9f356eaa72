"""A message is a template and its values: English is the template filled in.

Another language is a look-up by the template (page/words.py). Knows no language but English.
"""

from __future__ import annotations

import json
from string import Formatter
from typing import Any, Self

#: How templates write their values.
_FORMS = ("", ",", "#x")


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
        text. A template has no width: it could fill the memory.
        """
        return cls._restore(json.loads(text))

    @classmethod
    def _restore(cls, described: dict[str, Any]) -> Self:
        template, values = described["template"], described["values"]
        if values:  # without any it is taken as it stands
            for _, name, form, conversion in Formatter().parse(template):
                if name is not None and not (
                    name.isidentifier() and form in _FORMS and conversion in (None, "r")
                ):
                    raise ValueError(f"the field {name!r} of a template")
        return cls(
            template,
            **{
                name: cls._restore(value) if isinstance(value, dict) else value
                for name, value in values.items()
            },
        )


def describe_os_error(error: OSError) -> Message:
    """Name the failure as the operating system does, without its number and path."""
    return Message(error.strerror or type(error).__name__)


def _describe(message: Message) -> dict[str, Any]:
    values = {
        name: _describe(value) if isinstance(value, Message) else _plain(value)
        for name, value in message.values.items()
    }
    return {"template": message.template, "values": values}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str) else str(value)
