"""Build and serve the web page and its API: one Gradio application on one open index.

The page is a constant template, a style sheet and a script (`page/assets`). The script calls
`page.actions` and puts what they return into the page as text. REST, gradio_client and MCP call
`page.endpoints`. `page.guard` checks every request first. `python ui.py` is `seedqa ui`.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedqa.index.errors import SeedqaError
from seedqa.page.actions import bind_actions, word_failure
from seedqa.page.calls import forget_calls
from seedqa.page.endpoints import make_endpoints
from seedqa.page.guard import UPLOAD_PATH, Guard
from seedqa.page.options import PageOptions, listen, make_rules
from seedqa.page.script import read_script
from seedqa.page.service import Service

if TYPE_CHECKING:
    from fastapi import FastAPI

ASSETS = Path(__file__).resolve().parent / "page" / "assets"
#: Calls of a named endpoint that Gradio passes on at the same time; the service queues them.
CONCURRENT_CALLS = 8
#: Calls that wait in Gradio; beyond that it asks a client to try again later.
MAX_CALLS = 200
#: Functions that run at the same time; 64 of them may be questions that wait for their turn.
MAX_THREADS = 100
#: Sessions that Gradio keeps. They hold nothing of ours, but each call of an endpoint makes one of
#: 30 KB, and Gradio would keep 10,000.
MAX_SESSIONS = 100
#: A stopping server waits this long for open event streams, which would never end.
SHUTDOWN_SECONDS = 2


def serve(service: Service, options: PageOptions, announce: Callable[[str], None]) -> None:
    """Serve the page until the process is interrupted; call `announce` with the URL.

    Raises UsageError if two options contradict each other, or the port is taken.
    """
    import anyio.to_thread
    import uvicorn  # comes with gradio, as anyio does; no other command needs them

    from seedqa.page.connections import LimitedProtocol

    rules = make_rules(options)
    listening = listen(options.host, options.port)
    port = listening.getsockname()[1]
    application = Guard(create_application(service, options), rules)
    config = uvicorn.Config(
        application,
        http=LimitedProtocol,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    host = f"[{options.host}]" if ":" in options.host else options.host

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            anyio.to_thread.current_default_thread_limiter().total_tokens = MAX_THREADS
            await super().startup(sockets)
            announce(f"http://{host}:{port}{rules.root_path}/")

    with listening:
        Server(config).run(sockets=[listening])


def create_application(service: Service, options: PageOptions) -> FastAPI:
    """Return the web application, without its guard."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read on import
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "100"  # kept for a Gradio page that we close
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
        # not as `css`: Gradio rewrites that and loses the rules in media queries
        head=f"<style>{(ASSETS / 'page.css').read_text(encoding='utf-8')}</style>",
    )
    if options.mcp:
        page.mcp_server_obj.postprocess_output_data = _as_json
    return application


def _as_json(values: list[Any], root_url: str) -> list[Any]:
    """Return values as JSON; Gradio would give a model the text of a Python value."""
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
            server_functions=bind_actions(service, options),
        )
        asking = {"concurrency_limit": CONCURRENT_CALLS, "concurrency_id": "asking"}
        for name, endpoint in make_endpoints(service, gradio.Error).items():
            limits = {} if name == "refresh" else asking
            # Not through the queue: MCP would call this server as a client, at an address taken
            # from the request's headers, and without its log-in.
            gradio.api(endpoint, api_name=name, queue=False, **limits)
    page.queue(max_size=MAX_CALLS, default_concurrency_limit=1)
    page.state_session_capacity = MAX_SESSIONS
    forget_calls(page._queue)  # noqa: SLF001 - Gradio has no public way to it
    return page


def _add_upload_route(application: FastAPI, service: Service) -> None:
    """Write an uploaded document as it arrives, without holding it in memory."""
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
            return JSONResponse(word_failure(error, request.query_params), status_code=422)
        except ClientDisconnect:
            return JSONResponse({}, status_code=400)
        return JSONResponse({"source": name})

    application.add_route(UPLOAD_PATH, upload, methods=["POST"])


if __name__ == "__main__":
    from seedqa.cli import main

    sys.exit(main(["ui", *sys.argv[1:]]))
