"""What printed pages do to text: raised note numbers, heads and feet, sentences over a page break,
two columns, words broken at a line end. Footnotes of DOCX and Markdown too."""

from __future__ import annotations

from benchmarks.structure.kinds.context import Maker, Told, slug
from benchmarks.structure.kinds.sites import ask_sites, site
from benchmarks.structure.model import Block, Heading, Layout, Paragraph
from benchmarks.structure.templates import FACTS, Wordings
from benchmarks.structure.writers.wrap import break_points

#: Values that a raised number directly after them spoils.
_NOTED = ("person", "company", "year", "date")
_MIN_POINTS = 2  # a surname with fewer might not break at any width
_FILLER = 6


def _named_title(wordings: Wordings, place: str) -> Heading:
    return Heading(1, f"{wordings.frame['report']}: {place}")


# -- notes -------------------------------------------------------------------------------------


def make_notes(maker: Maker) -> None:
    """Add a PDF with raised note numbers, and a document whose notes hold the facts."""
    for count in (2, 1):
        _make_raised(maker, count)
    suffix = maker.format_for("notes", ("docx", "md"))
    _make_footnotes(maker, suffix, 2)


def _make_raised(maker: Maker, count: int) -> None:
    wordings = maker.wordings()
    place = maker.names.draw("place")
    facts = [name for name in maker.facts_of("site") if FACTS[name].value in _NOTED][:3]
    told: list[Told] = []
    notes: list[str] = []
    sentences = []
    for index, sentence in enumerate(maker.filler(wordings, _FILLER)):
        notes.append(_see(maker, wordings))
        sentences.append(f"{sentence}{{^{len(notes)}}}")
        if index % 2 and index // 2 < len(facts):
            notes.append(_see(maker, wordings))
            told += maker.tell(wordings, facts[index // 2 : index // 2 + 1], f"{{^{len(notes)}}}")
            sentences.append(told[-1].sentence)
    document = maker.add(
        f"{slug(wordings.frame['report'])}/{slug(place)}-{maker.serial():02}.pdf",
        wordings.language,
        [_named_title(wordings, place), Paragraph(" ".join(sentences))],
        title=wordings.frame["report"],
        notes=notes,
    )
    ask_sites(maker, "notes", "raised", document, [site(place, told)], count)


def _see(maker: Maker, wordings: Wordings) -> str:
    return str(wordings.say["see"].format(n=maker.rng.randint(2, 180)))


def _make_footnotes(maker: Maker, suffix: str, count: int) -> None:
    wordings = maker.wordings()
    facts = maker.facts_of("site")[:2]
    form = maker.pick_form("notes", ("footnotes", "endnotes"))
    blocks: list[Block] = [Heading(1, wordings.frame["report"])]
    notes: list[str] = []
    sites = []
    for _ in range(3):
        place = maker.names.draw("place")
        told = maker.tell(wordings, facts)
        sentences = maker.filler(wordings, _FILLER)
        for at, one in zip((2, 4), told, strict=True):
            notes.append(one.sentence)
            sentences[at] += f"{{^{len(notes)}}}"
        blocks += [Heading(2, place), Paragraph(" ".join(sentences))]
        sites.append(site(place, told))
    document = maker.add(
        f"{slug(wordings.frame['report'])}/notes-{maker.serial():02}.{suffix}",
        wordings.language,
        blocks,
        title=wordings.frame["report"],
        notes=notes,
        layout=Layout(endnotes=form == "endnotes"),
    )
    ask_sites(maker, "notes", form if suffix == "docx" else "footnotes", document, sites, count)


# -- heads and feet ----------------------------------------------------------------------------


def make_furniture(maker: Maker) -> None:
    """Add two PDFs with running heads and feet, where sentences run over to the next page."""
    for asked in (3, 2):
        wordings = maker.wordings()
        frame = wordings.frame
        place = maker.names.draw("place")
        names = [name for name in maker.facts_of("site") if FACTS[name].value != "phrase"]
        told = maker.tell(wordings, names[:3])
        blocks: list[Block] = [_named_title(wordings, place)]
        for one in told:
            blocks += [Paragraph(" ".join(maker.filler(wordings, count))) for count in (5, 5, 3)]
            before, after = maker.filler(wordings, 2), maker.filler(wordings, 2)
            blocks.append(Paragraph(" ".join([*before, one.sentence, *after])))
        document = maker.add(
            f"{slug(frame['report'])}/{slug(place)}-{maker.serial():02}.pdf",
            wordings.language,
            blocks,
            title=frame["report"],
            layout=Layout(
                head=frame["head"],
                foot=frame["foot"].format(p=maker.names.draw("person")),
                page=wordings.say["page"],
                turned=tuple(one.value.text for one in told),
                spaced=asked == 2,
            ),
        )
        ask_sites(maker, "furniture", "turned", document, [site(place, told)], asked)


# -- columns -----------------------------------------------------------------------------------


def make_columns(maker: Maker) -> None:
    """Add two PDFs in two columns, drawn row by row or one column after the other."""
    for count in (3, 2):
        wordings = maker.wordings()
        place = maker.names.draw("place")
        form = maker.pick_form("columns", ("rows", "rows", "columns"))
        told = maker.tell(wordings, maker.facts_of("site")[:4])
        paragraphs = []
        for at in range(0, len(told), 2):
            sentences = [one.sentence for one in told[at : at + 2]]
            paragraphs.append(Paragraph(maker.mix(maker.filler(wordings, 4), sentences, 1)))
        document = maker.add(
            f"{slug(wordings.frame['report'])}/{slug(place)}-{maker.serial():02}.pdf",
            wordings.language,
            [_named_title(wordings, place), *paragraphs],
            title=wordings.frame["report"],
            layout=Layout(columns=2, row_by_row=form == "rows"),
        )
        ask_sites(maker, "columns", form, document, [site(place, told)], count)


# -- hyphens -----------------------------------------------------------------------------------


def make_hyphens(maker: Maker) -> None:
    """Add five documents in which the answer's surname is broken at the end of a line."""
    for _ in range(5):
        wordings = maker.wordings()
        place = maker.names.draw("place")
        suffix = maker.format_for("hyphens", ("pdf", "txt"))
        names = [name for name in maker.facts_of("site") if FACTS[name].value == "person"]
        told = maker.tell(wordings, names[:1])
        while len(break_points(told[0].value.text.split()[1])) < _MIN_POINTS:
            told = maker.tell(wordings, names[:1])
        others = [name for name in maker.facts_of("site") if FACTS[name].value == "money"]
        last = [one.sentence for one in maker.tell(wordings, others[:1])]
        text = maker.mix(maker.filler(wordings, 5), [told[0].sentence, *last], 2)
        document = maker.add(
            f"{slug(wordings.frame['report'])}/{slug(place)}-{maker.serial():02}.{suffix}",
            wordings.language,
            [_named_title(wordings, place), Paragraph(text)],
            title=wordings.frame["report"],
            layout=Layout(broken=told[0].value.text.split()[1]),
        )
        ask_sites(maker, "hyphens", suffix, document, [site(place, told)], 1)
