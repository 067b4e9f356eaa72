"""The words of the page in each language it speaks, and which of them a browser asks for."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "fr")
_FILE = Path(__file__).resolve().parent / "assets" / "words.json"


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
    words: dict[str, dict[str, str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return {name: forms[language] for name, forms in words.items()}
