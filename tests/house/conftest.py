"""What every house rule looks at: the repository, its Python files, the catalogue, the guide."""

from __future__ import annotations

import ast
import csv
import fnmatch
from collections.abc import Iterator
from pathlib import Path

import pytest

from jinglun.loop.catalogue import framework_catalogue
from jinglun.model.catalogue import Catalogue

ROOT = Path(__file__).parents[2]


def _left_out() -> list[str]:
    """The folders and files that git leaves out, and git's own."""
    said = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    return [".git", *(line.rstrip("/") for line in said if not line.startswith("#"))]


def _walk(folder: Path, left_out: list[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if any(fnmatch.fnmatch(path.name, pattern) for pattern in left_out):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, left_out)
        else:
            yield path


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def package() -> Path:
    return ROOT / "src" / "jinglun"


@pytest.fixture(scope="session")
def files() -> dict[str, Path]:
    """Every file that git would take, by its path from the root."""
    return {p.relative_to(ROOT).as_posix(): p for p in _walk(ROOT, _left_out())}


@pytest.fixture(scope="session")
def modules(files: dict[str, Path]) -> dict[str, ast.Module]:
    """Every Python file of the repository, parsed, by its path from the root."""
    return {
        name: ast.parse(path.read_text(encoding="utf-8"), filename=name)
        for name, path in files.items()
        if path.suffix == ".py"
    }


@pytest.fixture(scope="session")
def program(modules: dict[str, ast.Module]) -> dict[str, ast.Module]:
    """The program's own Python files, parsed, by their path inside the package."""
    head = "src/jinglun/"
    return {n.removeprefix(head): tree for n, tree in modules.items() if n.startswith(head)}


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return framework_catalogue()


def _beside(name: str) -> Path:
    path = ROOT.parent / "shared" / "framework" / name
    if not path.is_file():
        pytest.skip(f"../shared/framework/{name} is not here: the founding texts are not shipped")
    return path


@pytest.fixture(scope="session")
def guide() -> str:
    """The text of the 2015 guide."""
    return _beside("guide_2015.zh.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def founding_strategies() -> list[dict[str, str]]:
    with _beside("strategies.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="session")
def founding_indicators() -> dict[str, dict[str, str]]:
    with _beside("indicators.csv").open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row for row in csv.DictReader(stream)}
