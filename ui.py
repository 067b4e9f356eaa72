"""The web page and the API it exposes: one Gradio application on one open index; no logic.

The page is a constant template, a style sheet and a script (`page/assets`); the script asks the
server functions below and puts what they return into the page as text. The same functions are
Gradio's named endpoints for REST, gradio_client and MCP. Before all of it stands `page.guard`.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from seedqa.index.documents.formats import EXTENSIONS
from seedqa.index.errors import QuestionError, SeedqaError, UsageError
from seedqa.index.status import status_json
from seedqa.index.types import Filters
from seedqa.output.terminal import result_json
from seedqa.page.calls import forget_calls
from seedqa.page.guard import UPLOAD_PATH, Guard, Rules
from seedqa.page.rebuild import Progress, describe_error
from seedqa.page.script import read_script
from seedqa.page.service import Service
from seedqa.page.uploads import MOST_UPLOAD_BYTES
from seedqa.page.view import view_document, view_result
from seedqa.page.words import (
    choose_language,
    translate,
    word_error,
    word_line,
    words_of,
)
from seedqa.retrieval.pipeline import DEFAULT_COUNT

if TYPE_CHECKING:
    from fastapi import FastAPI

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 7860
ASSETS = Path(__file__).resolve().parent / "page" / "assets"
#: Calls of a named endpoint that Gradio hands on at once; they wait for their turn in the service.
CONCURRENT_CALLS = 8
#: Calls that wait in Gradio; beyond that a client is told to come again.
MOST_CALLS = 200
#: Sessions that Gradio remembers. Nothing of ours is in them, but each call of an endpoint makes
#: one of 30 KB, and it would keep 10,000.
MOST_SESSIONS = 100
#: Files of each kind that the page lists; it asks every two seconds.
MOST_LISTED = 500
#: A server that is stopped waits this long for open event streams, which would never end.
SHUTDOWN_SECONDS = 2


@dataclass(frozen=True, slots=True)
class PageOptions:
    """What `seedqa ui` was asked for."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    auth: str | None = None
    """USER:PASSWORD, or a file with such lines."""
    root_path: str = ""
    """Where a proxy serves the page: a path, or a whole URL."""
    read_only: bool = False
    mcp: bool = False
    uploads: bool = False
    removals: bool = False


def serve(service: Service, options: PageOptions, announce: Callable[[str], None]) -> None:
    """Serve the page until the process is interrupted; `announce` is told the URL.

    Raises UsageError where the options do not go together, or the port is taken.
    """
    import uvicorn  # comes with gradio; no other command needs it

    rules = make_rules(options)
    listening = _listen(options.host, options.port)
    port = listening.getsockname()[1]
    application = Guard(create_application(service, options), rules)
    config = uvicorn.Config(
        application,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    host = f"[{options.host}]" if ":" in options.host else options.host

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            announce(f"http://{host}:{port}{rules.root_path}/")

    with listening:
        Server(config).run(sockets=[listening])


# -- who may come in ---------------------------------------------------------------------------


def make_rules(options: PageOptions) -> Rules:
    """Return what the guard lets in; raises UsageError where a host needs a log-in."""
    address = _address(options.host)
    loopback = options.host == "localhost" or (address is not None and address.is_loopback)
    if not loopback and not options.auth:
        raise UsageError(
            f"--host {options.host} can be reached from other machines, without --auth",
            "a log-in for them",
            "Add --auth USER:PASSWORD, or --auth FILE with such lines",
        )
    if options.read_only and (options.uploads or options.removals):
        raise UsageError(
            "--read-only with --allow-upload or --allow-remove", "one of them", "Leave one out"
        )
    hosts = {"localhost", "127.0.0.1", "::1", options.host.lower()}
    if not loopback:
        hosts |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    proxy = urlsplit(options.root_path)
    origins = set()
    if proxy.netloc:
        hosts.add(proxy.hostname or "")
        origins.add(f"{proxy.scheme}://{proxy.netloc}".lower())
    return Rules(
        hosts=frozenset(hosts),
        any_address=not loopback,
        origins=frozenset(origins),
        logins=read_logins(options.auth) if options.auth else {},
        root_path=proxy.path.rstrip("/"),
        uploads=options.uploads,
        most_upload_bytes=MOST_UPLOAD_BYTES,
    )


def read_logins(auth: str) -> dict[str, str]:
    """Return passwords by user, from USER:PASSWORD or a file with such lines."""
    lines = [auth]
    if Path(auth).is_file():
        try:
            lines = Path(auth).read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"--auth {auth} cannot be read", "lines of USER:PASSWORD", "See its permissions"
            ) from error
    pairs = [line.strip().partition(":") for line in lines if line.strip()]
    if not pairs or not all(user and password for user, _, password in pairs):
        raise UsageError(
            "--auth has a line that is not a user and a password",
            "USER:PASSWORD, or a file with such lines",
            "Give both, with a colon between them",
        )
    return {user: password for user, _, password in pairs}


def _address(host: str) -> Any:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        listening = socket.socket(found[0][0], socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(found[0][4])
        listening.listen()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"cannot listen on {host}, port {port}: {reason}",
            "a free port of this machine",
            "Name another one with --port",
        ) from error
    return listening


# -- the application ---------------------------------------------------------------------------


def create_application(service: Service, options: PageOptions) -> FastAPI:
    """Return the web application, without its guard."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read on import
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "100"  # kept for a page of its own that is closed
    import gradio  # 2 s, and no other command needs it
    from fastapi import FastAPI

    application = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    _add_upload_route(application, service)
    page = create_page(service, options)
    gradio.mount_gradio_app(
        application,
        page,
        path="/",
        server_name=options.host,
        footer_links=[],
        run_history=False,
        root_path=options.root_path.rstrip("/") or None,
        mcp_server=options.mcp,
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
        theme=gradio.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        # not as `css`, which Gradio rewrites, and loses what stands in media queries
        head=f"<style>{(ASSETS / 'page.css').read_text(encoding='utf-8')}</style>",
    )
    if options.mcp:
        page.mcp_server_obj.postprocess_output_data = _as_json
    return application


def _as_json(values: list[Any], root_url: str) -> list[Any]:
    """Hand a model JSON; Gradio would hand it the text of a Python value."""
    from mcp.types import TextContent

    return [
        TextContent(type="text", text=json.dumps(value, ensure_ascii=False)) for value in values
    ]


def create_page(service: Service, options: PageOptions) -> Any:
    """Return the Gradio Blocks: the page, and the named endpoints."""
    import gradio

    with gradio.Blocks(title="seedqa", analytics_enabled=False) as page:
        gradio.HTML(
            html_template=(ASSETS / "page.html").read_text(encoding="utf-8"),
            js_on_load=read_script(),
            apply_default_css=False,
            elem_id="seedqa",
            server_functions=page_functions(service, options),
        )
        asking = {"concurrency_limit": CONCURRENT_CALLS, "concurrency_id": "asking"}
        endpoints = api_functions(service, gradio.Error)
        for function in endpoints:
            limits = {} if function.__name__ == "refresh" else asking
            # not through the queue: MCP would reach it as a client of this very server, at an
            # address that the request's headers give, and without its log-in
            gradio.api(function, api_name=function.__name__, queue=False, **limits)
    page.queue(max_size=MOST_CALLS, default_concurrency_limit=1)
    page.state_session_capacity = MOST_SESSIONS
    forget_calls(page._queue)
    return page


def page_functions(service: Service, options: PageOptions) -> list[Callable[..., Any]]:
    """Return what the page's script calls: each takes and returns what JSON can say."""

    def start(wanted: dict[str, Any]) -> Any:
        language = choose_language(wanted.get("languages"))
        return {
            "language": language,
            "words": words_of(language),
            "examples": service.examples(language),
            "read_only": service.read_only,
            "upload": UPLOAD_PATH if options.uploads else None,
            "remove": options.removals,
            "extensions": sorted(EXTENSIONS),
            "most_bytes": MOST_UPLOAD_BYTES,
        }

    def ask(wanted: dict[str, Any]) -> Any:
        read = bool(wanted.get("read"))
        result = service.ask(
            str(wanted.get("question", "")),
            count=int(wanted.get("count", DEFAULT_COUNT)),
            filters=_filters(**{key: str(wanted.get(key) or "") for key in _FILTERS}),
            read=read,
        )
        return view_result(result, read)

    def open_document(wanted: dict[str, Any]) -> Any:
        return view_document(
            service.open_document(str(wanted.get("source", ""))),
            str(wanted.get("quote", "")),
            int(wanted.get("start", 0)),
            [(int(start), int(end)) for start, end in wanted.get("answers") or ()],
        )

    def status(wanted: dict[str, Any]) -> Any:
        shown = status_json(service.status())
        lists = ("changed", "removed", "skipped", "duplicates")
        listed = {name: shown[name][:MOST_LISTED] for name in lists}
        language = _spoken(wanted)
        for file in listed["skipped"]:
            file["reason"] = translate(file["reason"], language) or file["reason"]
        problem = shown["problem"]
        return shown | {
            "counts": {name: len(shown[name]) for name in lists},
            **listed,
            "problem": word_line(problem, language) if problem else None,
            "rebuild": _word_progress(service.progress(), language),
            "folder": service.seeds.name,
        }

    def documents(wanted: dict[str, Any]) -> Any:
        return service.documents()

    def refresh(wanted: dict[str, Any]) -> Any:
        return _word_progress(service.start_refresh(), _spoken(wanted))

    def remove(wanted: dict[str, Any]) -> Any:
        if not options.removals:
            raise UsageError("removing is off", "a page that may", "Start it with --allow-remove")
        service.remove(str(wanted.get("source", "")))
        return {}

    functions = [start, ask, open_document, status, documents, refresh, remove]
    return [_reporting(function) for function in functions]


def _reporting(function: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    """Return `function` with errors as values: the page shows them in its own words."""

    def report(given: Any) -> Any:
        wanted = given if isinstance(given, dict) else {}
        try:
            return function(wanted)
        except SeedqaError as error:
            return {"error": word_error(describe_error(error), _spoken(wanted))}
        except (TypeError, ValueError, IndexError, KeyError) as error:
            wrong = UsageError(f"a request of another kind ({error})", "one of this page", "Reload")
            return {"error": word_error(describe_error(wrong), _spoken(wanted))}

    report.__name__ = function.__name__
    return report


def _spoken(wanted: Mapping[str, Any]) -> str:
    """Return the language of the page that asks."""
    return choose_language(wanted.get("languages") or [wanted.get("speaks")])


def _word_progress(progress: Progress, language: str) -> dict[str, Any]:
    """Return where a rebuild stands, in the words of a language."""
    shown = asdict(progress)
    if shown["error"]:
        shown["error"] = word_error(shown["error"], language)
    if shown["report"]:
        notes = [translate(note, language) or note for note in shown["report"]["notes"]]
        shown["report"] = shown["report"] | {"notes": notes}
    return shown


def api_functions(
    service: Service, failure: Callable[..., Exception]
) -> list[Callable[..., dict[str, Any]]]:
    """Return the named endpoints; each docstring is what a client, or a model over MCP, reads.

    `failure` makes the exception that carries a message to the client.
    """

    def put(question: str, count: int, read: bool, filters: dict[str, str]) -> dict[str, Any]:
        try:
            result = service.ask(question, count=count, filters=_filters(**filters), read=read)
        except SeedqaError as error:
            raise failure(str(error), print_exception=False) from error
        return result_json(result, explain=False) | {"notes": list(result.notes)}

    def ask(
        question: str,
        count: int = DEFAULT_COUNT,
        pattern: str = "",
        language: str = "",
        since: str = "",
        until: str = "",
    ) -> dict[str, Any]:
        """Answer a question from the indexed documents, word for word, with sources.

        Returns an object: `answer` holds the exact words, their sentence, the source, character
        offsets, line and a calibrated confidence from 0 to 1, and is null where the documents do
        not answer; `answers` has more than one entry where they disagree; `passages` are the best
        passages, ranked, each with its source, title, date, language and place.

        Args:
            question: The question, in any language; the documents may be in another.
            count: How many passages to return, 1 to 100.
            pattern: Only sources that match this glob, such as "reports/*.pdf"; empty for all.
            language: Only documents in this language, by ISO 639-1 code; empty for all.
            since: Only documents dated on or after this ISO date, such as 2020-01-31.
            until: Only documents dated on or before this ISO date.
        """
        filters = {"pattern": pattern, "language": language, "since": since, "until": until}
        return put(question, count, True, filters)

    def search(
        query: str,
        count: int = DEFAULT_COUNT,
        pattern: str = "",
        language: str = "",
        since: str = "",
        until: str = "",
    ) -> dict[str, Any]:
        """Return the passages of the indexed documents that match a query, best first.

        The same object as `ask`, with `answer` null: quicker, since nothing is read for an answer.

        Args:
            query: What to look for, in any language.
            count: How many passages to return, 1 to 100.
            pattern: Only sources that match this glob, such as "reports/*.pdf"; empty for all.
            language: Only documents in this language, by ISO 639-1 code; empty for all.
            since: Only documents dated on or after this ISO date, such as 2020-01-31.
            until: Only documents dated on or before this ISO date.
        """
        filters = {"pattern": pattern, "language": language, "since": since, "until": until}
        return put(query, count, False, filters)

    def status() -> dict[str, Any]:
        """Say what is indexed, what is skipped and why, and whether the index is fresh.

        Returns an object with the numbers of documents and chunks, documents by language, the
        model, the generation and when it was built, `skipped` files with reasons, and `changed`
        and `removed` files that are not yet in the index.
        """
        try:
            return status_json(service.status())
        except SeedqaError as error:
            raise failure(str(error), print_exception=False) from error

    def refresh() -> dict[str, Any]:
        """Bring the index up to date with its folder, and return what was done.

        Runs in a process of its own; questions are answered from the old generation meanwhile.
        Returns when it is done, with the numbers of files indexed, unchanged, removed and skipped.
        """
        try:
            progress = service.refresh()
        except SeedqaError as error:
            raise failure(str(error), print_exception=False) from error
        if progress.error:
            raise failure(
                "{found}; expected {expected}. {remedy}".format(**progress.error),
                print_exception=False,
            )
        return progress.report or {}

    return [ask, search, status, refresh]


_FILTERS = ("pattern", "language", "since", "until")


def _filters(pattern: str, language: str, since: str, until: str) -> Filters:
    """Return filters from what a form holds, where empty means all."""
    for value in filter(None, (since, until)):
        try:
            date.fromisoformat(value)
        except ValueError:
            raise QuestionError(
                f"{value!r} as a date", "one like 2020-01-31", "Correct the date"
            ) from None
    return Filters(pattern or None, language or None, since or None, until or None)


def _add_upload_route(application: FastAPI, service: Service) -> None:
    """Take a document as it comes, without holding it in memory."""
    from fastapi import Request
    from fastapi.responses import JSONResponse
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import ClientDisconnect

    async def upload(request: Request) -> JSONResponse:
        try:
            with service.upload(request.query_params.get("name", "")) as part:
                async for data in request.stream():
                    await run_in_threadpool(part.write, data)
                name = await run_in_threadpool(service.keep, part)
        except SeedqaError as error:
            worded = word_error(describe_error(error), _spoken(request.query_params))
            return JSONResponse({"error": worded}, status_code=422)
        except ClientDisconnect:
            return JSONResponse({}, status_code=400)
        return JSONResponse({"source": name})

    application.add_route(UPLOAD_PATH, upload, methods=["POST"])
