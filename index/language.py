"""Identify the language of a text, and compare two languages.

Knows only text; knows nothing of files or questions.
"""

from __future__ import annotations

import functools
import re
import tempfile
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedqa.index.compile_cache import compile_with_cache
from seedqa.index.errors import StorageError
from seedqa.index.messages import Message, describe_os_error

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from py3langid.langid import LanguageIdentifier


#: The language code of a text whose language is not known (ISO 639-2 "undetermined").
UNKNOWN_LANGUAGE = "und"

#: The language is identified from three slices this long (beginning, middle, end). On FLORES-200 in
#: seven languages py3langid is right for 5,640 of 5,667 beginnings of 100 characters and for 5,658
#: whole sentences; 1,000 characters cost 0.6 ms, the greater part of reading a small file.
LANGUAGE_SLICE_CHARS = 200


#: From this probability on the identifier overrules the language that a document states, since
#: templates often state a wrong one.
MIN_SURE_LANGUAGE = 0.9
#: Below this probability the language counts as unknown: on the first 40 characters of FLORES-200
#: most mistakes of py3langid are below 0.5.
MIN_LIKELY_LANGUAGE = 0.5


def find_language(text: str, body_start: int, hint: str | None) -> str:
    """Return the ISO 639-1 code of a text's language, or `UNKNOWN_LANGUAGE`.

    `hint` is the language that the document states; it decides when the text is too short to
    tell.
    """
    code, confidence = _identifier().classify(_language_sample(text, body_start))
    if confidence >= MIN_SURE_LANGUAGE:
        return str(code)
    stated = re.match(r"\s*([A-Za-z]{2})(?![A-Za-z])", hint or "")
    if stated:
        return stated[1].lower()
    return str(code) if confidence >= MIN_LIKELY_LANGUAGE else UNKNOWN_LANGUAGE


def _language_sample(text: str, body_start: int) -> str:
    size = LANGUAGE_SLICE_CHARS
    length = len(text) - body_start
    if length <= 3 * size:
        return text[body_start:]
    starts = (body_start, body_start + (length - size) // 2, len(text) - size)
    return "\n".join(text[start : start + size] for start in starts)


def load_identifier() -> None:
    """Load the language identifier, so that the first text does not wait for it."""
    _identifier()


@functools.cache
def _identifier() -> LanguageIdentifier:
    # Imported here, loaded once: 0.2 s for the import, 0.7 s to unpack the model the first time.
    from py3langid.langid import MODEL_DIR, MODEL_FILE

    return compile_with_cache(MODEL_DIR / MODEL_FILE, "unpacked", _unpack)


def _unpack(folder: Path | None) -> LanguageIdentifier:
    """Return the identifier; its parts are kept in `folder`, or taken from there."""
    import numpy as np
    from py3langid.langid import LanguageIdentifier

    kept = folder / "parts.npz" if folder else None
    if kept and kept.exists():
        with np.load(kept, allow_pickle=False) as parts:
            return LanguageIdentifier(
                parts["features"],
                parts["classes"],
                parts["labels"].tolist(),
                _numbers(parts["next_states"]),
                parts["outputs"].tolist(),
                norm_probs=True,
                tk_row=_numbers(parts["rows"]),
            )
    identifier = _load_packed()
    if kept:
        np.savez(
            kept,
            features=identifier.nb_ptc,
            classes=identifier.nb_pc,
            labels=np.array(identifier.nb_classes),
            next_states=np.asarray(identifier.tk_nextmove),
            outputs=np.array(identifier.tk_output, dtype=np.int32),
            rows=np.asarray(identifier.tk_row),
        )
    return identifier


def _numbers(values: NDArray[Any]) -> array[int]:
    """Return numbers of 16 or 32 bits as the identifier walks over them."""
    numbers = array(values.dtype.char)
    numbers.frombytes(values.tobytes())
    return numbers


def _load_packed() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    except OSError as error:  # py3langid unpacks its model into the temporary folder
        folder = tempfile.gettempdir()
        raise StorageError(
            Message(
                "{folder} cannot be used: {reason}", folder=folder, reason=describe_os_error(error)
            ),
            Message("room for a temporary file of {count} MB", count=20),
            Message("Free some space there, or name another folder with the variable TMPDIR"),
        ) from error
    # Without this, short Spanish or Italian texts come out as Extremaduran or Venetian, which have
    # no ISO 639-1 code.
    identifier.set_languages([label for label in identifier.labels if len(label) == 2])
    return identifier


def crosses_languages(language: str, other: str) -> bool:
    """Return whether two languages are known and differ."""
    return UNKNOWN_LANGUAGE not in (language, other) and language != other
