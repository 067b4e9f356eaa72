"""The words of the page in each of its languages, and translations of the engine's messages.

The engine speaks English: its errors, and the reasons why it skips a file, are `Message`s. A table
translates them by template. A message that is not in the table stays English, and an error is
tagged so.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from seedqa.index.errors import SeedqaError
from seedqa.index.messages import Message

LANGUAGES = ("en", "fr")
_ASSETS = Path(__file__).resolve().parent / "assets"


def choose_language(wished: Any) -> str:
    """Return the first of a browser's languages that the page speaks, or English.

    >>> choose_language(["de-AT", "fr-CH", "en"])
    'fr'
    """
    for tag in wished if isinstance(wished, list) else ():
        code = str(tag).lower().partition("-")[0]
        if code in LANGUAGES:
            return code
    return "en"


@cache
def words_of(language: str) -> dict[str, str]:
    """Return the words by name; `{name}` in them is where a value goes."""
    words: dict[str, dict[str, str]] = json.loads(
        (_ASSETS / "words.json").read_text(encoding="utf-8")
    )
    return {name: forms[language] for name, forms in words.items()}


def translate(text: str, language: str) -> str:
    """Return a message of the engine in `language`, or in English where the table lacks it.

    A value that is itself a message is translated too; names of files never are.

    >>> translate(Message("larger than {count} MiB", count=64), "fr")
    'plus de 64 Mio'
    """
    return _find_translation(text, language) or str(text)


def word_error(error: SeedqaError, language: str) -> dict[str, str]:
    """Return the parts of an error, its line as `text`, and the `language` that this is in."""
    parts = (error.found, error.expected, error.remedy)
    found, expected, remedy = (_find_translation(part, language) for part in parts)
    if found is None or remedy is None:
        return word_error(error, "en")
    # `expected` may be only names, which no table has
    expected = expected or str(error.expected)
    line = words_of(language)["error_line" if expected else "short_error_line"]
    return {
        "found": str(error.found),
        "expected": str(error.expected),
        "remedy": str(error.remedy),
        "text": line.format(found=found, expected=expected, remedy=remedy),
        "language": language,
    }


def _find_translation(text: str, language: str) -> str | None:
    """Return a message in `language`, or None where the table lacks it."""
    message = Message.of(text)
    form = message.template if language == "en" else _translations(language).get(message.template)
    if form is None:
        return None
    values = {
        name: translate(value, language) if isinstance(value, Message) else value
        for name, value in message.values.items()
    }
    return _FORMATTERS[language].vformat(form, (), values) if values else form


@cache
def _translations(language: str) -> dict[str, str]:
    """Return translations by their English templates."""
    file = _ASSETS / f"phrases.{language}.json"
    translations: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return translations


class _FrenchFormatter(Formatter):
    """Groups digits with a narrow space that does not break."""

    def format_field(self, value: Any, format_spec: str) -> str:
        formatted = str(super().format_field(value, format_spec))
        return formatted.replace(",", "\u202f") if format_spec == "," else formatted


_FORMATTERS: dict[str, Formatter] = {"en": Formatter(), "fr": _FrenchFormatter()}
