"""When the teaching city is made anew and when the copy in ./demo is kept as it is."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from jinglun.model.errors import InputError, Problem
from jinglun.teaching.plan import LEAST, MOST, USUAL
from jinglun.teaching.settings import settings
from jinglun.teaching.shili import Progress, make_city

NAME = "shili"
STAMP = "made.json"
"""In the folder: the scale and seed that it was made with, and the files that were written."""


def rows_asked(text: str | None) -> int | None:
    """Return a number of rows such as 1000000 or 1e6; None where nothing was said.

    Errors: ValueError for what is no whole number from LEAST to MOST.
    """
    if text is None:
        return None
    number = float(text)
    if not LEAST <= number <= MOST or number != int(number):
        raise ValueError(text)
    return int(number)


def prepared(home: Path, scale: str | None, seed: int | None, progress: Progress) -> Path:
    """Return the teaching city's folder in `home`, made if it is not there or another is asked for.

    A folder that is there is kept when nothing is asked for, and what its user added to it always.
    Errors: ValueError for a scale or a seed that cannot be; InputError when the folder that is
    there was not made here.
    """
    folder, rows = home / NAME, rows_asked(scale)
    if seed is not None and seed < 0:
        raise ValueError(seed)
    there, stamp = folder.exists(), _stamp(folder)
    if there and stamp is None:
        raise InputError([Problem("not_made_here", str(folder), "", STAMP)])
    old = stamp or {"scale": USUAL, "seed": 0, "files": []}
    wanted = (old["scale"] if rows is None else rows, old["seed"] if seed is None else seed)
    if there and wanted == (old["scale"], old["seed"]):
        return folder
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{NAME}-", dir=home) as rough:
        _make(Path(rough), *wanted, progress)
        _moved(Path(rough), folder, old["files"])
    return folder


def _stamp(folder: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"scale", "seed", "files"} <= set(found) else None


def _make(folder: Path, scale: int, seed: int, progress: Progress) -> None:
    rows = make_city(folder, scale, seed, progress)
    files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    said = {"city": settings("shili")["city"]["title_zh"], "scale": scale, "seed": seed}
    text = json.dumps({**said, "rows": rows, "files": files}, ensure_ascii=False, indent=1)
    (folder / STAMP).write_text(text + "\n", encoding="utf-8", newline="\n")


def _moved(rough: Path, folder: Path, old: object) -> None:
    """Put the new files where the old ones were; a name that leads out of the folder is no file."""
    for name in old if isinstance(old, list) else ():
        path = folder / str(name)
        if path.resolve().is_relative_to(folder.resolve()):
            path.unlink(missing_ok=True)
    for path in sorted(rough.rglob("*")):
        if path.is_file():
            target = folder / path.relative_to(rough)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)
