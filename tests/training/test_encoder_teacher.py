"""The teacher's vectors on disk: each text once, and what is done is not done again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from seedqa.index.encoder import load_encoder
from support.tiny import WIDTH, text_of, write_teacher, write_weights
from training import encoder_teacher
from training.encoder_data import Pair
from training.encoder_teacher import compute_targets, read_pairs, write_pairs

TEXTS = [text_of("en", [number]) for number in range(20)]


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("teacher")
    return write_teacher(write_weights(folder / "weights"), folder / "shipped")


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_teacher, "SLICE", 6)


def stop_after(out: Path, rows: int) -> None:
    """Leave what a run that was killed after `rows` rows leaves, each marked as already there."""
    targets = np.load(out, mmap_mode="r+")
    targets[:rows] = 0.5
    targets[rows:] = 0
    targets.flush()
    progress = out.with_suffix(".done")
    owner, _, _ = progress.read_text().partition(" ")
    progress.write_text(f"{owner} {rows}")


def test_pairs_share_the_english_that_they_have_in_common(tmp_path: Path) -> None:
    write_pairs(
        tmp_path,
        [
            Pair("The lamp", "La lampe", "fr", "tatoeba"),
            Pair("Off", "Aus", "de", "po_docs"),
            Pair("The lamp", "Die Lampe", "de", "po_docs"),
        ],
    )
    assert read_pairs(tmp_path) == (
        ["Off", "The lamp"],
        [
            (1, "La lampe", "fr", "tatoeba"),
            (0, "Aus", "de", "po_docs"),
            (1, "Die Lampe", "de", "po_docs"),
        ],
    )


def test_row_and_text_belong_together(tmp_path: Path, teacher: Path) -> None:
    compute_targets(TEXTS, teacher, tmp_path / "targets.npy")
    targets = np.load(tmp_path / "targets.npy")
    assert (targets.dtype, targets.shape) == (np.float16, (20, WIDTH))
    expected = load_encoder(str(teacher)).encode_passages(TEXTS)
    np.testing.assert_allclose(targets, expected, atol=2e-3)


@pytest.mark.parametrize("done", [6, 18, 20])
def test_an_interrupted_run_goes_on_where_it_stopped(
    tmp_path: Path, teacher: Path, done: int
) -> None:
    out = tmp_path / "targets.npy"
    compute_targets(TEXTS, teacher, out)
    whole = np.load(out)
    stop_after(out, done)
    compute_targets(TEXTS, teacher, out)
    targets = np.load(out)
    assert (targets[:done] == 0.5).all()
    np.testing.assert_allclose(targets[done:], whole[done:], atol=1e-3)


@pytest.fixture
def known(tmp_path: Path, teacher: Path) -> Path:
    """An earlier selection with every second text, its vectors marked."""
    folder = tmp_path / "known"
    folder.mkdir()
    write_pairs(folder, [Pair(text, "", "fr", "") for text in TEXTS[1::2]])
    english, _ = read_pairs(folder)
    compute_targets(english, teacher, folder / "targets.npy")
    stop_after(folder / "targets.npy", len(english))
    return folder


def test_what_is_known_is_copied(tmp_path: Path, teacher: Path, known: Path) -> None:
    out = tmp_path / "targets.npy"
    compute_targets(TEXTS, teacher, out, known)
    targets = np.load(out)
    assert (targets[1::2] == 0.5).all()
    expected = load_encoder(str(teacher)).encode_passages(TEXTS[0::2])
    np.testing.assert_allclose(targets[0::2], expected, atol=2e-3)


@pytest.mark.parametrize("before", [True, False], ids=["until it was stopped", "from then on"])
def test_known_vectors_may_be_named_for_a_part_of_the_run(
    tmp_path: Path, teacher: Path, known: Path, before: bool
) -> None:
    """Rows were skipped, and stayed nothing, where they were first named after a stop."""
    out = tmp_path / "targets.npy"
    compute_targets(TEXTS, teacher, out, known if before else None)
    stop_after(out, 12)
    compute_targets(TEXTS, teacher, out, None if before else known)
    assert (np.linalg.norm(np.load(out).astype(np.float32), axis=1) > 0.9).all()


def test_vectors_of_other_texts_are_not_taken_for_ours(tmp_path: Path, teacher: Path) -> None:
    """They were, once, if there were as many of them."""
    out = tmp_path / "targets.npy"
    compute_targets(TEXTS, teacher, out)
    with pytest.raises(SystemExit) as caught:
        compute_targets([*TEXTS[:-1], "Another text."], teacher, out)
    assert str(caught.value) == f"{out} holds vectors of other texts or another teacher; remove it"


def test_vectors_of_another_teacher_are_not_taken_for_ours(tmp_path: Path, teacher: Path) -> None:
    out = tmp_path / "targets.npy"
    compute_targets(TEXTS, teacher, out)
    other = write_teacher(write_weights(tmp_path / "weights", seed=1), tmp_path / "other")
    with pytest.raises(SystemExit):
        compute_targets(TEXTS, other, out)
