"""How long the page waits for a request, and how often a password may be guessed.

Knows ASGI messages, addresses and the clock; nothing of what is asked.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

#: A short body must be here within this time, and each part of an upload.
BODY_SECONDS = 30.0
#: An upload must be here within this time.
UPLOAD_SECONDS = 900.0
#: One wrong password from an address is answered in this time.
GUESS_SECONDS = 1.0
#: So many wrong passwords of an address may wait for their answer.
MAX_GUESSES = 5

_LOGGER = logging.getLogger(__name__)


class Guesses:
    """Makes wrong passwords wait, those of one address one after the other, and logs them."""

    def __init__(self, seconds: float = GUESS_SECONDS) -> None:
        self._seconds = seconds
        self._free: dict[str, float] = {}
        """When the last guess of an address is answered."""

    async def wait(self, address: str) -> bool:
        """Wait for the turn of a wrong password; return False at once if too many wait."""
        now = time.monotonic()
        self._free = {known: free for known, free in self._free.items() if free > now}
        turn = self._free.get(address, now) + self._seconds
        if turn - now > self._seconds * MAX_GUESSES:
            return False
        _LOGGER.warning("wrong password from %s", address)
        self._free[address] = turn
        await asyncio.sleep(turn - now)
        return True


def in_time(receive: Receive, seconds: float, all_seconds: float) -> Receive:
    """Return a `receive` that takes so long for each part of a body, and so long for all of it.

    A body that is late ends as if the sender had disconnected.
    """
    end = time.monotonic() + all_seconds
    is_whole = False

    async def receive_in_time() -> Message:
        nonlocal is_whole
        if is_whole:  # what comes now says that the sender has gone
            return await receive()
        try:
            async with asyncio.timeout(min(seconds, end - time.monotonic())):
                message = await receive()
        except TimeoutError:
            is_whole = True
            return {"type": "http.disconnect"}
        is_whole = not message.get("more_body", False)
        return message

    return receive_in_time
