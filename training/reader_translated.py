"""Make French and Spanish examples out of Italian ones, by Apertium.

There are 2,085 French questions to learn from and no Spanish ones. Apertium translates by
dictionary and rule (Forcada et al. 2011), comes with Debian and needs no hub. Between Romance
languages its text is wooden but whole, and it keeps the tags around the answer, so that the
answer's place is known in the translation; from English it was not worth learning from. Knows
nothing of models.
"""

from __future__ import annotations

import html
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tqdm import tqdm

from training.reader_data import Example, Row, cut_example

#: The language that is translated, and for each other the modes of Apertium that lead there.
TRANSLATED_LANGUAGE = "it"
ROUTES = {"fr": ("ita-cat", "cat-fra"), "es": ("ita-spa",)}
#: How many rows are translated into each. French falls short of what the data folder has.
TRANSLATED_ROWS = {"fr": 4_800, "es": 2_700}
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


def translate(texts: Sequence[str], language: str) -> list[str]:
    """Return Italian HTML fragments in another language of `ROUTES`, tags kept.

    Raises FileNotFoundError where Apertium is not installed, CalledProcessError where it lacks the
    pair of languages, ValueError where it does not give back as many texts as it was given.
    """
    if not shutil.which("apertium"):
        raise FileNotFoundError("apertium is not installed: see training/README.md")
    page = "".join(f"<p>{_SPACES.sub(' ', text)}</p>\n" for text in texts)
    for mode in ROUTES[language]:
        page = subprocess.run(
            ["apertium", "-u", "-f", "html", mode],
            input=page,
            stdout=subprocess.PIPE,
            encoding="utf8",
            check=True,
        ).stdout
    translated = _TEXT.findall(page)
    if len(translated) != len(texts):
        raise ValueError(f"{len(texts)} texts were given, {len(translated)} came back")
    return [_SPACES.sub(" ", text) for text in translated]


def machine_translated_examples(rows: Sequence[Row], chance: random.Random) -> Iterator[Example]:
    """Yield Italian questions with their contexts in French and in Spanish.

    Each twice: the question in the context's language, of the kind "it-to-fr", and as it was asked,
    "asked-it-to-fr". A row whose answer's tags are lost in translation is left out.
    """
    mine = [row for row in rows if row.answers and row.language == TRANSLATED_LANGUAGE]
    for language, most in TRANSLATED_ROWS.items():
        some = chance.sample(mine, min(most, len(mine)))
        kind = f"{TRANSLATED_LANGUAGE}-to-{language}"
        for first in tqdm(range(0, len(some), BATCH_ROWS), desc=kind, mininterval=20.0):
            batch = some[first : first + BATCH_ROWS]
            examples = [cut_example(row, kind, chance) for row in batch]
            contexts = translate([_tagged(example) for example in examples], language)
            questions = translate([html.escape(row.question) for row in batch], language)
            for row, context, question in zip(batch, contexts, questions, strict=True):
                example = _untagged(context, language, kind)
                if example:
                    yield replace(example, question=_open_question(html.unescape(question)))
                    yield replace(example, question=row.question, kind=f"asked-{kind}")


def _tagged(example: Example) -> str:
    text, start, end = example.context, example.start, example.end
    before, answer, after = map(html.escape, (text[:start], text[start:end], text[end:]))
    return f"{before}<i>{answer}</i>{after}"


def _untagged(context: str, language: str, kind: str) -> Example | None:
    """Return the context as an example without a question; None without an answer."""
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
