"""Killed builds, full disks, folders that cannot be written, readers beside writers.

All of it in real processes: `builder` forks one for each build.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from seedqa.index.build import build_index
from seedqa.index.errors import IndexBusy, IndexMissing
from seedqa.index.store.database import DATABASE
from seedqa.index.store.reading import open_for_reading
from support.builder import EMBED_BATCH, Builder, read_state
from support.toy import ToyEncoder

CACHE = ["cache begin", "cache written", "cache committed"]
VECTORS = ["vectors write", "vectors written", "vectors synced", "vectors in place"]
END = ["flip committed", "leftovers removed", "checkpointed"]


def steps(batches: int, documents: int) -> list[str]:
    """Return the steps of a build that embeds so many batches and adds so many documents."""
    flip = ["flip begin", "flip removed", *["flip document"] * documents, "flip added", "flip end"]
    return [*CACHE * batches, *VECTORS, *flip, *END]


def change_nothing(seeds: Path) -> None:
    """Leave the folder as it is."""


def change_documents(seeds: Path) -> None:
    """Edit one document, delete one, add two."""
    (seeds / "bridge.txt").write_text("The iron bridge\n\nIt was painted green in 1931.\n")
    (seeds / "pont.md").unlink()
    (seeds / "ferry.txt").write_text("The ferry\n\nIt crosses the river every hour.\n")
    (seeds / "sub" / "tunnel.txt").write_text("The tunnel\n\nIt lies 40 metres below the sea.\n")


def rename_document(seeds: Path) -> None:
    (seeds / "bridge.txt").rename(seeds / "sub" / "brücke.txt")


def delete_document(seeds: Path) -> None:
    (seeds / "pont.md").unlink()


def spoil_document(seeds: Path) -> None:
    """Make one document unreadable."""
    (seeds / "bridge.txt").write_text(" \n")


@dataclass(frozen=True)
class Scenario:
    """A change to a folder, and the exact steps of the build that follows."""

    change: Callable[[Path], None]
    steps: list[str]
    embedded: int
    has_index: bool = True
    salt: str = ""


SCENARIOS = {
    "first": Scenario(change_nothing, steps(batches=2, documents=3), 3, has_index=False),
    "documents": Scenario(change_documents, steps(batches=2, documents=3), 3),
    "rename": Scenario(rename_document, steps(batches=0, documents=1), 0),
    "delete": Scenario(delete_document, steps(batches=0, documents=0), 0),
    "spoil": Scenario(spoil_document, steps(batches=0, documents=1), 0),
    "model": Scenario(change_nothing, steps(batches=2, documents=3), 3, salt="another"),
}
KILLS = [
    pytest.param(name, position, id=f"{name}-{position:02}-{step.replace(' ', '_')}")
    for name, scenario in SCENARIOS.items()
    for position, step in enumerate(scenario.steps, 1)
]


def test_at_least_twelve_steps_are_killed_several_times_each() -> None:
    taken = [step for scenario in SCENARIOS.values() for step in scenario.steps]
    assert {step: taken.count(step) for step in taken} == (
        dict.fromkeys(CACHE, 6)
        | dict.fromkeys([*VECTORS, "flip begin", "flip removed", "flip added", "flip end", *END], 6)
        | {"flip document": 11}
    )


@pytest.fixture(scope="module")
def builder() -> Iterator[Builder]:
    with Builder() as running:
        yield running


def prepare(scenario: Scenario, seeds: Path, index: Path) -> str | None:
    """Build the index that the scenario starts from, change the folder; return the old state."""
    if not scenario.has_index:
        return None
    build_index(seeds, index, ToyEncoder())
    old = read_state(index)
    scenario.change(seeds)
    return old


def files(index: Path) -> list[str]:
    return sorted(path.name for path in index.iterdir())


@pytest.fixture(scope="module")
def finished(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """The new state of each scenario, by builds that nobody disturbed."""
    states = {}
    for name, scenario in SCENARIOS.items():
        folder = tmp_path_factory.mktemp(name)
        write_seeds(folder / "seeds")
        prepare(scenario, folder / "seeds", folder / "index")
        answer = builder.run(seeds=folder / "seeds", index=folder / "index", salt=scenario.salt)
        assert answer["steps"] == scenario.steps
        assert answer["embedded"] == scenario.embedded
        states[name] = read_state(folder / "index")
    return states


def write_seeds(folder: Path) -> None:
    texts = {
        "bridge.txt": "The iron bridge\n\nThe bridge over the Ebro was opened in 1894.\n",
        "pont.md": "# Le vieux pont\n\nLe pont de bois a brûlé en 1911.\n",
        "sub/bruecke.txt": "Die neue Brücke\n\nDie Brücke über den Main wurde 1969 gebaut.\n",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("name", "position"), KILLS)
def test_killed_build_leaves_one_whole_generation_and_the_next_run_ends_it(
    name: str, position: int, builder: Builder, finished: dict[str, str | None], tmp_path: Path
) -> None:
    scenario, seeds, index = SCENARIOS[name], tmp_path / "seeds", tmp_path / "index"
    write_seeds(seeds)
    old = prepare(scenario, seeds, index)
    taken = scenario.steps[:position]

    answer = builder.run(seeds=seeds, index=index, salt=scenario.salt, kill_at=position)
    assert answer == {"signal": signal.SIGKILL}
    flipped = "flip committed" in taken
    assert read_state(index) == (finished[name] if flipped else old)

    report = build_index(seeds, index, ToyEncoder(salt=scenario.salt))
    kept = min(taken.count("cache committed") * EMBED_BATCH, scenario.embedded)
    assert report.embedded == (0 if flipped else scenario.embedded - kept)
    assert files(index) == [
        DATABASE, f"vectors-{report.generation.number}.faiss", "write.lock", "write.owner"
    ]  # fmt: skip
    assert read_state(index) == finished[name]
    assert unused_vectors(index) == 0


def unused_vectors(index: Path) -> int:
    with open_for_reading(index) as reader:
        find = (
            "SELECT count(*) FROM vectors WHERE (model, hash) NOT IN"
            " (SELECT json_extract(value, '$.recipe.fingerprint'), hash FROM chunks, meta"
            " WHERE key = 'generation')"
        )
        return int(reader.connection.execute(find).fetchone()[0])


def test_build_killed_twice_keeps_what_both_embedded(
    builder: Builder, finished: dict[str, str | None], tmp_path: Path
) -> None:
    seeds, index = tmp_path / "seeds", tmp_path / "index"
    write_seeds(seeds)
    # the third step commits the first batch; the next build's own third step the second
    for _ in range(2):
        assert builder.run(seeds=seeds, index=index, kill_at=3)["signal"] == signal.SIGKILL
    assert build_index(seeds, index, ToyEncoder()).embedded == 0
    assert read_state(index) == finished["first"]


def test_vectors_of_a_killed_build_that_nobody_needs_go_with_the_next_commit(
    builder: Builder, tmp_path: Path
) -> None:
    seeds, index = tmp_path / "seeds", tmp_path / "index"
    write_seeds(seeds)
    build_index(seeds, index, ToyEncoder())
    (seeds / "draft.txt").write_text("A draft\n\nNobody will keep it.\n")
    builder.run(seeds=seeds, index=index, kill_at=3)
    assert unused_vectors(index) == 1
    (seeds / "draft.txt").unlink()
    (seeds / "pont.md").unlink()
    build_index(seeds, index, ToyEncoder())
    assert unused_vectors(index) == 0


# --- a writer and others at the same time ---------------------------------------------------------


def wait_for(path: Path) -> str:
    while not path.exists():
        time.sleep(0.01)
    return path.read_text()


def test_second_writer_is_told_who_writes_and_a_reader_is_not_disturbed(
    builder: Builder, finished: dict[str, str | None], tmp_path: Path
) -> None:
    seeds, index, marker = tmp_path / "seeds", tmp_path / "index", tmp_path / "paused"
    write_seeds(seeds)
    old = prepare(SCENARIOS["documents"], seeds, index)
    builder.start(seeds=seeds, index=index, pause_at="flip end", marker=marker)
    process = wait_for(marker)

    assert read_state(index) == old
    with pytest.raises(IndexBusy) as caught:
        build_index(seeds, index, ToyEncoder())
    assert re.fullmatch(
        rf"{re.escape(str(index))} is being written by process {process} on"
        rf" {re.escape(socket.gethostname())} since \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d",
        caught.value.found,
    )
    assert caught.value.expected == ""
    assert caught.value.remedy == "Wait for it to end, or stop it"

    marker.unlink()
    assert builder.wait()["generation"] == 2
    assert read_state(index) == finished["documents"]


def test_lock_dies_with_its_process(builder: Builder, tmp_path: Path) -> None:
    seeds, index, marker = tmp_path / "seeds", tmp_path / "index", tmp_path / "paused"
    write_seeds(seeds)
    builder.start(seeds=seeds, index=index, pause_at="cache begin", marker=marker)
    os.kill(int(wait_for(marker)), signal.SIGKILL)
    assert builder.wait() == {"signal": signal.SIGKILL}
    assert build_index(seeds, index, ToyEncoder()).generation.number == 1


SUBJECTS = ["arches and iron", "toll paid by carts", "lamps along its rail", "fog in november"]


def write_edition(seeds: Path, edition: int) -> None:
    for number, subject in enumerate(SUBJECTS):
        text = f"Edition {edition} of what is said of the bridge, its {subject}.\n"
        (seeds / f"{number}.txt").write_text(text)


def test_reader_sees_a_hundred_generations_come_and_go_each_of_them_whole(tmp_path: Path) -> None:
    seeds, index, stop = tmp_path / "seeds", tmp_path / "index", tmp_path / "stop"
    seeds.mkdir()
    write_edition(seeds, 1)
    build_index(seeds, index, ToyEncoder())
    reader = subprocess.Popen(
        [sys.executable, "-m", "support.asker", index, stop],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    lines = [reader.stdout.readline()]
    for edition in range(2, 102):
        write_edition(seeds, edition)
        assert build_index(seeds, index, ToyEncoder()).generation.number == edition
        if edition % 10 == 0:  # the reader must have seen at least every tenth
            while lines[-1].split()[:1] != [str(edition)]:
                lines.append(reader.stdout.readline())
    stop.touch()
    rest, _ = reader.communicate()
    *answers, end = [*lines, *rest.splitlines()]

    assert end == "end"
    seen = [int(line.split()[0]) for line in answers]
    assert [line.split() for line in answers] == [
        [str(generation), str(generation), str(len(SUBJECTS))] for generation in seen
    ]
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (1, 101)
    assert files(index) == [
        DATABASE, f"{DATABASE}-shm", f"{DATABASE}-wal", "vectors-101.faiss", "write.lock",
        "write.owner",
    ]  # fmt: skip


# --- no space, no permission ----------------------------------------------------------------------


def can_mount() -> bool:
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", tempfile.gettempdir()]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


#: Where nothing may be mounted, as in most containers, the other way stands alone.
MOUNT = ["mount"] if can_mount() else []


def in_namespace(script: str, folder: Path) -> Builder:
    """Return a builder for which alone `script` has mounted something at `folder`, its `$1`."""
    return Builder(
        "unshare", "--mount", "sh", "-ec", f'{script}; shift; exec "$@"', "sh", str(folder)
    )


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


def write_notes(seeds: Path, count: int) -> None:
    for number in range(count):
        text = f"Note {number}\n\n" + " ".join(f"word{number}x{word}" for word in range(60)) + ".\n"
        (seeds / f"note{number:03}.txt").write_text(text)


def add_notes(seeds: Path) -> None:
    write_notes(seeds, 200)


def rename_notes(seeds: Path) -> None:
    for path in seeds.glob("note*"):
        path.rename(seeds / f"renamed-{path.name}")


def delete_notes(seeds: Path) -> None:
    for number in range(100):  # so many that the vector file is written again
        (seeds / f"note{number:03}.txt").unlink()


def no_space(index: Path, last_step: str | None) -> dict[str, object]:
    return {
        "signal": 0,
        "error": "StorageError",
        "found": f"no space left for the index in {index}",
        "remedy": "Free some space, or name another folder with --index;"
        " the old index is unchanged",
        "last_step": last_step,
    }


@pytest.mark.parametrize(
    ("notes", "change", "largest_file", "last_step"),
    [
        pytest.param(0, add_notes, 0, None, id="at_the_very_start"),
        pytest.param(0, add_notes, 60_000, "cache written", id="while_embedding"),
        pytest.param(700, delete_notes, 35_000, "vectors write", id="in_the_vector_file"),
        pytest.param(100, rename_notes, 60_000, "flip end", id="in_the_flip"),
    ],
)
def test_file_that_may_not_grow_gives_one_line_and_keeps_the_old_generation(
    notes: int,
    change: Callable[[Path], None],
    largest_file: int,
    last_step: str | None,
    builder: Builder,
    tmp_path: Path,
) -> None:
    seeds, index = tmp_path / "seeds", tmp_path / "index"
    write_seeds(seeds)
    write_notes(seeds, notes)
    build_index(seeds, index, ToyEncoder())
    old = read_state(index)
    change(seeds)
    answer = builder.run(seeds=seeds, index=index, largest_file=largest_file)
    assert answer == no_space(index, last_step)
    assert read_state(index) == old
    assert vector_files(files(index)) == ["vectors-1.faiss"]
    assert build_index(seeds, index, ToyEncoder()).generation.number == 2
    assert vector_files(files(index)) == ["vectors-2.faiss"]


def change_texts(seeds: Path) -> None:
    """Change each of the three documents, so that none of them is fresh."""
    for path in [*seeds.glob("*.*"), *seeds.glob("sub/*.*")]:
        path.write_text(path.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8")


def vector_files(names: list[str]) -> list[str]:
    return [name for name in names if name.startswith("vectors")]


def test_first_build_without_space_leaves_nothing_that_stops_the_next(
    builder: Builder, tmp_path: Path
) -> None:
    """A database without a table was said to be no database of seedqa."""
    seeds, index = tmp_path / "seeds", tmp_path / "index"
    write_seeds(seeds)
    answer = builder.run(seeds=seeds, index=index, largest_file=100)
    assert answer == no_space(index, None)
    with pytest.raises(IndexMissing) as caught:
        open_for_reading(index)
    assert caught.value.found == f"no index in {index}"
    assert build_index(seeds, index, ToyEncoder()).generation.documents == 3


@pytest.mark.parametrize("way", MOUNT)
def test_full_disk_gives_one_line_and_the_old_generation_answers(way: str, tmp_path: Path) -> None:
    seeds, disk = tmp_path / "seeds", tmp_path / "disk"
    index = disk / "index"
    write_seeds(seeds)
    disk.mkdir()
    mount = 'mount -t tmpfs -o size=16m none "$1"; head -c 15500k /dev/zero > "$1/ballast"'
    with in_namespace(mount, disk) as builder:
        assert builder.run(seeds=seeds, index=index)["generation"] == 1
        old = builder.run(do="state", index=index)
        change_texts(seeds)
        write_notes(seeds, 400)
        answer = builder.run(seeds=seeds, index=index)
        assert answer == no_space(index, answer["last_step"])
        after = builder.run(do="state", index=index)
        assert after["state"] == old["state"]
        assert vector_files(after["files"]) == ["vectors-1.faiss"]
        found = builder.run(do="search", index=index, question="Ebro bridge", refresh=True)
        assert found == {
            "signal": 0,
            "generation": 1,
            "fresh": False,
            "notes": [
                "403 changed and 0 deleted files are not yet in the index, and no space left for"
                f" the index in {index}"
            ],
            "sources": ["bridge.txt", "pont.md", "sub/bruecke.txt"],
        }
        builder.run(do="remove", index=disk / "ballast")
        assert builder.run(seeds=seeds, index=index)["generation"] == 2


def test_index_that_may_not_be_written_answers_and_says_so(
    builder: Builder, open_folder: Path
) -> None:
    seeds, index = open_folder / "seeds", open_folder / "index"
    write_seeds(seeds)
    build_index(seeds, index, ToyEncoder())
    for path in index.iterdir():
        path.chmod(0o444)
    index.chmod(0o555)
    check_read_only(builder, seeds, index, nobody=True)
    assert files(index) == [DATABASE, "vectors-1.faiss", "write.lock", "write.owner"]


@pytest.mark.parametrize("way", MOUNT)
def test_index_on_a_read_only_file_system_answers_and_says_so(way: str, tmp_path: Path) -> None:
    seeds, index = tmp_path / "seeds", tmp_path / "index"
    write_seeds(seeds)
    build_index(seeds, index, ToyEncoder())
    bind = 'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"'
    with in_namespace(bind, index) as builder:
        check_read_only(builder, seeds, index)


@pytest.mark.parametrize("way", MOUNT)
def test_index_with_a_log_on_a_read_only_file_system_answers(way: str, tmp_path: Path) -> None:
    seeds, index = tmp_path / "seeds", tmp_path / "index"
    write_seeds(seeds)
    build_index(seeds, index, ToyEncoder())
    read_state(index)  # a reader that is the last to close leaves its log behind
    assert f"{DATABASE}-wal" in files(index)
    bind = 'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"'
    with in_namespace(bind, index) as builder:
        check_read_only(builder, seeds, index)


@pytest.mark.parametrize("way", MOUNT)
def test_copied_index_on_a_read_only_file_system_answers(way: str, tmp_path: Path) -> None:
    """An empty log without its shared-memory file kept SQLite from opening the database."""
    seeds, index = tmp_path / "seeds", tmp_path / "index"
    write_seeds(seeds)
    build_index(seeds, index, ToyEncoder())
    (index / f"{DATABASE}-wal").touch()
    bind = 'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"'
    with in_namespace(bind, index) as builder:
        check_read_only(builder, seeds, index)


def test_index_that_may_not_be_read_gives_one_line(builder: Builder, open_folder: Path) -> None:
    """`Path.is_file` raised PermissionError, past all translation."""
    seeds, index = open_folder / "seeds", open_folder / "index"
    write_seeds(seeds)
    build_index(seeds, index, ToyEncoder())
    index.chmod(0o000)
    assert builder.run(do="state", index=index, nobody=True) == {
        "signal": 0,
        "error": "StorageError",
        "found": f"{index} cannot be read",
        "remedy": "Change its permissions, or name another folder with --index",
    }


def check_read_only(builder: Builder, seeds: Path, index: Path, **way: bool) -> None:
    """Assert that a process that may not write in `index` is answered, and told why it may not."""
    change_texts(seeds)
    question = "Ebro bridge"
    assert builder.run(do="search", index=index, question=question, refresh=True, **way) == {
        "signal": 0,
        "generation": 1,
        "fresh": False,
        "notes": [
            f"3 changed and 0 deleted files are not yet in the index, and {index} cannot be written"
        ],
        "sources": ["bridge.txt", "pont.md", "sub/bruecke.txt"],
    }
    assert builder.run(seeds=seeds, index=index, **way) == {
        "signal": 0,
        "error": "StorageError",
        "found": f"{index} cannot be written",
        "remedy": "Change its permissions, or name another folder with --index",
        "last_step": None,
    }
