"""Make French and Spanish examples out of other Romance ones, by Apertium.

There are 5,734 French questions by people to learn from. Apertium translates by
dictionary and rule (Forcada et al. 2011), comes with Debian and needs no hub. Between Romance
languages its text is wooden but whole, and it keeps the tags around the answer, so that the
answer's place is known in the translation; from English it was not worth learning from. Knows
nothing of models.
"""

from __future__ import annotations

import html
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tqdm import tqdm

from training.reader_data import Example, Row, cut_example

#: The modes of Apertium that lead from one language to another. Through Catalan "¿Cuántas personas
#: viven?" becomes "Combien de personnes habitent ?"; straight, "Combien personnes ils habitent?".
ROUTES = {
    ("it", "fr"): ("ita-cat", "cat-fra"),
    ("es", "fr"): ("spa-cat", "cat-fra"),
    ("pt", "fr"): ("por-cat", "cat-fra"),
    ("it", "es"): ("ita-spa",),
}
#: How many rows are translated on each route. French falls short of what the data folder has.
TRANSLATED_ROWS = {
    ("it", "fr"): 6_000,
    ("es", "fr"): 4_500,
    ("pt", "fr"): 2_000,
    ("it", "es"): 1_000,
}
#: Rows that are translated at once.
BATCH_ROWS = 300
#: Prepositions that stood before the answer, and that the translation takes into its tags; not
#: those of a name ("De Gaulle").
_PREPOSITIONS = {
    "fr": re.compile(r"(?:(?:à|au|aux|de|du|des|en|dans|par|pour|sur|avec|vers)\s+|d['’])+(?=\S)"),
    "es": re.compile(r"(?:(?:a|al|de|del|en|por|para|con|sobre)\s+)+(?=\S)"),
}
#: How the translation begins a French question, and how people do.
_OPENINGS = (
    (re.compile(r"^(?:Lorsqu['’](?:il|elle)|Lorsque|Quand il) ", re.I), "Quand "),
    (re.compile(r"^Qui (?:est-ce qui )?il ", re.I), "Qui "),
)
_TEXT = re.compile(r"<p>(.*?)</p>", re.S)
_ANSWER = re.compile(r"<i>(.*?)</i>", re.S)
_SPACES = re.compile(r"\s+")


def translate(texts: Sequence[str], origin: str, language: str) -> list[str]:
    """Return HTML fragments in another language, tags kept, on one of `ROUTES`.

    Raises FileNotFoundError where Apertium is not installed, CalledProcessError where it lacks the
    pair of languages or Transfuse, ValueError where it gives back more or fewer texts.
    """
    if not shutil.which("apertium"):
        raise FileNotFoundError("apertium is not installed: see training/README.md")
    # Apertium's own reader of HTML loses tags: Transfuse is asked for, so that its lack is told.
    environment = os.environ | {"APERTIUM_TRANSFUSE": "yes"}
    page = "".join(f"<p>{_SPACES.sub(' ', text)}</p>\n" for text in texts)
    for mode in ROUTES[origin, language]:
        page = subprocess.run(
            ["apertium", "-u", "-f", "html", mode],
            input=page,
            stdout=subprocess.PIPE,
            encoding="utf8",
            check=True,
            env=environment,
        ).stdout
    translated = _TEXT.findall(page)
    if len(translated) != len(texts):
        raise ValueError(f"{len(texts)} texts were given, {len(translated)} came back")
    return [_SPACES.sub(" ", text) for text in translated]


def machine_translated_examples(rows: Sequence[Row], chance: random.Random) -> Iterator[Example]:
    """Yield questions with their contexts in another language, on every route.

    Each twice: the question in the context's language, of the kind "it-to-fr", and as it was asked,
    "asked-it-to-fr". A row whose answer's tags are lost in translation is left out.
    """
    for (origin, language), most in TRANSLATED_ROWS.items():
        mine = [row for row in rows if row.language == origin and row.asked in ("", origin)]
        some = chance.sample(mine, min(most, len(mine)))
        kind = f"{origin}-to-{language}"
        for first in tqdm(range(0, len(some), BATCH_ROWS), desc=kind, mininterval=20.0):
            batch = some[first : first + BATCH_ROWS]
            examples = [cut_example(row, kind, chance) for row in batch]
            contexts = translate([_tagged(example) for example in examples], origin, language)
            asked = [html.escape(row.question) for row in batch]
            questions = translate(asked, origin, language)
            for row, context, question in zip(batch, contexts, questions, strict=True):
                example = _untagged(context, language, kind, answered=bool(row.answers))
                if example:
                    opened = _open_question(html.unescape(question))
                    example = replace(example, title=row.title, language=language)
                    yield replace(example, question=opened, asked=language)
                    yield replace(
                        example, question=row.question, kind=f"asked-{kind}", asked=origin
                    )


def _tagged(example: Example) -> str:
    text, start, end = example.context, example.start, example.end
    if not example.answerable:
        return html.escape(text)
    before, answer, after = map(html.escape, (text[:start], text[start:end], text[end:]))
    return f"{before}<i>{answer}</i>{after}"


def _untagged(context: str, language: str, kind: str, *, answered: bool) -> Example | None:
    """Return the context as an example without a question; None where the answer was lost."""
    if not answered:
        return Example("", html.unescape(context), 0, 0, kind)
    found = _ANSWER.search(context)
    if not found or not found[1].strip():
        return None
    parts = (context[: found.start()], found[1], context[found.end() :])
    before, tagged, after = (html.unescape(part) for part in parts)
    answer = tagged.lstrip()
    preposition = _PREPOSITIONS[language].match(answer)
    answer = answer[preposition.end() :] if preposition else answer
    start = len(before) + len(tagged) - len(answer)
    return Example("", before + tagged + after, start, start + len(answer.rstrip()), kind)


def _open_question(question: str) -> str:
    for wooden, better in _OPENINGS:
        question = wooden.sub(better, question)
    return question
