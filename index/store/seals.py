"""Seal rows of the database with hashes, so that a damaged row is never shown.

A seal finds accidents: a disk or memory that changed a bit. It is no signature, because whoever may
write the database can write the seal too. Knows values; nothing of tables or questions.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from hashlib import blake2b

from seedqa.index.messages import Message

SEAL_BYTES = 8

Value = str | int | bytes | None


class BrokenSeal(sqlite3.DatabaseError):
    """A row that is not as it was written."""


def seal(values: Sequence[Value]) -> bytes:
    """Return the hash of a row's values, 8 bytes: for rows of which a question reads few."""
    return blake2b(_joined(values), digest_size=SEAL_BYTES).digest()


def short_seal(values: Sequence[Value]) -> int:
    """Return the CRC-32 of a row's values: for rows of which a question reads hundreds.

    It takes a third of the time of a hash, and finds every change of up to 32 bits in a row.
    """
    return zlib.crc32(_joined(values))


def vector_seal(key: bytes, packed: bytes) -> int:
    """Return the CRC-32 of a vector of the embedding cache and its key."""
    return zlib.crc32(packed, zlib.crc32(key))


def require_seal(is_sound: bool, damage: Message) -> None:
    """Raise BrokenSeal, saying what is damaged, unless a row has its seal."""
    if not is_sound:
        raise BrokenSeal(damage)


def _joined(values: Sequence[Value]) -> bytes:
    return "\0".join(map(str, values)).encode()
