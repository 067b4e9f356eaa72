"""Check whether an index agrees with its folder at the time of a question, and catch up with it.

The only module of retrieval that builds. Knows plans and builds; knows nothing of ranking.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seedqa.index.documents.notices import FolderNotices
from seedqa.index.documents.walk import survey_folder
from seedqa.index.encoder import Encoder
from seedqa.index.errors import IndexBusy, ParserError, SeedsError, StorageError
from seedqa.index.messages import Message
from seedqa.index.plan import Plan, plan_survey, settle_doubts
from seedqa.index.progress import Progress, no_progress
from seedqa.index.store.protocol import IndexReader
from seedqa.index.store.rows import READING, Generation
from seedqa.index.workspace import other_model_error

if TYPE_CHECKING:
    from seedqa.index.build import Report

logger = logging.getLogger(__name__)

#: A question waits this long for a build before it is answered from the old generation.
REFRESH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """The state of the folder at the time of a question."""

    fresh: bool
    stale_sources: frozenset[str] = frozenset()
    notes: tuple[Message, ...] = ()


def check_folder(
    reader: IndexReader,
    index: Path,
    generation: Generation,
    encoder: Encoder,
    notices: FolderNotices | None = None,
) -> Freshness:
    """Compare the folder with the index, building nothing.

    `notices` may know that the folder has not changed. Raises IndexMismatch if the index was built
    with another model.
    """
    try:
        plan = _find_changes(reader, index, generation, notices)
    except SeedsError as error:
        return _folder_is_gone(reader, error)
    if generation.recipe.fingerprint != encoder.fingerprint:
        raise other_model_error(generation, encoder)
    plan = plan and settle_doubts(plan)
    if plan is None or plan.is_empty:
        return Freshness(True)
    return _describe_emptied(generation, plan) or Freshness(
        False, plan.stale_sources, (_describe_plan(plan),)
    )


def catch_up(
    reader: IndexReader,
    index: Path,
    generation: Generation,
    encoder: Encoder,
    progress: Progress,
    seconds: float = REFRESH_SECONDS,
    notices: FolderNotices | None = None,
) -> Freshness:
    """Compare the folder with the index, and bring the index up to date if that is quick.

    `notices` may know that the folder has not changed. Rebuilds an index of an earlier version of
    the bundled model, however long that takes. Raises IndexMismatch if the index was built with
    another model that was named.
    """
    other_model = generation.recipe.fingerprint != encoder.fingerprint
    try:
        plan = _find_changes(reader, index, generation, notices, is_wanted=other_model)
    except SeedsError as error:
        return _folder_is_gone(reader, error)
    if other_model and generation.recipe.model_path is not None:
        raise other_model_error(generation, encoder)
    if plan is None:
        return Freshness(True)
    emptied = _describe_emptied(generation, plan)
    if emptied:
        return emptied
    if plan.is_empty and not other_model:
        _record_digest(index, generation, encoder)
        return Freshness(True)
    budget = None if other_model else seconds
    return _build_changes(reader, index, generation, encoder, progress, plan, budget)


def _build_changes(
    reader: IndexReader,
    index: Path,
    generation: Generation,
    encoder: Encoder,
    progress: Progress,
    plan: Plan,
    seconds: float | None,
) -> Freshness:
    """Index the changes of a plan, and say why not if they must wait.

    Without a limit of time an error is raised, but for a folder that has gone.
    """
    from seedqa.index.build import OutOfTime  # as in `build`

    try:
        report = build(index, generation, encoder, progress, seconds)
    except SeedsError as error:  # the folder went while the question was asked
        return _folder_is_gone(reader, error)
    except OutOfTime:
        reason = Message(
            "{changes}, too much for a question to wait for; run seedqa index",
            changes=_describe_plan(plan),
        )
    except (IndexBusy, ParserError, StorageError) as error:
        if seconds is None:
            raise
        reason = Message(
            "{changes}, and {reason}", changes=_describe_plan(plan), reason=error.found
        )
    else:
        return Freshness(True, notes=report.notes)
    return Freshness(False, plan.stale_sources, (reason,))


def build(
    index: Path,
    generation: Generation,
    encoder: Encoder,
    progress: Progress,
    seconds: float | None,
) -> Report:
    """Index the changes with the recipe of the last build; a new model reads all files again."""
    from seedqa.index.build import build_index  # 40 ms, needed where something changed

    is_new_model = generation.recipe.fingerprint != encoder.fingerprint
    report = build_index(
        Path(generation.recipe.seeds),
        index,
        encoder,
        model_path=generation.recipe.model_path,
        settings=generation.recipe.settings,
        reading=READING if is_new_model else generation.recipe.reading,
        progress=progress,
        seconds=seconds,
    )
    for note in report.notes:
        logger.info("%s", note)
    return report


def _find_changes(
    reader: IndexReader,
    index: Path,
    generation: Generation,
    notices: FolderNotices | None,
    is_wanted: bool = False,
) -> Plan | None:
    """Return what differs between folder and index.

    None where the digest of the folder is the recorded one and no plan is wanted: then no row is
    read, and no file listed.
    """
    known = reader.folder_digest()
    if not is_wanted and known and notices and notices.digest() == known:
        return None
    seeds = Path(generation.recipe.seeds)
    survey = notices.survey() if notices else survey_folder(seeds, exclude=index)
    if not is_wanted and survey.digest() == known:
        return None
    return plan_survey(reader, survey)


def _record_digest(index: Path, generation: Generation, encoder: Encoder) -> None:
    """Let a build that has nothing to do record the digest of the folder, if it can."""
    with suppress(IndexBusy, ParserError, SeedsError, StorageError):
        build(index, generation, encoder, no_progress, None)


def _folder_is_gone(reader: IndexReader, error: SeedsError) -> Freshness:
    sources = frozenset(row.source for row in reader.documents())
    return Freshness(False, sources, (Message("{reason}: nothing is fresh", reason=error.found),))


def _describe_emptied(generation: Generation, plan: Plan) -> Freshness | None:
    """Return the state if every document has gone: a disk may be missing, not the files."""
    if not generation.documents or plan.unchanged or plan.to_read:
        return None
    reason = Message(
        "no document is left in {folder}; run seedqa index to empty the index too",
        folder=generation.recipe.seeds,
    )
    return Freshness(False, plan.stale_sources, (reason,))


def _describe_plan(plan: Plan) -> Message:
    changed, removed = len(plan.to_read) + len(plan.newly_skipped), len(plan.removed)
    return Message(
        "{changed} changed and {removed} deleted files are not yet in the index",
        changed=changed,
        removed=removed,
    )
