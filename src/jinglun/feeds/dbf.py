"""How a dBase table, which a shapefile keeps its columns in, becomes columns of text."""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinglun.feeds.encoding import likely
from jinglun.feeds.features import text_of
from jinglun.feeds.rows import ROW, unique_names
from jinglun.model.errors import InputError, Problem

_BATCH = 1 << 16
_HEAD, _FIELD = struct.Struct("<4xIHH17xB2x"), struct.Struct("<11sc4xB15x")
_GONE = ord("*")
# The language drivers of dBase that a table is likely to bear; 0 says nothing.
_DRIVERS = {0x4D: "gb18030", 0x4F: "big5", 0x13: "cp932", 0x03: "cp1252", 0x57: "cp1252"}


@dataclass(frozen=True)
class Field:
    """A column of a dBase table: C text, N or F number, L yes or no, D day; others are left out."""

    kind: str
    start: int
    width: int


class Dbf:
    """A dBase table; `stated` is the encoding that its shapefile's .cpg or its source gives.

    Errors: InputError when it is none, is cut short, or its bytes are not in its encoding.
    """

    def __init__(self, path: Path, name: str, stated: str | None) -> None:
        self._path, self._name = path, name
        with path.open("rb") as stream:
            head = stream.read(_HEAD.size)
            if len(head) < _HEAD.size:
                raise self._cut_short(_HEAD.size)
            self.records, self._start, self._width, driver = _HEAD.unpack(head)
            listed = stream.read(max(self._start - _HEAD.size, 0))
        whole = self._start + self.records * self._width
        if path.stat().st_size < whole:
            raise self._cut_short(whole)
        self.encoding = stated or _DRIVERS.get(driver, "utf-8")
        raw = _fields(listed)
        if not raw or raw[-1][1].start + raw[-1][1].width > self._width:
            found = Problem("unreadable_file", name, path.name, hint=f"{path.name}: dBase?")
            raise InputError([found])
        kept = [(self._text(title), field) for title, field in raw if field.kind in "CNFLD"]
        names = unique_names(title for title, _ in kept)
        self.fields = dict(zip(names, (field for _, field in kept), strict=True))

    def columns(self, only: Collection[str] | None = None) -> Any:
        """Return an Arrow table of `__row` and the columns wanted; deleted records are left out."""
        import pyarrow as pa

        wanted = [name for name in self.fields if only is None or name in only]
        schema = pa.schema([(ROW, pa.int64()), *((name, pa.string()) for name in wanted)])
        parts = [self._batch(start, wanted, schema) for start in range(0, self.records, _BATCH)]
        return pa.concat_tables([*parts, schema.empty_table()])

    def _batch(self, start: int, wanted: Sequence[str], schema: Any) -> Any:
        import pyarrow as pa

        count = min(_BATCH, self.records - start)
        at = self._start + start * self._width
        with self._path.open("rb") as stream:
            stream.seek(at)
            data = np.frombuffer(stream.read(count * self._width), np.uint8)
        table = data.reshape(count, self._width)
        here = table[:, 0] != _GONE
        rows = np.arange(start + 1, start + count + 1)[here]
        texts = [self._column(table[here], self.fields[name]) for name in wanted]
        return pa.table([pa.array(rows, pa.int64()), *texts], schema=schema)

    def _column(self, table: NDArray[np.uint8], field: Field) -> Any:
        import pyarrow as pa
        import pyarrow.compute as pc

        cells = np.ascontiguousarray(table[:, field.start : field.start + field.width])
        packed = cells.view(f"S{field.width}").ravel()
        try:
            texts = np.char.decode(packed, self.encoding)
        except UnicodeDecodeError:
            texts = np.array([self._text(cell) for cell in packed.tolist()], np.str_)
        text = pc.utf8_trim(pa.array(texts, pa.string()), " \0")
        text = pc.if_else(pc.equal(text, ""), None, text)
        return _PLAIN[field.kind](text) if field.kind in _PLAIN else text

    def _text(self, cell: bytes) -> str:
        """Return a cell as text; a last letter that its width has cut in two is left off."""
        try:
            return codecs.getincrementaldecoder(self.encoding)().decode(cell.split(b"\0")[0])
        except UnicodeDecodeError:
            seems = likely(cell) or "?"
            found = Problem("wrong_encoding", self._name, self._path.name, self.encoding, seems)
            raise InputError([found]) from None

    def _cut_short(self, whole: int) -> InputError:
        size = str(self._path.stat().st_size)
        return InputError([Problem("cut_short", self._name, self._path.name, size, str(whole))])


def _fields(listed: bytes) -> list[tuple[bytes, Field]]:
    """Return the raw names and fields of a table's head, up to the mark that ends them."""
    found, start = [], 1
    for at in range(0, len(listed) - _FIELD.size + 1, _FIELD.size):
        if listed[at] == 0x0D:
            break
        name, kind, width = _FIELD.unpack_from(listed, at)
        if width == 0:
            break
        found.append((name, Field(kind.decode("latin-1"), start, width)))
        start += width
    return found


def _number(text: Any) -> Any:
    """Return numbers as a person writes them: 18141.000 and 1.8141e+004 are both 18141."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pc.replace_substring_regex(text, r"^([+-]?\d+)\.0*$", r"\1")
    starred = pc.match_substring_regex(text, r"^\*+$")
    text = pc.if_else(starred, None, text)
    if pc.any(pc.match_substring(text, "e", ignore_case=True)).as_py():
        text = pa.array(map(_unfolded, text.to_pylist()), pa.string())
    return text


def _unfolded(text: str | None) -> str | None:
    if text is None or not re.fullmatch(r"[+-]?[\d.]+[eE][+-]?\d+", text):
        return text
    return text_of(float(text))


def _day(text: Any) -> Any:
    import pyarrow.compute as pc

    return pc.replace_substring_regex(text, r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3")


def _yes(text: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    said = pc.index_in(pc.utf8_upper(text), value_set=pa.array(["T", "Y", "F", "N"]))
    return pa.array(["true", "true", "false", "false"]).take(said)


_PLAIN = {"N": _number, "F": _number, "D": _day, "L": _yes}
