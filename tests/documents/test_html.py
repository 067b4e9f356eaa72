"""HTML: the visible text, a line for each block, and the structure of the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedqa.index.documents.html import extract_html
from seedqa.index.documents.types import Extracted, Stated
from support.structure import anchors, assert_sound, cells, read, shown

FRENCH = "L’été, à Noël, le garçon « naïf » paya 3 € chez l’hôte… Où ça ? Sœur Zoé, là-bas."


def test_html_gives_visible_text_a_line_for_each_block() -> None:
    page = """<!doctype html><html lang="fr-CA"><head><title>Le &eacute;t&eacute;
      &mdash; Site</title><style>p {}</style><script>var x = "<p>no</p>";</script></head><body>
      <h1>Titre</h1><p>Un <b>deux</b>,
      trois&nbsp;&amp; <i> quatre</i> .</p><!-- no --><template>no</template>
      <ul><li>a</li><li>b</li></ul><p hidden>no</p><div style="display: none">no<p>no</p></div>
      <table><tr><th>x</th><td>1</td></tr><tr><th>y</th><td>2</td></tr></table>
      fin<br>vraiment<pre>  a
    b</pre></body></html>"""
    extracted = extract_html(page.encode())
    assert extracted.text == (
        "Titre\n\nUn deux, trois\u00a0& quatre .\n\na\nb\n\nx\t1\ny\t2\n\nfin\nvraiment\n\n"
        "  a\n    b"
    )
    assert extracted.stated == Stated(title="Le été\n      — Site", language="fr-CA")


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ('<meta property="article:published_time" content="2020-01-17T08:00+01:00">', None),
        ('<meta name="DC.date.issued" content="2020-01-17T08:00+01:00">', None),
        ('<body><p>x<time datetime="2020-01-17T08:00+01:00">Friday</time>', None),
        (
            '<script type="application/ld+json">{"datePublished": "2020-01-17"}</script>',
            "2020-01-17",
        ),
        ('<script>{"datePublished": "2020-01-17"}</script>', ""),
    ],
)
def test_html_states_its_date(head: str, date: str | None) -> None:
    stated = extract_html(f"<html>{head}<p>Text</p></html>".encode()).stated
    assert stated.date == ("2020-01-17T08:00+01:00" if date is None else date or None)


def test_html_without_title_states_its_first_heading() -> None:
    page = b"<body><p>Menu</p><h1>The <i>first</i></h1><h1>Second</h1>"
    assert extract_html(page).stated.title == "The first"


@pytest.mark.parametrize(
    "declaration",
    ['<meta charset="iso-8859-1">', "<meta http-equiv=x content='text/html; charset=Latin1'>"],
)
def test_html_is_decoded_as_it_declares_and_browsers_read_it(declaration: str) -> None:
    page = f"<html><head>{declaration}</head><p>{FRENCH}</p></html>"
    assert extract_html(page.encode("cp1252")).text == FRENCH


def test_html_declared_in_another_alphabet() -> None:
    page = '<html><head><meta charset="koi8-r"></head><p>Привет</p></html>'
    assert extract_html(page.encode("koi8-r")).text == "Привет"


def test_html_that_declares_the_wrong_encoding_is_still_utf8() -> None:
    page = '<html><head><meta charset="latin-1"></head><p>été</p></html>'
    assert extract_html(page.encode()).text == "été"


@pytest.mark.slow
@pytest.mark.parametrize(
    "opening",
    ["<div>", "<b>", "<p><b>", "<table><tr><td>", "<a><font><div>", "<ul><li>", "<span hidden=''>"],
)
def test_html_bomb_of_nested_tags_is_read(opening: str) -> None:
    page = "<p>before</p>" + opening * 100_000 + "deep"
    assert extract_html(page.encode()).text.split() in (["before", "deep"], ["before"])


def test_html_bomb_keeps_its_text() -> None:
    page = "<p>before</p>" + "<div>" * 100_000 + "deep" + "</div>" * 100_000 + "<p>after</p>"
    assert extract_html(page.encode()).text == "before\n\ndeep\n\nafter"


def test_html_bomb_of_attributes_keeps_its_text() -> None:
    """libxml2 takes 15 seconds over these attributes; they are dropped."""
    attributes = " ".join(f"a{number}=1" for number in range(100_000))
    assert extract_html(f"<p {attributes}>words</p>".encode()).text == "words"


@pytest.mark.parametrize("page", ["", "<", "<!", "<!--" * 1000, "<html></html>", "<script>x"])
def test_html_without_text_is_empty(page: str) -> None:
    assert extract_html(page.encode()).text.strip("<!-") == ""


# --- structure -----------------------------------------------------------------------------------


def extract(body: str) -> Extracted:
    extracted = extract_html(f"<!doctype html><html><body>{body}</body></html>".encode())
    assert_sound(extracted)
    return extracted


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            "<h1>One</h1><p>a</p><h3>Two<br>lines</h3>b<div role=heading aria-level=4>c</div>",
            [
                ("heading", 1, "One", "One"),
                ("paragraph", 0, "a", "a"),
                ("heading", 3, "Two\nlines", "Two\nlines"),
                ("paragraph", 0, "b", "b"),
                ("heading", 4, "c", "c"),
            ],
            id="headings",
        ),
        pytest.param(
            "<h2>Fees</h2><p><b>Children</b></p><p><strong>Not.</strong></p><p><b>x</b> y</p>",
            [
                ("heading", 2, "Fees", "Fees"),
                ("heading", 3, "Children", "Children"),
                ("paragraph", 0, "Not.", "Not."),
                ("paragraph", 0, "x y", "x y"),
            ],
            id="a line in bold",
        ),
        pytest.param(
            "<h2>FAQ</h2><details><summary>When?</summary>Now.</details>",
            [
                ("heading", 2, "FAQ", "FAQ"),
                ("heading", 3, "When?", "When?"),
                ("paragraph", 0, "Now.", "Now."),
            ],
            id="summary",
        ),
        pytest.param(
            "<main><ul><li>a <i>b</i><p>c</p><ol><li>d</ol>e<li>f</ul></main>",
            [
                ("item", 1, "a b\n\nc", "a b\n\nc"),
                ("item", 2, "d", "d"),
                ("paragraph", 0, "e", "e"),
                ("item", 1, "f", "f"),
            ],
            id="entries",
        ),
        pytest.param(
            "<dl><dt>Term<dd>One<dd>Two<dt>Other<dd>Three</dl>x",
            [
                ("item", 1, "Term\nOne\nTwo", "Term\nOne\nTwo"),
                ("item", 1, "Other\nThree", "Other\nThree"),
                ("paragraph", 0, "x", "x"),
            ],
            id="definitions",
        ),
        pytest.param(
            "<ul><li>a<dl><dt>b<dd>c</dl><li>d</ul>",
            [
                ("item", 1, "a", "a"),
                ("item", 2, "b\nc", "b\nc"),
                ("item", 1, "d", "d"),
            ],
            id="definitions in an entry",
        ),
        pytest.param(
            "<figure><img><figcaption>The pump</figcaption></figure>"
            "<pre>a\n  b</pre><p><code>c</code>",
            [
                ("caption", 0, "The pump", "The pump"),
                ("code", 0, "a\n  b", "a\n  b"),
                ("paragraph", 0, "c", "c"),
            ],
            id="captions and code",
        ),
        pytest.param(
            "<p>Built in 1847<sup><a href=#n1>1</a></sup> and "
            "sold<a role=doc-noteref href=#n2><sup>2</sup></a>"
            "<ol class=footnotes><li><p>One. <a class=footnote-backref href=#r1>\u21a9</a><p>More."
            "<li id=n2>Two.</ol>",
            [
                ("paragraph", 0, "Built in 18471 and sold2", "Built in 1847 and sold"),
                ("note", 0, "One. \u21a9\n\nMore.", "One. \n\nMore."),
                ("note", 0, "Two.", "Two."),
            ],
            id="notes",
        ),
        pytest.param(
            "<p>10<sup>6</sup> m<sup>2</sup>, 1847<sup>12</sup>, Roe<sup>14</sup>, 1<sup>st</sup>",
            [("paragraph", 0, "106 m2, 184712, Roe14, 1st", "10\u2076 m\u00b2, 1847, Roe, 1st")],
            id="raised figures",
        ),
        pytest.param(
            "<h2>Fees<a class=headerlink href=#fees>\u00b6</a></h2><h3>C# <a href=#c>#</a></h3>",
            [("heading", 2, "Fees\u00b6", "Fees"), ("heading", 3, "C# #", "C# ")],
            id="link of a heading",
        ),
        pytest.param(
            "<p>refur&shy;bish\u00ad</p><p>\ufb01le",
            [
                ("paragraph", 0, "refur\u00adbish\u00ad", "refurbish"),
                ("paragraph", 0, "\ufb01le", "file"),
            ],
            id="soft hyphens",
        ),
        pytest.param(f"<h2>{'x' * 201}</h2>", [("paragraph", 0, "x" * 201, "x" * 201)], id="long"),
        pytest.param("<p> <br> </p><ul><li></li></ul>", [], id="nothing"),
    ],
)
def test_blocks(body: str, expected: list[tuple[str, int, str, str]]) -> None:
    assert shown(extract(body)) == expected


@pytest.mark.parametrize(
    "part",
    [
        "<nav>x</nav>",
        "<header>x</header>",
        "<footer><p>x</p></footer>",
        "<aside><h3>x</h3></aside>",
        "<dialog open>x</dialog>",
        "<div role=navigation>x</div>",
        "<div role=alertdialog>x</div>",
        '<div id="cookie-consent" class="banner"><p>x</p></div>',
        '<div class="gdprBanner cookie-bar">x</div>',
        "<div id=onetrust>x</div>",
        "<div class=cookies>x<button>OK</button></div>",
        '<ol class="breadcrumb"><li><a href=/>x</a></ol>',
        '<a class="skip-link" href="#main">x</a>',
        "<ul><li><a href=/>x</a><li><a href=/a>y</a><li><a href=/b>z</a></ul>",
        "<main><nav><table><tr><td>x<td>y<tr><td>1<td>2</table></nav></main>",
    ],
)
def test_parts_around_the_content_are_navigation(part: str) -> None:
    kinds = read(extract(f"{part}<p>Content</p>"))
    assert {kind for kind, _ in kinds[:-1]} == {"navigation"}
    assert kinds[-1] == ("paragraph", "Content")


@pytest.mark.parametrize(
    "part",
    [
        "<article><header>x</header></article>",
        "<main><footer>x</footer></main>",
        "<section><aside>x</aside></section>",
        "<main><ul><li><a href=/>x</a><li><a href=/a>y</a><li><a href=/b>z</a></ul></main>",
        "<ul><li><a href=/>x</a><li><a href=/a>y</a></ul>",
        "<ul><li><a href=/>x</a><li>y<li><a href=/b>z</a></ul>",
        "<div class=cookies>x</div>",
        "<section id=informed-consent>x</section>",
        "<div class='recipe cookie'>x</div>",
        f"<div class=cookies>{'x' * 1501}<button>OK</button></div>",
        "<article class='tag-cookie-banner'>x</article>",
    ],
)
def test_content_is_no_navigation(part: str) -> None:
    assert "navigation" not in {kind for kind, _ in read(extract(f"{part}<p>Content</p>"))}


@pytest.mark.parametrize(
    ("mark", "note"),
    [
        pytest.param(
            "<a href=#fn:1 class=footnote-ref role=doc-noteref>1</a>",
            "<section class=footnotes id=notes><ol><li id=fn:1><p>So.</p></li></ol></section>",
            id="entry of a list",
        ),
        pytest.param("<sup><a href=#n>*</a></sup>", "<div class=footnote id=n>So.</div>", id="div"),
        pytest.param(
            "<a href='#n%C3%A9'><sup>12</sup></a>", "<aside role=doc-footnote id=né>So.</aside>",
            id="encoded",
        ),
        pytest.param("<a href=#n>[2]</a>", "<p class=footnote><a id=n></a>So.", id="empty link"),
        pytest.param("<a href=#n><b>[b]</b></a>", "<p role=doc-endnote id=n>So.", id="letter"),
    ],
)  # fmt: skip
def test_a_note_is_anchored_where_the_text_first_refers_to_it(mark: str, note: str) -> None:
    body = f"<a href=#notes>Notes</a><h2>Fees</h2><p>Built in 1847{mark} and{mark}.</p>{note}"
    assert anchors(extract(body)) == [("So.", "lt in 1847")]


def test_notes_without_a_known_reference_have_no_anchor() -> None:
    body = (
        "<p>See <a href=#n>the note</a>, <a href=#o>2</a>, <a href=x.html#n>1</a>.<a href=#n></a>1"
        "<p class=footnote id=n>So.<p>Text<p class=footnote>Lo.<h2 id=o>Fees</h2>"
    )
    assert anchors(extract(body)) == [("So.", None), ("Lo.", None)]


def test_title_in_the_header_of_a_page_is_a_heading() -> None:
    assert read(extract("<header>Menu<h1>Title</h1></header><p>x</p>")) == [
        ("navigation", "Menu"),
        ("heading", "Title"),
        ("paragraph", "x"),
    ]


def test_a_page_of_navigation_alone_is_read() -> None:
    assert read(extract("<header><p>One</p></header><nav><h2>Two</h2></nav>")) == [
        ("paragraph", "One"),
        ("heading", "Two"),
    ]


@pytest.mark.parametrize(
    ("table", "columns", "rows"),
    [
        pytest.param(
            "<tr><th>Name<th>Opened<sup><a href=#n>1</a></sup><tr><td>Moen<td><b>1936</b>",
            ("Name", "Opened"),
            [["Moen", "1936"]],
            id="header cells",
        ),
        pytest.param(
            "<thead><tr><td>Name<td>Town<tbody><tr><td>Bob<td>Ulm<tr><td>Eve<td>",
            ("Name", "Town"),
            [["Bob", "Ulm"], ["Eve", ""]],
            id="thead",
        ),
        pytest.param(
            "<tr><th>A<th colspan=2>2018<tr><th><th>Jan<th>Feb<tr><td>1<td>2<td>3",
            ("A", "2018 Jan", "2018 Feb"),
            [["1", "2", "3"]],
            id="header of two rows",
        ),
        pytest.param(
            "<thead><tr><th>A<th colspan=2>B</thead><tr><td>1<td>2<td>3",
            ("A", "B", "B"),
            [["1", "2", "3"]],
            id="span in the header",
        ),
        pytest.param(
            "<tr><td>Name<td>Year<tr><td>Bob<td>1936<tr><td>Eve<td>1937",
            ("Name", "Year"),
            [["Bob", "1936"], ["Eve", "1937"]],
            id="words above figures",
        ),
        pytest.param(
            "<tr><td>Bob<td>Ulm<tr><td>Eve<td>Riga",
            (),
            [["Bob", "Ulm"], ["Eve", "Riga"]],
            id="no header",
        ),
        pytest.param(
            "<tr><th>Phone<td>12<tr><th>Town<td>Ulm",
            (),
            [["Phone", "12"], ["Town", "Ulm"]],
            id="names of rows",
        ),
        pytest.param(
            "<tr><th>A<th>B<th>C<tr><td rowspan=2>1<td>2<td>3<tr><td colspan=2>4",
            ("A", "B", "C"),
            [["1", "2", "3"], ["", "4", ""]],
            id="spans",
        ),
        pytest.param(
            "<tr><th>A<th>B<tr><td><p>one<p>two<td><ul><li>x<li>y</ul>",
            ("A", "B"),
            [["one\n\ntwo", "x\ny"]],
            id="paragraphs in a cell",
        ),
        pytest.param(
            "<tr><th>A<th>B<tr><td>1<td><table><tr><td>in</table>",
            ("A", "B"),
            [["1", "in"]],
            id="table in a cell",
        ),
    ],
)
def test_tables(table: str, columns: tuple[str, ...], rows: list[list[str]]) -> None:
    extracted = extract(f"<p>x</p><table>{table}</table><p>y</p>")
    _, block, _ = extracted.blocks
    assert (block.kind, block.columns) == ("table", columns)
    assert [cells(extracted, row) for row in block.rows] == rows
    assert (block.header is not None) == bool(columns)


@pytest.mark.parametrize("title", ["<caption>Airfields", "<tr><th colspan=2>Airfields"])
def test_caption_is_above_its_table(title: str) -> None:
    page = f"<table>{title}<tr><th>A<th>B<tr><td>1<td>2</table>"
    assert [kind for kind, _ in read(extract(page))] == ["caption", "table"]


@pytest.mark.parametrize(
    "table",
    [
        "<tr><td><h2>x</h2><p>y<td>z<tr><td>a<td>b",
        "<tr><td>a<td>b",
        "<tr><td>a<tr><td>b",
        f"<tr><td>a<td>{'x' * 1001}<tr><td>b<td>c",
    ],
)
def test_table_that_arranges_a_page_is_none(table: str) -> None:
    assert "table" not in {kind for kind, _ in read(extract(f"<table>{table}</table>"))}


def test_table_of_data_within_one_that_arranges_a_page() -> None:
    inner = "<table><tr><th>A<th>B<tr><td>1<td>2</table>"
    page = f"<table><tr><td>menu<td>side<tr><td>left<td>{inner}</table>"
    assert [kind for kind, _ in read(extract(page))] == ["paragraph", "paragraph", "table"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(body, id=name)
        for name, body in {
            "lists": "<ul><li>" * 50_000 + "deep",
            "menus": "<ul><li><a href=x>a</a><li>b<li>c" * 20_000,
            "tables": "<table><tr><td>a<tr><td>b" * 20_000,
            "tables of data": "<table><tr><td>a<td>b<tr><td>c<td>" * 5_000,
            "rows": "<table>" + "<tr><td>a<td>b" * 50_000,
            "spans": "<table><tr>" + "<td colspan=50 rowspan=50>a" * 20_000,
            "tall spans": "<table>" + "<tr><td rowspan=1000000>a" * 20_000,
            "consent": "<div class=cookies><button>a" * 20_000,
            "headings": "<h1>" * 50_000 + "a",
            "notes": "<p>a<sup>1</sup>" * 30_000,
            "hyphens": "a&shy;" * 50_000,
        }.items()
    ],
)
def test_hostile_pages_take_linear_time(body: str) -> None:
    extract(body)


TAGS = (
    "<p> </p> <b> </b> <h1> </h1> <ul> <ol> <li> </li> </ul> </ol> <dl> <dt> <dd> </dl> <table> "
    "<caption> <thead> <tbody> <tr> <td> <th> <td\xa0colspan=2> <td\xa0rowspan=2> </td> </tr> "
    "</table> <nav> </nav> <header> <main> </main> <pre> </pre> <br> <sup> </sup> <a\xa0href=#x> "
    "</a> <div\xa0class=cookie> </div> <button> <summary> <li\xa0class=footnote> <figcaption> "
    "<p\xa0hidden> &amp; &shy; a é 12 1 \ufb01"
)
PIECES = [tag.replace("\xa0", " ") for tag in TAGS.split(" ")]
PAGES = st.lists(st.sampled_from([*PIECES, " ", "\n"])).map("".join)


@given(PAGES)
def test_structure_of_any_page_is_sound(page: str) -> None:
    assert_sound(extract_html(page.encode()))
