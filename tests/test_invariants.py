"""What holds for every input, tried on many that hypothesis makes.

Nothing of a document is lost, marks join to the text again, globs judge as git does, and a history
of builds answers as one build does. The examples are the same in every run.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seedqa.index.build import build_index
from seedqa.index.chunking import split_document
from seedqa.index.documents.formats import find_extractor
from seedqa.index.documents.ignore import (
    IgnoreRules,
    compile_rules,
    is_ignored,
    matches_glob,
)
from seedqa.index.documents.types import Extracted
from seedqa.index.store.checking import check_database, check_words
from seedqa.index.store.reading import open_for_reading
from seedqa.index.types import (
    DEFAULT_SETTINGS,
    UNREAD_KINDS,
    Block,
    BlockKind,
    Chunk,
    ChunkSettings,
    Document,
    Edit,
    Row,
)
from seedqa.index.workspace import Location, resolve
from seedqa.page.view import mark_spans
from seedqa.retrieval.pipeline import Pipeline
from support.structure import assert_sound
from support.toy import ToyEncoder


def examples(count: int) -> settings:
    """Return settings for `count` examples, the same ones in every run, however slow."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


# -- nothing of a document is lost ---------------------------------------------------------------

WORDS = st.sampled_from(
    ["a", "Mot", "x" * 70, "M.", "12.", "«", "»", "“", "’", "(b)", "e\u0301", "👩\u200d👧",
     "日本。", "found-", "Turku", "1894", "end.", "why?", "and:", "|", "#", "-", "*", "`", "\u00ad",
     "\ufeff", "&", "<", ">", "~~~", "1)", "[^1]"]
)  # fmt: skip
SPACES = st.sampled_from([" ", " ", " ", "  ", "\n", "\t", "\u00a0", "\u202f", "\u2028"])
GAPS = st.sampled_from(["\n", "\n\n", "\n \n\n", " "])
SETTINGS = st.sampled_from([DEFAULT_SETTINGS, ChunkSettings(400, 0), ChunkSettings(420, 100)])
PROSE = [kind for kind in BlockKind if kind is not BlockKind.TABLE]


@st.composite
def prose(draw: st.DrawFn, words: int = 120) -> str:
    """Return trimmed text that is not empty."""
    drawn = draw(st.lists(st.tuples(WORDS, SPACES), min_size=1, max_size=words))
    return "".join(word + space for word, space in drawn).strip()


@st.composite
def blocks(draw: st.DrawFn, start: int) -> tuple[str, Block]:
    """Return the text of a block and the block, which begins at `start`."""
    kind = draw(st.sampled_from([*PROSE, BlockKind.PARAGRAPH, BlockKind.TABLE]))
    if kind is BlockKind.TABLE:
        return draw(tables(start))
    level = draw(st.integers(1, 6)) if kind in (BlockKind.HEADING, BlockKind.ITEM) else 0
    text = draw(prose(20 if kind is BlockKind.HEADING else 120))
    return text, Block(kind, start, start + len(text), level)


@st.composite
def tables(draw: st.DrawFn, start: int) -> tuple[str, Block]:
    """Return a table whose cells are separated by bars, with a header or without."""
    width = draw(st.integers(1, 4))
    row = st.lists(st.one_of(st.just(""), prose(8)), min_size=width, max_size=width)
    given_rows = draw(st.lists(row, min_size=1, max_size=8))
    lines: list[str] = []
    rows: list[Row] = []
    for given_cells in given_rows:
        at = begin = start + sum(len(line) + 1 for line in lines)
        spans = []
        for cell in given_cells:
            at += 1
            spans.append((at, at + len(cell)))
            at += len(cell)
        lines.append("|" + "|".join(given_cells) + "|")
        rows.append(Row(begin, at + 1, tuple(spans)))
    text = "\n".join(lines)
    if draw(st.booleans()):
        names = tuple(given_rows[0])
        header, body = rows[0], tuple(rows[1:])
    else:
        names, header, body = (), None, tuple(rows)
    return text, Block(BlockKind.TABLE, start, start + len(text), 0, names, header, body)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Return a document whose blocks keep what `Block` promises."""
    text, made, edits = draw(st.sampled_from(["", "\n ", "  "])), [], []
    for _ in range(draw(st.integers(1, 12))):
        words, block = draw(blocks(len(text)))
        made.append(block)
        at = block.start + draw(st.integers(0, len(words)))
        if block.kind is not BlockKind.TABLE and draw(st.booleans()):
            edits.append(Edit(at, min(block.end, at + 1), draw(st.sampled_from(["", " "]))))
        text += words + draw(GAPS)
    starts = {block.start for block in made if draw(st.integers(0, 5)) == 0}
    pages = (0, *sorted(starts - {0})) if starts else ()
    return Document("a.md", text, "A title", None, "en", pages, tuple(made), tuple(edits))


def lost(document: Document, chunks: list[Chunk]) -> list[str]:
    """Return the characters but white space that are in no chunk and in no block left unread."""
    covered = bytearray(len(document.text))
    unread = [(block.start, block.end) for block in document.blocks if block.kind in UNREAD_KINDS]
    for start, end in [*unread, *((chunk.start, chunk.end) for chunk in chunks)]:
        covered[start:end] = b"\1" * (end - start)
    pairs = zip(document.text, covered, strict=True)
    return [character for character, is_covered in pairs if not (is_covered or character.isspace())]


def check_chunks(document: Document, chosen: ChunkSettings) -> None:
    chunks = split_document(document, chosen)
    assert lost(document, chunks) == []
    for chunk in chunks:
        assert document.text[chunk.start : chunk.end] == chunk.text == chunk.text.strip() != ""
        assert all(0 <= at <= to <= len(chunk.text) for at, to in chunk.items)
        assert all(0 <= edit.start <= edit.end <= len(chunk.text) for edit in chunk.edits)
        assert len(chunk.text) <= chosen.size or ends_in_table(document, chunk)
    for before, after in pairwise(chunks):
        assert before.start < after.start


def ends_in_table(document: Document, chunk: Chunk) -> bool:
    """Return whether a chunk is of rows, which are never cut."""
    return any(
        block.kind is BlockKind.TABLE and block.start <= chunk.end - 1 < block.end
        for block in document.blocks
    )


@examples(150)
@given(documents(), SETTINGS)
def test_every_character_of_a_document_is_in_a_chunk_or_left_unread(
    document: Document, chosen: ChunkSettings
) -> None:
    check_chunks(document, chosen)


@examples(100)
@given(prose(300), st.lists(st.integers(0, 2000), max_size=4), SETTINGS)
def test_every_character_of_a_text_without_structure_is_in_a_chunk(
    text: str, inner: list[int], chosen: ChunkSettings
) -> None:
    pages = (0, *sorted(min(at, len(text)) for at in inner)) if inner else ()
    check_chunks(Document("a.txt", text, "A title", None, "en", pages), chosen)


def test_a_lost_character_is_noticed() -> None:
    text = "One. Two."
    document = Document("a.txt", text, "", None, "en")
    assert lost(document, [Chunk(0, 4, 1, 1, None, "One.")]) == ["T", "w", "o", "."]


# -- nor on the way out of a file ----------------------------------------------------------------

LINES = st.sampled_from(
    ["# ", "## ", "- ", "  - ", "1. ", "> ", "    ", "| ", "|---|---|", "```", "~~~py", "---",
     "===", "+++", "<!-- ", "-->", "[^1]: ", "[a]: b", "<div>", "Page 1 of 3", "", ""]
)  # fmt: skip


@st.composite
def written(draw: st.DrawFn) -> str:
    """Return lines such as Markdown and plain texts are made of, good and bad."""
    line = st.tuples(LINES, st.one_of(st.just(""), prose(15)))
    return "\n".join(start + rest for start, rest in draw(st.lists(line, max_size=25)))


def check_extracted(extracted: Extracted) -> None:
    if extracted.blocks:
        assert_sound(extracted)
    document = Document(
        "a.md", extracted.text, "A title", None, "en",
        extracted.page_starts, extracted.blocks, extracted.edits,
    )  # fmt: skip
    check_chunks(document, DEFAULT_SETTINGS)


@pytest.mark.parametrize("extension", [".txt", ".md"])
@examples(120)
@given(text=written())
def test_text_and_markdown_keep_every_character(extension: str, text: str) -> None:
    extracted = find_extractor(extension)(text.encode())
    assert "".join(extracted.text.split()) == "".join(text.removeprefix("\ufeff").split())
    check_extracted(extracted)


TAGS = st.sampled_from(
    ["p", "h1", "h2", "li", "ul", "td", "tr", "table", "th", "b", "div", "nav", "footer", "pre",
     "blockquote", "section", "article", "span", "a"]
)  # fmt: skip


@examples(120)
@given(
    st.lists(st.tuples(TAGS, st.sampled_from(["open", "close", "both"]), prose(10)), max_size=25)
)
def test_html_keeps_every_word_that_is_shown(parts: list[tuple[str, str, str]]) -> None:
    """Tags that are open or closed too often are what browsers accept, and web pages have."""
    page = ["<!DOCTYPE html><html><body>"]
    for number, (tag, how, words) in enumerate(parts):
        page.append(f"<{tag}>" if how != "close" else "")
        page.append(f"{html.escape(words)} shown{number}.")
        page.append(f"</{tag}>" if how != "open" else "")
    extracted = find_extractor(".html")("\n".join(page).encode())
    for number in range(len(parts)):
        assert f"shown{number}." in extracted.text
    check_extracted(extracted)


# -- marks join back -----------------------------------------------------------------------------


@examples(200)
@given(
    prose(20),
    st.lists(
        st.tuples(st.integers(-5, 90), st.integers(-5, 90), st.sampled_from("xyz")), max_size=6
    ),
)
def test_marks_join_to_the_text_and_are_on_the_characters_of_their_spans(
    text: str, spans: list[tuple[int, int, str]]
) -> None:
    pieces = mark_spans(text, spans)
    assert "".join(piece for piece, _ in pieces) == text
    assert all(piece for piece, _ in pieces)
    marked = [names.split() for piece, names in pieces for _ in piece]
    assert marked == [
        sorted({name for start, end, name in spans if start <= at < end}) for at in range(len(text))
    ]


# -- globs are git's -----------------------------------------------------------------------------

#: ASCII: git matches bytes, so that its `?` is half an é; here it is a character.
GLOBS = st.lists(
    st.sampled_from(
        ["a", "b", "ab", "1", ".", "/", "/", "*", "**", "**/", "/**", "?", "[ab]", "[!a]", "[^b]",
         "[a-z]", "[z-a]", "[[:digit:]]", "[]a]", "[", "]", "\\", "\\*", "!", "#", "-", " ", "\\ "]
    ),
    min_size=1,
    max_size=8,
).map("".join)  # fmt: skip
NAMES = st.sampled_from(["a", "b", "ab", "1", "a.b", "b.a1", "-", "*", "a b", "!a", "#", "]", "\\"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty repository, without a person's own ignore rules."""
    folder = tmp_path_factory.mktemp("repository")
    run_git(folder, "init", "--quiet")
    return folder


def run_git(folder: Path, *command: str, asked: bytes = b"") -> bytes:
    """Run git away from this checkout and from a person's settings; return what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", "-C", str(folder), *command],
        input=asked, env=environment, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def ignored_by_git(repository: Path, globs: list[str], paths: list[str]) -> list[list[bool]]:
    """Return for each glob which paths git ignores; each is the rule of a folder of its own."""
    for number, glob in enumerate(globs):
        folder = repository / str(number)
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text(f"{glob}\n")
    asked = "".join(f"{number}/{path}\0" for number in range(len(globs)) for path in paths)
    command = ("check-ignore", "--no-index", "-z", "--stdin", "--verbose", "--non-matching")
    fields = run_git(repository, *command, asked=asked.encode()).split(b"\0")
    judged = [bool(rule) and not rule.startswith(b"!") for rule in fields[2:-1:4]]
    return [judged[at : at + len(paths)] for at in range(0, len(judged), len(paths))]


@examples(60)
@given(
    globs=st.lists(GLOBS, min_size=1, max_size=20),
    paths=st.lists(PATHS, min_size=1, max_size=10),
)
def test_globs_judge_as_git_does(repository: Path, globs: list[str], paths: list[str]) -> None:
    git = ignored_by_git(repository, globs, paths)
    ours = [[matches_glob(glob)(path) for path in paths] for glob in globs]
    differences = [
        (glob, path)
        for glob, theirs, own in zip(globs, git, ours, strict=True)
        for path, one, other in zip(paths, theirs, own, strict=True)
        if one != other
    ]
    assert differences == []


def test_ignore_files_judge_as_git_does(repository: Path) -> None:
    """Random files of rules, with negations, blanks and carriage returns, on random paths."""
    random = Random(17)
    parts = ["a", "b", "ab", "1", ".", "/", "*", "**", "**/", "/**", "?", "[ab]", "[!a]", "\\", "!",
             "#", " ", "\\ ", "[", "]", "a/b", "\r"]  # fmt: skip
    names = ["a", "b", "ab", "1", "a.b", "b1", "a b", "!a", "#", "]"]
    files = [[random_rule(random, parts) for _ in range(random.randint(1, 12))] for _ in range(150)]
    paths = ["/".join(random.choices(names, k=random.randint(1, 4))) for _ in range(20)]
    git = ignored_by_git(repository, ["\n".join(lines) for lines in files], paths)
    differences = [
        (lines, path)
        for lines, theirs in zip(files, git, strict=True)
        for path, one in zip(paths, theirs, strict=True)
        if one != is_left_out(lines, path)
    ]
    assert differences == []


def random_rule(random: Random, parts: list[str]) -> str:
    """Return a line without stars after a name: for git, against its manual, a**/b names ab."""
    while True:
        line = "!" * (random.random() < 0.3) + "".join(
            random.choices(parts, k=random.randint(1, 6))
        )
        if not re.search(r"[^/!]\*\*|^!!", line):
            return line


def is_left_out(lines: list[str], path: str) -> bool:
    """Judge a path as the walk does: no file in a folder that is left out is seen."""
    rules = [IgnoreRules(0, compile_rules(lines))]
    names = path.split("/")
    folders = ["/".join(names[:depth]) for depth in range(1, len(names))]
    return any(is_ignored(folder, True, rules) for folder in folders) or is_ignored(
        path, False, rules
    )


def test_git_is_asked_rightly(repository: Path) -> None:
    globs, paths = ["a", "!a", "a/", "/b", "*.b"], ["a", "a/b", "b", "c/a.b"]
    assert ignored_by_git(repository, globs, paths) == [
        [True, True, False, False],
        [False, False, False, False],
        [False, True, False, False],
        [False, False, True, False],
        [False, False, False, True],
    ]


# -- a history of builds is one build ------------------------------------------------------------

FILES = st.sampled_from(
    ["a.txt", "b.md", "c.html", "one/a.txt", "one/b.md", "two/deep/c.txt", ".gitignore", "d.bin"]
)
SENTENCES = st.lists(
    st.sampled_from(
        ["The iron bridge was opened in 1894.", "Le pont de bois a brûlé.", "# Toll\n",
         "- lamps\n- fog\n", "The toll was two cents.", "| year |\n|---|\n| 1894 |\n", "one/",
         "*.md", "<p>The ferry is old.", ""]
    ),
    max_size=4,
).map("\n".join)  # fmt: skip
STEPS = st.one_of(
    st.tuples(st.just("write"), FILES, SENTENCES),
    st.tuples(st.just("write"), FILES, SENTENCES),
    st.tuples(st.just("delete"), FILES, st.just("")),
    st.tuples(st.just("rename"), FILES, FILES),
    st.tuples(st.just("build"), st.just(""), st.just("")),
)
QUESTIONS = ["when was the iron bridge opened?", "le pont de bois", "toll in 1894", "fog"]


def take_step(seeds: Path, step: tuple[str, str, str], build: Callable[[], object]) -> None:
    """Write, delete or rename a file of the folder, where it is there, or build."""
    what, name, value = step
    path = seeds / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if what == "build":
        build()
    elif what == "write":
        path.write_text(value, encoding="utf-8")
    elif what == "delete":
        path.unlink(missing_ok=True)
    elif path.exists():
        (seeds / value).parent.mkdir(parents=True, exist_ok=True)
        path.replace(seeds / value)


def contents(index: Path) -> list[object]:
    """Return all that an index holds but ids, times and the number of its generation."""
    with open_for_reading(index) as reader, reader.read() as reading:
        assert reading is not None
        assert check_database(index, reader.connection, reading.generation) == []
        assert check_words(index, reader.connection) == []
        rows = sorted(reading.documents(), key=lambda row: row.source)
        found: list[object] = [
            (row.source, row.hash, row.title, row.date, row.language, row.status, row.reason)
            for row in rows
        ]
        for row in rows:
            chunks = reading.chunks(reading.chunk_ids([row.id]))
            found += [(row.source, chunks[at].chunk) for at in sorted(chunks)]
    return found


def answers(index: Path) -> list[object]:
    """Return the passages of every question, in order, with their scores."""
    with Pipeline.open(
        resolve(Location(index, None, None)), refresh=False, encoder=ToyEncoder()
    ) as pipeline:
        results = [pipeline.search(question, count=50, refresh=False) for question in QUESTIONS]
    return [passage for result in results for passage in result.passages]


@examples(15)
@given(steps=st.lists(STEPS, min_size=1, max_size=15))
def test_a_history_of_builds_is_one_build(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    seeds, history, full = folder / "seeds", folder / "history", folder / "full"
    seeds.mkdir()
    for step in steps:
        take_step(seeds, step, lambda: build_index(seeds, history, ToyEncoder()))
    build_index(seeds, history, ToyEncoder())
    build_index(seeds, full, ToyEncoder())
    assert contents(history) == contents(full)
    assert answers(history) == answers(full)
