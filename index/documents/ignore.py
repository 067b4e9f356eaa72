"""Judge paths by git's ignore rules and globs, in a time that does not grow with their number.

Knows patterns and paths as text; knows nothing of files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from seedqa.index.documents.globs import translate_glob
from seedqa.index.patterns import lazy_pattern

#: A longer rule is left out and a longer filter refused: no path that Linux opens is longer.
MAX_GLOB_CHARACTERS = 4_096

_SPECIAL = lazy_pattern(r"[*?\\]+")


class _Rule:
    """One line of an ignore file, whose glob is compiled when its literal texts are in a path."""

    __slots__ = ("_middle", "_names", "end", "folders_only", "glob", "is_path", "keeps", "start")

    def __init__(self, glob: str, is_path: bool, keeps: bool, folders_only: bool) -> None:
        self.glob = glob
        self.is_path = is_path
        self.keeps = keeps
        self.folders_only = folders_only
        # Of a glob with a set, only what is before and after all sets is surely literal.
        first, set_follows, rest = glob.partition("[")
        parts = _SPECIAL.split(first)
        last = _SPECIAL.split(rest.rpartition("]")[2])[-1] if set_follows else parts[-1]
        self.start = parts[0]
        # `**/a` names a as well: a slash next to stars may be part of them.
        self.end = last.removeprefix("/")
        self._middle = max(parts, key=len).strip("/") if len(parts) > 1 else ""
        self._names: Callable[[str], bool] | None = None

    def names(self, subject: str, is_folder: bool) -> bool:
        """Tell whether the rule names a path from its folder, or the last name of one."""
        if self._middle not in subject or (self.folders_only and not is_folder):
            return False
        if not subject.startswith(self.start) or not subject.endswith(self.end):
            return False
        if self._names is None:
            self._names = _compile_glob(self.glob)
        return self._names(subject)


_Groups = dict[int, dict[str, list[tuple[int, _Rule]]]]
"""Rules with the numbers of their lines, by the length of a literal text and by that text."""


@dataclass(frozen=True, slots=True)
class RuleTable:
    """The rules of one ignore file, found by the literal text that begins or ends what they name.

    Each list has the last line first. The last line that names a path decides about it.
    """

    starts: tuple[_Groups, _Groups] = field(default_factory=lambda: ({}, {}))
    """The rules that judge the last name of a path, and those that judge a whole path."""
    ends: tuple[_Groups, _Groups] = field(default_factory=lambda: ({}, {}))
    too_long: tuple[int, ...] = ()
    """The numbers of the lines that were left out, from 1."""

    def __bool__(self) -> bool:
        """Return whether there is a rule."""
        return any((*self.starts, *self.ends))

    def add(self, number: int, rule: _Rule) -> None:
        """Add a rule, later lines first."""
        by_end = len(rule.end) > len(rule.start)
        literal = rule.end if by_end else rule.start
        groups = (self.ends if by_end else self.starts)[rule.is_path]
        groups.setdefault(len(literal), {}).setdefault(literal, []).append((number, rule))

    def find_rule(self, path: str, is_folder: bool) -> _Rule | None:
        """Return the rule that decides about a path from the folder of the rules, if any."""
        last, found = 0, None
        for subject, starts, ends in zip(
            (path.rpartition("/")[2], path), self.starts, self.ends, strict=True
        ):
            candidates = [group.get(subject[:length], ()) for length, group in starts.items()]
            candidates += [group.get(subject[-length:], ()) for length, group in ends.items()]
            for rules in candidates:
                for number, rule in rules:
                    if number < last:
                        break
                    if rule.names(subject, is_folder):
                        last, found = number, rule
                        break
        return found


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The rules of one folder; `prefix_length` is the number of characters that name the folder."""

    prefix_length: int
    table: RuleTable


def matches_glob(pattern: str) -> Callable[[str], bool]:
    """Return a test for sources: does the glob, with git's rules, name it or a folder it is in?

    >>> matches_glob("reports/*.pdf")("reports/2020.pdf")
    True
    """
    rules = (IgnoreRules(0, compile_rules([pattern])),)

    def matches(source: str) -> bool:
        folders = (source[:at] for at, character in enumerate(source) if character == "/")
        return is_ignored(source, False, rules) or any(
            is_ignored(folder, True, rules) for folder in folders
        )

    return matches


def compile_rules(lines: Sequence[str]) -> RuleTable:
    """Group the rules of ignore files by their literal texts, 100,000 in about half a second.

    Written here because pathspec judges files by their whole path, where a walk that prunes asks
    about each folder by itself, as git does: with pathspec `*`, `!*/`, `!keep.txt` leaves all
    out. It also takes 40 ms to load, on the path of every question.
    """
    too_long = []
    table = RuleTable()
    numbers = {line: number for number, line in enumerate(lines, 1)}  # of equal lines the last
    for line, number in sorted(numbers.items(), key=itemgetter(1), reverse=True):
        if len(line) > MAX_GLOB_CHARACTERS:
            too_long.append(number)
        elif not line.startswith("#") and (rule := _read_rule(line)):
            table.add(number, rule)
    return replace(table, too_long=tuple(reversed(too_long)))


def _read_rule(line: str) -> _Rule | None:
    """Return the rule of a line; None for what is no pattern. See `git help gitignore`."""
    glob = _strip_blanks(line.removesuffix("\r"))
    keeps = glob.startswith("!")
    glob = glob.removeprefix("!")
    folders_only = glob.endswith("/")
    glob = glob.removesuffix("/")
    is_path = "/" in glob
    glob = glob.removeprefix("/")
    return _Rule(glob, is_path, keeps, folders_only) if glob else None


def _strip_blanks(line: str) -> str:
    """Strip the blanks at the end of a line, but not one after a backslash that escapes it."""
    stripped = line.rstrip(" ")
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if stripped != line and backslashes % 2 else stripped


def _compile_glob(glob: str) -> Callable[[str], bool]:
    pattern = translate_glob(glob)
    if pattern is None:
        return lambda subject: False
    fullmatch = re.compile(pattern, re.DOTALL).fullmatch
    return lambda subject: fullmatch(subject) is not None


def is_ignored(relative: str, is_folder: bool, rules: Sequence[IgnoreRules]) -> bool:
    """Tell whether the last rule of the innermost folder that names a path leaves it out."""
    for own in reversed(rules):
        rule = own.table.find_rule(relative[own.prefix_length :], is_folder)
        if rule:
            return not rule.keeps
    return False
