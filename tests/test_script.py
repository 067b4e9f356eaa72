"""The page's script: its modules are joined in an order that holds, and its functions are right."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from seedqa.page.script import MODULES, SCRIPTS, join_modules, read_script

ROOT = Path(__file__).resolve().parent.parent
#: A limit for a reader: what is longer does two things.
MAX_LINES = 200
IMPORT = re.compile(r'import \{([^}]*)\} from "\./(\w+)\.js";')
EXPORT = re.compile(r"^export (?:async )?(?:function\*?|const) (\w+)", re.MULTILINE)
#: How Gradio makes a function of a script; none of its names is called here.
COMPILE = "new Function('element', 'server', require('fs').readFileSync(0, 'utf8'))"


def run_node(*options: str, script: str = "") -> str:
    """Run Node with a script on standard input; return what it prints, and fail where it does."""
    done = subprocess.run(
        ["node", *options], input=script, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def source_of(name: str) -> str:
    return (SCRIPTS / f"{name}.js").read_text(encoding="utf-8")


def test_every_module_is_joined_once() -> None:
    assert sorted(MODULES) == sorted(path.stem for path in SCRIPTS.iterdir())


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_what_those_before_it_export(name: str) -> None:
    source = source_of(name)
    before = MODULES[: MODULES.index(name)]
    for names, other in IMPORT.findall(source):
        assert other in before
        assert set(re.findall(r"\w+", names)) <= set(EXPORT.findall(source_of(other)))
    assert len(IMPORT.findall(source)) == source.count("import ")
    assert len(EXPORT.findall(source)) == source.count("export ")
    assert source.count("\n") <= MAX_LINES


def test_the_joined_script_is_one_that_gradio_can_run() -> None:
    run_node("--eval", COMPILE, script=read_script())


def test_a_script_with_an_error_is_not() -> None:
    with pytest.raises(AssertionError, match="SyntaxError"):
        run_node("--eval", COMPILE, script=join_modules({"one": "export default 1;\n"}))


def test_modules_are_joined_with_scopes_of_their_own() -> None:
    script = join_modules(
        {
            "one": "const held = 1;\nexport const shown = held + 1;\n",
            "two": 'import { shown } from "./one.js";\n\nconst held = 10;\n\n'
            "export function sum() {\n  return held + shown;\n}\n",
            "three": 'import {\n  sum,\n} from "./two.js";\n\nconsole.log(sum());\n',
        }
    )
    assert run_node("--input-type=commonjs", script=script) == "12\n"
    assert script.startswith(
        '"use strict";\nconst modules = {};\n'
        "modules.one = (() => {\nconst held = 1;\nconst shown = held + 1;\n"
        "return { shown };\n})();\n"
        "modules.two = (() => {\nconst { shown } = modules.one;\n"
    )


def test_functions_of_the_script() -> None:
    tests = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "js").glob("*.js"))
    printed = run_node("--test", "--test-reporter=tap", *tests)
    assert "# fail 0" in printed
    passed = re.search(r"^# pass (\d+)$", printed, re.MULTILINE)
    assert passed
    assert int(passed[1]) > 10
