"""Open the package that a DOCX file is: a zip archive of XML parts that relations connect.

Finds a part as Word does, also where names or relations are odd, and reads only what it is asked
for. Knows nothing of paragraphs.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from seedqa.index.documents.types import one_line
from seedqa.index.errors import UnreadableFile
from seedqa.index.messages import Message
from seedqa.index.types import SkipKind

if TYPE_CHECKING:
    import zipfile

#: The XML of a DOCX is held as a tree of some five times its size; a novel has 5 MiB.
MAX_DOCX_XML_BYTES = 64 * 2**20
#: With pictures, which are not read: what declares more is no document.
MAX_DOCX_BYTES = 256 * 2**20

_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_FLAG = 1
#: Parts that Word keeps next to the document, by the type of the relation that leads to them.
_USUAL_NAMES = {
    "styles": "styles.xml",
    "settings": "settings.xml",
    "footnotes": "footnotes.xml",
    "endnotes": "endnotes.xml",
    "comments": "comments.xml",
}
_MAIN_TYPE = re.compile(
    r"wordprocessingml\.(?:document|template)\.main\+xml|ms-word\.\w+\.macroEna"
)
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a relation of a part leads, as a name in the archive."""

    kind: str
    """The last part of its type: "header", "footnotes"."""
    name: str


class DocxPackage:
    """The parts of one DOCX file; raises `UnreadableFile` for what cannot be read."""

    def __init__(self, raw: bytes) -> None:
        # Imported here: with its compression modules it takes 10 ms.
        import zipfile

        if raw.startswith(_OLE):
            raise UnreadableFile(
                Message("encrypted DOCX or an old Word file"), kind=SkipKind.ENCRYPTED
            )
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(raw))
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise damaged_docx(one_line(error)) from error
        members = self._archive.infolist()
        _check_size(members)
        self._members = {_fold_name(member.filename): member for member in members}
        self.main = self._find_main()
        self._relations = self._read_relations(self.main)

    @property
    def core_properties(self) -> str | None:
        """The name of the part with the title, if there is one."""
        roots = self._read_relations("").values()
        named = [relation.name for relation in roots if relation.kind == "core-properties"]
        return next(filter(self.has, [*named, "docprops/core.xml"]), None)

    def has(self, name: str) -> bool:
        """Return whether the archive has a part of this name."""
        return _fold_name(name) in self._members

    def target(self, identifier: str | None) -> str | None:
        """Return the part that a relation of the document leads to, if it is there."""
        relation = self._relations.get(identifier or "")
        return relation.name if relation and self.has(relation.name) else None

    def find(self, kind: str) -> str | None:
        """Return the part of a kind ("styles", "footnotes"), by its relation or its usual name."""
        named = [relation.name for relation in self._relations.values() if relation.kind == kind]
        usual = posixpath.join(posixpath.dirname(self.main), _USUAL_NAMES[kind])
        return next(filter(self.has, [*named, usual]), None)

    def unrelated(self, kind: str) -> list[str]:
        """Return the headers or footers of a document whose relations are missing, in order."""
        if self._relations:
            return []
        folder = posixpath.dirname(self.main)
        pattern = re.compile(re.escape(posixpath.join(folder, kind)) + r"\d*\.xml")
        return sorted(filter(pattern.fullmatch, self._members), key=_number_key)

    def parse(self, name: str) -> Any:
        """Return the root element of a part, without entities."""
        # Imported here: a folder without DOCX owes nothing for it.
        from lxml import etree

        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(self._read(name), parser)
        except etree.XMLSyntaxError as error:
            raise damaged_docx(f"{name}: {one_line(error)}") from error
        if root.getroottree().docinfo.doctype:
            raise damaged_docx(f"{name}: a document type, which Word does not read")
        return root

    def _read(self, name: str) -> bytes:
        import zlib
        from zipfile import BadZipFile

        member = self._members[_fold_name(name)]
        if member.flag_bits & _ENCRYPTED_FLAG:
            raise UnreadableFile(
                Message("encrypted DOCX (password needed)"), kind=SkipKind.ENCRYPTED
            )
        try:
            return self._archive.read(member)  # no more than the size it declares
        # Beside its own errors `zipfile` lets through those of the decompressors.
        except (
            BadZipFile,
            NotImplementedError,
            ValueError,
            EOFError,
            OSError,
            zlib.error,
        ) as error:
            raise damaged_docx(f"{name}: {one_line(error)}") from error

    def _find_main(self) -> str:
        found = next(filter(self.has, self._main_candidates()), None)
        if found is None:
            raise damaged_docx("the archive has no Word document in it")
        return found

    def _main_candidates(self) -> Iterator[str]:
        roots = self._read_relations("").values()
        yield from (relation.name for relation in roots if relation.kind == "officedocument")
        yield from self._typed_as_main()
        yield "word/document.xml"

    def _typed_as_main(self) -> Iterator[str]:
        """Yield the parts that the list of content types calls a document or template."""
        if not self.has("[Content_Types].xml"):
            return
        for entry in self.parse("[Content_Types].xml"):
            if _MAIN_TYPE.search(entry.get("ContentType", "")) and entry.get("PartName"):
                yield _resolve("", entry.get("PartName"))

    def _read_relations(self, part: str) -> dict[str, Relation]:
        """Return the relations of a part by their identifiers; `""` is the package itself."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(path):
            return {}
        found = {}
        for entry in self.parse(path):
            target = entry.get("Target")
            if target and entry.get("TargetMode", "").lower() != "external":
                kind = entry.get("Type", "").rpartition("/")[2].lower()
                kind = "core-properties" if kind == "coreproperties" else kind
                found[entry.get("Id", "")] = Relation(kind, _resolve(folder, target))
        return found


def damaged_docx(what: str) -> UnreadableFile:
    """Return the error of a file that is not as a DOCX is."""
    return UnreadableFile(Message("damaged DOCX: {detail}", detail=what), kind=SkipKind.DAMAGED)


def _check_size(members: list[zipfile.ZipInfo]) -> None:
    """Refuse a zip bomb by the sizes it declares; `zipfile` reads no more than those."""
    endings = (".xml", ".rels")
    xml = sum(part.file_size for part in members if part.filename.lower().endswith(endings))
    if xml > MAX_DOCX_XML_BYTES:
        raise UnreadableFile(
            Message(
                "DOCX expands to more than {count} MiB of text", count=MAX_DOCX_XML_BYTES // 2**20
            ),
            kind=SkipKind.TOO_LARGE,
        )
    if sum(part.file_size for part in members) > MAX_DOCX_BYTES:
        raise UnreadableFile(
            Message("DOCX expands to more than {count} MiB", count=MAX_DOCX_BYTES // 2**20),
            kind=SkipKind.TOO_LARGE,
        )


def _fold_name(name: str) -> str:
    """Return a name as parts are compared: without case, and with `/` between folders."""
    return name.replace("\\", "/").lstrip("/").lower()


def _resolve(folder: str, target: str) -> str:
    """Return the name in the archive of a target that is relative to a folder, or absolute."""
    path = unquote(target.partition("#")[0]).replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")


def _number_key(name: str) -> tuple[int, str]:
    number = _NUMBER.search(posixpath.basename(name))
    return int(number[1][:9]) if number else 0, name
