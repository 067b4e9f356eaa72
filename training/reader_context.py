"""Give examples what `index` puts before a passage: its title and the headings above it.

Beside that, examples whose subject only the context names, and the same under another title, which
do not answer. Knows nothing of models.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from training.encoder_data import LANGUAGES, read_json_lines
from training.reader_data import Example
from training.reader_phrases import read_words

#: What stands between the parts of a path.
JOINT = " › "
#: How many headings stand below the title, and in how many of a hundred examples; the first is an
#: example without context.
SHAPES = {"none": 25, "title": 33, "heading": 27, "headings": 9, "heading alone": 6}
#: Headings that are read of each language's sections, and their characters.
MAX_HEADINGS = 4_000
HEADING_CHARACTERS = (4, 60)
#: What stands where a passage names its subject, once the heading alone names it.
PRONOUNS = {
    "en": "it",
    "fr": "celui-ci",
    "de": "es",
    "es": "este",
    "it": "esso",
    "pt": "este",
    "nl": "het",
}
#: Characters of a name that is looked for.
NAME_CHARACTERS = 4


def read_headings(data: Path) -> dict[str, list[str]]:
    """Return headings of each language, from the sections of the data folder."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for language in LANGUAGES:
        sides = (("xx", language), ("en", "en"))
        for number, row in enumerate(
            read_json_lines(data / "sections" / f"en-{language}.jsonl.xz")
        ):
            if number > 2 * MAX_HEADINGS:
                break
            for side, code in sides:
                heading = row[f"head_{side}"].split(" - ")[-1].strip()
                if HEADING_CHARACTERS[0] <= len(heading) <= HEADING_CHARACTERS[1]:
                    found[code][heading] = None
    return {code: list(headings)[:MAX_HEADINGS] for code, headings in found.items()}


def clean_title(title: str) -> str:
    """Return an article's title as a document would have it."""
    return re.sub(r"\s+", " ", title.replace("_", " ")).strip()


def join_path(parts: Sequence[str]) -> str:
    """Return the parts of a path joined, those left out that are empty or the same as before."""
    kept: list[str] = []
    for part in parts:
        if part and (not kept or kept[-1] != part):
            kept.append(part)
    return JOINT.join(kept)


def place_below_headings(
    examples: Iterable[Example], headings: Mapping[str, Sequence[str]], chance: random.Random
) -> Iterator[Example]:
    """Yield the examples, most of them with a title and headings before the passage."""
    shapes, weights, words = list(SHAPES), list(SHAPES.values()), read_words()
    for example in examples:
        if example.above:
            yield example
            continue
        shape = chance.choices(shapes, weights)[0]
        title = clean_title(example.title)
        language = example.language or "en"
        common = words.get(("heading", language), words["heading", "en"])
        some = [
            chance.choice(common if chance.random() < 0.4 else headings.get(language) or common)
            for _ in range(3)
        ]
        parts = {
            "none": [],
            "title": [title],
            "heading": [title, some[0]],
            "headings": [title, *some[: chance.randint(2, 3)]],
            "heading alone": [some[0]],
        }[shape]
        yield replace(example, above=join_path(parts))


def name_forms(title: str) -> list[str]:
    """Return how a text names the subject of an article: in full, and by the last name."""
    whole = clean_title(title).split("(")[0].strip()
    last = whole.split()[-1] if whole.split() else ""
    forms = [whole] if len(whole) >= NAME_CHARACTERS else []
    if last != whole and len(last) >= NAME_CHARACTERS and last[0].isupper():
        forms.append(last)
    return forms


def leave_subject_out(example: Example, chance: random.Random) -> Example | None:
    """Return the example with its subject named by the context alone, if the question names it."""
    forms = name_forms(example.title)
    if not example.answerable or not any(f.lower() in example.question.lower() for f in forms):
        return None
    answer = example.context[example.start : example.end]
    if any(form.lower() in answer.lower() for form in forms):
        return None
    pattern = re.compile("|".join(rf"\b{re.escape(form)}\b" for form in forms), re.IGNORECASE)
    pronoun = PRONOUNS.get(example.language, "it")
    before = pattern.sub(pronoun, example.context[: example.start])
    after = pattern.sub(pronoun, example.context[example.end :])
    return replace(
        example,
        context=f"{before}{answer}{after}",
        start=len(before),
        end=len(before) + len(answer),
        kind="subject above",
        above=clean_title(example.title),
    )


def subject_examples(examples: Sequence[Example], chance: random.Random) -> Iterator[Example]:
    """Yield examples whose subject the context names, and the same under another title."""
    titles: dict[str, list[str]] = defaultdict(list)
    for title, language in sorted({(one.title, one.language) for one in examples if one.title}):
        titles[language].append(title)
    for example in examples:
        left = leave_subject_out(example, chance)
        if not left:
            continue
        yield left
        if chance.random() < 0.7:
            other = chance.choice(titles[example.language])
            forms = name_forms(other)
            if other != example.title and not any(
                form.lower() in example.question.lower() for form in forms
            ):
                yield replace(left, start=0, end=0, kind="other subject", above=clean_title(other))
