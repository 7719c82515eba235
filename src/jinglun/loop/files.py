"""Which files a source's path names: one in the folder, one in a package, or all of a pattern."""

from __future__ import annotations

import importlib.util
from pathlib import Path

PACKAGE = "package:"
WORKBOOKS, WORKBOOK_ENDS = "workbooks", (".xlsx", ".xlsm", ".xls")


def package_of(path: str) -> Path | None:
    """Return the folder of the installed package that a path names; None where there is none."""
    name = path.removeprefix(PACKAGE).split("/")[0]
    # To find a.b Python would run a, and nothing that a city folder names may be run.
    if not name.isidentifier():
        return None
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    # Without an __init__ any folder beside the user would pass for a package.
    installed = spec is not None and spec.origin is not None
    places = list(spec.submodule_search_locations or []) if spec and installed else []
    return Path(places[0]) if places else None


def root_of(path: str, folder: Path) -> Path:
    """Return the folder that the files of a path must not leave."""
    found = package_of(path) if path.startswith(PACKAGE) else None
    return found.resolve() if found else folder.resolve()


def named_file(path: str, folder: Path) -> Path | None:
    """Return where the file that a path names would be; None in a package that is not there."""
    if not path.startswith(PACKAGE):
        return folder / path
    found = package_of(path)
    inner = path.removeprefix(PACKAGE).split("/")[1:]
    return found.joinpath(*inner) if found else None


def all_files(path: str, folder: Path) -> list[Path]:
    """Return every file of a path: the one it names, or all that fit its pattern (`*`, `?`)."""
    one = named_file(path, folder)
    if one is None:
        return []
    if not any(sign in path for sign in "*?") or one.is_file():
        return [one]
    inside = path.startswith(PACKAGE)
    home, inner = (package_of(path), path.split("/", 1)[1]) if inside else (folder, path)
    return sorted(p for p in home.glob(inner) if p.is_file()) if home else []


def workbook_files(folder: Path) -> list[Path]:
    """Return the workbooks of a city in order, without what programs leave beside them."""
    home = folder / WORKBOOKS
    if not home.is_dir():
        return []
    found = (p for p in home.rglob("*") if p.suffix.lower() in WORKBOOK_ENDS)
    return sorted(p for p in found if not p.name.startswith(("~$", ".")))


def beside(path: Path) -> list[Path]:
    """Return the files that hold one layer together with `path`: of a shapefile its .dbf, .prj."""
    alike = (f"{path.stem}.", f"{path.name}-")
    return sorted(p for p in path.parent.iterdir() if p.name.startswith(alike) and p.is_file())
