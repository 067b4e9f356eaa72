"""Compare what reading PDFs costs: PDFium's plain text, and the text with its structure.

    python -m benchmarks.pdf FILE.pdf ... [--runs COUNT]

Both read the same files in turns, after one run of each for warmth. Times are processor seconds of
this process, which other work on the machine hardly changes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.measuring import describe_machine, format_table
from seedqa.index.documents.pdf.extract import extract_pdf


def read_plain(raw: bytes) -> int:
    """Return the number of characters of PDFium's text of all pages."""
    from pypdfium2 import PdfDocument

    with PdfDocument(raw) as pdf:
        return sum(len(page.get_textpage().get_text_bounded()) for page in pdf)


def read_structure(raw: bytes) -> int:
    """Return the number of characters of the product's text."""
    return len(extract_pdf(raw).text)


READERS: dict[str, Callable[[bytes], int]] = {
    "PDFium, plain text": read_plain,
    "seedqa, blocks and edits": read_structure,
}


def measure(files: list[bytes], runs: int) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Return the seconds of each run and the characters, by reader."""
    seconds: dict[str, list[float]] = {name: [] for name in READERS}
    characters = dict.fromkeys(READERS, 0)
    for run in range(-1, runs):
        for name, reader in READERS.items():
            start = time.process_time()
            characters[name] = sum(map(reader, files))
            if run >= 0:
                seconds[name].append(time.process_time() - start)
    return seconds, characters


def main() -> None:
    """Read the command line, measure, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    seconds, characters = measure([path.read_bytes() for path in options.files], options.runs)
    rows = [
        [
            name,
            f"{characters[name]:,}",
            f"{median(times):.2f}",
            f"{min(times):.2f} to {max(times):.2f}",
            f"{1e6 * median(times) / characters[name]:.1f}",
        ]
        for name, times in seconds.items()
    ]
    heads = ["reader", "characters", "median, s", "range, s", "µs a character"]
    print(describe_machine())
    print(format_table(heads, rows))


if __name__ == "__main__":
    main()
