"""The encoder that ships, and sentence-transformers with a tiny model made here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from seedqa.index.compile_cache import MAX_KEPT, checksum, compile_with_cache
from seedqa.index.encoder import (
    BATCH_TOKENS,
    PAD_MULTIPLE,
    SHIPPED_MODEL,
    SentenceTransformersEncoder,
    ShippedEncoder,
    load_encoder,
    plan_batches,
)
from seedqa.index.errors import ModelError
from seedqa.index.runtime import MODEL_FILES, fingerprint_folder, load_tokenizer

ROOT = Path(__file__).parent.parent
REMEDY = "Reinstall seedqa, or name another model with --model"


@pytest.fixture(scope="module")
def shipped() -> ShippedEncoder:
    loaded = load_encoder()
    assert isinstance(loaded, ShippedEncoder)
    return loaded


@pytest.fixture
def model_copy(tmp_path: Path) -> Path:
    """A copy of the folder that ships, to be damaged."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in MODEL_FILES:
        shutil.copy(SHIPPED_MODEL / name, folder / name)
    return folder


def run_python(code: str, **environment: str) -> str:
    """Return what `code` prints in a process of its own, from the root of the checkout."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


# -- batches -------------------------------------------------------------------------------------


def test_batches_hold_like_lengths_longest_first() -> None:
    lengths = [5, 256, 17, 256, 16, 0, 256, 30, 256, 256, 256, 256, 256, 256]
    assert (BATCH_TOKENS, PAD_MULTIPLE) == (2048, 16)
    assert list(plan_batches(lengths)) == [
        [1, 3, 6, 8, 9, 10, 11, 12],  # 8 of 256
        [13, 7, 2, 4, 0, 5],  # again as wide as its longest
    ]


@pytest.mark.parametrize(
    ("lengths", "batches"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([0], [[0]], id="an empty text"),
        pytest.param([5000, 5000], [[0], [1]], id="longer than a batch"),
        pytest.param([16] * 129, [list(range(128)), [128]], id="padded to 16"),
        pytest.param([17] * 65, [list(range(64)), [64]], id="padded to 32"),
    ],
)
def test_plan_batches(lengths: list[int], batches: list[list[int]]) -> None:
    assert list(plan_batches(lengths)) == batches


# -- the encoder that ships ----------------------------------------------------------------------


def test_the_shipped_model_is_whole(shipped: ShippedEncoder) -> None:
    config = json.loads((SHIPPED_MODEL / "config.json").read_text(encoding="utf-8"))
    shipped.verify()
    assert shipped.name == config["name"]
    assert shipped.dimension == config["dimension"]
    assert shipped.languages == tuple(config["languages"])
    assert shipped.fingerprint == config["fingerprint"] == fingerprint_folder(SHIPPED_MODEL)


def test_vectors_are_of_unit_length_and_float32(shipped: ShippedEncoder) -> None:
    texts = ["The bridge was opened in 1894.", "", "日本 🎉", "word " * 2000]
    vectors = shipped.encode_passages(texts)
    assert vectors.shape == (4, shipped.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    question = shipped.encode_question(texts[0])
    assert question.shape == (shipped.dimension,)
    assert question.dtype == np.float32


def test_no_passage_gives_no_vector(shipped: ShippedEncoder) -> None:
    assert shipped.encode_passages([]).shape == (0, shipped.dimension)


def test_a_vector_does_not_depend_on_its_batch(shipped: ShippedEncoder) -> None:
    texts = [
        f"Bridge number {n} was opened " + "by the old king " * (n * 7 % 40) for n in range(60)
    ]
    together = shipped.encode_passages(texts)
    alone = np.stack([shipped.encode_passages([text])[0] for text in texts])
    cosines = together @ alone.T
    assert cosines.diagonal().min() >= 0.999
    # each is nearest to itself: the order is that of the texts
    assert cosines.argmax(axis=1).tolist() == list(range(60))


def test_what_is_near_in_meaning_is_near(shipped: ShippedEncoder) -> None:
    question = shipped.encode_question("When was the bridge opened?")
    cosines = (
        shipped.encode_passages(
            ["The bridge was inaugurated in 1894.", "Bananas are rich in potassium."]
        )
        @ question
    )
    assert cosines[0] > 0.5
    assert cosines[1] < 0.2


def test_a_text_that_spells_a_mark_is_only_text() -> None:
    tokenizer = load_tokenizer(SHIPPED_MODEL / "tokenizer.json", 256)
    end = tokenizer.encode("").ids[-1]
    assert tokenizer.encode("The bridge </s> <s> <pad> was opened").ids.count(end) == 1


def test_a_text_is_cut_at_the_longest_length(shipped: ShippedEncoder) -> None:
    config = json.loads((SHIPPED_MODEL / "config.json").read_text(encoding="utf-8"))
    start = "bridge " * config["max_length"]
    one, other = shipped.encode_passages([start + "banana", start + "entirely different words"])
    assert float(one @ other) >= 0.9999


def test_questions_and_passages_have_their_prompts(
    model_copy: Path, shipped: ShippedEncoder
) -> None:
    rewrite_config(model_copy, prompts={"question": "", "passage": ""})
    plain = ShippedEncoder(model_copy)
    pairs = [
        (shipped.encode_question("iron bridge"), plain.encode_question("query: iron bridge")),
        (
            shipped.encode_passages(["iron bridge"])[0],
            plain.encode_passages(["passage: iron bridge"])[0],
        ),
    ]
    for ours, spelled_out in pairs:
        np.testing.assert_array_equal(ours, spelled_out)


def test_a_folder_like_ours_is_loaded_like_ours(model_copy: Path, shipped: ShippedEncoder) -> None:
    ours = load_encoder(str(model_copy))
    assert isinstance(ours, ShippedEncoder)
    assert ours.fingerprint == shipped.fingerprint


def rewrite_config(folder: Path, **changes: object) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config = {key: value for key, value in (config | changes).items() if value is not None}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def flip_byte(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


@pytest.mark.parametrize(
    "alter",
    [
        pytest.param(lambda folder: flip_byte(folder / "model.onnx"), id="weights"),
        pytest.param(
            lambda folder: (folder / "tokenizer.json").write_text(
                (folder / "tokenizer.json").read_text(encoding="utf-8") + "\n", encoding="utf-8"
            ),
            id="tokenizer",
        ),
        pytest.param(lambda folder: rewrite_config(folder, max_length=128), id="settings"),
    ],
)
def test_an_altered_model_is_not_verified(model_copy: Path, alter: Callable[[Path], None]) -> None:
    encoder = ShippedEncoder(model_copy)
    encoder.verify()
    alter(model_copy)
    with pytest.raises(ModelError) as caught:
        encoder.verify()
    actual = fingerprint_folder(model_copy)[:12]
    assert caught.value.found == (
        f"{model_copy} cannot be used as a model: fingerprint {actual},"
        f" not {encoder.fingerprint[:12]}"
    )
    assert caught.value.expected == ""
    assert caught.value.remedy == REMEDY


@pytest.mark.parametrize("name", MODEL_FILES)
def test_a_folder_without_one_of_its_files(model_copy: Path, name: str) -> None:
    (model_copy / name).unlink()
    with pytest.raises(ModelError) as caught:
        ShippedEncoder(model_copy)
    assert str(caught.value) == (
        f"model folder {model_copy} has no {name};"
        f" expected model.onnx, tokenizer.json, config.json. {REMEDY}"
    )


@pytest.mark.parametrize(
    ("name", "damage", "detail"),
    [
        pytest.param("config.json", b"{", "Expecting property name", id="config is no JSON"),
        pytest.param("config.json", b"\xff\xfe{}", "'utf-8' codec can't", id="config is no text"),
        pytest.param("config.json", b"[1]", "no JSON object", id="config is a list"),
        pytest.param("config.json", b'{"name": "x"}', "no usable 'fingerprint'", id="keys"),
        pytest.param("tokenizer.json", b"garbage", "expected value at line 1", id="tokenizer"),
        pytest.param("tokenizer.json", b"", "EOF while parsing", id="empty tokenizer"),
        pytest.param("model.onnx", b"garbage", "", id="weights are garbage"),
        pytest.param("model.onnx", b"", "", id="weights are empty"),
        pytest.param("model.onnx", None, "", id="weights are cut short"),
    ],
)
def test_a_damaged_folder_is_named(
    model_copy: Path, name: str, damage: bytes | None, detail: str
) -> None:
    path = model_copy / name
    path.write_bytes(path.read_bytes()[:1_000_000] if damage is None else damage)
    with pytest.raises(ModelError) as caught:
        ShippedEncoder(model_copy)
    found = f"{path} cannot be used as a model: {detail}"
    assert caught.value.found[: len(found)] == found
    assert "\n" not in caught.value.found
    assert caught.value.remedy == REMEDY


# -- the compile cache ---------------------------------------------------------------------------

ENCODE = """
from seedqa.index.encoder import load_encoder
encoder = load_encoder()
print(encoder.encode_question("iron bridge").shape == (encoder.dimension,))
"""


def compiled_files(root: Path) -> list[Path]:
    return sorted(path for path in (root / "seedqa" / "compiled").rglob("*") if path.is_file())


@pytest.mark.parametrize("position", [0, 100, 20_000_000, -1])
def test_a_changed_bit_of_the_compile_cache_changes_no_vector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, position: int
) -> None:
    """OpenVINO loads whatever weights it finds there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = ShippedEncoder().encode_question("iron bridge")
    (blob,) = compiled_files(tmp_path)
    data = bytearray(blob.read_bytes())
    data[position] ^= 1
    blob.chmod(0o600)
    blob.write_bytes(data)
    assert ShippedEncoder().encode_question("iron bridge").tolist() == before.tolist()
    (blob,) = compiled_files(tmp_path)
    assert blob.read_bytes() != data
    assert blob.parent.name.endswith(checksum(blob))


def test_a_compiled_model_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ShippedEncoder()
    (blob,) = compiled_files(tmp_path)
    written = blob.stat().st_mtime_ns
    ShippedEncoder()
    assert [path.stat().st_mtime_ns for path in compiled_files(tmp_path)] == [written]


def test_what_was_not_used_for_longest_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each copy of a model left 46 MB for ever."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    model = tmp_path / "model"
    model.write_text("weights")

    def make(folder: Path | None) -> str:
        assert folder
        kept = folder / "made"
        if kept.exists():
            return "kept"
        kept.write_text("parts")
        return "made"

    for number in range(MAX_KEPT):
        copy = tmp_path / f"copy-{number}"
        copy.write_text("weights")
        assert compile_with_cache(copy, "", make) == "made"
        made = max((tmp_path / "seedqa" / "compiled").iterdir(), key=os.path.getctime)
        os.utime(made, (number, number))
    assert compile_with_cache(tmp_path / "copy-0", "", make) == "kept"
    assert compile_with_cache(model, "", make) == "made"
    assert len(compiled_files(tmp_path)) == MAX_KEPT
    assert compile_with_cache(tmp_path / "copy-0", "", make) == "kept"
    assert compile_with_cache(tmp_path / "copy-1", "", make) == "made"


def test_what_an_older_version_or_a_killed_process_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    root = tmp_path / "seedqa" / "compiled"
    (root / "new-killed").mkdir(parents=True)
    os.utime(root / "new-killed", (0, 0))
    (root / "new-running").mkdir()
    (root / "123.blob").write_bytes(b"old")
    ShippedEncoder()
    kept = sorted(path.name for path in root.iterdir())
    assert len(kept) == 2
    assert kept[1] == "new-running"


@pytest.mark.parametrize("damage", [b"", b"garbage" * 1000, None], ids=["empty", "other", "cut"])
def test_a_damaged_compile_cache_does_no_harm(tmp_path: Path, damage: bytes | None) -> None:
    assert run_python(ENCODE, XDG_CACHE_HOME=str(tmp_path)) == "True\n"
    (blob,) = compiled_files(tmp_path)
    blob.chmod(0o600)
    blob.write_bytes(blob.read_bytes()[:5000] if damage is None else damage)
    assert run_python(ENCODE, XDG_CACHE_HOME=str(tmp_path)) == "True\n"
    assert [path.suffix for path in compiled_files(tmp_path)] == [".blob"]


SIZES = [1, 7, 8, 32_767, 32_768, 32_769, 200_001]


@pytest.mark.parametrize("size", SIZES)
def test_a_checksum_sees_every_change(tmp_path: Path, size: int) -> None:
    data = bytes(position * 7 % 251 for position in range(size))
    path = tmp_path / "file"
    path.write_bytes(data)
    whole = checksum(path)
    assert len(whole) == 16
    changed = {data + b"\0", data[:-1], data[8:] + data[:8]} - {data}
    for position in {0, size // 2, size - 1}:
        changed.add(data[:position] + bytes([data[position] ^ 128]) + data[position + 1 :])
    for other in changed:
        path.write_bytes(other)
        assert checksum(path) != whole


@pytest.mark.parametrize("blocked", ["seedqa", "seedqa/compiled"])
def test_a_compile_cache_that_cannot_be_made_does_no_harm(tmp_path: Path, blocked: str) -> None:
    path = tmp_path / blocked
    path.parent.mkdir(exist_ok=True)
    path.write_text("a file, where a folder should be")
    assert run_python(ENCODE, XDG_CACHE_HOME=str(tmp_path)) == "True\n"
    assert path.read_text() == "a file, where a folder should be"


# -- what is imported and contacted --------------------------------------------------------------


def test_nothing_is_contacted(tmp_path: Path) -> None:
    """OpenVINO once reported to an analytics service when it was imported, from a child."""
    code = """
import os, sys
seen = []
names = ("socket.", "urllib.", "http.", "subprocess.", "os.fork", "os.posix_spawn", "os.exec")
sys.addaudithook(lambda name, _: seen.append(name) if name.startswith(names) else None)
from seedqa.index.encoder import load_encoder
encoder = load_encoder()
encoder.encode_question("iron bridge")
encoder.encode_passages(["iron", "bridge"])
print(seen)
"""
    assert run_python(code, XDG_CACHE_HOME=str(tmp_path), HOME=str(tmp_path)) == "[]\n"


def test_a_question_imports_nothing_that_it_does_not_need() -> None:
    code = """
import sys
import seedqa.retrieval.pipeline
heavy = {
    "torch", "transformers", "sentence_transformers", "gradio", "lxml", "docx", "py3langid",
    "tqdm", "watchfiles", "faiss", "openvino", "tokenizers", "pypdfium2", "Stemmer",
}
loaded = {name.partition(".")[0] for name in sys.modules}
print(sorted(loaded & heavy), sorted(name for name in loaded if name.startswith("langchain")))
formats = ("docx", "html", "markdown", "pdf", "text")
print([name for name in formats if f"seedqa.index.documents.{name}" in sys.modules])
"""
    assert run_python(code) == "[] []\n[]\n"


# -- sentence-transformers -----------------------------------------------------------------------

WORDS = "[PAD] [UNK] [CLS] [SEP] query passage : the iron bridge was opened in 1894 river"
PROMPTS = {"query": "query: ", "document": "passage: "}
MAX_TOKENS = 8

SaveModel = Callable[..., Path]


@pytest.fixture(scope="module")
def save_model(tmp_path_factory: pytest.TempPathFactory) -> SaveModel:
    """Save a BERT of two layers with random weights, as sentence-transformers saves a model."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    words = WORDS.split()

    def save(
        name: str,
        *,
        pooling: str = "mean",
        normalize: bool = False,
        seed: int = 0,
        prompts: dict[str, str] = PROMPTS,
        max_tokens: int = MAX_TOKENS,
        lowercase: bool = True,
    ) -> Path:
        folder = tmp_path_factory.mktemp(name)
        vocabulary = {word: number for number, word in enumerate(words)}
        tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.Lowercase() if lowercase else normalizers.NFC()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = processors.TemplateProcessing(
            "[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
        PreTrainedTokenizerFast(
            tokenizer_object=tokenizer,
            unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]",
        ).save_pretrained(folder / "bert")  # fmt: skip
        torch.manual_seed(seed)
        BertModel(
            BertConfig(
                vocab_size=len(words), hidden_size=32, num_hidden_layers=2,
                num_attention_heads=2, intermediate_size=64, max_position_embeddings=64,
            )
        ).save_pretrained(folder / "bert")  # fmt: skip
        modules = [
            Transformer(str(folder / "bert"), max_seq_length=max_tokens),
            Pooling(32, pooling_mode=pooling),
            *([Normalize()] if normalize else []),
        ]
        SentenceTransformer(modules=modules, prompts=prompts).save(str(folder / "model"))
        return folder / "model"

    return save


@pytest.fixture(scope="module")
def tiny(save_model: SaveModel) -> SentenceTransformersEncoder:
    loaded = load_encoder(str(save_model("tiny")))
    assert isinstance(loaded, SentenceTransformersEncoder)
    return loaded


@pytest.fixture(scope="module")
def bare(save_model: SaveModel) -> SentenceTransformersEncoder:
    """The same weights without prompts."""
    return SentenceTransformersEncoder(str(save_model("bare", prompts={})))


def test_a_folder_of_sentence_transformers_is_loaded(tiny: SentenceTransformersEncoder) -> None:
    """None could be, once: the fingerprint failed on every model."""
    assert tiny.dimension == 32
    assert tiny.languages == ()
    assert Path(tiny.name).name == "model"
    assert tiny.encode_passages([]).shape == (0, 32)
    again = load_encoder(tiny.name)
    assert again.fingerprint == tiny.fingerprint
    np.testing.assert_array_equal(
        again.encode_question("the river"), tiny.encode_question("the river")
    )


def test_its_prompts_are_used(
    tiny: SentenceTransformersEncoder, bare: SentenceTransformersEncoder
) -> None:
    text = "the iron bridge"
    spelled_out = bare.encode_passages([f"query: {text}", f"passage: {text}", text])
    question, passage = tiny.encode_question(text), tiny.encode_passages([text])[0]
    np.testing.assert_allclose(question, spelled_out[0], atol=1e-6)
    np.testing.assert_allclose(passage, spelled_out[1], atol=1e-6)
    assert float(question @ spelled_out[2]) < 0.999
    assert float(question @ passage) < 0.9999


@pytest.mark.parametrize("normalize", [False, True], ids=["no Normalize", "with Normalize"])
def test_vectors_have_unit_length_whatever_its_modules(
    save_model: SaveModel, tiny: SentenceTransformersEncoder, normalize: bool
) -> None:
    encoder = SentenceTransformersEncoder(str(save_model("normal", normalize=normalize)))
    vectors = encoder.encode_passages(["the iron bridge", "river", ""])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors[0], tiny.encode_passages(["the iron bridge"])[0], atol=1e-6)


def test_its_pooling_is_used(save_model: SaveModel, tiny: SentenceTransformersEncoder) -> None:
    first = SentenceTransformersEncoder(str(save_model("cls", pooling="cls")))
    text = "the iron bridge"
    assert float(first.encode_question(text) @ tiny.encode_question(text)) < 0.99


def test_its_longest_length_is_used(bare: SentenceTransformersEncoder) -> None:
    # [CLS] and [SEP] are two of the eight tokens
    same, also, other = bare.encode_passages(
        ["the iron bridge was opened in 1894", "the iron bridge was opened in", "the iron river"]
    )
    np.testing.assert_allclose(same, also, atol=1e-6)
    assert float(same @ other) < 0.9999


def test_order_is_kept(tiny: SentenceTransformersEncoder) -> None:
    texts = ["river", "the iron bridge was opened in", "bridge", "", "iron river"]
    together = tiny.encode_passages(texts)
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_allclose(vector, tiny.encode_passages([text])[0], atol=1e-5)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"seed": 1}, id="weights"),
        pytest.param({"prompts": {"query": "query: "}}, id="prompts"),
        pytest.param({"pooling": "cls"}, id="pooling"),
        pytest.param({"normalize": True}, id="modules"),
        pytest.param({"max_tokens": 16}, id="longest length"),
        pytest.param({"lowercase": False}, id="tokenizer"),
    ],
)
def test_its_fingerprint_changes_with(
    save_model: SaveModel, tiny: SentenceTransformersEncoder, change: dict[str, object]
) -> None:
    """Of the tokenizer, only its vocabulary once counted."""
    same, other = (
        SentenceTransformersEncoder(str(save_model("printed", **settings)))
        for settings in ({}, change)
    )
    assert same.fingerprint == tiny.fingerprint != other.fingerprint


def test_a_folder_is_loaded_without_a_hub(tiny: SentenceTransformersEncoder) -> None:
    code = f"""
import sys
seen = []
names = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
sys.addaudithook(lambda name, _: seen.append(name) if name.startswith(names) else None)
from seedqa.index.encoder import load_encoder
encoder = load_encoder({tiny.name!r})
print(seen, encoder.encode_question("river").shape)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[] (32,)\n"


@pytest.mark.parametrize("name", ["/no/such/folder", "./no/such", "~/no/such"])
def test_a_missing_folder_is_named(name: str) -> None:
    with pytest.raises(ModelError) as caught:
        load_encoder(name)
    assert str(caught.value) == (
        f"no folder {name}; expected a model folder or a name on the hub. Check the path"
    )


def test_a_folder_that_holds_no_model(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no model")
    with pytest.raises(ModelError) as caught:
        load_encoder(str(tmp_path))
    assert caught.value.found.startswith(f"sentence-transformers cannot load {tmp_path}: ")
    assert "\n" not in caught.value.found
    assert caught.value.expected == (
        "a model folder, or a name that the hub or its local cache has"
    )


def test_without_sentence_transformers_the_remedy_is_its_extra(tmp_path: Path) -> None:
    code = f"""
import sys
sys.modules["sentence_transformers"] = None
from seedqa.index.encoder import load_encoder
try:
    load_encoder({str(tmp_path)!r})
except Exception as error:
    print(type(error).__name__, error)
"""
    assert run_python(code) == (
        f"ModelError --model {tmp_path} needs sentence-transformers, which is not installed;"
        ' expected the extra "models". Install it with: pip install -e ".[models]"\n'
    )
