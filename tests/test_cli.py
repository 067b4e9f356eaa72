"""The command line as a user meets it: output, streams, exit codes, errors of one line."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedqa.cli import main
from seedqa.index.store.lock import write_lock

ARTICLE = "000_76e88c25fcffd226.txt"
SHIPPED = Path(__file__).resolve().parent.parent / "seeds"
STANDS_IN = (
    "seedqa: note: no index and no seeds here: asked the bundled article; seedqa index FOLDER\n"
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of these tests, so that they leave the user's alone."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(
    tmp_path: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a command in an empty folder with a cache of its own; return code, output, errors."""
    monkeypatch.chdir(tmp_path)
    for name in ("SEEDQA_SEEDS", "SEEDQA_INDEX", "SEEDQA_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def process(*arguments: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "seedqa.cli", *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(SHIPPED.parent)},
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def read_json(text: str) -> Any:
    return json.loads(text)


def one_error(errors: str) -> str:
    """Return the only line of `errors`, having made sure that it is one and no traceback."""
    assert errors.count("\n") == 1
    assert errors.startswith("seedqa: error: ")
    return errors.strip()


# -- asking ------------------------------------------------------------------------------------


def test_the_question_that_it_all_began_with(run: Run, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "seeds")
    code, out, _ = run("ask", "when did Alibaba join TOP?", "--json")
    result = read_json(out)
    text = (SHIPPED / ARTICLE).read_text(encoding="utf-8")
    best = result["passages"][0]
    assert code == 0
    assert best["source"] == ARTICLE
    assert "2017" in best["text"]
    assert "au mois de janvier" in best["text"]
    assert text[best["start"] : best["end"]] == best["text"]
    assert text.split("\n")[best["line_start"] - 1].startswith("L’avenir du mouvement olympique")
    answer = result["answer"]
    assert text[answer["start"] : answer["end"]] == answer["text"]
    assert text[answer["sentence_start"] : answer["sentence_end"]] == answer["sentence"]
    assert answer["text"] in text.split("\n")[answer["line"] - 1]
    assert answer["text"] == "2017"
    # the date is told in two sentences
    assert answer["sentence"].startswith("La présence d’Alibaba dans l’univers olympique remonte à")
    assert "au mois de janvier" in answer["sentence"]
    assert (best["title"], best["date"], best["language"]) == (
        "Pour Alibaba, un ballon d’essai avant l’explosion",
        "2020-01-17",
        "fr",
    )


def test_the_shipped_documents_answer_anywhere(run: Run, tmp_path: Path) -> None:
    code, out, err = run("search", "Chris Tung", "-n", "1", "--json")
    assert code == 0
    assert read_json(out)["passages"][0]["source"] == ARTICLE
    assert list(tmp_path.iterdir()) == []
    assert err == STANDS_IN  # or an answer about the article passes for one about the folder


def test_a_question_that_is_not_answered(run: Run) -> None:
    code, out, _ = run("ask", "capital of Peru", "--json")
    result = read_json(out)
    assert code == 1
    assert result["answer"] is None
    assert result["answers"] == []
    assert result["confidence"] < result["threshold"]
    assert len(result["passages"]) == 5


def test_text_of_an_answer(run: Run) -> None:
    code, out, err = run("ask", "when did Alibaba join TOP?", "-n", "1")
    lines = out.split("\n")
    assert (code, err) == (0, STANDS_IN)
    assert lines[0] == "2017"
    assert lines[1].startswith("La présence d’Alibaba dans l’univers olympique remonte à 2017. Le")
    assert re.fullmatch(
        rf"{ARTICLE}:9, characters 557 to 561, (sure|likely|unsure), confidence 0\.\d\d", lines[3]
    )
    assert lines[5] == f"1. {ARTICLE}:7-9  Pour Alibaba, un ballon d’essai avant l’explosion"


def test_standard_input_is_a_question(tmp_path: Path) -> None:
    done = process("search", "-", "--json", cwd=tmp_path, input="cloud\ncomputing\n")
    assert done.returncode == 0
    assert read_json(done.stdout)["question"] == "cloud computing"


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("", "an empty question"),
        ("  \t\n", "an empty question"),
        ("\x00\x1b", "an empty question"),
        ("x" * 100_000, "a question of 100,000 characters"),
    ],
    ids=["empty", "white", "controls", "huge"],
)
def test_questions_that_cannot_be_asked(run: Run, question: str, found: str) -> None:
    code, out, _ = run("ask", question, "--json")
    assert code == 2
    assert read_json(out)["error"]["found"] == found


@pytest.mark.parametrize(
    "question", ["the", "?!", "\x1b[31mAlibaba\x07", "日本語", "e\u0301te\u0301"]
)
def test_odd_questions_are_asked(run: Run, question: str) -> None:
    code, out, _ = run("search", question, "--json")
    assert code in (0, 1)  # 1 where nothing is near; the nearest are printed all the same
    assert len(read_json(out)["passages"]) == 5


def test_a_search_that_nothing_is_near_has_found_nothing(run: Run) -> None:
    code, out, _ = run("search", "xylophone zebra", "--json")
    assert (code, len(read_json(out)["passages"])) == (1, 5)
    assert run("search", "Quel est le nom du directeur ?")[0] == 0


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--in", "*.txt"], 5),
        (["--in", "*.pdf"], 0),
        (["--lang", "fr"], 5),
        (["--lang", "FR"], 5),
        (["--since", "2020"], 5),
        (["--since", "2020-02"], 0),
        (["--until", "2020-01"], 5),
        (["--until", "2019"], 0),
        (["--lang", "de"], 0),
        (["--since", "2020-01-17"], 5),
        (["--since", "2020-01-18"], 0),
        (["--until", "2020-01-17", "-n", "2"], 2),
        (["--until", "2019-12-31"], 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_filters(run: Run, options: list[str], count: int) -> None:
    code, out, err = run("search", "Alibaba", "--json", *options)
    assert len(read_json(out)["passages"]) == count
    assert code == (0 if count else 1)
    nothing_passes = "note: no document passes the filters; languages: fr\n"
    assert err.endswith(nothing_passes) == (not count)


def test_explain_has_the_parts_of_the_score(run: Run) -> None:
    _, out, _ = run("search", "Chris Tung", "--json", "--explain", "-n", "1")
    passage = read_json(out)["passages"][0]
    parts = passage["parts"]
    assert passage["score"] == pytest.approx(parts["dense"] + parts["lexical"], abs=2e-6)
    assert set(parts) == {"cosine", "bm25", "dense", "lexical", "places", "reader"}


# -- freshness ---------------------------------------------------------------------------------


def test_edits_count_at_the_next_question(run: Run, seeds: Path) -> None:
    assert run("index", str(seeds))[0] == 0
    (seeds / "lighthouse.txt").write_text("The lighthouse keeper is Ida Lewis.\n", encoding="utf-8")
    _, out, _ = run("ask", "who is the lighthouse keeper?", "--json")
    result = read_json(out)
    assert result["answer"]["text"] == "Ida Lewis"
    assert result["answer"]["sentence"] == "The lighthouse keeper is Ida Lewis."
    assert result["index"] | {"model": ""} == {
        "generation": 2, "model": "", "documents": 4, "chunks": 4, "fresh": True,
    }  # fmt: skip
    (seeds / "lighthouse.txt").unlink()
    _, out, _ = run("search", "who is the lighthouse keeper?", "--json")
    assert "lighthouse.txt" not in {passage["source"] for passage in read_json(out)["passages"]}


def test_no_refresh_says_what_is_stale(run: Run, seeds: Path) -> None:
    run("index", str(seeds))
    (seeds / "bridge.txt").write_text("Something else entirely.\n", encoding="utf-8")
    code, out, err = run("search", "bridge over the Ebro", "--json", "--no-refresh")
    result = read_json(out)
    assert code == 0
    assert result["index"]["fresh"] is False
    assert result["passages"][0]["source"] == "bridge.txt"
    assert result["passages"][0]["stale"] is True
    assert err.startswith("seedqa: note: ")


def test_no_refresh_without_an_index(run: Run, seeds: Path) -> None:
    code, _, err = run("ask", "x", "--no-refresh", "--seeds", str(seeds))
    assert code == 2
    assert one_error(err) == (
        "seedqa: error: no index in .seedqa; expected a folder with seedqa.db."
        " Make one with: seedqa index FOLDER"
    )


# -- which index -------------------------------------------------------------------------------


def test_another_folder_is_refused_naming_both(run: Run, seeds: Path, tmp_path: Path) -> None:
    run("index", str(seeds))
    (tmp_path / "other").mkdir()
    code, out, _ = run("ask", "x", "--seeds", "other", "--json")
    error = read_json(out)["error"]
    assert code == 2
    assert str(seeds) in error["found"]
    assert str(tmp_path / "other") in error["expected"]


def test_another_model_is_refused(run: Run, seeds: Path) -> None:
    run("index", str(seeds))
    code, _, err = run("ask", "x", "--model", "no/such-model")
    assert code == 2
    assert one_error(err).endswith(
        "Rebuild it with: seedqa index --model no/such-model, or leave out --model"
    )


def test_the_environment_stands_behind_the_options(
    run: Run, seeds: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SEEDQA_SEEDS", str(seeds))
    monkeypatch.setenv("SEEDQA_INDEX", str(tmp_path / "from-environment"))
    assert run("index")[0] == 0
    assert (tmp_path / "from-environment" / "seedqa.db").is_file()
    assert run("index", "--index", str(tmp_path / "from-option"))[0] == 0
    assert (tmp_path / "from-option" / "seedqa.db").is_file()


# -- index and its report ----------------------------------------------------------------------


def test_the_report(run: Run, seeds: Path) -> None:
    (seeds / "data.bin").write_bytes(b"\0")
    (seeds / "empty.txt").touch()
    code, out, err = run("index", str(seeds))
    assert (code, err) == (0, "")
    lines = out.split("\n")
    assert lines[:3] == [
        "3 indexed, 0 unchanged, 0 removed, 2 skipped",
        "  skipped data.bin: unsupported type .bin",
        "  skipped empty.txt: empty file",
    ]
    assert lines[3].startswith("3 documents, 3 chunks (3 encoded, 0 from the cache) in ")
    (seeds / "pont.md").unlink()
    _, out, _ = run("index", "--json")
    report = read_json(out)
    assert (report["removed"], report["unchanged"], report["generation"]) == (["pont.md"], 2, 2)


def test_a_folder_without_documents(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, out, _ = run("index", "empty")
    assert code == 1
    assert f"Nothing to ask: no document in {tmp_path / 'empty'}" in out
    code, out, _ = run("ask", "anything", "--json")
    assert code == 1
    assert read_json(out)["passages"] == []
    code, out, _ = run("ask", "anything")
    assert (code, out) == (1, "There are no documents: seedqa status lists the skipped files.\n")


def test_a_missing_folder_makes_nothing(run: Run, tmp_path: Path) -> None:
    code, _, err = run("index", "missing")
    assert code == 2
    assert one_error(err) == (
        "seedqa: error: no folder missing. Name a folder of documents with --seeds DIR"
    )
    assert list(tmp_path.iterdir()) == []


def test_hostile_names_and_texts(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "new\nline.txt").write_text("A file about ferries.\n", encoding="utf-8")
    (folder / 'quo"te 🚢.txt').write_text("Ferries cross \x1b]0;x\x07 here.\n", encoding="utf-8")
    (folder / os.fsdecode(b"b\xffd.txt")).write_text("Ferries at night.\n", encoding="utf-8")
    os.mkfifo(folder / "pipe.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "out.txt").symlink_to("/etc/hostname")
    code, out, _ = run("index", "odd")
    assert code == 0
    assert "  skipped pipe.txt: not a regular file\n" in out
    assert "  skipped out.txt: link out of the seeds folder\n" in out
    code, out, _ = run("search", "ferries", "--json")
    assert {passage["source"] for passage in read_json(out)["passages"]} == {
        "new\nline.txt",
        'quo"te 🚢.txt',
        "b\\xffd.txt",
    }
    _, out, _ = run("search", "ferries")
    assert "new␊line.txt:1" in out
    assert "\x1b" not in out
    assert run("get", "b\\xffd.txt")[1] == "Ferries at night.\n"
    assert run("get", "new\nline.txt:1")[1] == "A file about ferries.\n"


# -- damage ------------------------------------------------------------------------------------


def test_doctor_finds_and_mends_damaged_vectors(run: Run, seeds: Path, tmp_path: Path) -> None:
    run("index", str(seeds))
    vectors = tmp_path / ".seedqa" / "vectors-1.faiss"
    damaged = bytearray(vectors.read_bytes())
    damaged[-20] ^= 1
    vectors.write_bytes(damaged)
    code, _, err = run("search", "bridge")
    assert code == 2
    assert "Run seedqa doctor --repair" in one_error(err)
    code, out, _ = run("doctor")
    assert code == 2
    assert out.split("\n")[4].startswith("vectors   DAMAGED  ")
    code, out, _ = run("doctor", "--repair", "--json")
    assert code == 0
    assert [finding["ok"] for finding in read_json(out)["findings"]] == [True] * 5
    assert run("search", "bridge")[0] == 0


def test_doctor_builds_a_damaged_database_anew(run: Run, seeds: Path, tmp_path: Path) -> None:
    run("index", str(seeds))
    (tmp_path / ".seedqa" / "seedqa.db").write_bytes(b"garbage" * 1000)
    code, _, err = run("ask", "bridge")
    assert code == 2
    assert "file is not a database" in one_error(err)
    code, _, err = run("doctor", "--repair")
    assert "Run seedqa doctor --repair --seeds FOLDER" in one_error(err)
    code, out, _ = run("doctor", "--repair", "--seeds", str(seeds))
    assert code == 0
    assert "DAMAGED" not in out
    assert run("search", "bridge")[0] == 0
    assert not (tmp_path / ".seedqa" / "seedqa.db.damaged").exists()


@pytest.mark.parametrize(
    "pragma", ["user_version = 99", "application_id = 7"], ids=["newer", "another program's"]
)
def test_doctor_leaves_a_database_that_is_whole(
    run: Run, seeds: Path, tmp_path: Path, pragma: str
) -> None:
    """It replaced what it could not read, once."""
    run("index", str(seeds))
    connection = sqlite3.connect(tmp_path / ".seedqa" / "seedqa.db")
    connection.execute(f"PRAGMA {pragma}")
    connection.close()
    before = (tmp_path / ".seedqa" / "seedqa.db").read_bytes()
    code, _, err = run("doctor", "--repair", "--seeds", str(seeds))
    assert code == 2
    one_error(err)
    assert (tmp_path / ".seedqa" / "seedqa.db").read_bytes() == before


def test_an_index_of_a_newer_format(run: Run, seeds: Path, tmp_path: Path) -> None:
    run("index", str(seeds))
    connection = sqlite3.connect(tmp_path / ".seedqa" / "seedqa.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    code, _, err = run("search", "bridge")
    assert code == 2
    assert one_error(err).endswith(
        "has index format 99; expected format 4. Update seedqa, or delete the folder and run"
        " seedqa index"
    )


# -- the other commands ------------------------------------------------------------------------


def test_status(run: Run, seeds: Path) -> None:
    run("index", str(seeds))
    time.sleep(0.01)
    (seeds / "extra.txt").write_text("Extra.\n", encoding="utf-8")
    code, out, _ = run("status", "--json")
    status = read_json(out)
    assert code == 0
    assert status["languages"] == {"de": 1, "en": 1, "fr": 1}
    assert "extra.txt" in status["changed"]
    _, out, _ = run("status")
    assert out.startswith(f"seeds:     {seeds}\n")


def test_eval(run: Run, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "seeds")
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        json.dumps(
            {"question": "when did Alibaba join TOP?", "sources": [ARTICLE],
             "quotes": ["remonte à 2017"]}
        )
        + '\n{"question": "capital of Peru", "unanswerable": true}\n',
        encoding="utf-8",
    )  # fmt: skip
    code, out, _ = run("eval", "questions.jsonl", "--json", "--per-question", "lines.jsonl")
    figures = read_json(out)
    assert code == 0
    assert figures.pop("latency_ms").keys() == {"p50", "p95"}
    assert figures == {
        "questions": 2, "recall@1": 1.0, "recall@5": 1.0, "recall@10": 1.0, "mrr@10": 1.0,
        "ndcg@10": 1.0, "quote_recall@1": 1.0, "quote_recall@5": 1.0,
        "abstention": {"precision": 1.0, "recall": 1.0, "auroc": 1.0},
    }  # fmt: skip
    lines = (tmp_path / "lines.jsonl").read_text(encoding="utf-8").splitlines()
    assert [read_json(line)["question"] for line in lines] == [
        "when did Alibaba join TOP?",
        "capital of Peru",
    ]


def start_watch(seeds: Path, tmp_path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "seedqa.cli", "watch", "--seeds", str(seeds)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(SHIPPED.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_watch_outlives_another_writer(seeds: Path, tmp_path: Path) -> None:
    """It ended with the error of the first writer that it met, once."""
    watcher = start_watch(seeds, tmp_path)
    assert watcher.stdout is not None
    assert watcher.stderr is not None
    watcher.stdout.readline()
    watcher.stderr.readline()
    watcher.stdout.readline()
    with write_lock(tmp_path / ".seedqa"):
        (seeds / "ferry.txt").write_text("The ferry sails at dawn.\n", encoding="utf-8")
        assert f"is being written by process {os.getpid()} on" in watcher.stderr.readline()
    assert watcher.stdout.readline() == "1 indexed, 3 unchanged, 0 removed, 0 skipped\n"
    watcher.send_signal(signal.SIGINT)
    _, errors = watcher.communicate(timeout=20)
    assert (watcher.returncode, errors) == (0, "")


def test_watch_follows_edits_and_ends_quietly(seeds: Path, tmp_path: Path) -> None:
    watcher = start_watch(seeds, tmp_path)
    assert watcher.stdout is not None
    assert watcher.stderr is not None
    assert watcher.stdout.readline() == "3 indexed, 0 unchanged, 0 removed, 0 skipped\n"
    assert watcher.stderr.readline().startswith("seedqa: note: watching ")
    watcher.stdout.readline()
    (seeds / "ferry.txt").write_text("The ferry sails at dawn.\n", encoding="utf-8")
    assert watcher.stdout.readline() == "1 indexed, 3 unchanged, 0 removed, 0 skipped\n"
    watcher.send_signal(signal.SIGINT)
    _, errors = watcher.communicate(timeout=20)
    assert (watcher.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["fly"], "argument COMMAND: invalid choice: 'fly'"),
        (["ask"], "the following arguments are required: QUESTION"),
        (["ask", "x", "-n", "many"], "argument -n: invalid int value: 'many'"),
        (
            ["ask", "x", "--since", "soon"],
            "argument --since: 'soon' is no date like 2020, 2020-01 or",
        ),
        (["ask", "x", "--since", "2020-13"], "'2020-13' is no date like 2020, 2020-01 or"),
        (["status", "--in", "x"], "unrecognized arguments: --in x"),
    ],
    ids=["none", "unknown", "no-question", "no-number", "no-date", "no-month", "no-part"],
)
def test_wrong_usage_is_one_line(run: Run, arguments: list[str], problem: str) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert problem in one_error(err)


@pytest.mark.parametrize("count", ["0", "-1", "101"])
def test_counts_out_of_bounds(run: Run, count: str) -> None:
    code, _, err = run("search", "x", "-n", count)
    assert code == 2
    assert one_error(err).startswith(f"seedqa: error: a count of {count}; expected 1 to 100")


def test_wrong_usage_with_json_is_json(run: Run) -> None:
    code, out, err = run("ask", "x", "--json", "-n", "many")
    assert (code, err) == (2, "")
    assert read_json(out)["error"]["found"] == "argument -n: invalid int value: 'many'"


def test_help_and_version(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("--help")
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for command in ("index", "ask", "search", "status", "get", "eval", "watch", "doctor"):
        assert f"\n    {command} " in shown
    with pytest.raises(SystemExit):
        run("--version")
    assert capsys.readouterr().out == "seedqa 0.1.0\n"


# -- streams -----------------------------------------------------------------------------------


def test_a_locale_without_unicode(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "seedqa.cli", "search", "Chris Tung", "-n", "1"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(SHIPPED.parent), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr.decode() == STANDS_IN
    assert b"Pour Alibaba, un ballon d\\u2019essai" in done.stdout


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m seedqa.cli get {ARTICLE} | head -c 10",
        shell=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(SHIPPED.parent)},
        capture_output=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (b"Paris 2024", b"")


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        # status prints little: it is written when all is done, to a reader that has long gone
        ("{python} -m seedqa.cli status | true; exit ${{PIPESTATUS[0]}}", 0, ""),
        (
            "{python} -m seedqa.cli status > /dev/full",
            2,
            "seedqa: error: the output cannot be written: No space left on device\n",
        ),
    ],
    ids=["gone", "full"],
)
def test_output_that_cannot_be_written(
    run: Run, seeds: Path, tmp_path: Path, command: str, code: int, said: str
) -> None:
    """Python said "Exception ignored" and gave 120, once; and a traceback."""
    run("index", str(seeds))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        ["bash", "-c", command.format(python=sys.executable)],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(SHIPPED.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (code, said)


def test_a_terminal_gets_progress_and_colour_and_nothing_raw(tmp_path: Path) -> None:
    folder = tmp_path / "seeds"
    folder.mkdir()
    (folder / "a.txt").write_text("The ferry \x1b]0;owned\x07 sails.\n", encoding="utf-8")
    master, slave = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-m", "seedqa.cli", "search", "the ferry owned sails"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(SHIPPED.parent), "TERM": "xterm"},
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 65_536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(master)
    assert done.wait() == 0
    assert "The ferry ␛]0;owned␇ sails.".encode() in shown
    assert b"\x1b]0;" not in shown
    assert b"\x1b[1m" in shown
