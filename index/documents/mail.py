"""Find the lines of a mail that are not its text: its head, and who wrote what it quotes.

Knows only lines.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from seedqa.index.documents.lines import Stanza

#: As many lines of a head say from whom, to whom, when or about what, at least.
MIN_HEAD_LINES = 2
MAX_HEAD_LINES = 12

_KEYS = {
    "from": "from von de da van",
    "to": "to cc bcc an à a para aan",
    "date": "date sent datum gesendet envoyé fecha enviado data inviato verzonden",
    "subject": "subject betreff objet asunto oggetto assunto onderwerp",
}
_KEY_OF = {key: kind for kind, keys in _KEYS.items() for key in keys.split()}
_LINE = re.compile(r"(?P<key>[^\W\d_]{1,9})[ \u00a0]?:\s*(?P<value>\S.*)")
_REPLY = re.compile(r"\A(?:(?:re|aw|r|rv|tr|wg|fwd?|sv|antw|enc|rif|i)\s*:\s*)+", re.IGNORECASE)
_WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|a\s+écrit|escribió|ha\s+scritto|scrisse|escreveu|schreef)\b[^:]{0,80}:\Z",
    re.IGNORECASE,
)


class Head(NamedTuple):
    """What the lines above a mail state, as it is written there."""

    subject: str | None
    date: str | None


def find_head(stanza: Stanza) -> Head | None:
    """Return what a stanza states if it is the head of a mail, else None."""
    if len(stanza) > MAX_HEAD_LINES:
        return None
    stated: dict[str, str] = {}
    lines = 0
    for line in stanza:
        match = _LINE.fullmatch(line.text)
        kind = _KEY_OF.get(match["key"].casefold()) if match else None
        if match and kind:
            stated.setdefault(kind, match["value"])
            lines += 1
    is_head = "from" in stated and len(stated) >= MIN_HEAD_LINES and 2 * lines > len(stanza)
    if not is_head or _LINE.fullmatch(stanza[0].text) is None:
        return None
    subject = _REPLY.sub("", stated["subject"]) if "subject" in stated else None
    return Head(subject or None, stated.get("date"))


def is_head_line(text: str) -> bool:
    """Tell whether a line may be of the head of a mail."""
    match = _LINE.fullmatch(text)
    return match is not None and match["key"].casefold() in _KEY_OF


def says_who_wrote(text: str) -> bool:
    """Tell whether a line says who wrote what is quoted below it.

    >>> says_who_wrote("On 5 June Wanda Iqbal wrote:"), says_who_wrote("She wrote a letter.")
    (True, False)
    """
    return _WROTE.search(text) is not None
