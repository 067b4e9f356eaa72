"""Follow the fields of a DOCX file: an instruction, and the result that Word last made of it.

Fields lie within one another and run over paragraphs. Knows nothing of XML.
"""

from __future__ import annotations

from dataclasses import dataclass

#: The instruction of a field is needed for its first word.
MAX_INSTRUCTION = 40

_PAGE_NUMBERS = frozenset(("PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES"))
_CONTENTS = frozenset(("TOC", "INDEX"))


@dataclass(slots=True)
class _Field:
    instruction: str = ""
    in_result: bool = False
    is_contents: bool = False
    is_page_number: bool = False


class Fields:
    """The fields that are open where a story is read."""

    def __init__(self) -> None:
        self._open: list[_Field] = []
        self._instructions = 0
        self._contents = 0

    def __bool__(self) -> bool:
        return bool(self._open)

    @property
    def in_contents(self) -> bool:
        """Whether this is within the result of a table of contents."""
        return self._contents > 0

    @property
    def is_page_number(self) -> bool:
        """Whether what is read is a page number."""
        return bool(self._open) and self._open[-1].is_page_number

    @property
    def is_instruction(self) -> bool:
        """Whether what is read is a result within the instruction of a field around it."""
        own = 1 if self._open and not self._open[-1].in_result else 0
        return self._instructions > own

    def begin(self) -> None:
        """Open a field."""
        self._open.append(_Field())
        self._instructions += 1

    def instruct(self, text: str) -> None:
        """Add to the instruction of the innermost field."""
        if self._open and len(self._open[-1].instruction) < MAX_INSTRUCTION:
            self._open[-1].instruction += text[:MAX_INSTRUCTION]

    def separate(self) -> None:
        """Start the result of the innermost field."""
        if not self._open or self._open[-1].in_result:
            return
        field = self._open[-1]
        self._instructions -= 1
        field.in_result = True
        name = "".join(field.instruction.split(maxsplit=1)[:1]).upper()
        field.is_page_number = name in _PAGE_NUMBERS
        field.is_contents = name in _CONTENTS
        self._contents += field.is_contents

    def end(self) -> None:
        """Close the innermost field."""
        self.separate()
        if self._open:
            self._contents -= self._open.pop().is_contents

    def end_paragraph(self) -> None:
        """Close the fields without a result: an instruction does not go on in the next one."""
        while self._open and not self._open[-1].in_result:
            self._open.pop()
            self._instructions -= 1
