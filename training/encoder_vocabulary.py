"""Give the teacher's vocabulary foreign pieces, each with an embedding to start from.

Which pieces are frequent is learned from the foreign texts of the data folder; what they mean at
the start, from the pairs. Knows nothing of training.
"""

from __future__ import annotations

import json
import logging
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from encoder_data import LANGUAGES, QUOTAS, read_extractive, read_parallel, read_sections
from encoder_student import TokenTable, load_body, load_tokenizer, save_student, tokenize
from encoder_teacher import read_pairs
from scipy import sparse
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.trainers import WordPieceTrainer
from torch import Tensor
from transformers import BertModel

logger = logging.getLogger(__name__)

#: Texts of each source of parallel/, and of sections/, in each language to learn pieces from:
#: enough that a piece seen ten times is no accident, and no source drowns the others.
TEXTS_A_SOURCE = 40_000
SECTIONS_A_LANGUAGE = 6_000
#: Characters that pieces are made of.
MOST_LETTERS = 400
#: English pieces whose embeddings make that of a new piece, the best aligned first.
ALIGNED_PIECES = 4
#: A new piece that occurs less often in the pairs is not aligned: chance would choose.
FEWEST_OCCURRENCES = 5
#: Added to counts in the Dice coefficient, so that rare coincidences do not score 1.
DICE_SMOOTHING = 5.0


def build_student(data: Path, pairs_folder: Path, teacher: Path, count: int, out: Path) -> None:
    """Write the student to start from: the weights folder `teacher` with `count` more pieces."""
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = load_tokenizer(teacher)
    pieces = train_pieces(tokenizer, read_foreign_texts(data), count)
    extend_tokenizer(teacher / "tokenizer.json", pieces, out / "tokenizer.json")
    english, pairs = read_pairs(pairs_folder)
    english_table = tokenize(tokenizer, english)
    foreign_table = tokenize(load_tokenizer(out), [pair[1] for pair in pairs])
    logger.info("%d foreign texts have %d pieces", len(pairs), len(foreign_table.ids))
    body = load_body(teacher, "eager")
    old = body.embeddings.word_embeddings.weight.detach().clone()
    fallback = mean_of_old_pieces(old, tokenizer, pieces)
    repeated = english_table.take([pair[0] for pair in pairs])
    grow_embeddings(body, align_with_english(old, fallback, repeated, foreign_table))
    save_student(out, body, out / "tokenizer.json")


def read_foreign_texts(data: Path) -> Iterator[str]:
    """Yield foreign texts of every kind that there is, balanced by source."""
    for language in LANGUAGES:
        taken: Counter[str] = Counter()
        for pair in read_parallel(data, language):
            if pair.source in QUOTAS[language] and taken[pair.source] < TEXTS_A_SOURCE:
                taken[pair.source] += 1
                yield pair.foreign
        for section in islice(read_sections(data, language), SECTIONS_A_LANGUAGE):
            yield section.text[language]
    for question in read_extractive(data, "train"):
        if question.language != "en":
            yield question.passage


def train_pieces(tokenizer: Tokenizer, texts: Iterable[str], count: int) -> list[str]:
    """Return the `count` most frequent WordPieces of `texts` that `tokenizer` does not have.

    Fewer where `texts` are few: twice as many are learned, and those that it has are left out.
    """
    texts = [tokenizer.normalizer.normalize_str(text) for text in texts]
    learner = Tokenizer(WordPiece(unk_token="[UNK]"))
    learner.pre_tokenizer = tokenizer.pre_tokenizer
    known = tokenizer.get_vocab()
    letters, continuations = _letters(texts)
    # About half of the pieces learned are English ones too, or names, which the teacher knows.
    trainer = WordPieceTrainer(
        vocab_size=count * 2,
        initial_alphabet=letters,
        limit_alphabet=len(letters),
        special_tokens=["[UNK]", *continuations],
        show_progress=False,
    )
    learner.train_from_iterator(texts, trainer)
    learned = sorted(learner.get_vocab().items(), key=lambda item: item[1])  # by frequency
    return [piece for piece, _ in learned if piece not in known][:count]


def _letters(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the most frequent characters, and the pieces of one that go on with a word.

    Left to itself, the trainer numbers the latter as its hash table has them, another way each
    time, and among pairs that are as frequent the numbers decide.
    """
    found: Counter[str] = Counter()
    inside: set[str] = set()
    for text in texts:
        for word in text.split():
            found.update(word)
            inside.update(word[1:])
    letters = sorted(sorted(found), key=lambda letter: -found[letter])[:MOST_LETTERS]
    punctuated = {letter for letter in letters if unicodedata.category(letter).startswith("P")}
    return letters, [f"##{letter}" for letter in letters if letter in inside - punctuated]


def extend_tokenizer(source: Path, pieces: Sequence[str], target: Path) -> None:
    """Write the tokenizer file `source` with `pieces` appended to its vocabulary."""
    content = json.loads(source.read_text(encoding="utf8"))
    vocabulary = content["model"]["vocab"]
    for piece in pieces:
        vocabulary[piece] = len(vocabulary)
    content["truncation"] = content["padding"] = None
    target.write_text(json.dumps(content, ensure_ascii=False), encoding="utf8")


def mean_of_old_pieces(old: Tensor, tokenizer: Tokenizer, pieces: Sequence[str]) -> Tensor:
    """Return an embedding for each new piece: the mean of those of its old pieces."""
    rows = []
    for piece in pieces:
        # What follows "##" is encoded as a word of its own: its first old piece then lacks the
        # mark of a continuation, which the mean tolerates.
        ids = tokenizer.encode(piece.removeprefix("##"), add_special_tokens=False).ids
        rows.append(old[ids].mean(0) if ids else old.mean(0))
    return torch.stack(rows)


def align_with_english(
    old: Tensor, fallback: Tensor, english: TokenTable, foreign: TokenTable
) -> Tensor:
    """Return an embedding for each new piece: those of the English pieces that it stands for.

    Row n of `english` and of `foreign` translate each other. The `ALIGNED_PIECES` English pieces
    with the highest Dice coefficient 2 c(e, f) / (c(e) + c(f)), counting sentences, are averaged
    with its square as their weight (Melamed 2000 compares such scores; the idea of starting a
    new vocabulary from bilingual neighbours is WECHSEL's, Minixhofer et al. 2022). Rows of
    `fallback` stand where a piece occurs too rarely.
    """
    first_new = len(old)
    present_old = _presence(english, first_new)
    present_new = _presence(foreign, first_new + len(fallback))[:, first_new:]
    together = (present_new.T @ present_old).tocsr()
    count_old = np.asarray(present_old.sum(0)).ravel()
    count_new = np.asarray(present_new.sum(0)).ravel()
    result = fallback.clone()
    for piece in np.flatnonzero(count_new >= FEWEST_OCCURRENCES):
        row = together[int(piece)]
        dice = 2 * row.data / (count_old[row.indices] + count_new[piece] + DICE_SMOOTHING)
        best = np.argsort(-dice, kind="stable")[:ALIGNED_PIECES]
        weights = torch.from_numpy(dice[best] ** 2).float()
        chosen = old[torch.from_numpy(row.indices[best].astype(np.int64))]
        result[int(piece)] = (weights[:, None] * chosen).sum(0) / weights.sum()
    return result


def _presence(table: TokenTable, vocabulary: int) -> Any:
    """Return a sparse matrix (texts, vocabulary): 1 where a piece occurs in a text."""
    rows = np.repeat(np.arange(len(table)), table.lengths)
    ones = np.ones(len(table.ids), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, (rows, table.ids)), shape=(len(table), vocabulary))
    matrix.data[:] = 1.0  # the constructor sums what occurs twice
    return matrix


def grow_embeddings(body: BertModel, added: Tensor) -> None:
    """Append the rows of `added` to the word embeddings of `body`."""
    old = body.embeddings.word_embeddings.weight.detach()
    grown = torch.nn.Embedding(len(old) + len(added), old.shape[1], padding_idx=0)
    grown.weight = torch.nn.Parameter(torch.cat([old, added.to(old.dtype)]))
    body.embeddings.word_embeddings = grown
    body.config.vocab_size = len(grown.weight)
