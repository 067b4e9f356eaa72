"""Markdown: the text is the file, the blocks are its structure, the edits leave out its marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedqa.index.documents.markdown import extract_markdown
from seedqa.index.documents.types import Extracted, Stated
from support.structure import anchors, assert_sound, cells, read, shown


def extract(text: str) -> Extracted:
    extracted = extract_markdown(text.encode())
    assert extracted.text == text
    assert_sound(extracted)
    return extracted


# --- front matter --------------------------------------------------------------------------------


def test_front_matter_stays_in_the_text_and_only_its_values_are_read() -> None:
    raw = b"\xef\xbb\xbf---\r\ntitle: One\r\n---\r\nBody"
    extracted = extract_markdown(raw)
    assert extracted.text == "---\ntitle: One\n---\nBody"
    assert extracted.stated == Stated(title="One", body_start=19)
    assert read(extracted) == [("front matter", "One"), ("paragraph", "Body")]


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ("created: 2024-03-01T08:12\ntags: [daily, 'to do']", "2024-03-01T08:12\ndaily, to do"),
        ("draft: true\nnote: ~\na: 1.5", "1.5"),
        ('title: "A \\"b\\""\nb: it # why', 'A "b"\nit'),
        ("author:\n  name: Jo\n  town: Ulm\nx:\n- a\n- b: c\n  d: e", "Jo\nUlm\na\nc\ne"),
        ("text: |\n  one\n  two\nlast: x", "one\ntwo\nx"),
        ("a: &x [1, 2]\nb: *x", "1, 2"),
        ("quoted: ''\nplain: one\n  two", "one\n  two"),
    ],
)
def test_values_of_yaml(fields: str, values: str) -> None:
    assert read(extract(f"---\n{fields}\n---\n"))[0] == ("front matter", values)


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ('title = "Budget"\ndate = 2023-11-20 # day', "Budget\n2023-11-20"),
        ("at = 2023-11-20 10:00:00\nd = false", "2023-11-20 10:00:00"),
        ("tags = ['a', \"b\\u00e9\",\n  'c']\n[params]\nx = {k = 1, l = 'm'}", "a, bé, c\n1, m"),
        ('t = """\none\ntwo"""', "one\ntwo"),
    ],
)
def test_values_of_toml(fields: str, values: str) -> None:
    assert read(extract(f"+++\n{fields}\n+++\n"))[0] == ("front matter", values)


def test_toml_states_title_date_and_language() -> None:
    text = '+++\ntitle = "Budget talk"\ndate = 2023-11-20\nlanguage = "en"\n+++\nBody'
    assert extract(text).stated == Stated("Budget talk", "2023-11-20", "en", 64)


def test_front_matter_without_values_is_markup() -> None:
    assert read(extract("---\ndraft: true\n---\nBody"))[0][0] == "markup"


@pytest.mark.parametrize("top", ["---\ntitle: [a\n---\n", "+++\ntitle = \n+++\n"])
def test_malformed_front_matter_is_text(top: str) -> None:
    assert "front matter" not in [kind for kind, _ in read(extract(f"{top}Body"))]


# --- blocks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "# One #\n\nTwo\n===\n\n### Three {#id}\nText",
            [
                ("heading", 1, "# One #", "One"),
                ("heading", 1, "Two\n===", "Two"),
                ("heading", 3, "### Three {#id}", "Three"),
                ("paragraph", 0, "Text", "Text"),
            ],
            id="headings",
        ),
        pytest.param(
            "**Fees**\n\nText.\n\n**Not one.**\n\n**No** heading",
            [
                ("heading", 2, "**Fees**", "Fees"),
                ("paragraph", 0, "Text.", "Text."),
                ("paragraph", 0, "**Not one.**", "Not one."),
                ("paragraph", 0, "**No** heading", "No heading"),
            ],
            id="a line in bold",
        ),
        pytest.param(
            "- [x] one\n  more\n  - two\n\n    still\n1. three\n\n* \n",
            [
                ("item", 1, "- [x] one\n  more", "one more"),
                ("item", 2, "- two\n\n    still", "two\n\n    still"),
                ("item", 1, "1. three", "three"),
                ("markup", 0, "*", "*"),
            ],
            id="items",
        ),
        pytest.param(
            "- one\n\n  ```\n  x\n  ```\n\n  after",
            [
                ("item", 1, "- one", "one"),
                ("code", 0, "```\n  x\n  ```", "x\n"),
                ("paragraph", 0, "after", "after"),
            ],
            id="code in an item",
        ),
        pytest.param(
            "- - deep\n- # Title",
            [("item", 2, "- - deep", "deep"), ("heading", 1, "- # Title", "Title")],
            id="marks before a block on its line",
        ),
        pytest.param(
            "```sh\na **b**\n```\n\n    c\n      d",
            [
                ("code", 0, "```sh\na **b**\n```", "a **b**\n"),
                ("code", 0, "c\n      d", "c\n      d"),
            ],
            id="code",
        ),
        pytest.param(
            "> [!NOTE] Title\n> text\n>\n> more",
            [
                ("paragraph", 0, "> [!NOTE] Title\n> text", "Title\ntext"),
                ("paragraph", 0, ">\n> more", "more"),
            ],
            id="quotation",
        ),
        pytest.param(
            "Said[^1].\n\n[^1]: The *note*.\n\n    More.\n\nText[^2]",
            [
                ("paragraph", 0, "Said[^1].", "Said."),
                ("note", 0, "[^1]: The *note*.\n\n    More.", "The note.\n\n    More."),
                ("paragraph", 0, "Text[^2]", "Text"),
            ],
            id="notes",
        ),
        pytest.param(
            "<!-- a\n\nb -->\n\n[r]: http://x 'T'\n\n***\n\n{{< toc >}}\n\n[TOC]\n\n#\n\n<br>",
            [
                ("markup", 0, "<!-- a\n\nb -->", ""),
                ("markup", 0, "[r]: http://x 'T'\n\n***", "[r]: http://x 'T'\n\n***"),
                ("markup", 0, "{{< toc >}}", ""),
                ("markup", 0, "[TOC]", ""),
                ("markup", 0, "#", "#"),
                ("markup", 0, "<br>", ""),
            ],
            id="what is not shown",
        ),
        pytest.param(
            "- [Fees](#fees)\n- [*Use*](#use)\n- [Guide](guide.md)",
            [
                ("navigation", 0, "- [Fees](#fees)", "Fees"),
                ("navigation", 0, "- [*Use*](#use)", "Use"),
                ("item", 1, "- [Guide](guide.md)", "Guide"),
            ],
            id="contents",
        ),
        pytest.param(
            "[![build](a)](b) [![pip](c)](d)\n\n![The pump](p.png)\n\nSee ![it](q)",
            [
                ("markup", 0, "[![build](a)](b) [![pip](c)](d)", "build pip"),
                ("caption", 0, "![The pump](p.png)", "The pump"),
                ("paragraph", 0, "See ![it](q)", "See it"),
            ],
            id="images",
        ),
        pytest.param(
            '<h1 align="center">The <b>name</b></h1>\n<p>It&nbsp;is<br>so &amp; so</p>\n',
            [
                ("heading", 1, '<h1 align="center">The <b>name</b></h1>', "The name"),
                ("paragraph", 0, "<p>It&nbsp;is<br>so &amp; so</p>", "It\u00a0is\nso & so"),
            ],
            id="HTML",
        ),
        pytest.param("x" * 250 + "\n---\n", [("paragraph", 0, "x" * 250 + "\n---", "x" * 250)],
            id="a rule right below a paragraph",
        ),
        pytest.param(
            "-    \t    a", [("code", 0, "-    \t    a", "a")], id="code behind a mark and a tab"
        ),
        pytest.param("<!-- ", [("markup", 0, "<!--", "")], id="comment without an end"),
        pytest.param("</h2></h2>", [("markup", 0, "</h2>", "")] * 2, id="ends of headings"),
        pytest.param("", [], id="nothing"),
        pytest.param(" \n\n", [], id="white space"),
    ],
)  # fmt: skip
def test_blocks(text: str, expected: list[tuple[str, int, str, str]]) -> None:
    assert shown(extract(text)) == expected


def test_a_note_is_anchored_where_the_text_first_refers_to_it() -> None:
    text = (
        "[^b]: Above.\n\n# Büro\n\nOf *1847*[^A] and [^b], then[^a].\n\n"
        "[^a]: Sold[^c].\n\n[^c]: Twice.\n\n[^d]: Nowhere.\n"
    )
    assert anchors(extract(text)) == [
        ("Above.", "*[^A] and "),
        ("Sold.", "\nOf *1847*"),
        ("Twice.", "[^a]: Sold"),
        ("Nowhere.", None),
    ]


def test_a_note_is_anchored_in_a_table() -> None:
    assert anchors(extract("|a|\n|-|\n|x[^1]|\n\n[^1]: Y\n")) == [("Y", "|a|\n|-|\n|x")]


def test_table() -> None:
    text = "A\n\n| `Name` | Of [it](x) | |\n|:--|--:|---|\n| a \\| b | *c* |\n| | d[^1] | e | f |\n"
    extracted = extract(text)
    _, table = extracted.blocks
    assert table.columns == ("Name", "Of it", "")
    assert table.header is not None
    assert text[table.header.start : table.header.end] == "| `Name` | Of [it](x) | |"
    assert [cells(extracted, row) for row in table.rows] == [["a | b", "c", ""], ["", "d", "e"]]
    assert [text[start:end] for start, end in table.rows[0].cells] == ["a \\| b", "*c*", ""]


def test_table_without_names_has_no_header() -> None:
    (table,) = extract("| | |\n|-|-|\n| a | b |").blocks
    assert (table.columns, table.header, len(table.rows)) == ((), None, 1)


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("**a** *b* _c_ __d__ ~~e~~ ***f***", "a b c d e f"),
        ("snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4"),
        ("`a *b*` and ``c`d``", "a *b* and c`d"),
        ("`a\nb`", "a b"),
        ('[text](http://x "title"), [**b**](y)', "text, b"),
        ("[ref][r] and [r]\n\n[r]: http://x", "ref and r"),
        ("![alt](x.png) here", "alt here"),
        ("[[People/Anton Reyes|Anton]] [[2024-03-01]]", "Anton 2024-03-01"),
        ("see ![[photo.png|300]] it", "see  it"),
        ("<http://x.org> http://y.org", "http://x.org http://y.org"),
        (r"\*a\* &amp; &eacute; &nothing;", "*a* & é &nothing;"),
        ("a<b>b</b>c<br>d <!-- e -->f", "abc\nd f"),
        ("Ctrl-<kbd>C</kbd> H<sub>2</sub>O", "Ctrl-C H2O"),
        ("costs {{< x >}} euros {% x %}{{% y %}}", "costs  euros"),
        ("costs {{< price 300 >}} euros", "costs 300 euros"),
        ('costs {{< price "1,250.50" "EUR" wide=8 >}}.', "costs 1,250.50."),
        ('ends on {% date "12 May 2024" %}, at noon', "ends on 12 May 2024, at noon"),
        ("see {{< youtube w7Ft2ymGmfc >}} and {{< file /a/2.png >}} there", "see  and  there"),
        ("`{{< x >}}` {{ x }}", "{{< x >}} {{ x }}"),
        ("code ==7719== but a == b, x==y==z", "code 7719 but a == b, x==y==z"),
        ("> [!warning]- Hot\n> stove", "Hot\nstove"),
        (":::tip Title\nBody\n:::", "Title\nBody"),
        ("Text {: .lead }", "Text"),
        ("one  \ntwo\\\nthree", "one  \ntwo\nthree"),
        ("the refur-\nbishment pho\u00adto \ufb01le", "the refurbishment photo file"),
        ("`refur-\nbishment`", "refur- bishment"),
        ("caf\u00e9 **\u00e9t\u00e9** \U0001f600 *x*", "caf\u00e9 \u00e9t\u00e9 \U0001f600 x"),
    ],
)
def test_words_are_read_without_marks(written: str, words: str) -> None:
    assert read(extract(written))[0][1].strip() == words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        pytest.param("Greta\nBrandquister", "Greta Brandquister", id="soft break"),
        pytest.param("one \n  two\n\tthree", "one two three", id="space around it"),
        pytest.param("one  \ntwo\\\n  three", "one  \ntwo\n  three", id="hard breaks"),
        pytest.param("a<br>\nb", "a\n\nb", id="tag of a line break"),
        pytest.param("*a*\n**b\nc** [d\ne](x) \n`f`", "a b c d e f", id="marks at line ends"),
        pytest.param("Bar-\ntholomew, pho\u00ad\nto\nof", "Bartholomew, photo of", id="hyphens"),
        pytest.param("> one\n> *two*\nthree", "one two three", id="quotation"),
        pytest.param("- one\n  two\nthree", "one two three", id="item"),
        pytest.param("[^1]: one\n    two\n\n    three\n    four", "one two\n\n    three four",
            id="note"),
        pytest.param("Two\nlines\n---", "Two lines", id="heading"),
        pytest.param("東京\n大阪", "東京大阪", id="no space in Japanese"),
        pytest.param("> [!tip] Hot\n> stove\n> burns", "Hot\nstove burns", id="callout"),
        pytest.param(":::tip Hot\nstove\nburns\n:::", "Hot\nstove burns", id="admonition"),
        pytest.param("a\n![](x)", "a", id="nothing behind it"),
        pytest.param("- a\n  <b>", "a", id="a tag behind it"),
        pytest.param("```\na\nb\n```", "a\nb", id="code"),
    ],
)  # fmt: skip
def test_wrapped_lines_are_read_as_one(written: str, words: str) -> None:
    assert read(extract(written))[0][1].strip() == words


# --- hostile texts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=name)
        for name, text in {
            "one line": "word " * 2_000_000,
            "brackets": "[" * 100_000,
            "stars": "*" * 100_000,
            "parted stars": "* a" * 50_000,
            "strong": "**a" * 50_000,
            "quotations": ">" * 50_000,
            "lists": "- " * 50_000,
            "deep lists": "".join(" " * depth + "- a\n" for depth in range(1000)),
            "wiki links": "[[a|" * 50_000,
            "images": "![" * 50_000,
            "ticks": "".join("`" * count + "a" for count in range(1000)),
            "tags": "<a " * 50_000,
            "comments": "<!--a" * 50_000,
            "blocks of HTML": "<div>\n<script>" * 20_000,
            "shortcodes": "{{< " * 50_000,
            "shortcodes in paragraphs": "{{< a\n\n" * 20_000,
            "marks": "==a" * 50_000,
            "callouts": "> [!" * 50_000,
            "notes": "[^a" * 50_000,
            "definitions": "[^1]: " * 20_000,
            "entities": "&" * 100_000,
            "rows": "|a|b|\n|-|-|\n" + "|*1*|2|\n" * 20_000,
            "columns": "|a" * 10_000 + "\n" + "|-" * 10_000 + "\n" + "|x|\n" * 100,
            "setext": "a\n" * 50_000 + "===",
            "fences": "```\n" * 50_000,
            "headings": "# a {#b\n" * 20_000,
            "hyphens": "a-\n" * 50_000,
            "wrapped lines": "a \n" * 50_000,
            "wide lines": "a" + " " * 100_000 + "\nb",
            "accents": "\u00e9*\u00e9*" * 50_000,
        }.items()
    ],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    extract(text)


CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t\f\r")
PIECES = (
    "a é b1 # ## * ** _ ` ``` ~~ [ ] ( ) ! < > <b> </b> <!-- --> <div> <h2> </h2> <br> | - + 1. : "
    "\\ & &amp; {{< >}} {% %} [^1] [^1]: [[ ]] == --- === +++ ::: !!! http://x [x] $ \u00ad \ufb01 "
    "\ud7ff \U0001f600 \u2028"
)
SPACES = (" ", "\n", "\n\n", "    ", "\t", "> ", "- ")
TEXTS = st.lists(st.sampled_from([*PIECES.split(), *SPACES])).map("".join)


@given(TEXTS | st.text(CHARACTERS))
def test_structure_of_any_text_is_sound(text: str) -> None:
    assert_sound(extract_markdown(text.encode()))
