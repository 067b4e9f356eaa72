"""Read the filters of a question from a form or a client: each is a text, empty for all.

Has the one list of their names. Knows nothing of applying them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from seedqa.index.errors import QuestionError
from seedqa.index.messages import Message
from seedqa.index.types import Filters

#: Each filter with its description, which a client of the API reads.
FILTERS: Mapping[str, str] = MappingProxyType(
    {
        "pattern": 'Only sources that match this glob, such as "reports/*.pdf"; empty for all.',
        "language": "Only documents in this language, by ISO 639-1 code; empty for all.",
        "since": "Only documents dated on or after this ISO date, such as 2020-01-31.",
        "until": "Only documents dated on or before this ISO date.",
    }
)
_DATES = ("since", "until")


def read_filters(given: Mapping[str, Any]) -> Filters:
    """Return filters from a form; raises QuestionError for a date that is not an ISO date."""
    values = {name: str(given.get(name) or "") for name in FILTERS}
    for value in (values[name] for name in _DATES if values[name]):
        try:
            date.fromisoformat(value)
        except ValueError:
            raise QuestionError(
                Message("{value!r} as a date", value=value),
                Message("one like {date}", date="2020-01-31"),
                Message("Correct the date"),
            ) from None
    return Filters(**{name: value or None for name, value in values.items()})
