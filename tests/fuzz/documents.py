"""Index mutated documents by builds, as a user would: each is indexed, or skipped with a reason.

Each build reads a folder of some files in a process of its own.
"""

from __future__ import annotations

import io
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

from fuzz.children import Case, End, run_case
from fuzz.mutate import mutate
from seedqa.index.build import build_index
from seedqa.index.doctor import check_index
from support.docx_files import make, paragraph, root, row, style, table
from support.pdf_writer import BOLD, Bookmark, Drawn, lines, make_pdf, write_pdf
from support.toy import ToyEncoder

FILES = 50
#: A file may take some seconds of processor time before it is given up.
SECONDS = 900.0

MARKDOWN = """---
title: The iron bridge
date: 2021-03-11
tags: [bridge, river]
nested: {a: {b: [1, 2, {c: d}]}}
---
# The iron bridge

The bridge over the Ebro was opened in **1894**.[^1]

| town | span |
|:-----|-----:|
| Alba | 217  |

1. one
   - two
     > three `code`

```python
print("code")
```
<div hidden>no</div> {{< shortcode >}} &eacute; [link](a.md "title")

[^1]: A note.
"""
HTML = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A bridge</title>
<meta name="date" content="2020-01-02"></head><body><nav><a href="#">Menu</a></nav><main>
<h1>A bridge</h1><p>It was <b>opened</b> in 1894 &amp; closed.<sup>1</sup></p>
<ul><li>one<ul><li>two</ul></ul>
<table><thead><tr><th colspan=2>town</th></tr></thead><tr><td rowspan="2">Alba<td>217</table>
<pre>code</pre><!-- remark --><script>var x = "<p>";</script></main></body></html>"""


def originals() -> dict[str, bytes]:
    """Return sound documents by the suffix of their names."""
    body = (
        paragraph("The iron bridge", "Heading1")
        + paragraph("It was opened in 1894.")
        + table(row("town", "span"), row("Alba", "217"))
    )
    footnotes = root("footnotes", f'<w:footnote w:id="2">{paragraph("A note.")}</w:footnote>')
    drawn = [*lines("The bridge\nwas opened in 1894.", y=650), Drawn(72, 720, "A bridge", 18, BOLD)]
    return {
        "md": MARKDOWN.encode(),
        "html": HTML.encode(),
        "txt": b"The iron bridge\n\nIt was opened in 1894.\n\n- one\n- two\n\nEnd\xc3\xa9.\n",
        "docx": make(
            body, styles=root("styles", style("Heading1", "heading 1")), footnotes=footnotes
        ),
        "a.pdf": make_pdf("The bridge was opened in 1894.", "Its span is 217 metres.", title="A"),
        "b.pdf": write_pdf(drawn, drawn, outline=[Bookmark("One", 0), Bookmark("Two", 1, 1)]),
    }


def mutate_document(suffix: str, data: bytes, random: Random) -> bytes:
    """Change the bytes of a document; of an archive often those of one of its parts."""
    for _ in range(random.choice([1, 1, 2, 5])):
        if suffix == "docx" and random.random() < 0.8:
            data = _mutate_part(data, random)
        else:
            data = mutate(data, random)[0] or b"\0"
    return data


def _mutate_part(data: bytes, random: Random) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
        return mutate(data, random)[0] or b"\0"
    name = random.choice(sorted(parts))
    parts[name] = mutate(parts[name], random)[0] if parts[name] else b"\0"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return written.getvalue()


def run_cases(work: Path, count: int, seed: int) -> Iterator[Case]:
    """Yield a case for each of `count` mutated documents."""
    sound = originals()
    for first in range(0, count, FILES):
        seeds = work / "seeds"
        shutil.rmtree(work, ignore_errors=True)
        seeds.mkdir(parents=True)
        for number in range(first, min(count, first + FILES)):
            random = Random(f"{seed}:{number}")
            suffix = random.choice(sorted(sound))
            data = mutate_document(suffix, sound[suffix], random)
            (seeds / f"{number:05}.{suffix}").write_bytes(data)
        outcome = run_case(partial(_build, seeds, work / "index"), SECONDS)
        for path in sorted(seeds.iterdir()):
            verdict = outcome.end.value
            if outcome.end is End.DONE:
                verdict = outcome.value.get(path.name, "WRONG: in no report")
            yield Case(path.name, verdict, outcome)


def _build(seeds: Path, index: Path) -> dict[str, str]:
    """Return what became of each file, by its name."""
    report = build_index(seeds, index, ToyEncoder())
    assert all(finding.ok for finding in check_index(index))
    kinds = {file.source: f"skipped: {file.kind.value}" for file in report.skipped}
    return kinds | dict.fromkeys(report.indexed, "indexed")
