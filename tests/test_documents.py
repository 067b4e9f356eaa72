"""The walk of a folder and the reading of one file, on real files of every bad kind."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from seedqa.index.documents.ignore import (
    IgnoreRules,
    compile_rules,
    is_ignored,
    matches_glob,
)
from seedqa.index.documents.read import read_document
from seedqa.index.documents.walk import MAX_FILE_BYTES, walk_folder
from seedqa.index.errors import SeedsError, UnreadableFile
from seedqa.index.types import Document, FoundFile, SkipKind, SkippedFile

SEEDS = Path(__file__).parent.parent / "seeds"


def write(folder: Path, **files: str) -> None:
    """Write files whose names are given with `__` for `/` and `_` for `.`."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def sources(folder: Path, exclude: Path | None = None) -> list[str]:
    return [file.source for file in walk_folder(folder, exclude)[0]]


def skipped(folder: Path) -> list[tuple[str, str]]:
    return [(file.source, file.reason) for file in walk_folder(folder)[1]]


def read_only_file(folder: Path) -> Document:
    (found,), _ = walk_folder(folder)
    return read_document(found)[1]


# --- the walk ------------------------------------------------------------------------------------


def test_walk_sorts_by_source_and_reports_what_stat_says(tmp_path: Path) -> None:
    write(tmp_path, b_txt="two", a__z_MD="one", A_txt="three")
    found, skips = walk_folder(tmp_path)
    status = (tmp_path / "a" / "z.MD").stat()
    assert [file.source for file in found] == ["A.txt", "a/z.MD", "b.txt"]
    assert skips == []
    assert found[1] == FoundFile(
        source="a/z.MD",
        path=str(tmp_path.resolve() / "a" / "z.MD"),
        size=3,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        inode=status.st_ino,
    )


@pytest.mark.parametrize(
    "name", ["a.txt", "a.text", "a.md", "a.markdown", "a.html", "a.HTM", "a.Pdf", "a.docx"]
)
def test_supported_types_are_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    assert sources(tmp_path) == [name]


def test_empty_folder_has_nothing(tmp_path: Path) -> None:
    assert walk_folder(tmp_path) == ([], [])


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SeedsError) as caught:
        walk_folder(tmp_path / "none")
    assert caught.value.found == f"no folder {tmp_path / 'none'}"
    assert caught.value.expected == ""
    assert caught.value.remedy == "Name a folder of documents with --seeds DIR"


def test_file_in_place_of_folder_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, a_txt="x")
    with pytest.raises(SeedsError) as caught:
        walk_folder(tmp_path / "a.txt")
    assert caught.value.found == f"{tmp_path / 'a.txt'} is not a folder"


def test_folder_that_cannot_be_listed_is_an_error(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(SeedsError) as caught:
        walk_folder(loop)
    assert caught.value.found == f"{loop} cannot be listed: Too many levels of symbolic links"


def test_files_that_are_no_documents_are_skipped_with_a_reason(tmp_path: Path) -> None:
    write(tmp_path, photo_JPG="x", empty_txt="", empty_xyz="", Makefile="all:")
    os.mkfifo(tmp_path / "pipe.txt")
    assert skipped(tmp_path) == [
        ("Makefile", "no file type"),
        ("empty.txt", "empty file"),
        ("empty.xyz", "unsupported type .xyz"),
        ("photo.JPG", "unsupported type .jpg"),
        ("pipe.txt", "not a regular file"),
    ]
    assert sources(tmp_path) == []


def test_size_limit_is_exact(tmp_path: Path) -> None:
    for name, size in {"most.txt": MAX_FILE_BYTES, "more.txt": MAX_FILE_BYTES + 1}.items():
        with open(tmp_path / name, "wb") as file:
            file.truncate(size)
    assert sources(tmp_path) == ["most.txt"]
    assert skipped(tmp_path) == [("more.txt", "larger than 64 MiB")]


def test_links_are_followed_inside_only_and_once(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    write(tmp_path, outside_txt="x", seedsX__near_txt="x")
    write(seeds, real_txt="x", _hidden__kept_txt="x", sub__other_txt="x")
    links = {
        "again.txt": "real.txt",
        "kept.txt": ".hidden/kept.txt",
        "kept2.txt": "kept.txt",
        "gone.txt": "nowhere.txt",
        "loop.txt": "loop.txt",
        "here": ".",
        "sub/up": "..",
        "out.txt": "../outside.txt",
        "near.txt": "../seedsX/near.txt",
        "root": "/",
    }
    for name, target in links.items():
        (seeds / name).symlink_to(target)
    found, _ = walk_folder(seeds)
    assert [file.source for file in found] == ["kept.txt", "real.txt", "sub/other.txt"]
    assert found[0].path == str(seeds.resolve() / ".hidden" / "kept.txt")
    assert skipped(seeds) == [
        ("again.txt", "link to real.txt"),
        ("gone.txt", "broken link"),
        ("here", "link to a folder"),
        ("kept2.txt", "link to kept.txt"),
        ("loop.txt", "link loop"),
        ("near.txt", "link out of the seeds folder"),
        ("out.txt", "link out of the seeds folder"),
        ("root", "link out of the seeds folder"),
        ("sub/up", "link to a folder"),
    ]


def test_link_to_a_file_that_is_no_document_keeps_its_reason(tmp_path: Path) -> None:
    write(tmp_path, _store__empty_txt="")
    os.mkfifo(tmp_path / ".store" / "pipe")
    (tmp_path / "empty.txt").symlink_to(".store/empty.txt")
    (tmp_path / "pipe.txt").symlink_to(".store/pipe")
    assert skipped(tmp_path) == [("empty.txt", "empty file"), ("pipe.txt", "not a regular file")]


def test_seeds_folder_may_itself_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, real__a_txt="x")
    (tmp_path / "link").symlink_to("real")
    assert sources(tmp_path / "link") == ["a.txt"]


@pytest.mark.parametrize("name", ["line\nbreak.txt", "quo\"te's.txt", "😀 é.txt", "-rf *.txt"])
def test_odd_names_are_kept_and_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("words")
    (found,), skips = walk_folder(tmp_path)
    assert (found.source, skips) == (name, [])
    assert read_document(found)[1].text == "words"


def test_names_that_are_not_utf8_are_escaped_and_read(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    Path(os.fsdecode(folder + b"/d\xe9")).mkdir()
    Path(os.fsdecode(folder + b"/d\xe9/caf\xe9.txt")).write_text("12 34")
    (found,), _ = walk_folder(tmp_path)
    assert found.source == r"d\xe9/caf\xe9.txt"
    assert read_document(found)[1].title == r"caf\xe9"


def test_second_of_two_names_that_are_written_alike_is_skipped(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("bytes")
    (tmp_path / r"caf\xe9.txt").write_text("backslash")
    (found,), skips = walk_folder(tmp_path)
    assert read_document(found)[1].text == "backslash"
    assert skips == [
        SkippedFile(r"caf\xe9.txt", "another file has the same name", SkipKind.DUPLICATE_NAME)
    ]


def test_hidden_files_and_the_excluded_folder_are_left_out_silently(tmp_path: Path) -> None:
    write(tmp_path, a_txt="x", _b_txt="x", _c__d_txt="x", index__e_txt="x", f__index__g_txt="x")
    (tmp_path / "into.txt").symlink_to("index/e.txt")
    found, skips = walk_folder(tmp_path, exclude=tmp_path / "index")
    assert [file.source for file in found] == ["a.txt", "f/index/g.txt"]
    assert skips == []


def test_ignore_files_are_nested_and_negated_as_in_git(tmp_path: Path) -> None:
    write(
        tmp_path,
        _gitignore="*.txt\n!keep.txt\nbuild/\n/top.md\n# note\n\n",
        a_txt="x",
        keep_txt="x",
        top_md="x",
        build__keep_txt="never: its folder is left out",
        build__bin_exe="x",
        sub__top_md="x",
        sub___gitignore="!back.txt\nkeep.txt\n",
        sub__back_txt="x",
        sub__keep_txt="x",
        sub__deep__back_txt="x",
        other__back_txt="x",
    )
    assert sources(tmp_path) == ["keep.txt", "sub/back.txt", "sub/deep/back.txt", "sub/top.md"]
    assert skipped(tmp_path) == []


def test_seedqaignore_has_the_last_word(tmp_path: Path) -> None:
    write(tmp_path, _gitignore="a.txt\n", _seedqaignore="!a.txt\nb.txt\n", a_txt="x", b_txt="x")
    assert sources(tmp_path) == ["a.txt"]


def test_ignore_files_above_the_seeds_folder_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, _gitignore="*\n", seeds__a_txt="x")
    assert sources(tmp_path / "seeds") == ["a.txt"]


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("docs/**\n!docs/a.txt", ["a.txt", "docs/a.txt"]),
        ("docs/*\n!docs/in", ["a.txt", "docs/in/b.txt"]),
        ("**/b.txt", ["a.txt", "docs/a.txt"]),
        ("docs/**/b.txt", ["a.txt", "docs/a.txt"]),
        ("[ab].txt", []),
        ("/a.txt", ["docs/a.txt", "docs/in/b.txt"]),
        ("in", ["a.txt", "docs/a.txt"]),
        ("a.txt/", ["a.txt", "docs/a.txt", "docs/in/b.txt"]),
        ("?.txt\n!/a.txt", ["a.txt"]),
        ("*\n!*/\n!b.txt", ["docs/in/b.txt"]),
        ("!\n\\\n/a.txt", ["docs/a.txt", "docs/in/b.txt"]),
        ("\ufeff/a.txt\r\nin\r\n", ["docs/a.txt"]),
        ("/****/b.txt", ["a.txt", "docs/a.txt"]),
        ("[[:alpha:]].txt", []),
        ("[[:digit:]].txt", ["a.txt", "docs/a.txt", "docs/in/b.txt"]),
        ("[[:nothing:]].txt", ["a.txt", "docs/a.txt", "docs/in/b.txt"]),
        ("[z-a].txt", ["a.txt", "docs/a.txt", "docs/in/b.txt"]),
        ("[!z-a].txt", []),
        ("[\\d\\a].txt", ["docs/in/b.txt"]),
        ("*/*n/*.*", ["a.txt", "docs/a.txt"]),
        ("do*s/*x*", ["a.txt", "docs/in/b.txt"]),
        ("**/*n/**/b*", ["a.txt", "docs/a.txt"]),
    ],
)
def test_ignore_rules(tmp_path: Path, rule: str, left: list[str]) -> None:
    (tmp_path / ".gitignore").write_bytes(rule.encode())
    write(tmp_path, a_txt="x", docs__a_txt="x", docs__in__b_txt="x")
    assert sources(tmp_path) == left


@pytest.mark.parametrize(
    "glob", ["*?" * 14 + "z", "*a" * 40 + "z", "**/*a*/" * 20 + "z", "*" * 4096]
)
def test_a_glob_is_not_tried_in_exponentially_many_ways(glob: str) -> None:
    """One of these took more than 15 seconds over a single name, once."""
    matches = matches_glob(glob)
    for source in ("a" * 200, "a/" * 100 + "a", "aaaa/" * 40 + "a"):
        assert matches(source) == (glob == "*" * 4096)


def test_a_rule_of_a_million_blanks_is_left_out_with_a_line(tmp_path: Path) -> None:
    """It took longer than 30 seconds, once."""
    write(tmp_path, _gitignore="b.txt\n" + " " * 1_000_000 + "x\n", a_txt="x", b_txt="x")
    assert sources(tmp_path) == ["a.txt"]
    assert skipped(tmp_path) == [
        (".gitignore", "ignore file: line 2 is longer than 4,096 characters")
    ]


@pytest.mark.parametrize(
    ("glob", "named"),
    [
        ("folder{}/*.tmp", "folder99/a.tmp"),
        ("name{}.txt", "in/name99.txt"),
        ("*.e{}", "in/a.e99"),
        ("*x{}*", "ax99b"),
    ],
)
def test_a_hundred_thousand_rules(glob: str, named: str) -> None:
    lines = [glob.format(number) for number in range(100_000)]
    rules = [IgnoreRules(0, compile_rules(lines))]
    assert is_ignored(named, False, rules)
    assert not is_ignored("other/a.md", False, rules)
    kept = [IgnoreRules(0, compile_rules([*lines, "!" + glob.format(99)]))]
    assert not is_ignored(named, False, kept)


def test_ignore_file_that_is_a_pipe_or_a_link_does_not_stop_the_walk(tmp_path: Path) -> None:
    write(tmp_path, a_txt="x", rules="*")
    os.mkfifo(tmp_path / ".gitignore")
    (tmp_path / ".seedqaignore").symlink_to("rules")
    assert sources(tmp_path) == ["a.txt"]
    assert skipped(tmp_path) == [
        (".gitignore", "ignore file: not a regular file"),
        (".seedqaignore", "ignore file: cannot be read: Too many levels of symbolic links"),
        ("rules", "no file type"),
    ]


def test_folder_too_deep_to_open_is_skipped_with_a_reason(tmp_path: Path) -> None:
    """Its path is longer than the system takes; the files above it are still found."""
    write(tmp_path, a_txt="x")
    name, start = "d" * 200, os.getcwd()  # noqa: PTH109
    os.chdir(tmp_path)
    try:
        for _ in range(25):
            os.mkdir(name)  # noqa: PTH102
            os.chdir(name)
    finally:
        os.chdir(start)
    found, skips = walk_folder(tmp_path)
    assert [file.source for file in found] == ["a.txt"]
    assert [file.reason for file in skips] == ["folder cannot be listed: File name too long"]


# --- reading one file ----------------------------------------------------------------------------


def test_seed_article_is_read_to_the_letter() -> None:
    (found,), skips = walk_folder(SEEDS)
    digest, document = read_document(found)
    raw = (SEEDS / "000_76e88c25fcffd226.txt").read_bytes()
    assert skips == []
    assert digest == hashlib.sha256(raw).hexdigest()
    assert len(document.blocks) == 15
    assert replace(document, blocks=(), edits=()) == Document(
        source="000_76e88c25fcffd226.txt",
        text=raw.decode("utf-8"),
        title="Pour Alibaba, un ballon d’essai avant l’explosion",
        date="2020-01-17",
        language="fr",
    )


def test_document_takes_its_parts_from_the_text_and_the_name(tmp_path: Path) -> None:
    text = "---\ntitle: Ce que dit l’en-tête\nlang: fr\n---\nUn mot.\n"
    (tmp_path / "2021-03-04-notes.md").write_text(text, encoding="utf-8")
    document = read_only_file(tmp_path)
    assert [block.kind for block in document.blocks] == ["front matter", "paragraph"]
    assert replace(document, blocks=(), edits=()) == Document(
        source="2021-03-04-notes.md",
        text=text,
        title="Ce que dit l’en-tête",
        date="2021-03-04",
        language="fr",
    )


def test_modification_time_is_never_the_date(tmp_path: Path) -> None:
    write(tmp_path, a_txt="Some words without any date.\n")
    os.utime(tmp_path / "a.txt", (0, 1_500_000_000))
    assert read_only_file(tmp_path).date is None


def test_one_line_of_20_mb_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "line.txt").write_bytes(b"The cat sat on the mat again. " * 700_000)
    document = read_only_file(tmp_path)
    assert len(document.text) == 21_000_000
    assert (document.title, document.language) == ("line", "en")


def test_file_that_vanished_since_the_walk(tmp_path: Path) -> None:
    write(tmp_path, a_txt="x")
    (found,), _ = walk_folder(tmp_path)
    (tmp_path / "a.txt").unlink()
    with pytest.raises(UnreadableFile) as caught:
        read_document(found)
    assert caught.value.reason == "cannot be read: No such file or directory"


def test_file_swapped_for_a_pipe_since_the_walk_does_not_block(tmp_path: Path) -> None:
    write(tmp_path, a_txt="x")
    (found,), _ = walk_folder(tmp_path)
    (tmp_path / "a.txt").unlink()
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(UnreadableFile) as caught:
        read_document(found)
    assert caught.value.reason == "not a regular file"


def test_file_swapped_for_a_link_since_the_walk_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, seeds__a_txt="x", secret_txt="secret")
    (found,), _ = walk_folder(tmp_path / "seeds")
    (tmp_path / "seeds" / "a.txt").unlink()
    (tmp_path / "seeds" / "a.txt").symlink_to("../secret.txt")
    with pytest.raises(UnreadableFile) as caught:
        read_document(found)
    assert caught.value.reason == "cannot be read: Too many levels of symbolic links"


def test_file_that_grew_beyond_the_limit_since_the_walk(tmp_path: Path) -> None:
    write(tmp_path, a_txt="x")
    (found,), _ = walk_folder(tmp_path)
    os.truncate(tmp_path / "a.txt", 200 * 10**6)
    with pytest.raises(UnreadableFile) as caught:
        read_document(found)
    assert caught.value.reason == "larger than 64 MiB"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(bytes(range(256)) * 8, "binary content, not text", id="binary"),
        pytest.param(b"some words\0and more", "binary content, not text", id="a NUL byte"),
        pytest.param(b" \n\t\r\n ", "no text", id="white space"),
        pytest.param(b"\xef\xbb\xbf", "no text", id="a byte order mark alone"),
    ],
)
def test_file_without_readable_text(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    (found,), _ = walk_folder(tmp_path)
    with pytest.raises(UnreadableFile) as caught:
        read_document(found)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "matter",
    [
        "title: 0x" + "f" * 4000,
        "title: !!bool foo",
        "date: !!timestamp foo",
        "title: !!int ''",
        "title: " + "1:00" * 200 + ".0",
        "title: [" * 2000,
        "lang: !!python/object/apply:os.getcwd []",
    ],
    ids=["digits", "bool", "timestamp", "int", "sexagesimal", "deep", "object"],
)
def test_front_matter_that_cannot_be_read_is_text(tmp_path: Path, matter: str) -> None:
    """Each of these once stopped a whole build."""
    (tmp_path / "a.md").write_text(f"---\n{matter}\n---\n# Bridges\n\nAn iron one.\n")
    (found,), _ = walk_folder(tmp_path)
    _, document = read_document(found)
    assert "An iron one." in document.text
    assert document.date is None


def test_a_declared_encoding_that_always_fails_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b'<meta charset="undefined"><p>caf\xe9 au lait</p>')
    (found,), _ = walk_folder(tmp_path)
    assert "café au lait" in read_document(found)[1].text


@pytest.mark.parametrize("seconds", [2**33 * 3, -(2**32)], ids=["far ahead", "long ago"])
def test_times_beyond_what_the_database_takes(tmp_path: Path, seconds: int) -> None:
    write(tmp_path, a_txt="x")
    try:
        os.utime(tmp_path / "a.txt", ns=(seconds * 10**9, seconds * 10**9))
    except OSError:  # the file system has no such year: then there is nothing to store either
        os.utime(tmp_path / "a.txt", (2**34, 2**34))
    (found,), _ = walk_folder(tmp_path)
    assert all(
        -(2**63) <= number < 2**63 for number in (found.mtime_ns, found.ctime_ns, found.inode)
    )
