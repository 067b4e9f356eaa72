"""Records that differ in little: papers alike but for a number, tables, lists, codes."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.structure.kinds.context import Maker, Scope, Told, slug
from benchmarks.structure.kinds.sites import ALL_FORMATS
from benchmarks.structure.model import (
    Block,
    Document,
    Gold,
    Heading,
    Listing,
    Paragraph,
    Table,
)
from benchmarks.structure.templates import TableKind, Wordings

_TABLE_FORMATS = ("md", "html", "docx", "pdf")

# -- twins -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Twin:
    document: Document
    scope: Scope
    told: Told


def make_twins(maker: Maker) -> None:
    """Add two sets of three papers that are alike but for one number and what sets them apart."""
    for turn in range(2):
        form = maker.pick_form("twins", ("year", "version", "firm"))
        wordings = maker.wordings()
        twins = _make_set(maker, wordings, form)
        everything = Scope("deed.at", twins[0].scope.s)
        newest_first = [Gold(one.document.source, one.told.value.core) for one in twins[::-1]]
        for number, twin in enumerate(maker.rng.sample(twins, 2)):
            gold = [Gold(twin.document.source, twin.told.value.core)]
            if maker.next_is_unanswerable():
                gone = _scope_of_none(maker, twin.scope)
                maker.ask_fact("twins", form, twin.document, twin.told.fact, gone, ())
            elif number and form != "firm":
                first = twins[-1].document
                fact = twins[-1].told.fact
                maker.ask_fact("twins", f"{form}, all", first, fact, everything, newest_first)
            else:
                maker.ask_fact("twins", form, twin.document, twin.told.fact, twin.scope, gold)
        if turn == 0:
            twin = twins[0]
            gold = [Gold(twin.document.source, twin.told.value.core)]
            maker.ask_fact("twins", form, twin.document, twin.told.fact, twin.scope, gold)


def _scope_of_none(maker: Maker, scope: Scope) -> Scope:
    """Return a scope that no paper has: an older year, a later version, another firm."""
    if scope.y:
        return Scope(scope.phrase, scope.s, str(int(scope.y) - 11))
    if scope.n:
        return Scope(scope.phrase, scope.s, n="4.2")
    return Scope(scope.phrase, maker.names.draw("company"))


def _make_set(maker: Maker, wordings: Wordings, form: str) -> list[_Twin]:
    """Return three papers, the oldest first."""
    facts = maker.facts_of("terms")
    suffix = maker.format_for("twins", ALL_FORMATS)
    company = maker.names.draw("company")
    first = maker.rng.randint(2012, 2018)
    constant = maker.tell(wordings, facts[1:2])[0].sentence
    twins: list[_Twin] = []
    for index, version in enumerate(("1.0", "1.1", "2.0")):
        year = first + 2 * index if form != "firm" else first
        if form == "firm":
            company = maker.names.draw("company")
        told = _differing(maker, wordings, facts[0], [one.told for one in twins])
        if form == "year":
            scope = Scope("deed.at_year", company, str(year))
        elif form == "version":
            scope = Scope("deed.at_version", company, n=version)
        else:
            scope = Scope("deed.at", company)
        document = _paper(maker, wordings, suffix, scope, year, [told.sentence, constant])
        twins.append(_Twin(document, scope, told))
    return twins


def _differing(maker: Maker, wordings: Wordings, fact: str, others: list[Told]) -> Told:
    while True:
        told = maker.tell(wordings, [fact])[0]
        if told.value.core not in {one.value.core for one in others}:
            return told


def _paper(
    maker: Maker, wordings: Wordings, suffix: str, scope: Scope, year: int, facts: list[str]
) -> Document:
    deed = wordings.deed
    date, day = maker.date(year, wordings.say)
    lines = [deed["dated"].format(d=day)]
    if scope.n:
        lines.insert(0, deed["version"].format(n=scope.n))
    mark = scope.n or str(year)
    clauses = deed["clauses"]
    blocks: list[Block] = [
        Heading(1, deed["title"].format(s=scope.s)),
        Paragraph(". ".join(lines) + "."),
        Paragraph(deed["between"].format(s=scope.s)),
        Paragraph(clauses[0]),
        Paragraph(clauses[1]),
        Paragraph(f"{facts[0]} {' '.join(clauses[2:])} {facts[1]}"),
    ]
    name = f"{deed['file']}-{slug(scope.s)}-{mark}"
    return maker.add(
        f"{deed['folder']}/{name}.{suffix}",
        wordings.language,
        blocks,
        title=deed["title"].format(s=scope.s),
        date=date,
    )


# -- tables ------------------------------------------------------------------------------------


def make_tables(maker: Maker) -> None:
    """Add two documents with a long table each; ask for cells by row and column."""
    for count in (3, 2):
        wordings = maker.wordings()
        suffix = maker.format_for("tables", _TABLE_FORMATS)
        index = maker.rng.randrange(len(wordings.tables))
        kind = wordings.tables[index]
        left_out = maker.rng.randrange(len(kind.columns))
        kept = [at for at in range(len(kind.columns)) if at != left_out]
        rows = _make_rows(maker, wordings, kind, kept)
        columns = (kind.row, *(kind.columns[at].name for at in kept))
        document = maker.add(
            f"{slug(kind.title)}-{maker.serial():02}.{suffix}",
            wordings.language,
            [
                Heading(1, kind.title),
                Paragraph(" ".join(maker.filler(wordings, 3))),
                Table(columns, tuple(rows)),
                Paragraph(" ".join(maker.filler(wordings, 2))),
            ],
            title=kind.title,
        )
        _ask_cells(maker, document, wordings, index, kept, left_out, rows, count)


def _make_rows(
    maker: Maker, wordings: Wordings, kind: TableKind, kept: list[int]
) -> list[tuple[str, ...]]:
    values = [kind.columns[at].value for at in kept]
    return [
        (
            maker.names.draw("thing"),
            *(maker.names.cell(value, wordings.say).text for value in values),
        )
        for _ in range(maker.rng.randint(10, 24))
    ]


def _ask_cells(
    maker: Maker, document: Document, wordings: Wordings, index: int, kept: list[int],
    left_out: int, rows: list[tuple[str, ...]], count: int,
) -> None:  # fmt: skip
    for number, row in enumerate(maker.rng.sample(rows, count)):
        place = maker.rng.randrange(len(kept))
        column, name = kept[place], row[0]
        cell = row[place + 1]
        amount = wordings.say["money"].replace("{n}", "").strip()
        gold = [Gold(document.source, cell.removesuffix(amount).strip())]
        if maker.next_is_unanswerable():
            gold = []
            if number % 2:
                column = left_out
            else:
                name = maker.names.draw("thing")

        def pick(asking: Wordings, column: int = column) -> tuple[str, ...]:
            return asking.tables[index].columns[column].asked

        template = f"table{index}:{column}"
        maker.ask_words("tables", "cell", document, pick, template, {"r": name}, gold)


# -- lists -------------------------------------------------------------------------------------


def make_lists(maker: Maker) -> None:
    """Add documents of associations with their lists; ask for all entries of one."""
    lists = len(maker.wordings().lists)
    asked = 0
    while asked < 5:
        wordings = maker.wordings()
        suffix = maker.format_for("lists", ALL_FORMATS)
        place = maker.names.draw("place")
        entries = []
        blocks: list[Block] = [Heading(1, wordings.say["association"].format(s=place))]
        for kind in wordings.lists:
            count = maker.rng.randint(4, 7)
            items = (
                tuple(maker.rng.sample(kind.items, count))
                if kind.items
                else tuple(maker.names.draw("person") for _ in range(count))
            )
            entries.append(items)
            blocks += [
                Heading(2, kind.heading),
                Paragraph(" ".join([*maker.filler(wordings, 3), kind.lead])),
                Listing(items),
                Paragraph(" ".join(maker.filler(wordings, 2))),
            ]
        document = maker.add(
            f"{slug(place)}-{maker.serial():02}.{suffix}",
            wordings.language,
            blocks,
            title=wordings.say["association"].format(s=place),
        )
        for index in range(lists):
            if asked < 5:
                _ask_list(maker, document, index, place, entries[index])
                asked += 1


def _ask_list(
    maker: Maker, document: Document, index: int, place: str, items: tuple[str, ...]
) -> None:
    gold = [Gold(document.source, items[0])]
    if maker.next_is_unanswerable():
        gold, items, place = [], (), maker.names.draw("place")
    maker.ask_words(
        "lists",
        "all",
        document,
        lambda asking: asking.lists[index].asked,
        f"list{index}",
        {"at": Scope("at_place", place)},  # type: ignore[dict-item]
        gold,
        items,
    )


# -- codes -------------------------------------------------------------------------------------


def make_codes(maker: Maker) -> None:
    """Add two lists of codes that differ in one digit; ask what one means."""
    starts = maker.rng.sample(range(101, 180), 2)
    for start, count in zip(starts, (3, 2), strict=True):
        wordings = maker.wordings()
        suffix = maker.format_for("codes", ALL_FORMATS)
        form = maker.pick_form("codes", ("headings", "lines"))
        codes = wordings.codes
        meanings = list(codes["meanings"])
        maker.rng.shuffle(meanings)
        numbers = [f"{codes['prefix']}-{start * 10 + at}" for at in range(len(meanings))]
        blocks: list[Block] = [Heading(1, codes["title"])]
        for code, meaning in zip(numbers, meanings, strict=True):
            text = f"{meaning.replace('|', '')} {' '.join(codes['remedies'])}"
            if form == "headings":
                blocks += [Heading(2, code), Paragraph(text)]
            else:
                blocks.append(Paragraph(f"{code}: {text}"))
        document = maker.add(
            f"{slug(codes['title'])}-{maker.serial():02}.{suffix}",
            wordings.language,
            blocks,
            title=codes["title"],
        )
        entries = list(zip(numbers, meanings, strict=True))
        for code, meaning in maker.rng.sample(entries, count):
            _ask_code(maker, document, form, code, meaning)


def _ask_code(maker: Maker, document: Document, form: str, code: str, meaning: str) -> None:
    core = meaning.partition("|")[2]
    gold = [Gold(document.source, core.rstrip("."))]
    if maker.next_is_unanswerable():
        gold = []
        code = f"{code[:2]}9{code[3:]}"
    elif maker.rng.random() < 1 / 3:
        code = code.replace("-", "")
    maker.ask_words(
        "codes", form, document, lambda asking: asking.codes["asked"], "code", {"c": code}, gold
    )
