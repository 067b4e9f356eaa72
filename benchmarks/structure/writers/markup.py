"""Write a document as Markdown or HTML. Knows nothing of files."""

from __future__ import annotations

from html import escape

from benchmarks.structure.model import (
    NOTE_MARK,
    Block,
    Document,
    Frame,
    Heading,
    Listing,
    Markup,
    Paragraph,
    Table,
)


def render_markdown(document: Document) -> str:
    """Return the Markdown of a document: front matter, blocks, footnotes."""
    parts = []
    if document.layout.front_matter:
        matter = [f"title: {document.title}", f"date: {document.date}", "tags: [review, draft]"]
        parts.append("\n".join(["---", *matter, "---"]))
    parts += [_markdown_block(block) for block in document.blocks]
    parts += [f"[^{number}]: {note}" for number, note in enumerate(document.notes, 1)]
    return "\n\n".join(parts) + "\n"


def _markdown_block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {block.text}"
        case Paragraph():
            return NOTE_MARK.sub(r"[^\1]", block.text)
        case Listing():
            return "\n".join(f"- {item}" for item in block.items)
        case Table():
            rule = tuple("---" for _ in block.columns)
            return "\n".join(f"| {' | '.join(row)} |" for row in (block.columns, rule, *block.rows))
        case Markup():
            return block.text


def render_html(document: Document) -> str:
    """Return the HTML of a document, with menu, banner, aside and foot where it has a frame."""
    body = "\n".join(_html_block(block) for block in document.blocks)
    notes = "".join(
        f'<p class="note"><sup>{number}</sup> {escape(note)}</p>\n'
        for number, note in enumerate(document.notes, 1)
    )
    body = f"<main>\n{body}\n{notes}</main>"
    if document.layout.frame:
        body = _html_frame(document.layout.frame, body)
    return (
        f'<!DOCTYPE html>\n<html lang="{document.language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(document.title)}</title>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _html_frame(frame: Frame, body: str) -> str:
    links = "".join(
        f'<li><a href="/{number}.html">{escape(name)}</a></li>'
        for number, name in enumerate(frame.menu)
    )
    return (
        f'<div class="cookie-banner" role="dialog"><p>{escape(frame.banner)}</p></div>\n'
        f"<header><nav><ul>{links}</ul></nav></header>\n"
        f"{body}\n<aside><p>{escape(frame.aside)}</p></aside>\n"
        f"<footer><p>{escape(frame.foot)}</p></footer>"
    )


def _html_block(block: Block) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        case Paragraph():
            marked = NOTE_MARK.sub(r"<sup>\1</sup>", escape(block.text))
            return f"<p>{marked}</p>"
        case Listing():
            items = "".join(f"<li>{escape(item)}</li>" for item in block.items)
            return f"<ul>{items}</ul>"
        case Table():
            head = "".join(f"<th>{escape(cell)}</th>" for cell in block.columns)
            rows = "\n".join(
                f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
                for row in block.rows
            )
            return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
        case Markup():
            return block.text
