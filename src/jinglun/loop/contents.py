"""What a run would be made from: a digest of every setting, input, program text and library."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from jinglun.loop.files import PACKAGE, all_files, beside, package_of, root_of, workbook_files
from jinglun.store.cache import digest_of

LIBRARIES = (
    *("duckdb", "duckdb_extension_spatial", "ibis_framework", "jinja2", "markupsafe", "numpy"),
    *("openpyxl", "pint", "pyarrow", "pydantic", "scipy", "sqlglot", "xlrd"),
)
"""What results depend on besides our own text; all that jinglun asks for but what draws a bar."""

AFTER_SENSE = (
    *("pages/*", "web/*", "teaching/*", "cli.py", "__main__.py", "turn.py"),
    *("loop/measure.py", "loop/diagnose.py", "loop/open.py", "loop/begin.py"),
    *("loop/weave.py", "loop/weaving.py", "loop/standing.py", "loop/collect.py"),
    *("loop/doubt*.py", "loop/rules/doubt.toml"),
    *("loop/stage.py", "loop/character.py", "loop/growth.py", "loop/rules/stages.toml"),
    *("loop/rules/sizes.toml", "loop/rules/functions.toml", "loop/rules/resources.toml"),
    *("loop/peers.py", "loop/trends.py", "loop/districts.py", "loop/factors.py"),
    "loop/rules/profile.toml",
    *("loop/backtest.py", "loop/backtest_gaps.py", "loop/panel.py", "loop/targets.py"),
    *("loop/integrity*.py", "loop/rules/integrity.toml"),
    *("methods/outliers.py", "methods/digits.py", "methods/units_slip.py"),
    *("domains/*/indicators.*", "domains/*/strategies.toml"),
)
"""Program texts on which no fact depends; all others, new ones too, are held to matter."""

NOT_SENSED = (
    *("stage", "character", "answer", "doubt"),
    *("weights", "peers", "benchmark", "target", "backtest", "map", "languages"),
    *("credit_*", "watermark_*"),
)
"""Blocks of city.toml on which no fact depends."""

PACKAGE_FOLDER = Path(__file__).parents[1]

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True)
class Contents:
    """Every thing a run depends on as `kind:name`, and which of them each source's parts need.

    A source is named by its id; a workbook, which sources.toml need not name, by its path.
    `stamps` is how the files stood when they were read: unequal later, they were changed between.
    """

    entries: Mapping[str, str]
    sources: tuple[str, ...]
    needs: Mapping[str, tuple[str, ...]]
    stamps: Mapping[str, Stamp] = field(repr=False)


def contents(folder: Path, day: date, seed: int) -> Contents | None:
    """Return what a run of the folder depends on; None where its settings cannot be followed."""
    try:
        return _contents(folder, day, seed)
    except (OSError, RuntimeError, ValueError, LookupError, AttributeError, TypeError):
        # Settings of any shape come here before they are checked; who checks them says why.
        return None


def stamps(folder: Path) -> Mapping[str, Stamp] | None:
    """Return how every file of a run stands now."""
    try:
        return _stamps(_paths(folder, _settings(folder)))
    except (OSError, RuntimeError, ValueError, LookupError, AttributeError, TypeError):
        return None


def is_sensed(name: str) -> bool:
    """Say whether an entry is a program text or a library on which facts depend."""
    kind, _, what = name.partition(":")
    if kind == "library":
        return True
    return kind == "program" and not _fits(what, AFTER_SENSE)


@dataclass(frozen=True)
class _Settings:
    """The two settings files as they parse, and the files of every source by their names.

    A workbook that no source names is a source of its own, without a block.
    """

    city: Mapping[str, Any]
    blocks: Mapping[str, Mapping[str, Any]]
    rest: Mapping[str, Any]
    files: Mapping[str, Mapping[str, Path]]

    @property
    def inputs(self) -> dict[str, Path]:
        """The files of all sources."""
        return {name: path for files in self.files.values() for name, path in files.items()}


def _settings(folder: Path) -> _Settings:
    city, rest = _toml(folder / "city.toml"), _toml(folder / "sources.toml")
    listed = rest.pop("source", [])
    blocks = {block["id"]: block for block in listed}
    if len(blocks) < len(listed) or not all(isinstance(ident, str) for ident in blocks):
        raise ValueError("a source twice, or without an id")
    files = {ident: _files(folder, block) for ident, block in blocks.items()}
    paths = {block["path"] for block in listed}
    for book in workbook_files(folder):
        name = book.relative_to(folder).as_posix()
        if name not in paths:
            files[name] = _files(folder, {"path": name})
    return _Settings(city, blocks, rest, files)


def _contents(folder: Path, day: date, seed: int) -> Contents:
    settings = _settings(folder)
    before = _stamps(_paths(folder, settings))
    entries = {
        "date:day": day.isoformat(),
        "seed:seed": str(seed),
        **{f"city:{name}": _digest(block) for name, block in settings.city.items()},
        **{f"source:{ident}": _digest(block) for ident, block in settings.blocks.items()},
        "order:sources": _digest([*settings.blocks, settings.rest]),
        **{f"file:{name}": digest_of(path) for name, path in settings.inputs.items()},
        **{f"program:{name}": digest_of(path) for name, path in program().items()},
        **{f"library:{name}": version for name, version in libraries().items()},
    }
    return Contents(entries, tuple(settings.files), _needs(settings, entries), before)


def _digest(block: object) -> str:
    return hashlib.sha256(json.dumps(block, default=repr).encode()).hexdigest()


def _toml(path: Path) -> dict[str, Any]:
    if not path.resolve().is_relative_to(path.parent.resolve()) or not path.is_file():
        raise ValueError(path)
    return tomllib.loads(path.read_bytes().decode("utf-8-sig"))


# --- files --------------------------------------------------------------------------------------


def _paths(folder: Path, settings: _Settings) -> dict[str, Path]:
    own = {name: folder / name for name in ("city.toml", "sources.toml")}
    texts = {f"program:{name}": path for name, path in program().items()}
    return {**own, **{f"file:{name}": p for name, p in settings.inputs.items()}, **texts}


def _stamps(paths: Mapping[str, Path]) -> dict[str, Stamp]:
    stats = {name: path.stat() for name, path in paths.items()}
    return {n: (s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for n, s in stats.items()}


def _files(folder: Path, block: Mapping[str, Any]) -> dict[str, Path]:
    """Return the files of a source by a name that is no path of one machine."""
    path = block["path"]
    root = root_of(path, folder)
    found = all_files(path, folder)
    if not found:
        raise ValueError(path)
    if block.get("feed") == "vector":
        found = [beside_it for one in found for beside_it in {one: 0, **dict.fromkeys(beside(one))}]
    for one in found:
        # What is neither in the folder nor a file (a device has no end) is not opened at all.
        if not one.resolve().is_relative_to(root) or not one.is_file():
            raise ValueError(one)
    if not path.startswith(PACKAGE):
        return {one.relative_to(folder).as_posix(): one for one in found}
    package = package_of(path)
    assert package is not None
    head = f"{PACKAGE}{package.name}"
    return {f"{head}/{one.relative_to(package).as_posix()}": one for one in found}


def program() -> dict[str, Path]:
    """Return every text of the program by its path inside the package."""
    found = {}
    for home, inner, names in os.walk(PACKAGE_FOLDER):
        inner[:] = sorted(name for name in inner if name != "__pycache__")
        for name in sorted(names):
            if not name.endswith((".pyc", ".md")):
                path = Path(home, name)
                found[path.relative_to(PACKAGE_FOLDER).as_posix()] = path
    if not found:
        raise ValueError("the program is not in files")
    return found


def libraries() -> dict[str, str]:
    """Return the versions of what results depend on, by the names of what is installed.

    importlib.metadata would take a tenth of a second to be imported.
    """
    found: dict[str, str] = {"python": ".".join(map(str, sys.version_info[:3]))}
    for entry in sys.path:
        if os.path.isdir(entry):
            for name in os.listdir(entry):
                if name.endswith(".dist-info"):
                    said, _, version = name.removesuffix(".dist-info").partition("-")
                    known = re.sub(r"[-_.]+", "_", said).lower()
                    if known in (*LIBRARIES, "jinglun"):
                        found.setdefault(known, version)
    return found


# --- needs --------------------------------------------------------------------------------------


def _needs(settings: _Settings, entries: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return for every source of facts the entries on which its part depends."""
    blocks, files = settings.blocks, settings.files
    of_all = [n for n in entries if is_sensed(n)]
    of_all += [f"city:{name}" for name in settings.city if not _fits(name, NOT_SENSED)]
    places = [i for i, b in blocks.items() if b.get("holds") in ("places", "geometry")]
    tables = _tables() if any("table" in b for b in blocks.values()) else {}
    needs = {}
    for book in (name for name in files if name not in blocks):
        own = [f"file:{book}", *(f"source:{i}" for i in places)]
        needs[book] = (*own, *(f"file:{n}" for i in places for n in files[i]), *of_all)
    for ident, block in blocks.items():
        if block.get("holds", "facts") in ("facts", "table"):
            read = _read_with(ident, blocks, tables)
            # Sources of one file share one reading of it, with the columns that any of them names.
            paths = {blocks[i]["path"] for i in read}
            mates = [i for i, b in blocks.items() if b["path"] in paths]
            own = [f"source:{i}" for i in (*read, *mates, *places)]
            own += [f"file:{n}" for i in (*read, *places) for n in files[i]]
            # Of a table the day says which year is over and whether its newest rows are too old.
            own += ["date:day"] if block.get("holds") == "table" else []
            needs[ident] = tuple(dict.fromkeys([*own, *of_all]))
    return needs


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _read_with(ident: str, blocks: Mapping[str, Any], tables: Mapping[str, Any]) -> list[str]:
    """Return a source with all that are read for it: lookups of lookups, tables referred to."""
    found: dict[str, None] = {}
    waiting = [ident]
    while waiting:
        here = waiting.pop()
        if here in blocks and here not in found:
            found[here] = None
            wanted = _referred(tables.get(blocks[here].get("table"), {}))
            waiting += _looked_up(blocks[here])
            waiting += [i for i, b in blocks.items() if b.get("table") in wanted]
    return list(found)


def _looked_up(block: Mapping[str, Any]) -> Iterator[str]:
    for column in block.get("columns", {}).values():
        if isinstance(column, Mapping) and "lookup" in column:
            yield column["lookup"]["source"]


def _referred(table: Mapping[str, Any]) -> set[str]:
    columns = table.get("columns", {}).values()
    return {column["references"].partition(".")[0] for column in columns if "references" in column}


def _tables() -> dict[str, Any]:
    """Return every table of the program as its file says it."""
    found: dict[str, Any] = {}
    for path in sorted(PACKAGE_FOLDER.glob("domains/*/tables.toml")):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return found
