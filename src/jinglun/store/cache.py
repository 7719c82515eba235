"""Where what a run found is kept for the next one: in the user's own cache, never in the city.

What lay in the city's folder could have come with it from anywhere, and would be believed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

_DRAWER = re.compile(r"[0-9a-f]{32}")
_PART = re.compile(r"[0-9a-f]{64}\.part")
_DRAFT_SECONDS = 3600.0
"""A draft this much older than what was written last was left by a run that was killed."""


def cache_home(environment: Mapping[str, str]) -> Path | None:
    """Return the program's folder in the user's cache; None for a user who has no home."""
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        said = Path(environment.get(name) or ".")
        if said.is_absolute():
            return said / "jinglun"
    try:
        return Path.home() / ".cache" / "jinglun"
    except RuntimeError:
        return None


def drawer_of(home: Path, folder: Path) -> Path:
    """Return where things of one city folder are kept."""
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:32]
    return home / name


def opened(home: Path, folder: Path) -> Path:
    """Make the drawer of a city folder, and throw out those of folders that are gone."""
    drawer = drawer_of(home, folder)
    drawer.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(drawer / "folder", os.fsencode(folder.resolve()))
    for other in home.iterdir():
        if _DRAWER.fullmatch(other.name) and not other.is_symlink():
            where = other / "folder"
            if where.is_file() and not os.path.isdir(where.read_bytes()):
                shutil.rmtree(other, ignore_errors=True)
    return drawer


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees all of it or what stood there before."""
    handle, draft = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def swept(drawer: Path, parts: Collection[str], notes: Collection[str]) -> None:
    """Remove every part, note and forgotten draft but those named."""
    newest = (drawer / "folder").stat().st_mtime
    for path in drawer.iterdir():
        left = path.name.startswith(".draft-")
        old = left and path.stat().st_mtime < newest - _DRAFT_SECONDS
        part = _PART.fullmatch(path.name) and path.stem not in parts
        note = path.suffix == ".json" and path.stem not in notes
        if old or part or note:
            path.unlink(missing_ok=True)


# --- digests ------------------------------------------------------------------------------------


def digest_of(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digests(folder: Path) -> dict[str, str]:
    """Return what every file of a folder holds, by its path inside; a link is what it says.

    Desktops leave files of their own (.DS_Store, Thumbs.db) in a folder that is looked at.
    """
    found = {}
    for home, inner, names in os.walk(folder):
        inner[:] = sorted(n for n in inner if not n.startswith("."))
        links = [n for n in inner if Path(home, n).is_symlink()]
        for name in sorted([*links, *names]):
            path = Path(home, name)
            if name.startswith(".") or name in ("Thumbs.db", "desktop.ini"):
                continue
            linked = path.is_symlink() or not path.is_file()
            found[path.relative_to(folder).as_posix()] = "link" if linked else digest_of(path)
    return found


# --- parts --------------------------------------------------------------------------------------


def part_path(drawer: Path, key: str) -> Path:
    """Return the file of the part that is kept under a key."""
    return drawer / f"{key}.part"


def write_sealed(path: Path, body: bytes) -> None:
    """Write a file whole, its own digest in its first line."""
    write_whole(path, hashlib.sha256(body).hexdigest().encode() + b"\n" + body)


def sound(path: Path) -> bytes | None:
    """Return what a sealed file holds after its digest; None where it is gone or damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, _, body = data.partition(b"\n")
    return body if digest == hashlib.sha256(body).hexdigest().encode() else None


def write_part(path: Path, said: Any, tables: Iterable[Mapping[str, Any]]) -> None:
    """Write a document and tables (columns by name) into one file, its own digest first.

    Errors: ValueError or TypeError for what cannot be read back just as it is.
    """
    import pyarrow as pa

    text = json.dumps(said, ensure_ascii=False)
    if json.loads(text) != said:
        raise ValueError("a document that JSON does not give back")
    sink, packed = pa.BufferOutputStream(), pa.ipc.IpcWriteOptions(compression="zstd")
    for columns in ({"said": [text]}, *tables):
        table = pa.table(dict(columns))
        with pa.ipc.new_stream(sink, table.schema, options=packed) as stream:
            stream.write_table(table)
    write_sealed(path, sink.getvalue().to_pybytes())


def read_part(path: Path, tables: int) -> tuple[Any, list[Any]] | None:
    """Return the document and the Arrow tables of a part; None where it is gone or damaged."""
    import pyarrow as pa

    body = sound(path)
    if body is None:
        return None
    try:
        source = pa.BufferReader(body)
        read = [pa.ipc.open_stream(source).read_all() for _ in range(1 + tables)]
        return json.loads(read[0]["said"][0].as_py()), read[1:]
    except (pa.ArrowException, OSError, LookupError, ValueError, TypeError):
        return None
