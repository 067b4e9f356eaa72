"""Make examples about made-up things, told as prose and as the rows of a table.

They teach what the data folder has little of: rows of a table, subjects that only the heading
names, twins that differ in a number or a letter, units, dates, lists, and questions in one
language over another. Knows nothing of models.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from training.reader_data import Example
from training.reader_phrases import LANGUAGES, VALUES, read_relations, read_subjects
from training.reader_values import WORDS, make_name, make_subject_name, make_value, nearest_name

#: The share of the questions that are in the language of what they ask.
SAME_LANGUAGE = 0.6
#: How often a passage is in each language: those of which people's questions are few, more often.
WEIGHTS = dict(zip(LANGUAGES, (0.8, 1.3, 1.3, 0.9, 0.9, 0.9, 1.2), strict=True))
#: Facts of a subject that a passage tells, and rows and columns of a table.
FACTS, ROWS, COLUMNS = (3, 6), (3, 9), (2, 5)
#: Sentences of other prose around the facts, at most, and characters of a passage.
FILLERS, MAX_CHARACTERS = 4, 900
#: The share of tables, and of questions in the words of a column.
TABLES, COLUMN_QUESTIONS = 0.4, 0.25
#: What a question over prose is asked of: the thing beside its twin; the twin, of which nothing is
#: told; something that is not told; else the thing alone.
TWIN_TOLD, TWIN_ASKED, MISSING = 0.30, 0.20, 0.15
#: The same of a table: a row that is not there, a column that is not.
ROW_MISSING, COLUMN_MISSING = 0.15, 0.12
#: What parts the cells of a row; rows are lines.
GAPS = ("; ", "; ", " | ", ", ")
RELATIONS, SUBJECTS = read_relations(), read_subjects()
KINDS = sorted({kind for kind, _ in SUBJECTS})


@dataclass(frozen=True, slots=True)
class Fact:
    """A relation of a subject and its value, as it is written in each language."""

    relation: str
    value: Mapping[str, str]
    year: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """A subject and what is known of it."""

    kind: str
    name: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence to come: a fact of a thing, which it names or leaves to the heading."""

    thing: Thing
    fact: Fact
    bare: bool


def make_thing(chance: random.Random, kind: str, name: str, relations: Sequence[str]) -> Thing:
    """Return a subject with values for `relations`; "visitors" of two years."""
    facts = []
    for relation in relations:
        first = chance.randint(1995, 2022)
        years = [str(first), str(first + 1)] if relation == "visitors" else [""]
        facts += [Fact(relation, make_value(VALUES[relation], chance), year) for year in years]
    return Thing(kind, name, tuple(facts))


def fill(pattern: str, thing: Thing, fact: Fact, language: str, value: str = "") -> str:
    """Return a pattern with subject and value, its first letter a capital."""
    subject, owner = (form.format(n=thing.name) for form in SUBJECTS[thing.kind, language])
    text = pattern.format(s=subject, of=owner, v=value, y=fact.year)
    at = 1 if text[0] == "¿" else 0
    return text[:at] + text[at].upper() + text[at + 1 :]


def ask(thing: Thing, fact: Fact, language: str, chance: random.Random) -> str:
    """Return a question for the fact."""
    return fill(chance.choice(RELATIONS[fact.relation, language].asked), thing, fact, language)


def tell(told: Told, language: str, chance: random.Random) -> str:
    """Return a sentence that says it, its value between two marks of U+0000."""
    words = RELATIONS[told.fact.relation, language]
    pattern = chance.choice(words.bare if told.bare else words.told)
    return fill(pattern, told.thing, told.fact, language, f"\0{told.fact.value[language]}\0") + "."


def join_marked(parts: Sequence[str], right: int, kind: str) -> Example:
    """Return the parts joined, the marked words of part `right` the answer, none if negative."""
    text, start, end = "", 0, 0
    for number, part in enumerate(parts):
        before, *rest = part.split("\0")
        if number == right:
            start = len(text) + len(before)
            end = start + len(rest[0])
        text += before + "".join(rest)
    return Example("", text, start, end, kind)


def choose_languages(chance: random.Random) -> tuple[str, str]:
    """Return the language of a passage and of its question."""
    told = chance.choices(LANGUAGES, list(WEIGHTS.values()))[0]
    same = chance.random() < SAME_LANGUAGE
    return told, told if same else chance.choice([one for one in LANGUAGES if one != told])


# -- prose ----------------------------------------------------------------------------------------


def prose_example(chance: random.Random, told: str, asked: str, fillers: Sequence[str]) -> Example:
    """Return a question over a few sentences about a thing; its twin may be told of too."""
    kind = chance.choice(KINDS)
    *relations, missing = chance.sample(sorted(VALUES), chance.randint(*FACTS) + 1)
    thing = make_thing(chance, kind, make_subject_name(chance), relations)
    twin = make_thing(chance, kind, nearest_name(thing.name, chance), relations)
    wanted, draw = chance.choice(thing.facts), chance.random()
    below = chance.random() < 0.5
    subject, right = thing, True
    sentences = [Told(thing, fact, below and chance.random() < 0.8) for fact in thing.facts]
    if draw < TWIN_TOLD:
        below = chance.random() < 0.3
        same = [fact for fact in twin.facts if fact.relation == wanted.relation]
        others = chance.sample(twin.facts, chance.randint(1, min(3, len(twin.facts))))
        sentences = [Told(thing, fact, bare=False) for fact in thing.facts]
        sentences += [Told(twin, one, bare=False) for one in twin.facts if one in same + others]
    elif draw < TWIN_TOLD + TWIN_ASKED:
        subject, right = twin, False
    elif draw < TWIN_TOLD + TWIN_ASKED + MISSING:
        wanted, right = make_thing(chance, kind, thing.name, [missing]).facts[0], False
    chance.shuffle(sentences)
    if not below and draw >= TWIN_TOLD and chance.random() < 0.3:
        # Named once, then left to be understood.
        sentences = [replace(one, bare=number > 0) for number, one in enumerate(sentences)]
    marks = [right and one.fact is wanted for one in sentences]
    texts = [tell(one, told, chance) for one in sentences]
    for filler in chance.sample(list(fillers), min(len(fillers), chance.randint(0, FILLERS))):
        at = chance.randint(0, len(texts))
        texts.insert(at, filler)
        marks.insert(at, False)
    parts = [*(text + " " for text in texts[:-1]), texts[-1]]
    made = join_marked(parts, marks.index(True) if right else -1, "fact")
    return replace(
        made,
        question=ask(subject, wanted, asked, chance),
        above=make_path(thing, told, chance, below=below),
        title=thing.name,
        language=told,
        asked=asked,
    )


def make_path(thing: Thing, language: str, chance: random.Random, *, below: bool) -> str:
    """Return title and headings; `below` says that they name the thing."""
    heading = chance.choice(WORDS["heading", language])
    if not below:
        return "" if chance.random() < 0.6 else heading
    subject = SUBJECTS[thing.kind, language][0].format(n=thing.name)
    title = (subject[:1].upper() + subject[1:]) if chance.random() < 0.6 else thing.name
    paths = ([title], [title, heading], [heading, title], [make_name(chance), title])
    return " › ".join(chance.choice(paths))


# -- tables ---------------------------------------------------------------------------------------


def table_example(chance: random.Random, told: str, asked: str) -> Example:
    """Return a question over the rows of a table, each written as "Column: cell; Column: cell"."""
    kind = chance.choice(KINDS)
    columns = sorted(set(VALUES) - {"partners"})  # its commas would part cells
    *relations, missing = chance.sample(columns, chance.randint(*COLUMNS) + 1)
    *names, absent = make_names(chance)
    things = make_rows(chance, kind, names, relations)
    place = chance.randrange(len(things))
    subject, right, draw = things[place], True, chance.random()
    wanted = chance.choice(subject.facts)
    if draw < ROW_MISSING:
        subject, right = replace(subject, name=absent), False
    elif draw < ROW_MISSING + COLUMN_MISSING:
        wanted, right = make_thing(chance, kind, subject.name, [missing]).facts[0], False
    cells, marks, gap = [], [], chance.choice(GAPS)
    for number, thing in enumerate(things):
        cells.append(f"{WORDS['name', told][0]}: {thing.name}")
        marks.append(False)
        for fact in thing.facts:
            column = fill(RELATIONS[fact.relation, told].label, thing, fact, told)
            cells[-1] += gap
            cells.append(f"{column}: \0{fact.value[told]}\0")
            marks.append(right and number == place and fact is wanted)
        cells[-1] += "\n" if number < len(things) - 1 else ""
    made = join_marked(cells, marks.index(True) if right else -1, "table")
    path = chance.choice((make_name(chance), chance.choice(WORDS["heading", told]), ""))
    question = ask(subject, wanted, asked, chance)
    if chance.random() < COLUMN_QUESTIONS:
        question = ask_for_cell(subject, wanted, asked, chance)
    return replace(made, question=question, above=path, title=path, language=told, asked=asked)


def make_names(chance: random.Random) -> list[str]:
    """Return the names of a table's rows, all different, many of them near to another."""
    names = [make_subject_name(chance)]
    for _ in range(chance.randint(*ROWS)):
        near = nearest_name(chance.choice(names), chance)
        names.append(near if chance.random() < 0.5 else make_subject_name(chance))
    names = list(dict.fromkeys(names))
    if len(names) < 2:
        return make_names(chance)
    chance.shuffle(names)
    return names


def make_rows(
    chance: random.Random, kind: str, names: Sequence[str], relations: Sequence[str]
) -> list[Thing]:
    """Return a thing for each name, with values for the same columns."""
    first = make_thing(chance, kind, names[0], relations)
    things = [first]
    for name in names[1:]:
        facts = (
            replace(one, value=make_value(VALUES[one.relation], chance)) for one in first.facts
        )
        things.append(Thing(kind, name, tuple(facts)))
    return things


def ask_for_cell(thing: Thing, fact: Fact, language: str, chance: random.Random) -> str:
    """Return a question in the words of the column: "Height of Moen station"."""
    column = fill(RELATIONS[fact.relation, language].label, thing, fact, language)
    owner = SUBJECTS[thing.kind, language][1].format(n=thing.name)
    forms = (f"{column} {owner}", f"{thing.name} {column.lower()}", f"{column} {owner}?")
    return chance.choice(forms)


def fact_examples(count: int, fillers: Mapping[str, Sequence[str]], seed: int) -> Iterator[Example]:
    """Yield `count` examples; `fillers` has sentences of each language that stand in between."""
    chance = random.Random(f"{seed} facts")
    made = 0
    while made < count:
        told, asked = choose_languages(chance)
        if chance.random() < TABLES:
            example = table_example(chance, told, asked)
        else:
            around = list(fillers.get(told, ()))
            some = chance.sample(around, min(2 * FILLERS, len(around)))
            example = prose_example(chance, told, asked, some)
        if len(example.context) <= MAX_CHARACTERS:
            made += 1
            yield example
