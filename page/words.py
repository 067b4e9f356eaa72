"""The words of the page in each language it speaks, and which of them a browser asks for.

The engine speaks English. What it says to a user of the page, errors and the reasons why a file is
skipped, is said again here by a table of its phrases; what the table lacks stays English, and is
called so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "fr")
_ASSETS = Path(__file__).resolve().parent / "assets"
_VALUE = re.compile(r"\{(\w+)\}")
_LINE = re.compile(r"(?P<found>.+?); expected (?P<expected>.+?)\. (?P<remedy>.+)", re.DOTALL)


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
    """Return the words by name; `{name}` in them stands for a value."""
    words: dict[str, dict[str, str]] = json.loads(
        (_ASSETS / "words.json").read_text(encoding="utf-8")
    )
    return {name: forms[language] for name, forms in words.items()}


def translate(phrase: str, language: str) -> str | None:
    """Return a phrase of the engine in `language`, with its values, or None where it is unknown.

    Only the value `{reason}` is itself a phrase: names of files are never translated.

    >>> translate("larger than 64 MiB", "fr")
    'plus de 64 Mio'
    """
    if language == "en":
        return phrase
    for pattern, form in _phrases(language):
        match = pattern.fullmatch(phrase)
        if match:
            values = match.groupdict()
            if "reason" in values:
                values["reason"] = translate(values["reason"], language) or values["reason"]
            if "count" in values:
                values["count"] = values["count"].replace(",", "\u202f")
            return form.format_map(values)
    return None


def word_error(error: Mapping[str, str], language: str) -> dict[str, str]:
    """Return an error with its line as `text`, and the `language` that this is in."""
    found, remedy = (translate(error[name], language) for name in ("found", "remedy"))
    # what is expected may be names alone, which no table has
    expected = translate(error["expected"], language) or error["expected"]
    if found is None or remedy is None:
        return word_error(error, "en")
    line = words_of(language)["error_line"]
    text = line.format(found=found, expected=expected, remedy=remedy)
    return {**error, "text": text, "language": language}


def word_line(line: str, language: str) -> dict[str, str]:
    """Return the same of an error that has become a line."""
    match = _LINE.fullmatch(line)
    return word_error(match.groupdict(), language) if match else {"text": line, "language": "en"}


@cache
def _phrases(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Return what phrases look like and what they become, the most particular first."""
    file = _ASSETS / f"phrases.{language}.json"
    forms: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    ordered = sorted(forms, key=lambda phrase: len(_VALUE.sub("", phrase)), reverse=True)
    return [(_pattern(phrase), forms[phrase]) for phrase in ordered]


def _pattern(phrase: str) -> re.Pattern[str]:
    parts = _VALUE.split(phrase)  # texts, and between them names of values
    made = [
        f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    ]
    return re.compile("".join(made), re.DOTALL)
