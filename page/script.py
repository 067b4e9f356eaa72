"""Join the modules of the page's script into the one text that Gradio runs.

The modules are ES modules, so that Node and a linter read them as they are. Gradio takes a script
as one string and serves no file of ours: each module becomes a function with its own scope, which
returns the module's exports. Knows nothing of the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent / "assets" / "js"
#: In the order in which they run: a module imports only from those before it.
MODULES = (
    "words", "dom", "storage", "server", "tabs", "address", "filters", "facts", "blocks",
    "document", "passages", "answers", "home", "ask", "status", "tables", "uploads", "index",
    "freshness", "theme", "main",
)  # fmt: skip

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function\*?|const) (\w+))", re.MULTILINE)


def read_script() -> str:
    """Return the whole script of the page."""
    return join_modules(
        {name: (SCRIPTS / f"{name}.js").read_text(encoding="utf-8") for name in MODULES}
    )


def join_modules(sources: Mapping[str, str]) -> str:
    """Return one script that runs the modules, in the order given.

    A module imports names as they are from `./name.js`, and exports functions and constants where
    it defines them.
    """
    parts = ['"use strict";\nconst modules = {};\n']
    for name, source in sources.items():
        exported = ", ".join(_EXPORT.findall(source))
        body = _IMPORT.sub(r"const \1 = modules.\2;", _EXPORT.sub("", source))
        parts.append(f"modules.{name} = (() => {{\n{body}return {{ {exported} }};\n}})();\n")
    # the name by which the browser's debugger and its errors call the script
    parts.append("//# sourceURL=seedqa.js\n")
    return "".join(parts)
