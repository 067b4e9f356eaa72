"""Make the pictures of the page that README shows, and on request those of every state.

    python docs/screenshots.py               the two of README, in docs/images
    python docs/screenshots.py --all FOLDER  each state, light and dark, wide and narrow

Serves some documents from a folder of its own and takes them with Debian's Chromium.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
]  # fmt: skip
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
QUESTION = "when did Alibaba join TOP?"

DOCUMENTS = {
    "bridge.txt": "The iron bridge at Tortosa\n\nPublished on 4 May 2019\n\nThe bridge over the"
    " Ebro was opened in 1894 by the engineer Ramon Escriva. It is 217 metres long.\n",
    "pont.md": "# Le vieux pont de la Loire\n\nPublié le 3 mars 2021\n\nLe pont de bois a brûlé en"
    " 1911. Il franchissait la Loire près de Saumur.\n",
    "bruecke.html": "<html lang=de><title>Die neue Brücke</title><p>Die Brücke über den Main wurde"
    " 1969 gebaut. Sie ist aus Beton und trägt vier Fahrspuren.",
    "hebrew.txt": "הגשר הישן בירושלים\n\nהגשר נבנה בשנת 1905 על ידי מהנדסים מקומיים.\n",
    "damaged.pdf": "no PDF",
}


def main() -> None:
    """Serve, look and save."""
    parser = argparse.ArgumentParser(description="Make the pictures of the page.")
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "seeds", folder / "seeds")
        for document, text in DOCUMENTS.items():
            (folder / "seeds" / document).write_text(text, encoding="utf-8")
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "seedqa.cli",
                "ui",
                "--port",
                "0",
                "--allow-upload",
                "--allow-remove",
            ],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout
            take(server.stdout.readline().strip(), options.all)
        finally:
            server.terminate()
            server.wait()


def take(url: str, everything: Path | None) -> None:
    """Take the pictures of the page at `url`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def page(viewport: Any, scheme: Any, locale: str = "en-GB") -> Any:
            context = browser.new_context(
                viewport=viewport, color_scheme=scheme, locale=locale, reduced_motion="reduce"
            )
            opened = context.new_page()
            opened.goto(url)
            opened.wait_for_selector(".sq-fresh-fresh")  # it catches up with the folder first
            return opened

        if everything is None:
            IMAGES.mkdir(exist_ok=True)
            for name, scheme in (("page-light.png", "light"), ("page-dark.png", "dark")):
                shown = page(WIDE, scheme)
                STATES["document"](shown)
                shown.screenshot(path=IMAGES / name)
        else:
            everything.mkdir(parents=True, exist_ok=True)
            for shape, viewport in (("wide", WIDE), ("narrow", NARROW)):
                for scheme in ("light", "dark"):
                    for state, reach in STATES.items():
                        shown = page(viewport, scheme, "fr-FR" if state == "french" else "en-GB")
                        reach(shown)
                        shown.mouse.move(0, 0)
                        name = f"{state}-{shape}-{scheme}.png"
                        shown.screenshot(path=everything / name, full_page=state == "index")
                        shown.context.close()
        browser.close()


def _ask(page: Any, question: str = QUESTION) -> None:
    page.fill("#sq-question", question)
    page.press("#sq-question", "Enter")
    page.wait_for_selector(".sq-results:not([aria-busy]) :is(.sq-answer-card, .sq-nothing)")


def _open(page: Any, question: str = QUESTION) -> None:
    _ask(page, question)
    page.click(".sq-passage h3 button")
    page.wait_for_selector(".sq-document mark.sq-passage")
    page.wait_for_timeout(300)


def _filter(page: Any) -> None:
    page.click(".sq-filters summary")
    _ask(page, "bridge")
    page.click(".sq-passage .sq-fold summary")


def _index(page: Any) -> None:
    page.click("#sq-tab-index")
    page.wait_for_selector(".sq-facts")


def _upload(page: Any) -> None:
    _index(page)
    bad = {"name": "program.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}
    page.set_input_files("#sq-upload", [bad])
    page.wait_for_selector(".sq-uploads li")
    page.locator(".sq-uploads").scroll_into_view_if_needed()


STATES: dict[str, Callable[[Any], None]] = {
    "home": lambda page: None,
    "answer": _ask,
    "document": _open,
    "nothing": lambda page: _ask(page, "capital of Peru"),
    "candidates": lambda page: _ask(page, "How many teams will play in the Club World Cup?"),
    "filters": _filter,
    "hebrew": lambda page: _open(page, "הגשר נבנה בשנת"),
    "french": lambda page: _ask(page, "Quand Alibaba a-t-il rejoint le programme TOP ?"),
    "index": _index,
    "upload": _upload,
}


if __name__ == "__main__":
    main()
