"""Questions asked of a real index: order, offsets, filters, freshness, refusals."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import pytest

from seedqa.index.build import build_index
from seedqa.index.documents.read import read_document
from seedqa.index.documents.walk import walk_folder
from seedqa.index.errors import (
    IndexCorrupt,
    IndexMismatch,
    IndexMissing,
    QuestionError,
)
from seedqa.index.parsing.process import close_idle_parsers
from seedqa.index.plan import plan_survey
from seedqa.index.store.lock import write_lock
from seedqa.index.types import Edit, Filters
from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.pipeline import (
    MAX_COUNT,
    Pipeline,
)
from seedqa.retrieval.types import (
    Passage,
    Ranks,
    Result,
)
from support.builder import as_read_by_another_version
from support.toy import ToyEncoder

ROOT = Path(__file__).parent.parent
BRIDGE = "The bridge over the Ebro was opened in 1894."
ASKED = "When was the bridge over the Ebro opened?"


@pytest.fixture
def location(seeds: Path, tmp_path: Path) -> Location:
    return Location(tmp_path / "index", seeds, None)


@pytest.fixture
def pipeline(location: Location, encoder: ToyEncoder) -> Iterator[Pipeline]:
    with Pipeline.open(resolve(location), encoder=encoder) as opened:
        yield opened


@pytest.fixture
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the times of files that were just written, so that only what a test edits changed."""
    settled = partial(plan_survey, racy_ns=-1)
    monkeypatch.setattr("seedqa.retrieval.freshness.plan_survey", settled)


def sources(result: Result) -> list[str]:
    return [passage.source for passage in result.passages]


def without_run(result: Result) -> dict[str, object]:
    """Return what must be the same in every run: all but times and the number of the build."""
    values = asdict(result)
    del values["timings"]
    del values["index"]["generation"]
    return values


def texts_of(seeds: Path) -> dict[str, str]:
    return {file.source: read_document(file)[1].text for file in walk_folder(seeds)[0]}


def write(seeds: Path, name: str, text: str) -> None:
    (seeds / name).write_text(text, encoding="utf-8")


# -- one question --------------------------------------------------------------------------------


def test_the_answer_is_the_words_in_their_sentence_with_their_place(
    pipeline: Pipeline, seeds: Path
) -> None:
    result = pipeline.ask("When was the bridge over the Ebro opened?")
    answer = result.answer
    assert answer is not None
    assert answer == result.answers[0]
    assert (answer.text, answer.source, answer.line) == ("1894", "bridge.txt", 3)
    text = texts_of(seeds)["bridge.txt"]
    assert text[answer.start : answer.end] == answer.text
    assert text[answer.sentence_start : answer.sentence_end] == answer.sentence
    assert (answer.sentence, answer.sentence_start) == (BRIDGE, 17)
    assert answer.confidence == result.confidence > result.threshold
    assert result.question == "When was the bridge over the Ebro opened?"


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("When was the bridge over the Ebro opened?", ["bridge.txt", "sub/bruecke.txt", "pont.md"]),
        (
            "En quelle année le pont de bois a-t-il brûlé ?",
            ["pont.md", "bridge.txt", "sub/bruecke.txt"],
        ),
        (
            "Wann wurde die Brücke über den Main gebaut?",
            ["sub/bruecke.txt", "bridge.txt", "pont.md"],
        ),
        ("Loire", ["pont.md", "sub/bruecke.txt", "bridge.txt"]),
        ("Mains", ["sub/bruecke.txt", "bridge.txt", "pont.md"]),
    ],
)
def test_every_document_is_ranked_and_the_right_one_is_first(
    pipeline: Pipeline, question: str, order: list[str]
) -> None:
    result = pipeline.search(question)
    assert sources(result) == order
    scores = [passage.score for passage in result.passages]
    assert scores == sorted(scores, reverse=True)


def test_a_search_does_not_answer(pipeline: Pipeline) -> None:
    result = pipeline.search("When was the bridge opened?")
    assert (result.answer, result.answers, result.confidence) == (None, (), 0.0)
    asked = pipeline.ask("When was the bridge opened?")
    assert sorted(sources(result)) == sorted(sources(asked))
    assert [passage.parts.reader for passage in result.passages] == [0.0] * 3


def test_a_passage_says_where_it_stands(pipeline: Pipeline, seeds: Path) -> None:
    (passage,) = pipeline.search("pont de bois", count=1).passages
    text = texts_of(seeds)["pont.md"]
    assert text[passage.start : passage.end] == passage.text == text.strip()
    assert passage == Passage(
        source="pont.md", title="Le vieux pont", date="2021-03-03", language="fr",
        start=0, end=len(text.strip()), line_start=1, line_end=5, page=None, text=text.strip(),
        score=passage.score, ranks=Ranks(dense=1, lexical=1), stale=False, also_in=(),
        parts=passage.parts, context=("Le vieux pont",), edits=(Edit(0, 2, ""),),
    )  # fmt: skip
    assert passage.score == pytest.approx(passage.parts.dense + passage.parts.lexical, abs=2e-6)


def test_every_passage_can_be_found_in_its_file(seeds: Path, location: Location) -> None:
    lines = (
        f"Line {n} of the log: the bridge of pillar {n % 13} e\u0301te\u0301 🎉.\r\n"
        for n in range(200)
    )
    (seeds / "log.txt").write_bytes(b"\xef\xbb\xbf" + "".join(lines).encode())
    with Pipeline.open(resolve(location), encoder=ToyEncoder()) as pipeline:
        passages = pipeline.search("Which line of the log tells of pillar 7?", count=30).passages
    texts = texts_of(seeds)
    assert len({passage.start for passage in passages if passage.source == "log.txt"}) > 20
    for passage in passages:
        text = texts[passage.source]
        assert text[passage.start : passage.end] == passage.text
        assert text.count("\n", 0, passage.start) + 1 == passage.line_start
        assert text.count("\n", 0, passage.end) + 1 == passage.line_end


def test_what_no_document_holds_has_no_answer(pipeline: Pipeline) -> None:
    result = pipeline.ask("zebra quagga stripes")
    assert result.answers == ()
    assert result.confidence < result.threshold
    assert len(result.passages) == 3
    assert {passage.ranks.lexical for passage in result.passages} == {None}


def test_one_passage_is_shown_though_several_are_read(pipeline: Pipeline) -> None:
    result = pipeline.ask("When was the bridge over the Ebro opened?", count=1)
    assert [passage.source for passage in result.passages] == ["bridge.txt"]
    assert result.answer is not None
    assert result.answer.text == "1894"


def test_documents_that_disagree(pipeline: Pipeline, seeds: Path) -> None:
    for name, year in (("old.txt", "2017"), ("new.txt", "2018")):
        write(seeds, name, f"Published 3 March {year}\n\nThe ferry to Elba was bought in {year}.\n")
    result = pipeline.ask("In which year was the ferry to Elba bought?")
    assert [(answer.text, answer.source) for answer in result.answers] == [
        ("2018", "new.txt"), ("2017", "old.txt"),
    ]  # fmt: skip
    assert result.answer == result.answers[0]


def test_a_title_that_is_a_sentence_of_the_passage_is_not_read_twice(
    pipeline: Pipeline, seeds: Path
) -> None:
    write(seeds, "ferry.txt", "Published 3 March 2018\n\nThe ferry to Elba was bought in 2018.\n")
    answer = pipeline.ask("In which year was the ferry to Elba bought?").answer
    assert answer is not None
    assert answer.text == "2018"
    assert answer.confidence >= 0.85  # 0.71 if the reader is shown the title too


def test_only_function_words_are_a_question(pipeline: Pipeline) -> None:
    assert sources(pipeline.search("is it the"))[0] == "bridge.txt"


@pytest.mark.parametrize("count", [1, 2, 3, MAX_COUNT])
def test_at_most_count_passages(pipeline: Pipeline, count: int) -> None:
    assert len(pipeline.search("bridge", count=count).passages) == min(count, 3)


@pytest.mark.parametrize("count", [-1, 0, MAX_COUNT + 1])
def test_a_count_out_of_bounds_is_refused(pipeline: Pipeline, count: int) -> None:
    with pytest.raises(QuestionError) as caught:
        pipeline.search("bridge", count=count)
    assert str(caught.value) == f"a count of {count}; expected 1 to 100 passages. Give another -n"


def test_a_filter_of_20_000_characters_is_refused(pipeline: Pipeline) -> None:
    """It took longer than a minute, once."""
    with pytest.raises(QuestionError) as caught:
        pipeline.search("bridge", filters=Filters(pattern=" " * 20_000 + "x"))
    assert str(caught.value) == (
        "a filter of 20,001 characters; expected at most 4,096. Shorten it"
    )


@pytest.mark.parametrize("question", ["", "  \n\t", "\x00\x01\x7f", "\u3000\xa0"], ids=repr)
def test_an_empty_question_is_refused(pipeline: Pipeline, question: str) -> None:
    with pytest.raises(QuestionError) as caught:
        pipeline.ask(question)
    assert str(caught.value) == "an empty question. Ask a question"


def test_a_question_of_100_000_characters_is_refused(pipeline: Pipeline) -> None:
    with pytest.raises(QuestionError) as caught:
        pipeline.ask("bridge " * 14_286)
    assert str(caught.value) == (
        "a question of 100,001 characters; expected at most 10,000. Shorten it"
    )


@pytest.mark.parametrize(
    "question",
    [
        '"bridge',
        "bridge AND NOT (",
        "folded : bridge*",
        "{stems} : ^x",
        "bridge'; --",
        "🎉",
        "日本",
    ],
)
def test_no_question_is_taken_for_a_query_language(pipeline: Pipeline, question: str) -> None:
    assert len(pipeline.ask(question).passages) == 3


# -- order ---------------------------------------------------------------------------------------


def test_near_duplicates_are_one_passage(seeds: Path, location: Location) -> None:
    text = (seeds / "bridge.txt").read_text(encoding="utf-8")
    write(seeds, "another.txt", text)
    write(seeds, "z.txt", text.upper())
    with Pipeline.open(resolve(location), encoder=ToyEncoder()) as pipeline:
        first, *others = pipeline.search("bridge over the Ebro").passages
    assert (first.source, first.also_in) == ("bridge.txt", ("another.txt", "z.txt"))
    assert sorted((hit.source, hit.also_in) for hit in others) == [
        ("pont.md", ()),
        ("sub/bruecke.txt", ()),
    ]


def write_ties(seeds: Path) -> None:
    """Write passages that the toy encoder, which knows no order of words, cannot tell apart.

    Their names have as many words, which lexical search counts too.
    """
    folder = seeds / "ties"
    folder.mkdir()
    words = ["ferries", "sail", "over", "the", "river", "at", "night", "with", "their", "lights"]
    for name, skip in (
        ("old-harbour-map", 1),
        ("new-harbour-map", 3),
        ("2019-05-01", 7),
        ("2021-05-01", 9),
    ):
        write(folder, f"{name}.txt", " ".join(words[at * skip % 10] for at in range(10)))


def test_ties_go_to_the_newer_date_then_the_source(seeds: Path, location: Location) -> None:
    write_ties(seeds)
    with Pipeline.open(resolve(location), encoder=ToyEncoder()) as pipeline:
        result = pipeline.search("ferries", filters=Filters(pattern="ties"))
    assert [(passage.source, passage.date) for passage in result.passages] == [
        ("ties/2021-05-01.txt", "2021-05-01"),
        ("ties/2019-05-01.txt", "2019-05-01"),
        ("ties/new-harbour-map.txt", None),
        ("ties/old-harbour-map.txt", None),
    ]
    assert len({passage.score for passage in result.passages}) == 1


def test_ties_within_a_file_go_to_the_earlier_place(seeds: Path, location: Location) -> None:
    words = [
        "ferries",
        "sail",
        "over",
        "the",
        "wide",
        "river",
        "at",
        "night",
        "with",
        "all",
        "their",
        "lights",
    ]
    parts = [" ".join(words[at:] + words[:at]) + "." for at in (0, 4, 8, 2)]
    write(seeds, "long.md", "# Notes\n\n" + ("\n\n" + "-" * 440 + "\n\n").join(parts))
    with Pipeline.open(resolve(location), encoder=ToyEncoder()) as pipeline:
        result = pipeline.search("ferries", filters=Filters(pattern="long.md"), count=10)
    tied = [hit.start for hit in result.passages if hit.score == result.passages[0].score]
    assert tied == [517, 1025, 1533]  # the first has the heading


ASK = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from support.toy import ToyEncoder
from seedqa.index.workspace import Location, resolve
from seedqa.retrieval.pipeline import Pipeline
questions = ["bridge Ebro 1894", "Quand le pont a-t-il brûlé ?", "night ferries", "the of is"]
workspace = resolve(Location(Path(sys.argv[1]), None, None))
with Pipeline.open(workspace, encoder=ToyEncoder()) as pipeline:
    for question in questions:
        values = asdict(pipeline.ask(question, count=100))
        del values["timings"], values["index"]["generation"]
        print(json.dumps(values))
"""


def ask_in_a_process(index: Path, hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK, str(index)],
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 4
    return done.stdout


@pytest.mark.slow
def test_every_process_and_every_history_gives_the_same_answers(
    seeds: Path, tmp_path: Path
) -> None:
    write_ties(seeds)
    whole = tmp_path / "whole"
    build_index(seeds, whole, ToyEncoder())
    answers = ask_in_a_process(whole, "0")
    assert ask_in_a_process(whole, "1") == answers

    # the same folder, come to by additions, edits and deletions
    grown = tmp_path / "grown"
    later = {path: path.read_bytes() for path in sorted(seeds.rglob("*.txt"))}
    for path in later:
        path.unlink()
    write(seeds, "gone.txt", "Ferries. The bridge over the Ebro.\n")
    build_index(seeds, grown, ToyEncoder())
    (seeds / "gone.txt").unlink()
    for path, raw in reversed(later.items()):
        path.write_text("Ferries, and something else for now.\n")
        build_index(seeds, grown, ToyEncoder())
        path.write_bytes(raw)
        build_index(seeds, grown, ToyEncoder())
    assert ask_in_a_process(grown, "2") == answers


# -- filters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param(Filters(), ["bridge.txt", "pont.md", "sub/bruecke.txt"], id="none"),
        pytest.param(Filters(pattern="*.txt"), ["bridge.txt", "sub/bruecke.txt"], id="any folder"),
        pytest.param(Filters(pattern="/*.txt"), ["bridge.txt"], id="this folder"),
        pytest.param(Filters(pattern="sub"), ["sub/bruecke.txt"], id="folder"),
        pytest.param(Filters(pattern="sub/**"), ["sub/bruecke.txt"], id="all in a folder"),
        pytest.param(Filters(pattern="nowhere/*"), [], id="no such folder"),
        pytest.param(Filters(language="fr"), ["pont.md"], id="language"),
        pytest.param(Filters(language="nl"), [], id="no such language"),
        pytest.param(Filters(since="2021-03-03"), ["pont.md"], id="since its day"),
        pytest.param(Filters(since="2021-03-04"), [], id="since a day later"),
        pytest.param(Filters(until="2021-03-03"), ["pont.md"], id="until its day"),
        pytest.param(Filters(until="2021-03-02"), [], id="until a day before"),
        pytest.param(Filters("*.txt", "de"), ["sub/bruecke.txt"], id="both"),
    ],
)
def test_filters(pipeline: Pipeline, filters: Filters, expected: list[str]) -> None:
    for question in ("bridge pont Brücke", "zebra"):
        result = pipeline.search(question, filters=filters)
        assert sorted(sources(result)) == expected
        ranks = [passage.ranks.dense for passage in result.passages]
        assert sorted(ranks) == list(range(1, len(expected) + 1))


def test_where_no_document_passes_there_is_no_answer(pipeline: Pipeline) -> None:
    result = pipeline.ask("bridge", filters=Filters(language="nl"))
    assert (result.passages, result.answers, result.confidence) == ((), (), 0.0)


# -- freshness -----------------------------------------------------------------------------------


def test_the_first_question_builds_the_index(location: Location, encoder: ToyEncoder) -> None:
    with Pipeline.open(resolve(location), encoder=encoder) as pipeline:
        state = pipeline.search("bridge").index
    assert (state.model, state.documents, state.chunks, state.fresh) == ("toy", 3, 3, True)
    assert len(encoder.encoded) == 3
    with Pipeline.open(resolve(replace(location, seeds=None)), encoder=encoder) as again:
        assert again.search("bridge").index == state
    assert len(encoder.encoded) == 3


def test_an_edited_file_answers_anew(pipeline: Pipeline, seeds: Path) -> None:
    assert pipeline.ask(ASKED).answer.sentence == BRIDGE
    write(seeds, "bridge.txt", "The iron bridge\n\nThe bridge over the Ebro was opened in 1901.\n")
    result = pipeline.ask(ASKED)
    assert result.answer.text == "1901"
    assert (result.index.fresh, result.index.generation, result.notes) == (True, 2, ())


def test_a_new_file_is_found_and_a_deleted_one_is_not(pipeline: Pipeline, seeds: Path) -> None:
    assert sources(pipeline.search("ferry"))[-1] != "ferry.txt"
    write(seeds, "ferry.txt", "The ferry\n\nThe ferry over the Rhine sails at night.\n")
    assert sources(pipeline.search("ferry"))[0] == "ferry.txt"
    (seeds / "ferry.txt").unlink()
    (seeds / "bridge.txt").unlink()
    result = pipeline.search("ferry bridge")
    assert sorted(sources(result)) == ["pont.md", "sub/bruecke.txt"]
    assert (result.index.documents, result.index.fresh) == (2, True)


@pytest.mark.usefixtures("_settled")
def test_without_refresh_what_changed_is_stale(
    pipeline: Pipeline, seeds: Path, encoder: ToyEncoder
) -> None:
    assert pipeline.search("bridge", refresh=False).index.fresh
    write(seeds, "bridge.txt", "Something else stands here now, of another length.\n")
    write(seeds, "new.txt", "A bridge that is not yet known.\n")
    (seeds / "pont.md").unlink()
    result = pipeline.search("bridge pont", refresh=False)
    assert {passage.source: passage.stale for passage in result.passages} == {
        "bridge.txt": True,
        "pont.md": True,
        "sub/bruecke.txt": False,
    }
    assert (result.index.fresh, result.index.generation) == (False, 1)
    assert result.notes == ("2 changed and 1 deleted files are not yet in the index",)
    assert len(encoder.encoded) == 3


def test_a_question_says_that_another_version_read_the_documents(
    pipeline: Pipeline, location: Location, seeds: Path, encoder: ToyEncoder
) -> None:
    """It does not wait until all are read again; what is edited meanwhile is found."""
    pipeline.search("bridge")
    as_read_by_another_version(location.index)
    encoder.encoded.clear()
    write(seeds, "new.txt", "The ferry sails at nine.\n")
    note = "another version of seedqa read the documents; run seedqa index once"
    result = pipeline.search("ferry")
    assert (sources(result)[0], result.notes, result.index.fresh) == ("new.txt", (note,), True)
    assert len(encoder.encoded) == 1
    build_index(seeds, location.index, encoder)
    assert pipeline.search("ferry").notes == ()


@pytest.mark.usefixtures("_settled")
def test_a_look_at_the_folder_counts_for_the_next_question(
    location: Location, seeds: Path, encoder: ToyEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For as long as was said, of the same generation, and not where catching up is allowed."""
    now = [100.0]
    monkeypatch.setattr("seedqa.retrieval.pipeline.time.monotonic", lambda: now[0])
    with Pipeline.open(resolve(location), encoder=encoder, check_seconds=5.0) as pipeline:

        def is_fresh(**options: bool) -> bool:
            return pipeline.search("bridge", **options).index.fresh

        assert is_fresh(refresh=False)
        write(seeds, "bridge.txt", "Something else stands here now, of another length.\n")
        assert is_fresh(refresh=False)
        now[0] += 5.0
        assert not is_fresh(refresh=False)
        assert is_fresh(refresh=True)
        assert is_fresh(refresh=False)  # another generation: what is known of the old is void
        write(seeds, "bridge.txt", "Now something stands here that is longer than it was before.\n")
        assert is_fresh(refresh=False)
        assert pipeline.search("longer than before").passages[0].text.startswith("Now something")


@pytest.mark.usefixtures("_settled")
def test_while_another_process_writes_the_old_generation_answers(
    pipeline: Pipeline, seeds: Path, location: Location
) -> None:
    write(seeds, "bridge.txt", "Something else stands here now, of another length.\n")
    with write_lock(location.index):
        result = pipeline.ask(ASKED)
    owner = (location.index / "write.owner").read_text()
    assert result.answer.sentence == BRIDGE
    assert result.passages[0].stale
    assert not result.index.fresh
    assert result.notes == (
        "1 changed and 0 deleted files are not yet in the index, and"
        f" {location.index} is being written by {owner}",
    )
    assert pipeline.ask("something else").index.fresh


@pytest.mark.usefixtures("_settled")
def test_too_much_work_is_left_for_later(
    seeds: Path, location: Location, encoder: ToyEncoder
) -> None:
    build_index(seeds, location.index, encoder)
    write(seeds, "bridge.txt", "Something else stands here now, of another length.\n")
    workspace = resolve(location)
    with Pipeline.open(workspace, encoder=encoder, refresh_seconds=-1.0) as pipeline:
        result = pipeline.ask(ASKED)
    assert (result.answer.sentence, result.index.fresh) == (BRIDGE, False)
    assert result.notes == (
        "1 changed and 0 deleted files are not yet in the index, too much for a question to wait"
        " for; run seedqa index",
    )


@pytest.mark.usefixtures("_settled")
def test_without_a_process_that_reads_an_index_still_answers(
    pipeline: Pipeline, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(seeds, "bridge.txt", "Something else stands here now, of another length.\n")
    close_idle_parsers()
    monkeypatch.setattr(sys, "executable", str(seeds / "nothing"))
    result = pipeline.ask(ASKED)
    assert (result.answer.sentence, result.index.fresh) == (BRIDGE, False)
    assert result.notes == (
        "1 changed and 0 deleted files are not yet in the index, and the program that reads"
        " documents does not start",
    )


@pytest.mark.usefixtures("_settled")
def test_a_folder_may_come_and_go_during_questions(pipeline: Pipeline, seeds: Path) -> None:
    stopped, away = threading.Event(), seeds.with_name("away")

    def move() -> None:
        while not stopped.is_set():
            seeds.rename(away)
            away.rename(seeds)

    mover = threading.Thread(target=move)
    mover.start()
    try:
        for _ in range(40):
            result = pipeline.ask(ASKED)
            assert result.answer, result
            assert result.answer.sentence == BRIDGE
    finally:
        stopped.set()
        mover.join()
    assert pipeline.ask(ASKED).index.fresh


def test_without_its_folder_an_index_still_answers(pipeline: Pipeline, seeds: Path) -> None:
    shutil.rmtree(seeds)
    result = pipeline.ask(ASKED)
    assert result.answer.sentence == BRIDGE
    assert [passage.stale for passage in result.passages] == [True, True, True]
    assert not result.index.fresh
    assert result.notes == (f"no folder {seeds}: nothing is fresh",)


def test_an_emptied_folder_does_not_empty_the_index(
    pipeline: Pipeline, seeds: Path, location: Location
) -> None:
    """As a disk that is not there does; one question threw all vectors away, once."""
    shutil.move(seeds, seeds.with_name("elsewhere"))
    seeds.mkdir()
    result = pipeline.ask(ASKED)
    assert result.answer is not None
    assert result.passages[0].stale
    assert not result.index.fresh
    assert result.notes == (
        f"no document is left in {seeds}; run seedqa index to empty the index too",
    )
    seeds.rmdir()
    shutil.move(seeds.with_name("elsewhere"), seeds)
    assert pipeline.ask(ASKED).index.fresh


def test_a_generation_of_another_process_is_picked_up(
    pipeline: Pipeline, seeds: Path, location: Location
) -> None:
    assert pipeline.search("ferry").index.generation == 1
    write(seeds, "ferry.txt", "The ferry\n\nThe ferry over the Rhine sails at night.\n")
    build_index(seeds, location.index, ToyEncoder())
    result = pipeline.search("ferry", refresh=False)
    assert (sources(result)[0], result.index.generation) == ("ferry.txt", 2)


@contextmanager
def somebody_else() -> Iterator[None]:
    """Be a user who is not root, if we are; root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users may enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


def test_a_read_only_index_answers_from_what_it_has(seeds: Path, public_folder: Path) -> None:
    index, documents = public_folder / "index", public_folder / "seeds"
    shutil.copytree(seeds, documents)
    build_index(documents, index, ToyEncoder())
    write(documents, "bridge.txt", "Something else stands here now, of another length.\n")
    for path in index.iterdir():
        path.chmod(0o444)
    index.chmod(0o555)
    before = sorted(path.name for path in index.iterdir())
    with somebody_else():
        pipeline = Pipeline.open(resolve(Location(index, None, None)), encoder=ToyEncoder())
        result = pipeline.ask(ASKED)
        pipeline.close()
    assert result.answer.sentence == BRIDGE
    assert result.passages[0].stale
    assert not result.index.fresh
    (note,) = result.notes
    assert note.endswith(f", and {index} cannot be written")
    assert sorted(path.name for path in index.iterdir()) == before


# -- refusals ------------------------------------------------------------------------------------


def test_without_refresh_nothing_is_built(location: Location) -> None:
    with pytest.raises(IndexMissing) as caught:
        Pipeline.open(resolve(location), refresh=False, encoder=ToyEncoder())
    assert str(caught.value) == (
        f"no index in {location.index}; expected a folder with seedqa.db."
        " Make one with: seedqa index FOLDER"
    )
    assert not location.index.exists()


def test_another_folder_is_refused(pipeline: Pipeline, location: Location, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with pytest.raises(IndexMismatch) as caught:
        Pipeline.open(resolve(replace(location, seeds=other)), encoder=ToyEncoder())
    assert str(caught.value) == (
        f"the index in {location.index} was built from {location.seeds};"
        f" expected {other}, as --seeds says."
        " Name another index with --index, or leave out --seeds"
    )


def test_another_model_is_refused_with_the_remedy(pipeline: Pipeline, location: Location) -> None:
    with pytest.raises(IndexMismatch) as caught:
        Pipeline.open(resolve(replace(location, model="a/model")))
    assert str(caught.value) == (
        f"the index in {location.index} was built with the model toy; expected a/model,"
        " as --model says. Rebuild it with: seedqa index --model a/model,"
        " or leave out --model"
    )


def test_the_model_that_ships_may_change(pipeline: Pipeline, location: Location) -> None:
    newer = ToyEncoder("newer", salt="2")
    old, new = ToyEncoder().fingerprint[:8], newer.fingerprint[:8]
    with Pipeline.open(resolve(location), encoder=newer) as updated:
        result = updated.search(ASKED)
        assert len(newer.encoded) == 3  # every chunk, and nothing twice
        answer = updated.ask(ASKED).answer
    assert (answer.sentence, result.index.model) == (BRIDGE, "newer")
    assert (result.index.generation, result.index.fresh) == (2, True)
    assert result.notes == (
        f"the index was built with the model toy ({old}); building it again with newer ({new})",
    )


def test_without_refresh_a_changed_model_is_refused(pipeline: Pipeline, location: Location) -> None:
    newer = ToyEncoder("newer", salt="2")
    old, new = ToyEncoder().fingerprint[:8], newer.fingerprint[:8]
    with (
        Pipeline.open(resolve(location), encoder=newer) as updated,
        pytest.raises(IndexMismatch) as caught,
    ):
        updated.ask("bridge", refresh=False)
    assert str(caught.value) == (
        f"the index was built with the model toy ({old}); expected newer as it is now ({new})."
        " Rebuild it with: seedqa index"
    )


def test_a_model_that_was_named_is_not_exchanged(seeds: Path, location: Location) -> None:
    build_index(seeds, location.index, ToyEncoder(), model_path="a/model")
    changed = ToyEncoder(salt="changed on disk")
    with (
        Pipeline.open(resolve(replace(location, model="a/model")), encoder=changed) as pipeline,
        pytest.raises(IndexMismatch) as caught,
    ):
        pipeline.ask("bridge")
    assert caught.value.remedy == "Rebuild it with: seedqa index"


def test_a_missing_vector_file_is_named(pipeline: Pipeline, location: Location) -> None:
    (location.index / "vectors-1.faiss").unlink()
    with pytest.raises(IndexCorrupt) as caught:
        pipeline.search("bridge", refresh=False)
    assert str(caught.value) == (
        f"{location.index / 'vectors-1.faiss'} is missing;"
        " expected the vector file of the current generation."
        " Run seedqa doctor --repair: it is rebuilt from the database"
    )


def test_a_damaged_vector_file_is_not_read(pipeline: Pipeline, location: Location) -> None:
    path = location.index / "vectors-1.faiss"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(IndexCorrupt) as caught:
        pipeline.search("bridge", refresh=False)
    assert caught.value.found.startswith(f"{path} has SHA-256 ")


def test_without_its_folder_a_changed_model_is_refused(
    pipeline: Pipeline, seeds: Path, location: Location
) -> None:
    """It once encoded the question with one model and searched the vectors of another."""
    shutil.rmtree(seeds)
    newer = ToyEncoder("newer", salt="2")
    with (
        Pipeline.open(resolve(replace(location, seeds=None)), encoder=newer) as updated,
        pytest.raises(IndexMismatch),
    ):
        updated.ask("bridge")
