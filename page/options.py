"""The options of the page: derive the guard's rules, read log-ins, and open the socket.

Knows hosts, ports and log-ins; nothing of questions, nor of Gradio.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from urllib.parse import urlsplit

from seedqa.index.errors import UsageError
from seedqa.page.guard import Rules
from seedqa.page.uploads import MAX_UPLOAD_BYTES

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 7860
MAX_PORT = 65_535


@dataclass(frozen=True, slots=True)
class PageOptions:
    """The options of `seedqa ui`."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    auth: str | None = None
    """USER:PASSWORD, or a file with such lines."""
    root_path: str = ""
    """The path, or the whole URL, at which a proxy serves the page."""
    read_only: bool = False
    mcp: bool = False
    uploads: bool = False
    removals: bool = False


def make_rules(options: PageOptions) -> Rules:
    """Return the rules of the guard.

    Raises UsageError if the host needs a log-in, or if two options contradict each other.
    """
    address = _address(options.host)
    loopback = options.host == "localhost" or (address is not None and address.is_loopback)
    if not loopback and not options.auth:
        raise UsageError(
            f"--host {options.host} can be reached from other machines, without --auth",
            "",
            "Add --auth USER:PASSWORD, or --auth FILE with such lines",
        )
    if options.read_only and (options.uploads or options.removals):
        raise UsageError("--read-only with --allow-upload or --allow-remove", "", "Leave one out")
    hosts = {"localhost", "127.0.0.1", "::1", options.host.lower()}
    if not loopback:
        hosts |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    if not 0 <= options.port <= MAX_PORT:
        raise UsageError(f"--port {options.port}", f"0 to {MAX_PORT}", "Name another one")
    try:
        proxy = urlsplit(options.root_path)
    except ValueError as error:
        raise UsageError(
            f"--root-path {options.root_path}: {error}", "a path or a URL", "Correct it"
        ) from error
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
        max_upload_bytes=MAX_UPLOAD_BYTES,
    )


def read_logins(auth: str) -> dict[str, str]:
    """Return passwords by user, from USER:PASSWORD or a file with such lines.

    Raises UsageError if the file cannot be read, or a line is not a user and a password.
    """
    lines = [auth]
    if os.path.isfile(auth):  # noqa: PTH113 - False for a name too long for a file
        try:
            lines = Path(auth).read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"--auth {auth} cannot be read", "lines of USER:PASSWORD", "Check its permissions"
            ) from error
    pairs = [line.strip().partition(":") for line in lines if line.strip()]
    if not pairs or not all(user and password for user, _, password in pairs):
        raise UsageError(
            "--auth has a line that is not a user and a password",
            "USER:PASSWORD, or a file with such lines",
            "Give both, with a colon between them",
        )
    return {user: password for user, _, password in pairs}


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises UsageError if the port is taken or the host unknown."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        listening = socket.socket(found[0][0], socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(found[0][4])
        listening.listen()
    except (OSError, OverflowError, UnicodeError) as error:  # the last for a host with ".."
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"cannot listen on {host}, port {port}: {reason}",
            "",
            "Name another one with --port",
        ) from error
    return listening


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
