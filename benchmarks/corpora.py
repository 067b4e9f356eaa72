"""Make evaluation corpora as folders of text files, with their questions, from the data folder.

Nothing of the data is kept in the project: folders are written where the caller says.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seedqa.index.encoder import load_encoder
from training.encoder_data import detokenize, is_held_out
from training.reader_data import Row, is_set_aside

#: Documents in seven languages with questions in the others, written for this project.
CROSSING = Path(__file__).resolve().parent / "crossing"


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the sources that answer it; `group` names the kind it is counted under."""

    text: str
    sources: tuple[str, ...]
    group: str = "all"


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a .jsonl.xz file."""
    with lzma.open(path, "rt", encoding="utf8") as file:
        for line in file:
            yield json.loads(line)


def read_rows(data: Path, part: str) -> list[dict[str, Any]]:
    """Return the rows of qa/extractive-`part`.jsonl.xz."""
    return list(read_jsonl(data / "qa" / f"extractive-{part}.jsonl.xz"))


def write_squad_form(data: Path, folder: Path, source: str) -> list[Question]:
    """Write every distinct context of `source` ("piaf" or "squad2") as one file; return the
    answerable questions of the development file."""
    train = read_jsonl(data / "qa" / "extractive-train.jsonl.xz")
    dev = [r for r in read_jsonl(data / "qa" / "extractive-dev.jsonl.xz") if r["source"] == source]
    contexts = dict.fromkeys(r["context"] for r in dev)
    contexts |= dict.fromkeys(r["context"] for r in train if r["source"] == source)
    names = write_texts(folder, contexts)
    return [Question(r["question"], (names[r["context"]],)) for r in dev if r["answers"]]


def write_mixed_sections(data: Path, folder: Path, language: str, articles: int) -> list[Question]:
    """Write sections of `articles` titles, half of the titles in English, half in `language`.

    Only titles that the training of our models sets aside. Every section's title and heading is
    asked in both languages; a question whose words are not unique is left out. Groups are
    "question language -> section language".
    """
    by_title: dict[str, list[dict[str, Any]]] = {}
    for row in read_jsonl(data / "sections" / f"en-{language}.jsonl.xz"):
        aside = is_held_out(row["title_en"] or row["head_en"])
        if aside and len(row["text_en"]) >= 200 and len(row["text_xx"]) >= 200:
            by_title.setdefault(row["title_en"], []).append(row)
    titles = sorted(by_title, key=lambda title: hashlib.sha256(title.encode()).digest())[:articles]
    texts: dict[str, str] = {}
    asked: dict[tuple[str, str], list[str]] = {}
    for position, title in enumerate(titles):
        side, code = (("xx", language), ("en", "en"))[position % 2]
        for row in by_title[title][:20]:
            text = row[f"text_{side}"]
            texts[text] = code
            for question_side, question_code in (("en", "en"), ("xx", language)):
                query = f"{row[f'title_{question_side}']} {row[f'head_{question_side}']}"
                asked.setdefault((query, f"{question_code}->{code}"), []).append(text)
    names = write_texts(folder, texts)
    return [
        Question(query, (names[found[0]],), group)
        for (query, group), found in asked.items()
        if len(found) == 1
    ]


def read_crossing(part: str) -> list[dict[str, Any]]:
    """Return the rows of benchmarks/crossing/`part` in the form of `read_rows`, those of one
    document a title."""
    texts = {
        f"{part}/{path.name}": path.read_text(encoding="utf8")
        for path in (CROSSING / part).iterdir()
    }
    rows = []
    for line in (CROSSING / "questions.jsonl").read_text(encoding="utf8").splitlines():
        row = json.loads(line)
        name = row["sources"][0] if "sources" in row else row["about"]
        if name in texts:
            text = texts[name]
            answers = [
                {"text": words, "start": text.index(words)} for words in row.get("answers", ())
            ]
            rows.append(
                {"question": row["question"], "context": text, "title": name, "answers": answers,
                 "lang": row["language"], "source": "crossing"}
            )  # fmt: skip
    return rows


def translated_questions(data: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of squad-it with the English question that theirs is a translation of.

    Those that have none are left out. The questions are matched by the encoder that ships.
    """
    from training.encoder_tune import match_translations  # torch, needed for this one only

    encoder = load_encoder()
    english = [
        detokenize(row["question"])
        for row in read_jsonl(data / "qa" / "question-passage.jsonl.xz")
        if row["source"] == "squad-nqg"
    ]
    ours = [row for row in rows if row["answers"]]
    vectors = [
        np.stack([encoder.encode_question(text) for text in texts])
        for texts in ([row["question"] for row in ours], english)
    ]
    return [
        ours[place] | {"question": english[other], "lang": "en", "source": "en-it"}
        for place, other in match_translations(vectors[0], vectors[1])
    ]


def is_set_aside_title(title: str) -> bool:
    """Return whether the training of the reader leaves out an article of the train part."""
    return is_set_aside(Row("", "", title, (), "", ""))


def write_texts(folder: Path, texts: dict[str, Any]) -> dict[str, str]:
    """Write each text as a file of `folder`; return their names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {}
    for number, text in enumerate(texts):
        names[text] = f"passage-{number:05}.txt"
        (folder / names[text]).write_text(text, encoding="utf-8")
    return names
