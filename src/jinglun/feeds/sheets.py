"""What a sheet of any spreadsheet program is: rows of text, merged ranges, and which is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from jinglun.model.city import Source
from jinglun.model.errors import InputError, Problem, nearest


class Merged(NamedTuple):
    """A range of cells that shows the text of its first; rows and columns count from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """The rows of a sheet from the first on, each as wide as it is filled, and what goes with it.

    `unvalued` names the first formula that was stored without its value, `formulas` counts them;
    both are known when the rows have been read.
    """

    rows: Iterator[list[str]]
    width: int
    merged: list[Merged] = field(default_factory=list)
    formulas: int = 0
    unvalued: str = ""


def text_of(value: object) -> str:
    """Return what a cell holds as text: numbers as plain as can be, dates in ISO 8601.

    A cell shown as a percentage gives the number behind it, 0.125 for 12.5 %; a length of time
    gives hours, minutes and seconds; spaces around a text, wide ones too, are left out.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("_x000D_", "").strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _plain(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _hours(value)
    return str(value)


def _plain(number: float) -> str:
    """Return a number's shortest digits, without an exponent and without .0 after a whole one."""
    if not isfinite(number):
        return str(number)
    if number == int(number):
        return str(int(number))
    return format(Decimal(repr(number)), "f")


def _hours(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    minutes, rest = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def moment(number: float, kind: str, epoch: int) -> str:
    """Return the text of a number that is shown as a date or as hours, counted from 1900 or 1904.

    A number that is no date stays the number it is.
    """
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

    start = MAC_EPOCH if epoch == 1904 else WINDOWS_EPOCH
    try:
        if number < 0 and kind == "date":
            return text_of(number)
        return text_of(from_excel(number, start, timedelta=kind == "hours"))
    except (OverflowError, ValueError):
        return text_of(number)


def which(names: Sequence[str], source: Source) -> int:
    """Return the place of a source's sheet among the names, from 0. Errors: InputError if none."""
    said = source.sheet
    if isinstance(said, int) and 1 <= said <= len(names):
        return said - 1
    for given in (list(names), [name.strip() for name in names]):
        if said in given:
            return given.index(str(said))
    near = nearest(str(said), names)
    known = [near, *(name for name in names if name != near)] if near else names
    hint = "、".join(known)[:200]
    raise InputError([Problem("unknown_sheet", source.path, "", str(said), hint)])
