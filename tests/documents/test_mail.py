"""Mails in plain text: their head, and what they quote."""

from __future__ import annotations

import pytest

from seedqa.index.documents.lines import split_stanzas
from seedqa.index.documents.mail import find_head, says_who_wrote
from seedqa.index.documents.text import extract_text
from support.structure import assert_sound, shown

MAIL = """From: Harriet Lowe <harriet@dales.example>
To: Tom Brierley
Date: Wed, 12 March 2025 09:14
Subject: Re: AW: Mill Barn in August

Hi Tom,

I have moved you from 9 August to 16 August, and the price stays as it was in the mail of
last week.

Harriet

> On 11 March Tom Brierley wrote:
> would it be possible to come one week later than the 9th? My sister Alison only
> flies in from Toronto on the 13th.
>> From: Harriet Lowe
>> Date: Mon, 3 March 2025
>>
>> Thanks for your deposit of £365.

Harriet Lowe, Dales Cottages, Hawes
"""


def test_a_mail_is_read_without_its_marks() -> None:
    extracted = extract_text(MAIL.encode())
    assert_sound(extracted)
    assert [(kind, words) for kind, _, _, words in shown(extracted) if kind != "markup"] == [
        ("front matter", MAIL.split("\n\n", maxsplit=1)[0]),
        ("paragraph", "Hi Tom,"),
        (
            "paragraph",
            "I have moved you from 9 August to 16 August, and the price stays as it was in the "
            "mail of last week.",
        ),
        ("paragraph", "Harriet"),
        ("heading", "On 11 March Tom Brierley wrote:"),
        (
            "paragraph",
            "would it be possible to come one week later than the 9th? My sister Alison only "
            "flies in from Toronto on the 13th.",
        ),
        ("heading", "From: Harriet Lowe"),
        ("paragraph", "Date: Mon, 3 March 2025"),
        ("paragraph", "Thanks for your deposit of £365."),
        ("paragraph", "Harriet Lowe, Dales Cottages, Hawes"),
    ]


def test_a_mail_states_its_subject_and_its_date() -> None:
    stated = extract_text(MAIL.encode()).stated
    assert stated.title == "Mill Barn in August"
    assert stated.date == "Wed, 12 March 2025 09:14"


def test_what_follows_a_quotation_is_not_of_it() -> None:
    extracted = extract_text(MAIL.encode())
    closing = [
        extracted.text[block.start : block.end] for block in extracted.blocks if block.closes
    ]
    assert closing == ["Harriet Lowe, Dales Cottages, Hawes"]


@pytest.mark.parametrize(
    ("text", "is_head"),
    [
        ("Von: Anna\nAn: Tom\nBetreff: Dach", True),
        ("De : Anne\nÀ : Tom\nObjet : toit", True),
        ("From: Ann\nTo: Tom,\n  Bob\nSubject: Roof", True),
        ("From: York\nPrice: 12\nBeds: 2\nFloor: 3", False),
        ("Date: 3 May\nTopic: Roofs", False),
        ("From: Ann", False),
        ("We go from: York\nTo: Leeds", False),
    ],
)
def test_heads(text: str, is_head: bool) -> None:
    assert (find_head(next(split_stanzas(text))) is not None) is is_head


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("On Thu, 5 June 2025 at 11:20 Wanda Iqbal wrote:", True),
        ("Il 2 giugno Marco Zanetti ha scritto:", True),
        ("Am 3. Mai schrieb Karl Müller:", True),
        ("Le 4 mai, Anne a écrit :", True),
        ("She wrote a letter.", False),
        ("What she wrote", False),
    ],
)
def test_who_wrote(line: str, says: bool) -> None:
    assert says_who_wrote(line) is says


def test_many_quotations_take_linear_time() -> None:
    text = "".join(f"{'>' * (number % 9)} line {number}\n" for number in range(20_000))
    assert extract_text(text.encode()).blocks
