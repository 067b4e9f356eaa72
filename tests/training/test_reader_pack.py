"""From the data folder to what the machine with a GPU reads, and back to a reader."""

from __future__ import annotations

import argparse
import json
import lzma
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from support.tiny import text_of, write_data, write_weights
from training import gpu_model, reader_pack
from training.encoder_data import LANGUAGES
from training.encoder_export import compress
from training.encoder_student import load_body
from training.export import export_graph
from training.reader_data import Example, Row
from training.reader_model import (
    QUESTION_TOKENS,
    Reader,
    load_reader,
    load_reader_tokenizer,
    save_reader,
)
from training.reader_pack import (
    measured_questions,
    read_examples,
    sound_translations,
    write_examples,
)
from training.reader_return import read_returned, write_returned


def write_more(folder: Path) -> Path:
    """Write a data folder with the files that the third training reads too."""
    write_data(folder)
    for part in ("more", "negatives"):
        with lzma.open(
            folder / "qa" / f"extractive-{part}.jsonl.xz", "wt", encoding="utf8"
        ) as file:
            for row in more_rows(answered=part == "more"):
                file.write(json.dumps(row) + "\n")
    with lzma.open(folder / "passages.jsonl.xz", "wt", encoding="utf8") as file:
        for language in ("en", *LANGUAGES):
            for number in range(12):
                text = text_of(language, range(700 + number, 706 + number))
                row = {"text": text, "title": f"T{number % 4}", "lang": language, "source": "notes"}
                file.write(json.dumps(row) + "\n")
    return folder


def more_rows(*, answered: bool) -> Iterator[dict[str, Any]]:
    for number in range(40):
        context = text_of("pt", range(600 + number, 606 + number))
        words = context.split()[3]
        answers = [{"text": words, "start": context.index(words)}] if answered else []
        yield {
            "question": f"Quantos barcos {number}?",
            "context": context,
            "title": f"Vale {number}",
            "answers": answers,
            "lang": "pt",
            "source": "faquad" if answered else "faquad-otherparagraph",
        }


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    data = write_more(folder / "data")
    weights = write_weights(folder / "weights")
    torch.manual_seed(0)
    reader = Reader(load_body(weights, "eager"))
    save_reader(folder / "reader", reader, load_reader_tokenizer(weights))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter that `export` uses
        export_graph(
            reader.eval(),
            dict.fromkeys(("input_ids", "attention_mask", "token_type_ids"), ("batch", "tokens")),
            {"scores": ("side", "batch", "tokens")},
            folder / "reader" / "tokenizer.json",
            folder / "shipped",
        )
    compress(folder / "shipped" / "model.onnx", "int8")
    write_examples(folder / "translated.json", [])
    patch = pytest.MonkeyPatch()
    patch.setattr(reader_pack, "FACTS", 60)
    options = argparse.Namespace(data=data, work=folder, seed=0, only=None)
    reader_pack.prepare(options)
    packing = argparse.Namespace(
        data=data, work=folder, seed=0, reader=folder / "shipped", out=folder / "packed"
    )
    reader_pack.pack(packing)
    patch.undo()
    return folder


def test_both_files_have_their_kinds(work: Path) -> None:
    people = Counter(one.kind for one in read_examples(work / "examples-people.json"))
    others = Counter(one.kind for one in read_examples(work / "examples-others.json"))
    assert {"piaf", "squad-it", "faquad", "removed"} <= set(people)
    assert {"negative", "found", "crossed", "squad-nqg", "fact", "table"} <= set(others)
    assert others["fact"] + others["table"] == 60
    for name in reader_pack.WRITTEN_FOLDERS:
        written = Counter(one.kind for one in read_examples(work / f"examples-{name}.json"))
        assert set(written) == {name, f"{name} other", f"{name} none"}


def test_what_is_packed_is_what_was_prepared(work: Path) -> None:
    examples = [
        one for name in reader_pack.MAKERS for one in read_examples(work / f"examples-{name}.json")
    ]
    packed = gpu_model.read_packed(work / "packed" / "data.xz")
    names = json.loads((work / "packed" / "names.json").read_text())
    trained = packed["trained"]
    assert 0.95 * len(examples) < len(trained) <= len(examples)
    tokenizer = load_reader_tokenizer(work / "shipped")
    begins = np.concatenate([[0], np.cumsum(packed["lengths"].astype(int))])

    def text(number: int) -> list[int]:
        return list(map(int, packed["ids"][begins[number] : begins[number + 1]]))

    wanted = Counter(
        (
            tuple(tokenizer.encode(one.question).ids[1:-1][: QUESTION_TOKENS - 1]),
            one.kind,
            one.answerable,
        )
        for one in examples
    )
    for question, _, passage, start, end, _, kind in trained[::7].tolist():
        assert wanted[tuple(text(question)), names["kinds"][kind], start >= 0]
        assert start <= end < len(text(passage))
    figures = {name.split(",")[0] for name in names["sets"]}
    assert {"dev piaf", "dev squad2", "dev crossing", "aside fact", "aside table"} <= figures
    assert packed["tested"].shape[1] == 12


def test_the_start_is_the_reader_that_ships(work: Path) -> None:
    arrays = gpu_model.read_packed(work / "packed" / "start.xz")
    weights = gpu_model.widen(arrays, torch.device("cpu"))
    reader = load_reader(work / "reader", load_body(work / "reader", "eager")).eval()
    theirs = gpu_model.Reader(weights, 0.0).eval()
    ids = torch.arange(5, 25)[None]
    mask, types = torch.ones_like(ids), (torch.arange(20)[None] >= 6).long()
    batch = {"ids": ids, "lengths": torch.tensor([20])}
    batch |= dict.fromkeys(("question_ends", "passage_starts"), torch.tensor([6]))
    with torch.no_grad():
        ours, mine = reader(ids, mask, types), theirs(batch)
    assert torch.allclose(ours[:, :, 6:], mine[:, :, 6:], atol=0.02)
    again = work / "again.xz"
    reader_pack.start(argparse.Namespace(reader=work / "shipped", out=again))
    assert again.read_bytes() == (work / "packed" / "start.xz").read_bytes()


def test_what_comes_back_is_a_reader_again(work: Path, tmp_path: Path) -> None:
    arrays = gpu_model.read_packed(work / "packed" / "start.xz")
    weights = gpu_model.widen(arrays, torch.device("cpu"))
    gpu_model.write_weights(weights, tmp_path, "a")
    write_returned(work / "shipped", [tmp_path / "a.0"], tmp_path / "back")
    back = load_reader(tmp_path / "back", load_body(tmp_path / "back", "eager")).state_dict()
    for name, value in (
        load_reader(work / "reader", load_body(work / "reader", "eager")).state_dict().items()
    ):
        assert torch.allclose(back[name], value, atol=2e-2 * float(value.abs().max()) + 1e-6), name
    (tmp_path / "a.0").write_bytes((tmp_path / "a.0").read_bytes()[:-10])
    with pytest.raises(ValueError, match="a part of the weights is missing"):
        read_returned([tmp_path / "a.0"])


def test_a_translation_that_lost_its_answer_is_left_out() -> None:
    row = Row("Quando?", "Nel 1912.", "T", ((4, "1912"),), "it", "squad-it")

    def pair(context: str, answer: str) -> list[Example]:
        start = context.index(answer)
        own = Example("Quand ?", context, start, start + len(answer), "it-to-fr", title="T")
        return [own, Example("Quando?", *(own.context, own.start, own.end), "asked", title="T")]

    good, bad, long = (
        pair("En 1912.", "1912"),
        pair("Dans un an.", "un"),
        pair("En 1912, dans la ville de Lyon.", "1912, dans la ville"),
    )
    assert list(sound_translations([*good, *bad, *long], [row])) == good


def test_questions_are_measured_of_articles_set_aside(work: Path) -> None:
    measured = list(measured_questions(work / "data", 0))
    trained = {one.question for one in read_examples(work / "examples-people.json")}
    people = [one for one in measured if one.set_name == "aside faquad"]
    assert people
    for one in people:
        assert one.example.question not in trained
        for start, end in one.answers:
            assert one.example.context[start:end].strip()
