"""Translate a glob, with git's rules, to a regular expression that cannot blow up.

Knows patterns as text; nothing of rules, files or folders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from seedqa.index.patterns import lazy_pattern

_GLOB_PART = lazy_pattern(
    r"""(?P<folders>(?:(?:^|(?<=/))\*{2,}/)+) | (?P<inside>(?:^|(?<=/))\*{2,}$)
    | (?P<first>(?:^|(?<=/))\*+) | (?P<name>\*+) | (?P<one>\?)
    | \[(?P<no>[!^]?)(?P<set>\]?(?:\[:[a-z]*:\]|\\.|[^\]\\])*)\]
    | \\(?P<escaped>.) | (?P<plain>[^\[\\]) | (?P<bad>.)""",
    re.DOTALL | re.VERBOSE,
)


#: What a star stands for; a whole name is never empty.
_STARS = {"first": "(?=[^/])[^/]*", "name": "[^/]*"}


_SET_PART = lazy_pattern(r"\[:(?P<kind>[a-z]*):\]|\\(?P<escaped>.)|(?P<plain>.)", re.DOTALL)


_SET_KINDS = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": r" \t", "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~",
    "space": r" \t-\r", "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip


def translate_glob(glob: str) -> str | None:
    """Translate a glob, None where it is none.

    What follows a star up to the next is taken where it first stands, and never looked for again
    (as in `fnmatch`): the later star takes whatever is left, so that nothing is lost, and a name
    cannot be tried in exponentially many ways. The same goes for what stands between two `**/`.
    """
    units: list[list[tuple[str, str]]] = [[]]
    for part in _GLOB_PART.finditer(glob):
        kind = part.lastgroup or ""
        if kind == "folders":
            units.append([])
        elif kind in _STARS:
            units[-1].append((kind, _STARS[kind]))
        elif kind in ("inside", "one"):
            units[-1].append(("", ".+" if kind == "inside" else "[^/]"))
        else:
            literal = kind != "bad" and (
                _translate_set(part["set"], bool(part["no"]))
                if kind == "set"
                else re.escape(part[kind])
            )
            if not literal:
                return None
            units[-1].append(("", literal))
    first, *others = map(_join_unit, units)
    deeper = [f"(?>(?:|.*?/){unit})" for unit in others[:-1]]
    return "".join([first, *deeper, *(f"(?:|.*?/){unit}" for unit in others[-1:])])


def _join_unit(parts: Sequence[tuple[str, str]]) -> str:
    """Join the parts between two `**/`: each a kind, empty for what is no star, and a pattern."""
    stars = [at for at, (kind, _) in enumerate(parts) if kind]
    joined = "".join(pattern for _, pattern in parts[: stars[0] if stars else None])
    for star, following in pairwise([*stars, None]):
        assert star is not None
        fixed = "".join(pattern for _, pattern in parts[star + 1 : following])
        pattern = parts[star][1]
        joined += f"(?>{pattern}?{fixed})" if following else pattern + fixed
    return joined


def _translate_set(members: str, negated: bool) -> str | None:
    """Translate what stands in brackets; None where it names a kind of characters that is none."""
    found = [
        (part["kind"], part["escaped"] or part["plain"]) for part in _SET_PART.finditer(members)
    ]
    ranges = []
    while found:
        kind, char = found.pop(0)
        if kind is not None:
            if kind not in _SET_KINDS:
                return None
            ranges.append(_SET_KINDS[kind])
        elif len(found) > 1 and found[0] == (None, "-") and found[1][0] is None:
            last = found[1][1]
            del found[:2]
            if char <= last:
                ranges.append(f"{re.escape(char)}-{re.escape(last)}")
        else:
            ranges.append(re.escape(char))
    if not ranges:  # z-a: no character at all
        return "[^/]" if negated else "(?!)"
    return f"(?!/)[{'^' if negated else ''}{''.join(ranges)}]"
