"""Keep what is made of models on disk, and load none that is not as it was written.

Encoder and reader are compiled, the language identifier is unpacked. Each has a folder of its own,
`MODEL-VARIANT-CHECKSUM`. It is written under another name and then renamed, so nothing changes a
folder that another process reads. A damaged one is removed and made again, and those that were not
used for longest make room. Knows files; nothing of the runtime that compiles.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import numpy as np

#: Variants of one model that are kept: of other threads, or of an older version of the model.
MAX_VARIANTS = 3
#: Folders that are kept, of all models together: up to 61 MB each.
MAX_KEPT = 16
#: A folder that a killed process left is removed after this time.
_ABANDONED_SECONDS = 3600.0
#: 64-bit words that are added up side by side: 32 KiB, which stay in the processor's cache.
_COLUMNS = 4096
#: Odd, so that no change of a word is lost; any such number serves.
_FACTOR = np.uint64(0x9E3779B97F4A7C15)

Compiled = TypeVar("Compiled")


def compile_with_cache(
    model: Path, variant: str, compile_in: Callable[[Path | None], Compiled]
) -> Compiled:
    """Return what `compile_in` makes of a model, given a folder with the result of last time.

    The folder is None where there can be no cache. `variant` names the settings that the result
    depends on. Raises what `compile_in` raises without a cache.
    """
    root = _cache_root()
    if root is None:
        return compile_in(None)
    found = model.stat()
    name = _digest(str(model.resolve()))
    variant = _digest(variant, found.st_size, found.st_mtime_ns)
    try:
        known = _find_sound(root, f"{name}-{variant}-")
        if known:
            return compile_in(known)
        folder = Path(tempfile.mkdtemp(prefix="new-", dir=root))
        try:
            compiled = compile_in(folder)
            _keep(folder, root, name, variant)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return compiled
    except (OSError, RuntimeError):  # no space, or a cache of another version
        return compile_in(None)


def _cache_root() -> Path | None:
    from platformdirs import user_cache_path

    folder = user_cache_path("seedqa") / "compiled"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def _digest(*values: object) -> str:
    joined = "\0".join(map(str, values)).encode(errors="surrogateescape")
    return hashlib.sha256(joined).hexdigest()[:16]


def _find_sound(root: Path, prefix: str) -> Path | None:
    """Return the folder of a compiled model that is as it was written; remove one that is not."""
    for folder in sorted(root.glob(f"{prefix}*")):
        files = list(folder.iterdir())
        if len(files) == 1 and folder.name == prefix + checksum(files[0]):
            os.utime(folder)  # it is in use
            return folder
        shutil.rmtree(folder, ignore_errors=True)
    return None


def _keep(folder: Path, root: Path, name: str, variant: str) -> None:
    """Give a new folder its name, and remove what no longer serves."""
    files = list(folder.iterdir())
    if len(files) != 1:
        return  # the runtime keeps nothing of this model
    with suppress(OSError):  # another process was quicker
        folder.rename(root / f"{name}-{variant}-{checksum(files[0])}")
    by_age = sorted(root.glob("*-*-*"), key=lambda path: path.stat().st_mtime)
    variants = [path for path in by_age if path.name.startswith(f"{name}-")]
    for old in {*by_age[:-MAX_KEPT], *variants[:-MAX_VARIANTS]}:
        shutil.rmtree(old, ignore_errors=True)
    for left in [*root.glob("new-*"), *root.glob("*.blob")]:  # killed, or an older version's
        if left.is_file():
            left.unlink(missing_ok=True)
        elif time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def checksum(path: Path) -> str:
    """Return a checksum of a file, 16 hexadecimal digits; an empty or unreadable file has another.

    Each of 4,096 columns of 64-bit words is the value of a polynomial, so a changed word always
    changes it. Over 46 MB it takes a third of the time of SHA-256.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
            rows = len(data) // (8 * _COLUMNS)
            columns = np.zeros(_COLUMNS, dtype=np.uint64)
            words = np.frombuffer(data, dtype="<u8", count=rows * _COLUMNS)
            for row in words.reshape(rows, _COLUMNS):
                columns *= _FACTOR
                columns += row
            del words
            if rows:
                del row
            rest = data[rows * 8 * _COLUMNS :]
            size = len(data)
    except (OSError, ValueError):
        return "unreadable"
    return _digest(size, columns.tobytes().hex(), rest.hex())
