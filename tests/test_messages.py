"""Messages: a template with its values, stored, sent, and translated by a table of templates."""

from __future__ import annotations

import ast
import errno
import json
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from seedqa.index import errors
from seedqa.index.errors import SeedqaError, UnreadableFile, UploadError, UsageError
from seedqa.index.messages import Message, describe_os_error
from seedqa.output.contract import error_json
from seedqa.page.words import LANGUAGES, translate, word_error
from support.served import ROOT

# -- a message -----------------------------------------------------------------------------------

NESTED = Message(
    "{source} cannot be read: {reason}",
    source="a {b}.txt",
    reason=Message("larger than {count} MiB", count=64),
)


def test_a_message_is_its_english_text() -> None:
    assert NESTED == "a {b}.txt cannot be read: larger than 64 MiB"
    assert NESTED.template == "{source} cannot be read: {reason}"
    assert type(str(NESTED)) is str


def test_a_message_without_values_may_have_braces() -> None:
    assert Message("a { b") == "a { b"


@pytest.mark.parametrize(
    "restore",
    [
        lambda message: pickle.loads(pickle.dumps(message)),
        lambda message: Message.from_json(message.to_json()),
    ],
    ids=["pickle", "json"],
)
@pytest.mark.parametrize("message", [NESTED, Message("no text")], ids=["nested", "plain"])
def test_a_message_comes_back_whole(message: Message, restore: object) -> None:
    restored = restore(message)  # type: ignore[operator]
    assert (restored, restored.template, restored.values) == (
        message, message.template, message.values,
    )  # fmt: skip


def test_a_path_is_stored_as_its_text() -> None:
    stored = Message.from_json(Message("no folder {folder}", folder=Path("a/b")).to_json())
    assert (stored, stored.values) == ("no folder a/b", {"folder": "a/b"})


def test_any_text_is_taken_as_a_message() -> None:
    assert Message.of(NESTED) is NESTED
    plain = Message.of("odd {x}")
    assert (plain, plain.template, plain.values) == ("odd {x}", "odd {x}", {})
    assert UnreadableFile("odd {x}").reason.template == "odd {x}"


def test_an_error_keeps_its_messages_in_another_process() -> None:
    error = UploadError(NESTED, "", Message("Fix the file"))
    sent = pickle.loads(pickle.dumps(error))
    assert (str(sent), sent.found.template) == (str(error), NESTED.template)


def test_an_error_of_the_operating_system_is_named_as_it_names_it() -> None:
    named = describe_os_error(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a.txt"))
    assert (named, translate(named, "fr")) == (
        "No space left on device", "plus de place sur le disque",
    )  # fmt: skip
    assert describe_os_error(TimeoutError()) == "TimeoutError"


@pytest.mark.parametrize(
    ("expected", "line"),
    [("an oak", "an elm; expected an oak. Plant one"), ("", "an elm. Plant one")],
    ids=["expected", "nothing-to-add"],
)
def test_the_line_of_an_error(expected: str, line: str) -> None:
    error = SeedqaError("an elm", expected, "Plant one")
    assert str(error) == line
    assert error_json(error) == {"found": "an elm", "expected": expected, "remedy": "Plant one"}


# -- what the product says -----------------------------------------------------------------------

PRODUCT = ["index/**/*.py", "retrieval/**/*.py", "output/*.py", "page/*.py", "cli.py", "ui.py"]
#: Modules and functions whose errors only the command line shows: these may be plain text.
ONLY_FOR_THE_COMMAND_LINE = {
    "cli.py", "doctor.py", "evaluation.py", "_load_sentence_transformer", "make_rules",
    "read_logins", "listen", "_cut",
}  # fmt: skip
#: What makes a template of a text that it does not know: `describe_os_error`, `Message.of`.
MAKES_MESSAGES = {"messages.py"}
ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, Exception)
}

#: What the operating systems say, of what may happen to a folder of documents.
SAID_BY_THE_SYSTEM = {
    "Permission denied", "No such file or directory", "No space left on device",
    "Read-only file system", "Is a directory", "Input/output error", "File name too long",
}  # fmt: skip
FRENCH: dict[str, str] = json.loads(
    (ROOT / "page" / "assets" / "phrases.fr.json").read_text(encoding="utf-8")
)


def calls(names: set[str], left_out: set[str]) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls of these names in the product, with where each is; leave out modules and
    functions by name."""

    def walk(node: ast.AST) -> Iterator[ast.Call]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef) and child.name in left_out:
                continue
            if isinstance(child, ast.Call) and getattr(child.func, "id", "") in names:
                yield child
            yield from walk(child)

    for pattern in PRODUCT:
        for path in sorted(ROOT.glob(pattern)):
            if path.name not in left_out:
                for call in walk(ast.parse(path.read_text(encoding="utf-8"))):
                    yield f"{path.relative_to(ROOT)}:{call.lineno}:{call.col_offset}", call


def names_in(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name is not None)


MESSAGES = dict(calls({"Message"}, MAKES_MESSAGES))


def template_of(call: ast.Call) -> str:
    (template,) = call.args
    assert isinstance(template, ast.Constant), ast.unparse(call)
    return str(template.value)


def test_every_message_is_a_template_with_its_values() -> None:
    assert len(MESSAGES) > 80
    for where, call in MESSAGES.items():
        given = sorted(str(value.arg) for value in call.keywords)
        assert given == names_in(template_of(call)), where


def test_every_message_is_translated() -> None:
    templates = {where: template_of(call) for where, call in MESSAGES.items()}
    missing = {where: text for where, text in templates.items() if text not in FRENCH}
    assert missing == {}


def test_the_table_translates_nothing_that_nobody_says() -> None:
    said = {template_of(call) for call in MESSAGES.values()}
    assert FRENCH.keys() - said == SAID_BY_THE_SYSTEM


def test_translations_have_the_same_values() -> None:
    for template, french in FRENCH.items():
        assert names_in(template) == names_in(french), template


def test_every_error_that_may_reach_the_page_is_made_of_messages() -> None:
    """A text with values in it, as an f-string, could not be found in the table."""
    made = dict(calls(ERRORS, ONLY_FOR_THE_COMMAND_LINE))
    assert len(made) > 35
    for where, call in made.items():
        for part in call.args:
            plain = isinstance(part, ast.JoinedStr) or (
                isinstance(part, ast.Constant) and part.value != ""
            )
            assert not plain, f"{where}: {ast.unparse(part)}"


# -- in French -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "french"),
    [
        (Message("a question of {count:,} characters", count=10_001),
         "une question de 10\u202f001 caractères"),
        (Message("format {number}", number=12_345), "le format 12345"),
        (Message("{path} has index format {number}", path="a,b.db", number=9),
         "a,b.db est au format d’index 9"),
        (NESTED, "a {b}.txt est illisible : plus de 64 Mio"),
        (Message("{source} cannot be read: {reason}", source="empty file", reason="odd"),
         "empty file est illisible : odd"),
        (Message("link to {source}", source="empty file"), "lien vers empty file"),
        (Message("{value!r} as a date", value="soon"), "'soon' comme date"),
        ("no text", "aucun texte"),
        (Message("nobody has said {this}", this="yet"), "nobody has said yet"),
    ],
    ids=["grouped", "number", "comma-in-a-name", "message-in-message", "text-in-message", "name",
         "quoted", "plain", "unknown"],
)  # fmt: skip
def test_messages_in_french(message: str, french: str) -> None:
    assert translate(message, "fr") == french
    assert translate(message, "en") == message


def test_an_error_in_the_words_of_a_language() -> None:
    found = Message("{name!r} is not a type that is read", name="a.exe")
    error = UploadError(found, ".docx, .txt", Message("Convert it"))
    english, french = (word_error(error, language) for language in LANGUAGES)
    assert (english["text"], english["language"]) == (str(error), "en")
    assert french == error_json(error) | {
        "text": "'a.exe' n’est pas d’un type qui est lu (attendu : .docx, .txt). Convertissez-le",
        "language": "fr",
    }


def test_an_error_without_anything_expected_in_french() -> None:
    error = UsageError(Message("this page is read-only"), "", Message("Reload"))
    assert word_error(error, "fr")["text"] == "cette page est en lecture seule. Rechargez la page"
    assert word_error(error, "en")["text"] == "this page is read-only. Reload"


def test_an_error_that_the_table_lacks_is_tagged_as_english() -> None:
    error = UsageError("something new", "something else", Message("Convert it"))
    shown = word_error(error, "fr")
    assert (shown["text"], shown["language"]) == (str(error), "en")
