"""Title, date and language of a text, in seven languages."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path

import pytest

from seedqa.index.documents.dates import date_in_name, find_date, parse_date
from seedqa.index.documents.front_matter import read_front_matter
from seedqa.index.documents.markdown import extract_markdown
from seedqa.index.documents.metadata import clean_title, find_title, names_one_section
from seedqa.index.documents.types import NOTHING_STATED, Stated
from seedqa.index.language import find_language

# --- front matter --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        pytest.param(
            "---\ntitle: A title\ndate: 2020-01-17\nlang: fr\n---\nBody",
            Stated("A title", "2020-01-17", "fr", 49),
            id="plain",
        ),
        pytest.param(
            '---\nTitle: "A: b"\npublished: 17 janvier 2020\nlanguage: fr\n...\n',
            Stated("A: b", "17 janvier 2020", "fr", 62),
            id="other names and end",
        ),
        pytest.param(
            "---\ntitle: 2024\ndate: 2020-01-17T10:00:00Z\n---",
            Stated("2024", "2020-01-17 10:00:00+00:00", None, 46),
            id="numbers and times",
        ),
        pytest.param("---\ntitle: [a, b]\n---\n", Stated(body_start=22), id="no plain value"),
        pytest.param("---\n---\nBody", NOTHING_STATED, id="empty"),
        pytest.param("---\nJust a line\n---\nBody", NOTHING_STATED, id="rules around a line"),
        pytest.param("---\ntitle: [a\n---\nBody", NOTHING_STATED, id="malformed"),
        pytest.param("---\ndate: 2020-13-45\n---\nBody", NOTHING_STATED, id="impossible date"),
        pytest.param("---\ntitle: a\nBody", NOTHING_STATED, id="not closed"),
        pytest.param("\n---\ntitle: a\n---\n", NOTHING_STATED, id="not at the top"),
        pytest.param("---\na: !!python/object:x.y {}\n---\n", NOTHING_STATED, id="a Python object"),
        pytest.param(f"---\na: {'[' * 9000}\n---\n", NOTHING_STATED, id="nested brackets"),
        pytest.param(f"---\na: {'x' * 20000}\n---\n", NOTHING_STATED, id="too long"),
    ],
)
def test_front_matter(text: str, stated: Stated) -> None:
    assert read_front_matter(text).stated == stated


# --- title ---------------------------------------------------------------------------------------

PARAGRAPH = "It was a long day and they talked of many things, until the lamps were lit. " * 4


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param(f"The title\n\n{PARAGRAPH}", "The title", id="first line"),
        pytest.param(
            f"Rubric\n\nA headline of five words\n\n{PARAGRAPH}",
            "A headline of five words",
            id="rubric above the headline",
        ),
        pytest.param(
            f"A headline of five words\n\nAnd a longer line that explains it\n\n{PARAGRAPH}",
            "A headline of five words",
            id="headline above its subtitle",
        ),
        pytest.param(
            f"Notes\n\nPublished on January 17, 2020\n\n{PARAGRAPH}", "Notes", id="date line"
        ),
        pytest.param(f"Notes\n\nBy A. N. Other and Friend\n\n{PARAGRAPH}", "Notes", id="byline"),
        pytest.param("Notes\n\nI went to the shop today.\n", "Notes", id="sentence below"),
        pytest.param("Short\n\nThis is a paragraph that\nwas wrapped.\n", "Short", id="wrapped"),
        pytest.param("-----\n\n  The   title \n", "The title", id="rule and spaces"),
        pytest.param(f"\n\n{PARAGRAPH}", None, id="paragraph"),
        pytest.param("12 34\n---\n", None, id="no letter"),
        pytest.param(f"Intro\n\n# The [*title*](x.md) #\n\n{PARAGRAPH}", "The title", id="ATX"),
        pytest.param("The title\n=====\n\nText", "The title", id="setext"),
        pytest.param("", None, id="nothing"),
        pytest.param("THE DIARY\n\n2015\n====\n\nGhent\n-----\n\nText", "THE DIARY", id="a year"),
    ],
)
def test_title(text: str, title: str | None) -> None:
    assert find_title(text, 0) == title


REPORT = "The roof was mended and the door was painted by the club. The fee is {n} euros."


@pytest.mark.parametrize(
    ("parts", "is_one"),
    [
        pytest.param(["# Ghent", REPORT, "# Turku", REPORT], True, id="alike"),
        pytest.param(["# January", "Snow.", "# February", "The boat sank."], True, id="months"),
        pytest.param(
            ["# 2015", "## Ghent", REPORT, "# 2016", "## Ghent", REPORT], True, id="years"
        ),
        pytest.param(["# The club", REPORT, "# History", "In 1910 all began."], False, id="unlike"),
        pytest.param(["# The club", REPORT, "## Ghent", REPORT], False, id="above the others"),
        pytest.param(["# Towns", "# Ghent", REPORT, "# Turku", REPORT], False, id="title alone"),
        pytest.param(["# Ghent", REPORT], False, id="one section"),
    ],
)
def test_the_heading_of_one_section_among_its_equals_is_no_title(
    parts: list[str], is_one: bool
) -> None:
    """Sections of Turku were said to belong to Ghent too, and answered for it, surely."""
    text = "\n\n".join(part.format(n=at) for at, part in enumerate(parts))
    extracted = extract_markdown(text.encode())
    title = find_title(extracted.text, 0)
    assert title is not None or parts[0] == "# 2015"
    assert names_one_section(title or "2015", extracted.text, extracted.blocks) is is_one


def test_title_is_looked_for_behind_the_front_matter() -> None:
    assert find_title("---\na: b\n---\nThe title\n", 13) == "The title"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (" a \n\t b ", "a b"),
        ("x" * 300, "x" * 200),
        ("\ud800 a", "? a"),
        ("Untitled", None),
        ("(anonymous)", None),
        ("(unspecified)", None),
        ("Anonymous letters of 1850", "Anonymous letters of 1850"),
        ("Document1", None),
        ("Microsoft Word - report.doc", None),
        ("report_final.docx", None),
        ("- - -", None),
        ("", None),
        (None, None),
    ],
)
def test_clean_title(written: str | None, title: str | None) -> None:
    assert clean_title(written) == title


# --- date ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "— Publié le 17 janvier 2020",
        "Publiée le vendredi 17 janvier 2020 à 10h30 par Jeanne Dupont",
        "Par Jean Dupont — Publié le 17/01/2020 à 10:30",
        "Mis en ligne le 17 janv. 2020",
        "Paris, le 17 janvier 2020",
        "Published on January 17, 2020",
        "Posted: Jan. 17th, 2020 at 10:30 AM EST",
        "By Jane Roe, January 17, 2020",
        "Friday, 17 January 2020",
        "**Date:** 2020-01-17",
        "2020-01-17T10:30:00Z",
        "Veröffentlicht am 17. Januar 2020",
        "Freitag, den 17. Jänner 2020, 10:30 Uhr",
        "Datum: 17.01.2020",
        "Publicado el viernes, 17 de enero de 2020",
        "17 de enero del 2020",
        "Pubblicato il 17 gennaio 2020",
        "venerdì 17 gennaio 2020",
        "Publicado em 17 de janeiro de 2020",
        "sexta-feira, 17 de janeiro de 2020",
        "Gepubliceerd op 17 januari 2020",
        "vrijdag 17 jan. 2020",
        "Published 17 January 2020 | Updated 20 January 2020",
        "Last updated 17 January 2020",
        "Mise à jour : 17 janvier 2020",
        "Zuletzt aktualisiert: 17. Januar 2020",
        "Última actualización: 17 de enero de 2020",
        "Ultimo aggiornamento: 17 gennaio 2020",
        "Atualizado em 17 de janeiro de 2020",
        "Laatst bijgewerkt op 17 januari 2020",
    ],
)
def test_line_that_states_a_date(line: str) -> None:
    assert find_date(f"A title\n\n{line}\n\nThe text.", 0, "fr") == "2020-01-17"


@pytest.mark.parametrize(
    "line",
    [
        "On 17 January 2020 the company signed.",
        "17 January 2020 was a cold day",
        "The book was published on 17 January 2020 by Penguin.",
        "Published on January 17, 2020 by Penguin Books, the novel was a hit.",
        "Le 17 janvier 2020, le groupe a signé un contrat.",
        "Er wurde am 17. Januar 2020 veröffentlicht und verkauft.",
        "Meeting of 17 January 2020 in Paris",
        "January 2020",
        "Publié en janvier 2020",
        "31 February 2020",
        "14 juillet 1789",
        "17 January 2999",
        "Version 1.2.2020.5",
        "2020-01-17-2020",
    ],
)
def test_line_that_does_not(line: str) -> None:
    assert find_date(f"A title\n\n{line}\n\nThe text.", 0, "fr") is None


def test_months_of_seven_languages() -> None:
    months = (
        "January February March April May June July August September October November December",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
        "dicembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "januari februari maart april mei juni juli augustus september oktober november december",
    )
    expected = [f"2020-{month:02}-09" for month in range(1, 13)]
    for names in months:
        assert [parse_date(f"9 {name} 2020") for name in names.split()] == expected


@pytest.mark.parametrize(
    ("written", "language", "date"),
    [
        ("1er mars 2020", "fr", "2020-03-01"),
        ("1º de março de 2020", "pt", "2020-03-01"),
        ("3. Mär 2020", "de", "2020-03-03"),
        ("2020-03-04 10:00:00+00:00", "en", "2020-03-04"),
        ("2020/3/4", "en", "2020-03-04"),
        ("03/04/2020", "fr", "2020-04-03"),
        ("03/04/2020", "en", None),
        ("04/04/2020", "en", "2020-04-04"),
        ("01/17/2020", "en", "2020-01-17"),
        ("17/01/2020", "en", "2020-01-17"),
        ("17-Jan-2020", "en", "2020-01-17"),
        ("2020", "en", None),
        ("soon", "en", None),
        ("", "en", None),
        (None, "en", None),
    ],
)
def test_parse_date(written: str | None, language: str, date: str | None) -> None:
    assert parse_date(written, language) == date


def test_date_may_lie_a_year_ahead_and_no_more() -> None:
    today = datetime.date.today()
    near, far = (today + datetime.timedelta(days=days) for days in (360, 370))
    assert parse_date(near.isoformat()) == near.isoformat()
    assert parse_date(far.isoformat()) is None


def test_published_goes_before_bare_and_bare_before_updated() -> None:
    bare, updated, published = "3 May 2019", "Updated 4 May 2019", "Published 5 May 2019"
    assert find_date(f"{updated}\n{bare}\n{published}\n", 0, "en") == "2019-05-05"
    assert find_date(f"{updated}\n{bare}\n", 0, "en") == "2019-05-03"
    assert find_date(f"{updated}\n", 0, "en") == "2019-05-04"


def test_several_bare_dates_are_a_chronicle_without_a_date() -> None:
    assert find_date("3 May 2019\nWe left.\n\n4 May 2019\nWe arrived.\n", 0, "en") is None


def test_date_far_below_the_top_is_not_the_documents() -> None:
    assert find_date("A line\n" * 30 + "Published on 3 May 2019\n", 0, "en") is None


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("2020-01-17-foo", "2020-01-17"),
        ("minutes_2020_01_17", "2020-01-17"),
        ("minutes 2020.01.17 final", "2020-01-17"),
        ("20200117 standup", "2020-01-17"),
        ("IMG_20200117_101500", "2020-01-17"),
        ("minutes 2020 01 17", "2020-01-17"),
        ("20201301 or 20200117", "2020-01-17"),
        ("202001171", None),
        ("18200117", None),
        ("2020-0117", None),
        ("2020-13-01", None),
        ("12020-01-17", None),
        ("2020-01", None),
        ("notes", None),
    ],
)
def test_date_in_name(name: str, date: str | None) -> None:
    assert date_in_name(name) == date


# --- language ------------------------------------------------------------------------------------

SENTENCES = {
    "en": "The committee has decided to postpone the meeting until everyone has read the report.",
    "fr": "Le comité a décidé de reporter la réunion jusqu’à ce que chacun ait lu le rapport.",
    "de": "Der Ausschuss hat beschlossen, die Sitzung zu verschieben, bis alle dazu bereit sind.",
    "es": "El comité ha decidido aplazar la reunión hasta que todos hayan leído el informe.",
    "it": "Il comitato ha deciso di rinviare la riunione finché tutti non l’avranno letta.",
    "pt": "O comitê decidiu adiar a reunião até que todos tenham lido o relatório completo.",
    "nl": "De commissie heeft besloten de vergadering uit te stellen totdat allen het lezen.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_language_of_a_sentence_whatever_is_stated(language: str) -> None:
    hint = "en" if language != "en" else "fr"
    assert find_language(SENTENCES[language], 0, hint) == language


def test_language_is_judged_from_all_of_a_long_text() -> None:
    header = "COPYRIGHT NOTICE: all rights reserved, do not distribute without permission. " * 3
    assert find_language(header + SENTENCES["fr"] * 50, 0, None) == "fr"


def test_language_is_judged_behind_the_front_matter() -> None:
    front = "---\ntitle: The meeting is postponed by the committee\n---\n"
    assert find_language(front + SENTENCES["nl"], len(front), None) == "nl"


@pytest.mark.parametrize(
    ("hint", "language"),
    [("fr", "fr"), ("pt-BR", "pt"), ("EN_us", "en"), ("french", "und"), (None, "und")],
)
def test_stated_language_decides_for_a_text_too_short_to_tell(
    hint: str | None, language: str
) -> None:
    assert find_language("12 34", 0, hint) == language


TELL = """
from seedqa.index.language import find_language
print(*(find_language(text, 0, None) for text in {texts!r}))
"""


def test_the_identifier_is_unpacked_once(tmp_path: Path) -> None:
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    texts = [*SENTENCES.values(), *(sentence[:25] for sentence in SENTENCES.values())]
    command = [sys.executable, "-c", TELL.format(texts=texts)]
    told, kept = [], []
    for _ in range(2):
        told.append(subprocess.check_output(command, env=environment, text=True).split())
        (found,) = (tmp_path / "seedqa" / "compiled").glob("*/parts.npz")
        kept.append(found.stat().st_mtime_ns)
    assert told[0] == told[1]
    assert told[0][: len(SENTENCES)] == list(SENTENCES)
    assert kept[0] == kept[1]
