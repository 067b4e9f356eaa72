"""A deterministic toy encoder, for tests that need no real model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from seedqa.index.encoder import Vectors
from seedqa.index.lexical import folded_words


class ToyEncoder:
    """Bag of hashed words, 64 dimensions: texts that share words are near, by arithmetic alone."""

    def __init__(self, name: str = "toy", salt: str = "") -> None:
        self.name = name
        self.fingerprint = hashlib.sha256(f"{name}{salt}".encode()).hexdigest()
        self.dimension = 64
        self.languages = ("en",)
        self.encoded: list[str] = []
        """Every passage that was encoded, so that a test can count the work."""

    def encode_question(self, question: str) -> Vectors:
        return self._encode([question])[0]

    def encode_passages(self, passages: Sequence[str]) -> Vectors:
        self.encoded += passages
        return self._encode(passages)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, 0] = 0.1
            for word in folded_words(text):
                digest = hashlib.sha256(word.encode()).digest()
                vectors[row, 1 + digest[0] % 63] += 1.0 if digest[1] % 2 else -1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
