"""Write documents as files, one module for each family of formats."""

from __future__ import annotations

from pathlib import Path

from benchmarks.structure.model import Document


def write_document(document: Document, folder: Path) -> Path:
    """Write a document below a folder and return its path. The same document, the same bytes."""
    from benchmarks.structure.writers.markup import render_html, render_markdown
    from benchmarks.structure.writers.text import render_text
    from benchmarks.structure.writers.word import render_word

    path = folder / document.source
    path.parent.mkdir(parents=True, exist_ok=True)
    if document.format == "pdf":
        from benchmarks.structure.writers.pdf import render_pdf

        content = render_pdf(document)
    elif document.format == "docx":
        content = render_word(document)
    else:
        render = {"md": render_markdown, "html": render_html, "txt": render_text}[document.format]
        content = render(document).encode("utf-8")
    path.write_bytes(content)
    return path
