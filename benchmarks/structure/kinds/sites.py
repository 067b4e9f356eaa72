"""Facts about houses in towns, where the town is said by a heading, a name or a title alone, or
where markup, a menu and a banner are around them."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.structure.kinds.context import Maker, Scope, Told, slug
from benchmarks.structure.model import (
    Block,
    Document,
    Frame,
    Gold,
    Heading,
    Layout,
    Markup,
    Paragraph,
)
from benchmarks.structure.templates import FACTS, Wordings

ALL_FORMATS = ("md", "html", "docx", "pdf", "txt")
_TITLED_FORMATS = ("md", "html", "docx", "pdf")
QUESTIONS = 5
"""Asked of each kind in each world."""
_FILLER, _BEFORE = 6, 5
"""Sentences of filler in a section, and how many of them come before its facts: the first chunk of
480 characters then ends before the facts."""


@dataclass(frozen=True, slots=True)
class _Site:
    scope: Scope
    told: list[Told]


def ask_sites(
    maker: Maker, kind: str, form: str, document: Document, sites: list[_Site], count: int
) -> None:
    """Ask facts of sites in turn; what is not told, or a place that is not there, has no answer."""
    asked = [(site, told) for site in sites for told in site.told]
    maker.rng.shuffle(asked)
    known = {told.fact for _, told in asked}
    missing = [fact for fact in maker.facts_of(FACTS[asked[0][1].fact].family) if fact not in known]
    for number, (site, told) in enumerate(asked[:count]):
        gold = (Gold(document.source, told.value.core),)
        if not maker.next_is_unanswerable():
            maker.ask_fact(kind, form, document, told.fact, site.scope, gold)
        elif missing and number % 2:
            maker.ask_fact(kind, form, document, missing[0], site.scope, ())
        else:
            drawn = "company" if "company" in site.scope.phrase else "place"
            elsewhere = Scope(site.scope.phrase, maker.names.draw(drawn), site.scope.y)
            maker.ask_fact(kind, form, document, told.fact, elsewhere, ())


# -- sections ----------------------------------------------------------------------------------


def make_sections(maker: Maker) -> None:
    """Add two reports whose sections are alike but for their heading and their values."""
    for form, count in (("flat", 3), (maker.pick_form("sections", ("years", "topics")), 2)):
        wordings = maker.wordings()
        suffix = maker.format_for("sections", ALL_FORMATS)
        make = {"flat": _flat, "years": _by_year, "topics": _by_topic}[form]
        blocks, sites = make(maker, wordings)
        report = wordings.frame["report"]
        document = maker.add(
            f"{slug(report)}/{maker.serial():02}.{suffix}",
            wordings.language,
            [Heading(1, report), *blocks],
            title=report,
            layout=Layout(numbered=form == "flat"),
        )
        ask_sites(maker, "sections", form, document, sites, count)


def _section(maker: Maker, wordings: Wordings, filler: list[str], told: list[Told]) -> Paragraph:
    sentences = [one.sentence for one in told]
    return Paragraph(maker.mix(filler, sentences, _BEFORE))


def _flat(maker: Maker, wordings: Wordings) -> tuple[list[Block], list[_Site]]:
    facts, filler = maker.facts_of("site")[:3], maker.filler(wordings, _FILLER)
    blocks: list[Block] = []
    sites = []
    for _ in range(maker.rng.randint(4, 5)):
        place = maker.names.draw("place")
        told = maker.tell(wordings, facts)
        blocks += [Heading(2, place), _section(maker, wordings, filler, told)]
        sites.append(_Site(Scope("at_place", place), told))
    return blocks, sites


def _by_year(maker: Maker, wordings: Wordings) -> tuple[list[Block], list[_Site]]:
    facts, filler = maker.facts_of("site")[:2], maker.filler(wordings, _FILLER)
    places = [maker.names.draw("place") for _ in range(2)]
    first = maker.rng.randint(2012, 2020)
    blocks: list[Block] = []
    sites = []
    for year in (first, first + 2):
        blocks.append(Heading(2, str(year)))
        for place in places:
            told = maker.tell(wordings, facts)
            blocks += [Heading(3, place), _section(maker, wordings, filler, told)]
            sites.append(_Site(Scope("at_place_year", place, str(year)), told))
    return blocks, sites


def _by_topic(maker: Maker, wordings: Wordings) -> tuple[list[Block], list[_Site]]:
    facts = maker.facts_of("site")[:3]
    blocks: list[Block] = []
    sites = []
    for _ in range(3):
        place = maker.names.draw("place")
        told = maker.tell(wordings, facts)
        blocks.append(Heading(2, place))
        for topic, one in zip(wordings.frame["topics"], told, strict=True):
            filler = maker.filler(wordings, 4)
            blocks += [Heading(3, topic), Paragraph(" ".join([*filler, one.sentence]))]
        sites.append(_Site(Scope("at_place", place), told))
    return blocks, sites


# -- names -------------------------------------------------------------------------------------


def make_names(maker: Maker) -> None:
    """Add two groups of three documents that only their file, folder or title tells apart."""
    for count in (3, 2):
        form = maker.pick_form("names", ("file", "folder", "title"))
        formats = _TITLED_FORMATS if form == "title" else ALL_FORMATS
        suffix = maker.format_for("names", formats)
        wordings = maker.wordings()
        family = "terms" if form == "folder" else "site"
        facts, filler = maker.facts_of(family)[:2], maker.filler(wordings, _FILLER)
        group = [
            _named(maker, wordings, form, suffix, maker.tell(wordings, facts), filler)
            for _ in range(3)
        ]
        for document, site in group[:count]:
            ask_sites(maker, "names", form, document, [site], 1)


def _named(
    maker: Maker, wordings: Wordings, form: str, suffix: str, told: list[Told], filler: list[str]
) -> tuple[Document, _Site]:
    """Add a document that never says what it is about."""
    frame, say = wordings.frame, wordings.say
    year = maker.rng.randint(2015, 2024)
    title = ""
    if form == "folder":
        company = maker.names.draw("company")
        source = f"{frame['suppliers']}/{company}/{frame['terms']}.{suffix}"
        scope = Scope("at_company", company)
    else:
        place = maker.names.draw("place")
        scope = Scope("at_place", place)
        if form == "file":
            source = f"{say['visit']}/{place} {year}.{suffix}"
        else:
            source, title = f"{say['visit']}/{maker.serial():03}.{suffix}", place
    heading = frame["terms"].capitalize() if form == "folder" else frame["report"]
    date, _ = maker.date(year, say)
    document = maker.add(
        source,
        wordings.language,
        [Heading(1, heading), _section(maker, wordings, filler, told)],
        title=title or heading,
        date=date,
        layout=Layout(front_matter=form == "title" and suffix == "md"),
    )
    return document, _Site(scope, told)


# -- Markdown's markup -------------------------------------------------------------------------


def make_markup(maker: Maker) -> None:
    """Add Markdown notes with front matter, links, shortcodes and comments that say old values."""
    wordings = maker.wordings()
    facts, filler = maker.facts_of("site")[:3], maker.filler(wordings, _FILLER)
    for count in (2, 2, 1):
        place = maker.names.draw("place")
        told = maker.tell(wordings, facts)
        old = [one.sentence for one in maker.tell(wordings, facts)]
        date, _ = maker.date(maker.rng.randint(2015, 2024), wordings.say)
        sentences = [_mark_up(maker, one) for one in told]
        blocks: list[Block] = [
            Heading(1, f"{wordings.say['visit']} {place}"),
            Markup(f'{{{{< figure src="/img/{slug(place)}-{date}.jpg" width="480" >}}}}'),
            Paragraph(" ".join(filler[:3])),
            Markup(f"<!-- {wordings.say['old']} {' '.join(old)} -->"),
            Paragraph(maker.mix(filler[3:], sentences, 1)),
        ]
        document = maker.add(
            f"notes/{slug(place)}.md",
            wordings.language,
            blocks,
            title=f"{wordings.say['visit']} {place}",
            date=date,
            layout=Layout(front_matter=True),
        )
        ask_sites(maker, "markup", "note", document, [_Site(Scope("at_place", place), told)], count)


def _mark_up(maker: Maker, told: Told) -> str:
    """Return a sentence with its value as a link or in bold."""
    value = told.value.text
    target = f"{maker.rng.randint(2016, 2023)}-{maker.rng.randint(1, 12):02}-{slug(told.fact)}"
    marked = maker.rng.choice(
        [f"[[{target}|{value}]]", f"[{value}](../{target}.md)", f"**{value}**"]
    )
    return told.sentence.replace(value, marked)


# -- web pages ---------------------------------------------------------------------------------


def make_navigation(maker: Maker) -> None:
    """Add four pages of a web site, each with a cookie banner, a menu, an aside and a foot."""
    wordings = maker.wordings()
    frame, say = wordings.frame, wordings.say
    facts, filler = maker.facts_of("site")[:3], maker.filler(wordings, _FILLER)
    places = [maker.names.draw("place") for _ in range(4)]
    elsewhere, keeper = maker.names.draw("place"), maker.names.draw("person")
    for place, count in zip(places, (2, 1, 1, 1), strict=True):
        told = maker.tell(wordings, facts)
        news = " ".join(one.sentence for one in maker.tell(wordings, facts))
        around = Frame(
            menu=(*frame["menu"], *places),
            banner=frame["banner"],
            aside=f"{say['news'].format(s=elsewhere)}: {news}",
            foot=frame["site_foot"].format(p=keeper),
        )
        document = maker.add(
            f"site/{slug(place)}.html",
            wordings.language,
            [Heading(1, place), _section(maker, wordings, filler, told)],
            title=place,
            layout=Layout(frame=around),
        )
        ask_sites(
            maker, "navigation", "site", document, [_Site(Scope("at_place", place), told)], count
        )


# -- for pages ---------------------------------------------------------------------------------


def site(place: str, told: list[Told]) -> _Site:
    """Return a site by its place."""
    return _Site(Scope("at_place", place), told)
