"""Lower the confidence of an answer that may be about something else than the question.

The calibration knows how well a passage and the words fit. These rules know what the reader
overlooks; each has its figures in docs/log/structure.md. Knows questions, passages and candidates;
nothing of models or of the index.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from seedqa.index.language import UNKNOWN_LANGUAGE, crosses_languages
from seedqa.retrieval.evidence import Candidate, is_heading
from seedqa.retrieval.layout.fields import names_no_field, says_another_field
from seedqa.retrieval.layout.table_cells import (
    is_in_one_of_alike_rows,
    is_name_of_row,
    is_one_of_alike,
)
from seedqa.retrieval.question import Question
from seedqa.retrieval.quoting import sentence_in_view
from seedqa.retrieval.types import LIKELY, SURE, Passage
from seedqa.retrieval.wording.asking import lacks_role
from seedqa.retrieval.wording.denial import is_denied, is_left_open, says_inside
from seedqa.retrieval.wording.subject import (
    is_number_of_other,
    lacks_what_there_is,
    names_somebody_else,
    shares_no_word,
    words_elsewhere,
)
from seedqa.retrieval.wording.values import has_other_value

#: The most that an answer is worth that is only likely, and one that is not even that.
AT_MOST_LIKELY = SURE - 0.01
AT_MOST_UNSURE = LIKELY - 0.01
#: Characters before an answer's sentence that may name the role that is asked for.
ROLE_CHARS = 300

Span = tuple[int, int]


def limit_of(
    candidate: Candidate,
    question: Question,
    passages: Sequence[Passage],
    reader_languages: Collection[str],
) -> float:
    """Return the greatest confidence that an answer may have, 1 if nothing speaks against it.

    `passages` are all that were found, `reader_languages` what the reader was made for.
    """
    passage, at = candidate.passage, candidate.span.start
    sentence = sentence_in_view(candidate, question)
    said = passage.view.text[slice(*sentence)]
    elsewhere = words_elsewhere(question, passage, sentence, passages)
    words = (at, candidate.span.end)
    if (
        passage.language not in (*reader_languages, UNKNOWN_LANGUAGE)
        or says_another_field(question, passage, at)
        or names_somebody_else(question, elsewhere)
        or is_denied(question, passage.view.text[sentence[0] : at], passage.language)
        or is_left_open(candidate.text)
    ):
        return AT_MOST_UNSURE
    is_doubtful = (
        bool(elsewhere)
        or _lacks_role(passage, sentence, question)
        or lacks_what_there_is(question, said, passage.language)
        or says_inside(question, said)
        or is_number_of_other(question, said, passage.language)
        or shares_no_word(question, passage, sentence)
        or names_no_field(question, passage, at)
        or is_heading(question, passage, candidate.span)
        or is_name_of_row(question, passage, at)
        or is_one_of_alike(question, passage, at)
        or is_in_one_of_alike_rows(question, passage, at)
        # across languages no word tells which of the values of a sentence is asked for
        or (
            crosses_languages(question.language, passage.language)
            and has_other_value(passage.view.text, sentence, words)
        )
    )
    return AT_MOST_LIKELY if is_doubtful else 1.0


def _lacks_role(passage: Passage, sentence: Span, question: Question) -> bool:
    start, end = sentence
    start = max(0, start - ROLE_CHARS)  # a list is announced before its entries
    said = "\n".join((passage.view.text[start:end], *passage.context, passage.title))
    return lacks_role(question, said, passage.language)
