"""Which encoding a file's bytes are in, and how they become UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from jinglun.model.errors import InputError, Problem

# What fits a processor's cache: four times this takes twice as long to look through.
PIECE = 1 << 18
# A file that grows so much when unpacked was made to fill a disk.
_UNPACKED, _RATIO = 1 << 30, 200
# Of real Chinese, over nine letters in ten are among the 3755 commonest; of other bytes, few.
_PLAUSIBLE = 0.6
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def pieces(path: Path, name: str) -> Iterator[bytes]:
    """Yield a file's bytes a piece at a time, unpacked where it is gzip.

    `name` stands in the problem of a file that unpacks to far more than text ever does.
    """
    import gzip

    packed, total = path.suffix == ".gz", 0
    most = max(_UNPACKED, _RATIO * path.stat().st_size)
    with gzip.open(path) if packed else path.open("rb") as stream:
        while piece := stream.read(PIECE):
            total += len(piece)
            if packed and total > most:
                raise InputError([Problem("swollen_file", name, "", f"> {most >> 20} MiB")])
            yield piece


def likely(sample: bytes) -> str | None:
    """Return the encoding that a sample of a file's lines is in, where its bytes tell."""
    for mark, encoding in _MARKS.items():
        if sample.startswith(mark):
            return encoding
    if sample.isascii():
        return None
    share = {e: _share_of_common(sample, e) for e in ("utf-8", "gb18030")}
    if decodes(whole_characters(sample)[0]) and share["utf-8"] >= share["gb18030"]:
        return "utf-8"
    return "gb18030" if share["gb18030"] >= _PLAUSIBLE else None


def whole_characters(text: bytes) -> tuple[bytes, bytes]:
    """Return UTF-8 text up to its last character that may not be whole, and the rest."""
    for back in range(1, min(4, len(text) + 1)):
        if text[-back] >= 0xC0:
            return text[:-back], text[-back:]
    return text, b""


def decodes(text: bytes) -> bool:
    """Say whether bytes are UTF-8, at the speed of Arrow's validation."""
    import pyarrow as pa

    if text.isascii():
        return True
    try:
        pa.array([text], pa.large_binary()).cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _share_of_common(sample: bytes, encoding: str) -> float:
    """Return how much of what is not ASCII reads as common Chinese letters and signs."""
    text = codecs.getincrementaldecoder(encoding)("surrogateescape").decode(sample)
    strange = [c for c in text if c > "\x7f"][:10_000]
    return sum(map(_is_common, strange)) / max(1, len(strange))


def _is_common(character: str) -> bool:
    """Say whether it is in the first level of GB 2312, or one of its signs and wide letters."""
    code = character.encode("gb2312", "ignore")
    return bool(code) and (0xB0 <= code[0] <= 0xD7 or code[0] in (0xA1, 0xA3))


def is_utf_8(encoding: str) -> bool:
    """Say whether an encoding is UTF-8 by any of its names. Errors: LookupError if unknown."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def to_utf_8(path: Path, name: str, encoding: str, copy: Path) -> None:
    """Write a file as UTF-8; bytes that are not in its encoding are carried over as they are.

    Errors: InputError where the bytes are plainly in another encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
    with copy.open("wb") as out:
        for at, piece in enumerate(pieces(path, name)):
            text = decoder.decode(piece)
            strange = not _is_text(text)
            if strange or at == 0:
                expect(encoding, piece, name, strange)
            out.write(text.encode("utf-8", "surrogateescape"))
        out.write(decoder.decode(b"", final=True).encode("utf-8", "surrogateescape"))


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def expect(encoding: str, piece: bytes, name: str, strange: bool) -> None:
    """Raise InputError where a piece of a file is plainly not in the encoding said to be its own.

    `strange` says that bytes of it cannot be decoded; else a mark at its start or Chinese tells.
    """
    seems, said = likely(piece), codecs.lookup(encoding).name
    chinese = said in ("gb18030", "gbk", "gb2312")
    if seems is None or said.startswith(seems) or (chinese and seems == "gb18030"):
        return
    if strange or chinese or piece.startswith(tuple(_MARKS)):
        raise InputError([Problem("wrong_encoding", name, "", encoding, seems)])
