"""The command line: parse, call, print, set the exit code; no logic of its own.

Results go to standard output, everything else to standard error. Exit codes: 0 answered, 1 nothing
found, 2 an error, 130 interrupted.
"""

from __future__ import annotations

import argparse
import errno
import io
import json
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from seedqa import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from seedqa.index.build import Report
    from seedqa.index.encoder import Encoder
    from seedqa.index.errors import SeedqaError
    from seedqa.index.progress import Progress
    from seedqa.index.types import Filters
    from seedqa.index.workspace import Location, Workspace
    from seedqa.retrieval.types import (
        Result,
    )

#: Read from standard input at most; a question has 10,000 characters.
MAX_INPUT_BYTES = 1_000_000
FOUND, NOTHING, ERROR, INTERRUPTED = 0, 1, 2, 130
#: Of the standard output: a full disk, a stream that is closed or open for reading only.
_OUTPUT_ERRORS = (errno.ENOSPC, errno.EBADF, errno.EIO)

_DESCRIPTION = """\
Ask a folder of documents, in your language or theirs: the answer with its exact words and their
location. Everything runs on this machine; nothing is contacted."""

_EPILOG = """\
Environment: SEEDQA_SEEDS, SEEDQA_INDEX and SEEDQA_MODEL set --seeds, --index and --model; an
option overrides them. Exit codes: 0 answered, 1 nothing found, 2 an error."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    from seedqa.index.errors import SeedqaError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name need not fit the locale
    given = sys.argv[1:] if arguments is None else arguments
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for as long as the process
    if sys.stdout is None:  # a file that is opened next would be taken for the output
        _note("standard output is closed; open it, or send it to a file", kind="error")
        return ERROR
    try:
        options = _parser().parse_args(given)
        code = int(options.run(options))
        sys.stdout.flush()  # so that a failed write is reported here, not lost at exit
        return code
    except SeedqaError as error:
        return _print_error(error, as_json="--json" in given)
    except KeyboardInterrupt:
        _note("stopped; the chunks embedded so far are kept, and the next run continues from there")
        return INTERRUPTED
    except BrokenPipeError:
        # The program that read our output has gone and wants no message, now or at exit.
        _drop_output()
        return FOUND
    except OSError as error:
        if error.filename is None and error.errno in _OUTPUT_ERRORS:
            _drop_output()
            _note(f"the output cannot be written: {error.strerror}", kind="error")
        else:
            _note(f"{error.filename}: {error.strerror or error}", kind="error")
        return ERROR


# -- commands ----------------------------------------------------------------------------------


def _ask(options: argparse.Namespace) -> int:
    from seedqa.output.contract import result_json
    from seedqa.output.terminal import write_result

    workspace = _workspace(options)
    with _open_pipeline(workspace, options) as pipeline:
        run = pipeline.ask if options.command == "ask" else pipeline.search
        result = run(
            _read_question(options.question),
            count=options.count,
            filters=_filters(options),
            refresh=options.refresh,
            progress=_progress(),
        )
    if workspace.uses_sample:
        _note("no index and no seeds here: asked the bundled article; seedqa index FOLDER")
    for note in result.notes:
        _note(note)
    if options.json:
        _print_json(result_json(result, explain=options.explain))
    else:
        write_result(result, sys.stdout, explain=options.explain, read=options.command == "ask")
    return _exit_code(result, options.command)


def _exit_code(result: Result, command: str) -> int:
    found = result.answer if command == "ask" else result.matches
    return FOUND if found else NOTHING


def _index(options: argparse.Namespace) -> int:
    from seedqa.output.contract import report_json
    from seedqa.output.terminal import write_report

    if options.folder and options.seeds and options.folder != options.seeds:
        from seedqa.index.errors import SeedsError

        raise SeedsError(
            f"two folders, {options.folder} and --seeds {options.seeds}", "", "Name one of them"
        )
    options.seeds = options.folder or options.seeds
    report = _build(_workspace(options, replaces_old=True))
    if options.json:
        _print_json(report_json(report))
    else:
        write_report(report, sys.stdout)
    return FOUND if report.generation.documents else NOTHING


def _build(workspace: Workspace, encoder: Encoder | None = None) -> Report:
    from seedqa.index.build import build_index
    from seedqa.index.encoder import load_encoder

    report = build_index(
        workspace.seeds,
        workspace.index,
        encoder or load_encoder(workspace.model),
        model_path=workspace.model,
        progress=_progress(),
    )
    for note in report.notes:
        _note(note)
    return report


def _status(options: argparse.Namespace) -> int:
    from seedqa.index.status import read_status
    from seedqa.output.contract import status_json
    from seedqa.output.terminal import write_status

    status = read_status(_workspace(options))
    if options.json:
        _print_json(status_json(status))
    else:
        write_status(status, sys.stdout)
    return FOUND if status.generation.documents else NOTHING


def _get(options: argparse.Namespace) -> int:
    from seedqa.index.source import read_source
    from seedqa.output.contract import excerpt_json
    from seedqa.output.terminal import show

    excerpt = read_source(_workspace(options), options.location)
    if options.json:
        _print_json(excerpt_json(excerpt))
    else:
        sys.stdout.write(show(excerpt.text, sys.stdout))
        if not excerpt.text.endswith("\n"):
            sys.stdout.write("\n")
    return FOUND


def _eval(options: argparse.Namespace) -> int:
    from pathlib import Path

    from seedqa.output.terminal import write_figures
    from seedqa.retrieval.evaluation import (
        PASSAGES,
        describe_outcome,
        read_questions,
        run_questions,
        summarise,
    )

    questions = read_questions(Path(options.questions))
    with _open_pipeline(_workspace(options), options) as pipeline:
        filters, progress = _filters(options), _progress()
        outcomes = []
        for outcome in run_questions(
            questions,
            lambda question: pipeline.ask(
                question, count=PASSAGES, filters=filters, refresh=options.refresh
            ),
        ):
            outcomes.append(outcome)
            progress("asking", len(outcomes), len(questions))
    if options.per_question:
        lines = (json.dumps(describe_outcome(one), ensure_ascii=False) for one in outcomes)
        _write_file(Path(options.per_question), "".join(f"{line}\n" for line in lines))
    figures = summarise(outcomes)
    if options.json:
        _print_json(figures)
    else:
        write_figures(figures, sys.stdout)
    return FOUND


def _watch(options: argparse.Namespace) -> int:
    from seedqa.index.encoder import load_encoder
    from seedqa.index.errors import IndexBusy, ParserError, SeedsError, StorageError
    from seedqa.index.watch import watch_changes
    from seedqa.output.terminal import write_report

    workspace = _workspace(options, replaces_old=True)
    encoder = load_encoder(workspace.model)
    write_report(_build(workspace, encoder), sys.stdout)
    _note(f"watching {workspace.seeds}; stop with Ctrl-C")
    last_error = ""
    with suppress(KeyboardInterrupt):
        for _ in watch_changes(workspace.seeds, workspace.index):
            try:
                report = _build(workspace, encoder)
            except (IndexBusy, ParserError, SeedsError, StorageError) as error:
                # Another process writes, or a disk is full or gone: the next check may succeed.
                if str(error) != last_error:
                    _note(f"{error.found}; checking again")
                last_error = str(error)
                continue
            last_error = ""
            if report.indexed or report.removed:
                write_report(report, sys.stdout)
                sys.stdout.flush()
    return FOUND


def _ui(options: argparse.Namespace) -> int:
    from seedqa.page.options import PageOptions, make_rules
    from seedqa.page.service import Service
    from seedqa.ui import serve

    page = PageOptions(
        host=options.host,
        port=options.port,
        auth=options.auth,
        root_path=options.root_path,
        read_only=options.read_only,
        mcp=options.mcp,
        uploads=options.allow_upload,
        removals=options.allow_remove,
    )
    make_rules(page)  # reports wrong options before anything is built
    workspace = _workspace(options)
    with (
        Service.open(workspace, read_only=options.read_only, progress=_progress()) as service,
        suppress(KeyboardInterrupt),  # the way to stop it
    ):
        serve(service, page, lambda url: print(url, flush=True))
    return FOUND


def _doctor(options: argparse.Namespace) -> int:
    from seedqa.index.doctor import check_index, check_model, repair
    from seedqa.index.encoder import ShippedEncoder
    from seedqa.output.contract import findings_json
    from seedqa.output.terminal import write_findings
    from seedqa.retrieval.reader import Reader

    location = _locate(options)
    done = (
        repair(location.index, location.seeds, location.model, _progress())
        if options.repair
        else []
    )
    for action in done:
        _note(action)
    findings = [
        check_model("encoder", ShippedEncoder),
        check_model("reader", Reader),
        *check_index(location.index, _progress()),
    ]
    if options.json:
        _print_json(findings_json(findings, done))
    else:
        write_findings(findings, sys.stdout)
    return FOUND if all(finding.ok for finding in findings) else ERROR


# -- helpers -----------------------------------------------------------------------------------


def _open_streams() -> bool:
    """Return whether there is an output; errors may be closed, and are lost then."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for as long as the process
    if sys.stdout is None:  # a file that is opened next would be taken for the output
        _note("standard output is closed; open it, or send it to a file", kind="error")
    return sys.stdout is not None


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _locate(options: argparse.Namespace) -> Location:
    from seedqa.index.workspace import locate

    return locate(options.seeds, options.index, options.model)


def _workspace(options: argparse.Namespace, *, replaces_old: bool = False) -> Workspace:
    from seedqa.index.workspace import resolve

    return resolve(_locate(options), replaces_old=replaces_old)


def _open_pipeline(workspace: Workspace, options: argparse.Namespace) -> Any:
    from seedqa.retrieval.pipeline import Pipeline

    return Pipeline.open(workspace, refresh=options.refresh, progress=_progress())


def _read_question(question: str) -> str:
    if question == "-" and sys.stdin is None:
        from seedqa.index.errors import QuestionError

        raise QuestionError("standard input is closed", "a question", "Ask it as an argument")
    raw = sys.stdin.buffer.read(MAX_INPUT_BYTES) if question == "-" else os.fsencode(question)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:  # a terminal or a pipe with another encoding
        from seedqa.index.documents.decoding import decode
        from seedqa.index.errors import QuestionError, UnreadableFile

        try:
            return decode(raw)
        except UnreadableFile as error:
            raise QuestionError(
                f"a question that is {error.reason}", "text", "Ask in UTF-8"
            ) from error


def _filters(options: argparse.Namespace) -> Filters:
    from seedqa.index.types import Filters

    return Filters(options.pattern, options.language, options.since, options.until)


def _progress() -> Progress:
    from seedqa.output.progress import progress_bar

    return progress_bar()


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=not _speaks_unicode(), indent=2))


def _speaks_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf16", "utf32")


def _print_error(error: SeedqaError, as_json: bool) -> int:
    if as_json:
        from seedqa.output.contract import error_json

        _print_json({"error": error_json(error)})
    else:
        _note(str(error), kind="error")
    return ERROR


def _note(text: str, kind: str = "note") -> None:
    from seedqa.output.terminal import one_line

    print(f"seedqa: {kind}: {one_line(text)}", file=sys.stderr)


def _write_file(path: Path, text: str) -> None:
    from seedqa.index.errors import StorageError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror}", "", "Name another one"
        ) from error


# -- options -----------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """Report a wrong option like every error, and match options by their whole names.

    `--in` is not short for `--index`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)

    def error(self, message: str) -> Any:
        from seedqa.index.errors import UsageError

        remedy = f"See {self.prog} --help"
        command = next((name for name in ("ask", "search") if name in sys.argv[1:2]), None)
        if command and message.startswith("unrecognized arguments"):
            remedy = f'Put the question in quotes: seedqa {command} "QUESTION"'
        raise UsageError(message, "", remedy)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="seedqa",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"seedqa {__version__}")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, parser_class=_Parser
    )
    location, asking = _location_options(), _asking_options()

    def add(name: str, run: Any, summary: str, *parents: _Parser) -> _Parser:
        command = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            parents=list(parents),
        )
        command.set_defaults(run=run)
        return command

    index = add("index", _index, "build or refresh the index of a folder", location)
    index.add_argument("folder", nargs="?", metavar="FOLDER", help="the documents (as --seeds)")
    ask = add("ask", _ask, "answer a question, with passages and their sources", location, asking)
    ask.add_argument("question", metavar="QUESTION", help="the question; - reads standard input")
    search = add("search", _ask, "show the passages that match a query", location, asking)
    search.add_argument("question", metavar="QUERY", help="the query; - reads standard input")
    add("status", _status, "show what is indexed, what is skipped and why", location)
    get = add("get", _get, "print a source, or the lines that a hit names", location)
    get.add_argument("location", metavar="FILE[:LINE[:COUNT]]", help="for instance notes.txt:9:3")
    evaluate = add("eval", _eval, "measure retrieval, answers and abstention", location, asking)
    evaluate.add_argument("questions", metavar="QUESTIONS.jsonl", help="one JSON object a line")
    evaluate.add_argument("--per-question", metavar="FILE", help="write a line for each question")
    add("watch", _watch, "keep the index fresh until stopped", location)
    page = add("ui", _ui, "open the web page, and its API, on this machine", location)
    page.add_argument("--host", default="127.0.0.1", help="where to listen (default: 127.0.0.1)")
    page.add_argument("--port", type=int, default=7860, help="0 takes a free one (default: 7860)")
    page.add_argument(
        "--auth", metavar="USER:PASSWORD", help="who may come in; or a file with such lines"
    )
    page.add_argument(
        "--root-path", default="", metavar="PATH", help="where a proxy serves it: a path or a URL"
    )
    page.add_argument("--read-only", action="store_true", help="nobody may refresh or change")
    page.add_argument("--allow-upload", action="store_true", help="documents may be added")
    page.add_argument("--allow-remove", action="store_true", help="documents may be deleted")
    page.add_argument("--mcp", action="store_true", help="serve the API as MCP tools too")
    doctor = add("doctor", _doctor, "check database, vectors and models", location)
    doctor.add_argument("--repair", action="store_true", help="rebuild damaged parts")
    return parser


def _location_options() -> _Parser:
    options = _Parser(add_help=False)
    options.add_argument("--seeds", metavar="DIR", help="the folder of documents")
    options.add_argument("--index", metavar="DIR", help="folder of the index (default: .seedqa)")
    options.add_argument(
        "--model",
        metavar="NAME",
        help="a sentence-transformers model, by folder or name (default: the bundled one)",
    )
    options.add_argument("--json", action="store_true", help="print one JSON object")
    return options


def _asking_options() -> _Parser:
    options = _Parser(add_help=False)
    options.add_argument(
        "-n", dest="count", type=int, default=5, metavar="COUNT", help="passages shown (default: 5)"
    )
    options.add_argument(
        "--explain", action="store_true", help="show how confidence and scores are computed"
    )
    options.add_argument(
        "--no-refresh",
        dest="refresh",
        action="store_false",
        help="answer from the index as it is; report it if it is not fresh",
    )
    options.add_argument("--in", dest="pattern", metavar="GLOB", help="only these sources")
    options.add_argument(
        "--lang", dest="language", metavar="CODE", help="only documents in this language (fr, en…)"
    )
    options.add_argument(
        "--since",
        type=_since,
        metavar="DATE",
        help="dated then or later, as 2020, 2020-01 or 2020-01-31; leaves out undated documents",
    )
    options.add_argument("--until", type=_until, metavar="DATE", help="dated then or earlier")
    return options


def _since(text: str) -> str:
    return _date(text, first=True)


def _until(text: str) -> str:
    return _date(text, first=False)


def _date(text: str, first: bool) -> str:
    """Return an ISO date; of a year or a month the first day, or the last."""
    from calendar import monthrange
    from datetime import date

    try:
        if re.fullmatch(r"\d{4}", text):
            text += "-01" if first else "-12"
        if re.fullmatch(r"\d{4}-\d\d", text):
            days = monthrange(int(text[:4]), int(text[5:]))[1]
            text += "-01" if first else f"-{days}"
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no date like 2020, 2020-01 or 2020-01-31"
        ) from None


if __name__ == "__main__":
    sys.exit(main())
