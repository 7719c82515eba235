"""What is in a sheet of an .xlsx workbook: found among its parts, and none of them a trap."""

from __future__ import annotations

import posixpath
import zipfile
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from jinglun.feeds.sheets import Sheet, which
from jinglun.feeds.sheetxml import Cells, Layout, Texts, local
from jinglun.model.city import Source
from jinglun.model.errors import InputError, Problem

# What a workbook may unpack to; Excel itself seldom packs ten times, and never two hundred.
_PARTS, _UNPACKED, _RATIO, _RATIO_FROM = 10_000, 1 << 30, 200, 100 << 20
_PIECE, _LONGEST, _ELEMENTS = 1 << 16, 1 << 20, 500_000
# Formats without a code in the file: dates, and those that are dates where Chinese is written.
_DATES = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_HOURS = 46


@contextmanager
def opened(path: Path, source: Source) -> Iterator[Sheet]:
    """Open the sheet that a source names; formulas are not run, the values stored are read.

    Read by expat and not by openpyxl, whose normal mode holds fifty times the file and whose
    read-only mode hides merged ranges, does not know Chinese dates without a format code, and
    takes several times as long. A row at a time is held, and all texts that cells share. Errors:
    InputError where the workbook has a password, no such sheet, a document type (entities) or
    unpacks to too much; else what zipfile and expat raise, or ValueError for what is no sheet.
    """
    with zipfile.ZipFile(path) as archive:
        _see_sizes(archive, path.stat().st_size, source)
        parts = _Archive(archive, source)
        book = _Book(parts)
        part = book.part(book.sheets[which([name for name, _ in book.sheets], source)][1])
        layout = Layout()
        if parts.mentions(part, b"mergeCell"):
            deque(parts.parsed(part, layout), maxlen=0)
        sheet = Sheet(iter(()), layout.width, layout.merged)
        cells = Cells(source, sheet, book.shared, book.kinds, book.epoch)
        with closing(parts.parsed(part, cells)) as steps:
            sheet.rows = (row for _ in steps for row in cells.finished())
            yield sheet


# --- guards ---


def _see_sizes(archive: zipfile.ZipFile, packed: int, source: Source) -> None:
    """Raise InputError for parts with a password, or too many, or that unpack to too much.

    zipfile never gives more of a part than its size as stated here, and then tests its sum.
    """
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise InputError([Problem("encrypted_workbook", source.path, "")])
    size = sum(part.file_size for part in parts)
    bomb = size > _RATIO_FROM and size > _RATIO * packed
    if bomb or size > _UNPACKED or len(parts) > _PARTS:
        found = f"{len(parts)} x" if len(parts) > _PARTS else f"{size >> 20} MiB"
        raise InputError([Problem("swollen_file", source.path, "", found)])


# --- parts ---


@dataclass(frozen=True)
class _Archive:
    """The parts of a packed workbook, opened to be read one by one."""

    zip: zipfile.ZipFile
    source: Source

    def parsed(self, part: str, reader: Any) -> Generator[None]:
        """Let a reader with `start`, `end` and `text` see a part, giving way after every piece.

        Errors: ValueError for a tag so long that expat would go over it without end.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._no_entities
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = getattr(reader, "end", None)
        parser.CharacterDataHandler = getattr(reader, "text", None)
        given = 0
        with self.zip.open(part) as xml:
            while piece := xml.read(_PIECE):
                parser.Parse(piece)
                given += len(piece)
                if given - parser.CurrentByteIndex > _LONGEST:
                    raise ValueError(f"a tag of more than {_LONGEST} bytes")
                yield
        parser.Parse(b"", True)
        yield

    def _no_entities(self, *_: object) -> None:
        """Refuse a document type: no workbook has one, and entities explode."""
        raise InputError([Problem("broken_file", self.source.path, "", hint="DOCTYPE")])

    def mentions(self, part: str, word: bytes) -> bool:
        """Say whether a part may hold a word: it does, or is not in UTF-8."""
        last = b""
        with self.zip.open(part) as xml:
            while piece := xml.read(_PIECE):
                if word in last + piece or b"\0" in piece:
                    return True
                last = piece[-len(word) :]
        return False


class _Elements(list[tuple[str, dict[str, str]]]):
    """Every element of a small part: its name and its attributes, without their prefixes."""

    def __init__(self, archive: _Archive, part: str) -> None:
        deque(archive.parsed(part, self), maxlen=0)

    def start(self, name: str, said: dict[str, str]) -> None:
        """Take one element; a sheet's r:id becomes id."""
        if len(self) >= _ELEMENTS:
            raise ValueError(f"a part of more than {_ELEMENTS} elements")
        self.append((local(name), {local(key): text for key, text in said.items()}))


class _Book:
    """The parts of a workbook: its sheets by name, shared texts, kinds of number and first year."""

    def __init__(self, archive: _Archive) -> None:
        self._archive = archive
        self._parts = {name.lower(): name for name in archive.zip.namelist()}
        book = next((t for _, t, k in self._links("") if k == "officeDocument"), "xl/workbook.xml")
        links = list(self._links(book))
        by_id = {ident: (target, kind) for ident, target, kind in links}
        self.epoch = 1900
        self.sheets: list[tuple[str, str]] = []
        for name, said in _Elements(archive, self.part(book)):
            if name == "workbookPr" and said.get("date1904") in ("1", "true"):
                self.epoch = 1904
            target, kind = by_id.get(said.get("id", ""), ("", ""))
            if name == "sheet" and kind == "worksheet":
                self.sheets.append((said.get("name", ""), target))
        texts, self.kinds = Texts(), []
        for _, target, kind in links:
            if kind == "sharedStrings":
                deque(archive.parsed(self.part(target), texts), maxlen=0)
            elif kind == "styles":
                self.kinds = _kinds(_Elements(archive, self.part(target)))
        self.shared = texts.all

    def part(self, name: str) -> str:
        """Return a part as the archive spells it; part names do not tell capitals apart."""
        if name.lower() not in self._parts:
            raise ValueError(f"there is no {name} in it")
        return self._parts[name.lower()]

    def _links(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Yield the id, the part named and the kind of each link that a part has."""
        folder, _, name = part.rpartition("/")
        links = posixpath.join(folder, "_rels", f"{name}.rels").lower()
        if links in self._parts:
            for _, said in _Elements(self._archive, self._parts[links]):
                target = posixpath.normpath(posixpath.join("/", folder, said.get("Target", "")))
                kind = said.get("Type", "").rpartition("/")[2]
                yield said.get("Id", ""), target.lstrip("/"), kind


def _kinds(styles: _Elements) -> list[str]:
    """Return for each style of cells whether its numbers are dates, hours or plain."""
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format

    kinds = {**dict.fromkeys(_DATES, "date"), _HOURS: "hours"}
    found, inside = [], ""
    for name, said in styles:
        number = int(said.get("numFmtId") or 0)
        if name == "numFmt":
            code = said.get("formatCode", "")
            hours = "hours" if is_timedelta_format(code) else ""
            kinds[number] = hours or ("date" if is_date_format(code) else "")
        if name in ("cellXfs", "cellStyleXfs", "dxfs", "cellStyles"):
            inside = name
        if name == "xf" and inside == "cellXfs":
            found.append(kinds.get(number, ""))
    return found
