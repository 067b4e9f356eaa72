"""Encode questions and passages as unit vectors.

Two encoders: the bundled one (OpenVINO and `tokenizers`, no torch), and any model of
sentence-transformers. Knows nothing of documents, nor of the index.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seedqa.index.errors import ModelError
from seedqa.index.messages import Message
from seedqa.index.runtime import (
    MODEL_FILES,
    compile_model,
    damaged_error,
    load_tokenizer,
    read_config,
    verify_folder,
)

if TYPE_CHECKING:
    from tokenizers import Encoding

Vectors = NDArray[np.float32]

#: The folder of the bundled model, next to the packages in a checkout and in a wheel.
SHIPPED_MODEL = Path(__file__).resolve().parent.parent / "models" / "encoder"
#: Tokens in one batch. 1,024 to 8,192 are within 6 % of each other on two cores; memory grows.
BATCH_TOKENS = 2048
#: Lengths are padded to a multiple of this, so that the runtime meets few different shapes: it
#: prepares each new shape once.
PAD_MULTIPLE = 16


class Encoder(Protocol):
    """What a build and a question need of an encoder. Vectors are float32 with unit length."""

    @property
    def name(self) -> str:
        """The name that a person knows it by."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors may: hash of weights, tokenizer and settings."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes it was made for; empty where that is not known."""

    def encode_question(self, question: str) -> Vectors:
        """Return one vector, shape (dimension,)."""

    def encode_passages(self, passages: Sequence[str]) -> Vectors:
        """Return vectors of shape (len(passages), dimension), in the order given."""


def load_encoder(name: str | None = None) -> Encoder:
    """Return the encoder `name`: None for the bundled one, a folder, or a name on the hub.

    Raises ModelError where it cannot be loaded. Only a name that is no folder may contact a hub.
    """
    folder = SHIPPED_MODEL if name is None else Path(name)
    if name is None or all((folder / file).is_file() for file in MODEL_FILES):
        return ShippedEncoder(folder)
    return SentenceTransformersEncoder(name)


class ShippedEncoder:
    """An ONNX encoder with its tokenizer, run by OpenVINO, by one thread at a time."""

    def __init__(self, folder: Path = SHIPPED_MODEL) -> None:
        self._folder = folder
        self._running = threading.Lock()
        config = read_config(folder)
        try:
            self._name = str(config["name"])
            self._fingerprint = str(config["fingerprint"])
            self._dimension = int(config["dimension"])
            self._max_length = int(config["max_length"])
            self._languages = tuple(map(str, config["languages"]))
            self._question_prompt = str(config["prompts"]["question"])
            self._passage_prompt = str(config["prompts"]["passage"])
        except (KeyError, TypeError, ValueError) as error:
            reason = Message("no usable {name}", name=str(error))
            raise damaged_error(folder / "config.json", reason) from error
        self._tokenizer = load_tokenizer(folder / "tokenizer.json", self._max_length)
        self._request = compile_model(folder / "model.onnx")

    @property
    def name(self) -> str:
        """The name that a person knows it by."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """The hash of weights, tokenizer and settings."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._dimension

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it was trained for, as ISO 639-1 codes."""
        return self._languages

    def encode_question(self, question: str) -> Vectors:
        """Return one vector, shape (dimension,)."""
        encoding = self._tokenizer.encode(self._question_prompt + question)
        return self._encode([encoding]).reshape(-1)

    def encode_passages(self, passages: Sequence[str]) -> Vectors:
        """Return vectors of shape (len(passages), dimension), in the order given."""
        encodings = self._tokenizer.encode_batch([self._passage_prompt + text for text in passages])
        vectors = np.empty((len(passages), self._dimension), dtype=np.float32)
        for batch in plan_batches([len(encoding.ids) for encoding in encodings]):
            vectors[batch] = self._encode([encodings[position] for position in batch])
        return vectors

    def verify(self) -> None:
        """Raise ModelError if weights, tokenizer or settings are not those of the fingerprint."""
        verify_folder(self._folder, self._fingerprint)

    def _encode(self, encodings: list[Encoding]) -> Vectors:
        longest = max(len(encoding.ids) for encoding in encodings)
        width = min(-(-longest // PAD_MULTIPLE) * PAD_MULTIPLE, max(self._max_length, longest))
        input_ids = np.zeros((len(encodings), width), dtype=np.int64)
        attention_mask = np.zeros_like(input_ids)
        for row, encoding in enumerate(encodings):
            input_ids[row, : len(encoding.ids)] = encoding.ids
            attention_mask[row, : len(encoding.ids)] = 1
        feed = {"input_ids": input_ids, "attention_mask": attention_mask}
        with self._running:
            return np.array(self._request.infer(feed)["embedding"], dtype=np.float32)


def plan_batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield positions in batches of like length, longest first, each of at most `BATCH_TOKENS`.

    Longest first, so that a run that cannot hold its largest batch fails at once.
    """
    order = sorted(range(len(lengths)), key=lambda position: (-lengths[position], position))
    while order:
        width = -(-max(lengths[order[0]], 1) // PAD_MULTIPLE) * PAD_MULTIPLE
        size = max(1, BATCH_TOKENS // width)
        yield order[:size]
        order = order[size:]


class SentenceTransformersEncoder:
    """Any model of sentence-transformers, with its own prompts, pooling and maximum length."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._model = _load_sentence_transformer(name)
        self._fingerprint = _fingerprint_model(self._model)

    @property
    def name(self) -> str:
        """The name that a person knows it by."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """The hash of weights, tokenizer and settings."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._model.get_embedding_dimension())

    @property
    def languages(self) -> tuple[str, ...]:
        """Empty: a model does not state its languages."""
        return ()

    def encode_question(self, question: str) -> Vectors:
        """Return one vector, shape (dimension,), with the model's prompt for queries."""
        vectors = self._model.encode_query([question], **self._options())
        return self._to_array(vectors).reshape(-1)

    def encode_passages(self, passages: Sequence[str]) -> Vectors:
        """Return vectors of shape (len(passages), dimension), with its prompt for documents."""
        vectors = self._model.encode_document(list(passages), **self._options())
        return self._to_array(vectors).reshape(len(passages), self.dimension)

    @staticmethod
    def _options() -> dict[str, Any]:
        return {
            "normalize_embeddings": True,
            "convert_to_numpy": True,
            "show_progress_bar": False,
        }

    @staticmethod
    def _to_array(vectors: Any) -> Vectors:
        return np.asarray(vectors, dtype=np.float32)


def _load_sentence_transformer(name: str) -> Any:
    is_folder = os.path.isdir(name)  # noqa: PTH112 - False for a name too long for a folder
    if not is_folder and (os.sep in name and name.startswith((os.sep, ".", "~"))):
        raise ModelError(
            f"no folder {name}", "a model folder or a name on the hub", "Check the path"
        )
    try:
        # seconds to import, and an extra: only where another model is asked for
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ModelError(
            f"--model {name} needs sentence-transformers, which is not installed",
            'the extra "models"',
            'Install it with: pip install -e ".[models]"',
        ) from error
    try:
        return SentenceTransformer(name, local_files_only=is_folder)
    except Exception as error:  # the library raises many kinds of errors
        detail = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(
            f"sentence-transformers cannot load {name}: {detail[0]}",
            "a model folder, or a name that the hub or its local cache has",
            "Check the name, or leave out --model to use the bundled model",
        ) from error


def _fingerprint_model(model: Any) -> str:
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(np.ascontiguousarray(tensor.detach().float().cpu().numpy()).tobytes())
    settings = [
        model.prompts,
        model.max_seq_length,
        [str(module) for module in model],  # pooling and normalisation among them
        _describe_tokenizer(model.tokenizer),
    ]
    digest.update(json.dumps(settings, sort_keys=True).encode())
    return digest.hexdigest()


def _describe_tokenizer(tokenizer: Any) -> Any:
    if hasattr(tokenizer, "backend_tokenizer"):
        return tokenizer.backend_tokenizer.to_str()
    return sorted(tokenizer.get_vocab().items()) if hasattr(tokenizer, "get_vocab") else None
