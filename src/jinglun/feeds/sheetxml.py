"""What the XML of an .xlsx sheet holds, as expat comes upon it: cells, merged ranges, texts."""

from __future__ import annotations

import functools
import re
from datetime import datetime

from jinglun.feeds.sheets import Merged, Sheet, moment, text_of
from jinglun.model.city import Source
from jinglun.model.errors import InputError, Problem

# What Excel itself can hold, and how many cells, blank ones between others too, a sheet may have.
_ROWS, _COLUMNS, _CELLS = 1_048_576, 16_384, 50_000_000
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_DIGITS = "$0123456789"


@functools.lru_cache(maxsize=1024)
def local(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2]


@functools.lru_cache(maxsize=2048)
def _column(letters: str) -> int:
    """Return a column's number: 28 for AB. Errors: ValueError for what is no column."""
    number = 0
    for letter in letters.upper().strip("$"):
        number = 26 * number + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1
    return number


class Texts:
    """The texts that cells share, in order; how one sounds, noted over it, is no part of it."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._parts: list[str] = []
        self._open = self._sound = False

    def start(self, name: str, _: dict[str, str]) -> None:
        """Begin an element."""
        name = local(name)
        if name == "t":
            self._open = not self._sound
        elif name == "si":
            self._parts.clear()
        elif name == "rPh":
            self._sound = True

    def end(self, name: str) -> None:
        """End an element."""
        name = local(name)
        if name == "t":
            self._open = False
        elif name == "si":
            self.all.append(text_of("".join(self._parts)))
        elif name == "rPh":
            self._sound = False

    def text(self, text: str) -> None:
        """Take what stands between two tags."""
        if self._open:
            self._parts.append(text)


class Layout:
    """The merged ranges of a sheet, which stand after its cells, and its width."""

    def __init__(self) -> None:
        self.merged: list[Merged] = []
        self.width = 0

    def start(self, name: str, said: dict[str, str]) -> None:
        """Begin an element."""
        name = local(name)
        if name == "c":
            self.width = max(self.width, _column(said.get("r", "A").rstrip(_DIGITS)))
        elif name == "mergeCell":
            first, _, last = said.get("ref", "").partition(":")
            top, left = _position(first)
            bottom, right = _position(last or first)
            self.merged.append(Merged(top, left, bottom, right))


def _position(cell: str) -> tuple[int, int]:
    """Return the row and the column of a cell's name: 3 and 28 for AB3."""
    found = _CELL.fullmatch(cell)
    if not found:
        raise ValueError(f"cell {cell!r}")
    return int(found[2]), _column(found[1])


class Cells:
    """The rows of a sheet as texts; what formulas lack a value is told to `sheet`.

    `kinds` says of each style whether its numbers are dates or hours. Errors: InputError for more
    rows, columns or cells than there can be, ValueError where they are not in order.
    """

    def __init__(
        self, source: Source, sheet: Sheet, shared: list[str], kinds: list[str], epoch: int
    ) -> None:
        self._source, self._sheet = source, sheet
        self._shared, self._kinds, self._epoch = shared, kinds, epoch
        self._done: list[list[str]] = []
        self._row: list[str] = []
        self._number = self._column = self._cells = 0
        self._said: dict[str, str] = {}
        self._parts: list[str] = []
        self._open = self._sound = self._formula = False

    def finished(self) -> list[list[str]]:
        """Return the rows that have come to their end since this was last asked."""
        done, self._done = self._done, []
        return done

    def start(self, name: str, said: dict[str, str]) -> None:
        """Begin an element."""
        name = local(name)
        if name == "c":
            self._start_cell(said)
        elif name in ("v", "t"):
            self._open = not self._sound
        elif name == "row":
            self._start_row(said)
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._sound = True

    def end(self, name: str) -> None:
        """End an element."""
        name = local(name)
        if name in ("v", "t"):
            self._open = False
        elif name == "c":
            self._row.append(self._value())
        elif name == "row":
            self._done.append(self._row)
        elif name == "rPh":
            self._sound = False

    def text(self, text: str) -> None:
        """Take what stands between two tags."""
        if self._open:
            self._parts.append(text)

    def _start_row(self, said: dict[str, str]) -> None:
        number = int(said.get("r", self._number + 1))
        if number <= self._number:
            raise ValueError(f"row {number} after row {self._number}")
        self._bound(number, _ROWS, "rows")
        blank = number - self._number - 1
        self._done += [[]] * blank
        self._number, self._column, self._row = number, 0, []

    def _start_cell(self, said: dict[str, str]) -> None:
        at = said.get("r")
        column = _column(at.rstrip(_DIGITS)) if at else self._column + 1
        blank = column - self._column - 1
        if blank:
            if blank < 0:
                raise ValueError(f"cell {at}: column {column} after column {self._column}")
            self._bound(column, _COLUMNS, "columns")
            self._row += [""] * blank
        self._cells += blank + 1
        self._bound(self._cells, _CELLS, "cells")
        self._column, self._said, self._formula = column, said, False
        self._parts.clear()

    def _bound(self, number: int, most: int, what: str) -> None:
        if number > most:
            raise InputError([Problem("swollen_file", self._source.path, "", f"{number} {what}")])

    def _value(self) -> str:
        """Return the text of the cell that ends here."""
        text, kind = "".join(self._parts), self._said.get("t", "n")
        if kind == "s" and text:
            return self._shared[int(text)]
        if kind in ("str", "inlineStr", "e"):
            return text_of(text)
        text = text.strip()
        if not text:
            self._say_unvalued()
        if kind == "b" and text:
            return text_of(text in ("1", "true"))
        return self._moment(text) if kind == "d" else self._of_number(text)

    def _say_unvalued(self) -> None:
        if self._formula:
            self._sheet.formulas += 1
            self._sheet.unvalued = self._sheet.unvalued or self._said.get("r", "")

    def _moment(self, text: str) -> str:
        try:
            return text_of(datetime.fromisoformat(text))
        except ValueError:
            return text

    def _of_number(self, text: str) -> str:
        """Return a number as plain digits; what is none stays as it stands."""
        style = int(self._said.get("s", 0))
        kind = self._kinds[style] if style < len(self._kinds) else ""
        if not kind and text.isdecimal() and text.isascii() and text[0] != "0":
            return text
        try:
            number = float(text)
        except ValueError:
            return text
        return moment(number, kind, self._epoch) if kind else text_of(number)
