"""From spans that were read to an answer: which one, how sure, and when documents disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from seedqa.retrieval.answer import (
    Verdict,
    find_answers,
    reorder_passages,
)
from seedqa.retrieval.calibration import Calibration, sigmoid
from seedqa.retrieval.doubts import AT_MOST_UNSURE
from seedqa.retrieval.evidence import (
    MAX_AHEAD,
    SENTENCE_WEIGHT,
    TITLE_PENALTY,
    group_candidates,
    rank_candidates,
    share_of_words,
    weigh_evidence,
)
from seedqa.retrieval.question import Question, parse_question
from seedqa.retrieval.reader import Reader, Span
from seedqa.retrieval.types import (
    SURE,
    Answer,
    Passage,
    Ranks,
    ScoreParts,
    band_of,
)
from seedqa.retrieval.wording.normalise import normalise_answer

TEXT = "The iron bridge\n\nIt spans the Ebro. It was opened in 1894 by the king. It is long."
ASKED = parse_question("When was the bridge over the Ebro opened?")
#: A question that any words may answer.
OPEN = parse_question("What of the bridge over the Ebro?")
#: One for each unit of the span's score: 0.5 at a score of 0.
CALIBRATION = Calibration({"margin": 1.0}, 0.0, 2.0, 0.2, 0.4)


def passage(
    text: str = TEXT, score: float = 0.5, source: str = "bridge.txt", language: str = "en",
    date: str | None = None, also_in: tuple[str, ...] = (), start: int = 100, line: int = 7,
) -> Passage:  # fmt: skip
    return Passage(
        source=source, title="The iron bridge", date=date, language=language,
        start=start, end=start + len(text), line_start=line, line_end=line + text.count("\n"),
        page=None, text=text, score=score, ranks=Ranks(1, 1), stale=False, also_in=also_in,
        parts=ScoreParts(0.5, 1.0, 0.2, 0.3),
    )  # fmt: skip


def span(words: str, score: float, text: str = TEXT) -> Span:
    start = text.index(words)
    return Span(start, start + len(words), score)


def unlike(texts: list[str]) -> NDArray[np.float32]:
    """Vectors at right angles: no two statements are alike."""
    return np.eye(len(texts), dtype=np.float32)


def alike(texts: list[str]) -> NDArray[np.float32]:
    return np.ones((len(texts), 1), dtype=np.float32)


MONTH_APART = "It goes back to 2017. The contract was signed in January in Lyon."


def answers_to(
    passages: Sequence[Passage],
    spans: Sequence[Sequence[Span]],
    calibration: Calibration = CALIBRATION,
    encode=unlike,  # type: ignore[no-untyped-def]
    asked: Question = ASKED,
) -> tuple[tuple[Answer, ...], float]:
    outcome = find_answers(asked, passages, spans, calibration, encode, ("en", "fr"))
    return outcome.answers, outcome.confidence


def test_the_answer_stands_at_its_exact_place_in_its_sentence() -> None:
    answers, confidence = answers_to([passage()], [[span("1894", 2.0)]])
    sentence = "It was opened in 1894 by the king."
    at, around = 100 + TEXT.index("1894"), 100 + TEXT.index(sentence)
    assert answers == (
        Answer("1894", "bridge.txt", at, at + 4, 9, confidence, sentence, around,
               around + len(sentence), offset=at - around),
    )  # fmt: skip
    assert confidence == CALIBRATION.probability({"margin": 2.0}) == 0.8808


def test_below_the_threshold_there_is_no_answer_but_a_confidence() -> None:
    answers, confidence = answers_to([passage()], [[span("1894", -1.0)]])
    assert (answers, confidence) == ((), CALIBRATION.probability({"margin": -1.0}))


def test_what_the_confidence_is_made_of_is_known_also_below_the_threshold() -> None:
    for score in (2.0, -1.0):
        outcome = find_answers(
            ASKED, [passage()], [[span("1894", score)]], CALIBRATION, unlike, ("en",)
        )
        assert outcome.evidence == {"margin": score, "bias": 0.0}
        total = sum(outcome.evidence.values())
        assert sigmoid(total) == pytest.approx(outcome.confidence, abs=1e-4)
    assert find_answers(ASKED, [], [], CALIBRATION, unlike, ("en",)) == Verdict(threshold=0.4)


def test_below_the_threshold_the_likeliest_words_are_candidates() -> None:
    """They have their own places and confidences; what is far from likely is left out."""
    strict = replace(CALIBRATION, threshold=0.9)
    spans = [[span("1894", 2.0), span("the king", 1.0), span("iron bridge", -9.0)]]
    outcome = find_answers(ASKED, [passage()], spans, strict, unlike, ("en",))
    assert (outcome.answers, outcome.confidence) == ((), 0.8808)
    assert [(one.text, one.confidence) for one in outcome.candidates] == [
        ("1894", 0.8808),
        ("the king", CALIBRATION.probability({"margin": 1.0})),
    ]
    assert all(TEXT[one.start - 100 : one.end - 100] == one.text for one in outcome.candidates)
    answered = find_answers(ASKED, [passage()], spans, CALIBRATION, unlike, ("en",))
    assert (answered.answers[0].text, answered.candidates) == ("1894", ())


def test_an_answer_of_the_wrong_kind_is_none() -> None:
    """ "The king" is no time: what is one is preferred, and without one there is no answer."""
    spans = [[span("the king", 5.0), span("1894", 2.0)]]
    [answer], _ = answers_to([passage()], spans)
    assert answer.text == "1894"
    answers, confidence = answers_to([passage()], [[span("the king", 5.0)]])
    assert (answers, confidence) == ((), CALIBRATION.threshold - 0.01)


def test_bare_keywords_have_an_answer_only_if_it_is_sure() -> None:
    asked = parse_question("iron bridge")
    for score, answered in ((1.5, False), (2.5, True)):
        outcome = find_answers(
            asked, [passage()], [[span("1894", score)]], CALIBRATION, unlike, ("en",)
        )
        assert (outcome.threshold, bool(outcome.answers)) == (SURE, answered)


def test_another_document_than_the_one_named_has_no_candidates() -> None:
    """A question about 2019 is not pointed to what the text of 1894 says."""
    asked = parse_question("Which bridge was opened in 2019?")
    outcome = find_answers(asked, [passage()], [[span("1894", 2.0)]], CALIBRATION, unlike, ("en",))
    assert (outcome.answers, outcome.candidates) == ((), ())


def test_without_passages_or_spans_there_is_no_answer() -> None:
    assert answers_to([], []) == ((), 0.0)
    assert answers_to([passage()], [[]]) == ((), 0.0)


def test_a_span_without_a_word_is_no_answer() -> None:
    assert answers_to([passage("… !")], [[Span(0, 1, 9.0)]]) == ((), 0.0)


def test_the_title_costs_a_candidate() -> None:
    """A title names the subject: it is the answer only where nothing else is near."""
    texts = ["The iron bridge", "bridge", "The iron bridge, 1894"]
    for text, costs in zip(texts, (True, True, False), strict=True):
        held = passage(f"{texts[2] if text == texts[2] else texts[0]}\n\nIt spans the Ebro.")
        [found] = rank_candidates(OPEN, [held], [[span(text, 5.0, held.text)]], 0.0)
        plain = passage("It is an iron bridge.\n\nIt spans the Ebro.")
        [other] = rank_candidates(OPEN, [plain], [[span("iron bridge", 5.0, plain.text)]], 0.0)
        assert other.score - found.score == (TITLE_PENALTY if costs else 0.0)


def test_a_pronoun_alone_is_no_answer() -> None:
    text = "They met the king: he was ill. IT failed on Io, not in the EU or in ICH."
    words = ("They", "he", "IT", "Io", "EU", "ICH")
    spans = [[span(one, 3.0, text)] for one in words]
    groups = group_candidates(rank_candidates(OPEN, [passage(text)] * len(words), spans, 0.0))
    assert [group.best.text for group in groups] == ["IT", "Io", "EU", "ICH"]
    spans = [span("They met the king", 3.0, text)]
    [group] = group_candidates(rank_candidates(OPEN, [passage(text)], [spans], 0.0))
    assert group.best.text == "They met the king"


def test_of_equals_the_sentence_with_more_words_of_the_question_leads() -> None:
    """Within one language: across languages words rarely match."""
    text = "Most take two days. The bridge over the Ebro took a year."
    of, asked = passage(text), parse_question("How long did the bridge over the Ebro take?")
    spans = [[span("two days", 2.4, text), span("a year", 2.0, text)]]
    assert rank_candidates(asked, [of], spans, 0.0)[0].text == "a year"
    of = passage(text, language="fr")
    assert rank_candidates(asked, [of], spans, 0.0)[0].text == "two days"


def test_the_passage_counts_beside_the_span() -> None:
    good, weak = passage(score=0.9), passage(score=0.1, source="other.txt")
    ranked = rank_candidates(OPEN, [good, weak], [[span("1894", 1.0)], [span("Ebro", 1.0)]], 2.0)
    assert [candidate.text for candidate in ranked] == ["1894", "Ebro"]
    ranked = rank_candidates(OPEN, [good, weak], [[span("1894", 1.0)], [span("Ebro", 2.0)]], 0.0)
    assert [candidate.text for candidate in ranked] == ["Ebro", "1894"]


def test_of_equals_the_better_passage_answers() -> None:
    passages = [passage(source="a.txt"), passage(source="b.txt")]
    ranked = rank_candidates(OPEN, passages, [[span("Ebro", 1.0)], [span("1894", 1.0)]], 2.0)
    assert [candidate.passage.source for candidate in ranked] == ["a.txt", "b.txt"]


def test_what_says_the_same_is_one_answer() -> None:
    passages = [passage(), passage(source="b.txt", also_in=("c.txt",)), passage(source="d.txt")]
    spans = [[span("1894", 3.0)], [span("in 1894", 2.0)], [span("the king", 1.0)]]
    groups = group_candidates(rank_candidates(OPEN, passages, spans, 0.0))
    assert [[one.text for one in group.candidates] for group in groups] == [
        ["1894", "in 1894"], ["the king"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Eiffel Tower!", ["eiffel", "tower"]),
        ("la tour Eiffel", ["tour", "eiffel"]),
        ("l’été", ["ete"]),
        ("Der Hund", ["hund"]),
        ("the", []),
    ],
)
def test_articles_accents_and_punctuation_do_not_count(text: str, words: list[str]) -> None:
    assert normalise_answer(text) == words


def test_evidence_has_the_distance_to_what_says_otherwise() -> None:
    passages = [passage(), passage(source="b.txt", language="fr")]
    spans = [[span("1894", 3.0)], [span("the king", 1.0)]]
    first, second = group_candidates(rank_candidates(OPEN, passages, spans, 2.0))
    assert weigh_evidence(first, second, OPEN, passages) == pytest.approx(
        {"margin": 3.0, "ahead": 2.0, "score": 0.5, "rank": 0.0, "cosine": 0.5, "lexical": 0.3,
         "words": 1.0, "across": 0.0, "cosine across": 0.0, "unknown name": 0.0}
    )  # fmt: skip
    assert weigh_evidence(first, None, OPEN, passages)["ahead"] == MAX_AHEAD


def test_the_rank_is_that_of_the_search_before_the_reader_added_its_share() -> None:
    """A passage that the reader put first is known to have been third."""
    lifted = replace(passage(score=0.54), parts=ScoreParts(0.5, 1.0, 0.2, 0.3, reader=0.05))
    read = [lifted, passage(score=0.53, source="b.txt"), passage(score=0.5, source="c.txt")]
    [group] = group_candidates(rank_candidates(OPEN, read, [[span("1894", 3.0)], [], []], 2.0))
    assert weigh_evidence(group, None, OPEN, read)["rank"] == 2.0


@pytest.mark.parametrize(
    ("question", "text", "language", "share"),
    [
        ("Where are the bridges painted?", "A bridge is painted in Lyon.", "en", 1.0),
        ("Where are the bridges sold?", "A bridge is painted in Lyon.", "en", 0.5),
        ("Where is Lyon's fortress?", "Le pont de Lyon.", "fr", 0.5),
        ("Where is the iron bridge?", "It is in Lyon.", "en", 1.0),  # the title has the words
    ],
)
def test_the_share_of_the_question_that_the_passage_has(
    question: str, text: str, language: str, share: float
) -> None:
    held = replace(passage(text, language=language), context=("The iron bridge",))
    assert share_of_words(parse_question(question), held) == share


def test_an_article_in_capitals_is_no_answer() -> None:
    text = "LA CASA was built in 1894 by Ebro & sons."
    spans = [span(one, score, text) for one, score in (("LA", 3.0), ("1894", 2.0), ("Ebro", 1.0))]
    groups = group_candidates(rank_candidates(OPEN, [passage(text)], [spans], 0.0))
    assert [[one.text for one in group.candidates] for group in groups] == [["1894"], ["Ebro"]]


def test_the_margins_of_places_that_say_the_same_are_added_as_probabilities() -> None:
    text = "It was opened in 1894. In 1894 the king came."
    first, again = Span(17, 21, 2.0), Span(26, 30, 1.0)
    read = [passage(text), passage(text, source="b.txt")]
    for spans, margin in (
        ([[first], []], 2.0),
        ([[first, again], []], 2.313262),
        ([[first, again], [first]], 2.313262),  # another document repeats it
    ):
        [group] = group_candidates(rank_candidates(OPEN, read, spans, 0.0))
        assert weigh_evidence(group, None, OPEN, read)["margin"] == pytest.approx(margin)


def test_a_year_and_its_month_told_apart_are_one_answer() -> None:
    here = passage(MONTH_APART)
    spans = [span(words, score, MONTH_APART) for words, score in (("2017", 2.0), ("January", 1.0))]
    [date] = group_candidates(rank_candidates(OPEN, [here], [spans], 0.0))
    assert [one.text for one in date.candidates] == ["2017", "January"]
    assert weigh_evidence(date, None, ASKED, [here])["margin"] == pytest.approx(2.313262)


@pytest.mark.parametrize(("language", "across"), [("fr", 1.0), ("en", 0.0), ("und", 0.0)])
def test_evidence_says_whether_question_and_passage_are_in_two_languages(
    language: str, across: float
) -> None:
    [group] = group_candidates(rank_candidates(ASKED, [passage()], [[span("1894", 3.0)]], 2.0))
    evidence = weigh_evidence(group, None, replace(ASKED, language=language), [passage()])
    found = {name: value for name, value in evidence.items() if "across" in name}
    assert found == {"across": across, "cosine across": 0.5 * across}


def test_the_month_of_a_year_does_not_speak_against_it() -> None:
    text = "It goes back to 2017. The contract was signed in January in Lyon."
    ahead = Calibration({"ahead": 1.0}, 0.0, 0.0, 0.0, 0.4)
    spans = [span(words, score, text) for words, score in (("2017", 3.0), ("January", 2.0))]
    [answer], _ = answers_to([passage(text)], [spans], calibration=ahead)
    assert (answer.text, answer.confidence) == ("2017", 1.0)
    assert answer.sentence == text
    spans.append(span("Lyon", 1.0, text))
    [answer], _ = answers_to([passage(text)], [spans], calibration=ahead, asked=OPEN)
    assert answer.confidence == 0.8808  # two ahead of Lyon


@pytest.mark.parametrize(("ahead", "first"), [(1.5, "2017"), (2.5, "2017"), (3.5, "January")])
def test_a_year_leads_its_month_where_the_month_is_hardly_read_better(
    ahead: float, first: str
) -> None:
    scores = {"January": 2.0, "2017": 2.0 - ahead, "Lyon": -4.0}
    spans = [span(words, score, MONTH_APART) for words, score in scores.items()]
    [answer], _ = answers_to([passage(MONTH_APART)], [spans])
    assert (answer.text, answer.sentence) == (first, MONTH_APART)


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("It was founded by the Mayo brothers in 1889.", "Mayo brothers"),
        ("In 1897 August Strindberg wrote it.", "August Strindberg"),
        ("It is of 1894. He gave a set of plates in Lyon.", "a set of plates"),
        ("It was signed in 2017 and begins in January in Lyon.", "in January"),
    ],
)
def test_a_year_does_not_lead_what_is_no_month_nor_a_month_of_its_sentence(
    text: str, best: str
) -> None:
    year = next(word for word in text.replace(".", "").split() if word.isdigit())
    spans = [span(best, 2.0, text), span(year, 1.5, text)]
    [answer], _ = answers_to([passage(text)], [spans])
    assert answer.text == best


def test_the_distance_is_that_of_the_better_half_of_a_date() -> None:
    spans = [
        span(words, score, MONTH_APART)
        for words, score in (("January", 2.0), ("Lyon", 1.5), ("2017", 0.5))
    ]
    here = passage(MONTH_APART)
    date, other = group_candidates(rank_candidates(OPEN, [here], [spans], 0.0))
    assert (date.best.text, other.best.text) == ("2017", "Lyon")
    assert weigh_evidence(date, other, OPEN, [here])["ahead"] == 0.5


def test_another_passages_year_does_not_lead() -> None:
    other = "It goes back to 2017."
    passages = [passage(MONTH_APART), passage(other, source="b.txt")]
    spans = [[span("January", 2.0, MONTH_APART)], [span("2017", 1.9, other)]]
    groups = group_candidates(rank_candidates(OPEN, passages, spans, 0.0))
    assert [group.best.text for group in groups] == ["January", "2017"]


def test_what_ships_weighs_the_evidence_that_there_is() -> None:
    calibration = Reader().calibration
    [group] = group_candidates(rank_candidates(ASKED, [passage()], [[span("1894", 3.0)]], 2.0))
    assert set(calibration.weights) == set(weigh_evidence(group, None, ASKED, [passage()]))
    assert calibration.weights["margin"] > 0
    assert 0 < calibration.threshold < 1


@pytest.mark.parametrize(("language", "limited"), [("pl", True), ("fr", False), ("und", False)])
def test_in_a_language_that_the_reader_does_not_know_nothing_is_sure(
    language: str, limited: bool
) -> None:
    _, confidence = answers_to([passage(language=language)], [[span("1894", 9.0)]])
    assert confidence == (AT_MOST_UNSURE if limited else 0.9999)
    assert band_of(confidence) == ("unsure" if limited else "sure")


OLD = "The bridge over the Ebro was opened in 1894."
NEW = "The bridge over the Ebro was opened in 1901."


#: Says the same in other words, so that only the sentences can tell.
RETOLD = "In 1901 people first walked over the Ebro by the new bridge, with bands and flags."


def disagreeing(
    words: str = "1901", score: float = 2.0, new: str = NEW
) -> tuple[list[Passage], list[list[Span]]]:
    return (
        [passage(OLD, source="old.txt", date="2001-01-01"),
         passage(new, source="new.txt", date="2020-01-01")],
        [[span("1894", 2.5, OLD)], [span(words, score, new)]],
    )  # fmt: skip


def test_documents_that_disagree_are_all_quoted_newest_first() -> None:
    answers, confidence = answers_to(*disagreeing(), encode=alike)
    assert [(one.text, one.source) for one in answers] == [
        ("1901", "new.txt"), ("1894", "old.txt"),
    ]  # fmt: skip
    assert confidence == answers[1].confidence > answers[0].confidence


def test_disagreement_does_not_speak_against_either() -> None:
    ahead = Calibration({"ahead": 1.0}, 0.0, 0.0, 0.0, 0.4)
    answers, _ = answers_to(*disagreeing(), calibration=ahead, encode=alike)
    assert [one.confidence for one in answers] == [1.0, 1.0]
    answers, _ = answers_to(*disagreeing(new=RETOLD), calibration=ahead, encode=unlike)
    # 0.5 ahead by the reader, and by one of three words of the question more in its sentence
    expected = round(sigmoid(0.5 + SENTENCE_WEIGHT / 3), 4)
    assert [one.confidence for one in answers] == [expected]


@pytest.mark.parametrize(
    ("words", "score", "new", "encode"),
    [
        ("1901", 2.0, RETOLD, unlike),
        ("1901", -0.1, NEW, alike),
        ("the Ebro", 2.0, NEW, alike),
        ("1901", 2.0, "The station at Tortosa was opened in 1901 by Ann Lee.", alike),
    ],
    ids=["other sentences", "not read there", "a place and a year", "another thing"],
)
def test_what_does_not_disagree(words: str, score: float, new: str, encode) -> None:  # type: ignore[no-untyped-def]
    answers, _ = answers_to(*disagreeing(words, score, new), encode=encode)
    assert [one.text for one in answers] == ["1894"]


def test_documents_that_are_alike_but_for_a_number_differ_by_their_year() -> None:
    answers, _ = answers_to(*disagreeing(), encode=unlike)
    assert [(one.text, one.differs_by) for one in answers] == [
        ("1901", "2020-01-01"), ("1894", "2001-01-01"),
    ]  # fmt: skip


def test_one_document_does_not_disagree_with_itself() -> None:
    passages, spans = disagreeing()
    passages = [passages[0], passage(NEW, source="old.txt", start=900)]
    answers, _ = answers_to(passages, spans, encode=alike)
    assert [one.text for one in answers] == ["1894"]


def test_the_answers_are_left_out_when_statements_are_compared() -> None:
    seen: list[str] = []

    def encode(texts: list[str]) -> NDArray[np.float32]:
        seen.extend(texts)
        return unlike(texts)

    answers_to(*disagreeing(new=RETOLD), encode=encode)
    assert seen == [
        "The bridge over the Ebro was opened in ….",
        "In … people first walked over the Ebro by the new bridge, with bands and flags.",
    ]


def test_the_reader_puts_passages_in_order() -> None:
    passages = [passage(score=0.5), passage(score=0.45, source="b.txt"), passage(score=0.1)]
    ordered = reorder_passages(passages, [[span("long", -4.0)], [span("1894", 4.0)]], 0.2)
    assert [one.source for one, _ in ordered] == ["b.txt", "bridge.txt", "bridge.txt"]
    assert [one.score for one, _ in ordered] == pytest.approx([0.646403, 0.503597, 0.1])
    assert [one.parts.reader for one, _ in ordered] == pytest.approx([0.196403, 0.003597, 0.0])
    assert [len(spans) for _, spans in ordered] == [1, 1, 0]


def test_no_share_leaves_the_order() -> None:
    passages = [passage(score=0.5), passage(score=0.45, source="b.txt")]
    ordered = reorder_passages(passages, [[], [span("1894", 9.0)]], 0.0)
    assert [one for one, _ in ordered] == passages
