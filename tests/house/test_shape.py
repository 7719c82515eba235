"""Whether all domains and all factors have one shape, so that who knows one knows them all."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from jinglun.domains import FILES
from jinglun.framework import DOMAIN_IDS, FACTOR_IDS

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _entries(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir() if p.name != "__pycache__"}


def test_the_folders_of_domains_are_the_five_domains(package: Path) -> None:
    found = {p.name for p in (package / "domains").iterdir() if p.is_dir()} - {"__pycache__"}
    assert found == set(DOMAIN_IDS)


def test_every_domain_has_the_same_files(package: Path) -> None:
    shapes = {d: _entries(package / "domains" / d) for d in DOMAIN_IDS}
    shared = set.union(*shapes.values())
    assert {d: sorted(shared - shape) for d, shape in shapes.items() if shape != shared} == {}


def test_a_domain_has_what_the_plan_of_the_house_says(package: Path) -> None:
    needed = {*FILES, "strategies.toml", "README.md", "__init__.py"}
    assert {
        d: sorted(needed - _entries(package / "domains" / d))
        for d in DOMAIN_IDS
        if not needed <= _entries(package / "domains" / d)
    } == {}


def test_every_factor_is_one_table_and_one_file_of_formulas(package: Path) -> None:
    found = _entries(package / "factors")
    missing = {f"{f}{end}" for f in FACTOR_IDS for end in (".py", ".toml")} - found
    extra = {n for n in found if n.endswith((".py", ".toml"))} - {
        "__init__.py",
        *(f"{f}{end}" for f in FACTOR_IDS for end in (".py", ".toml")),
    }
    assert (sorted(missing), sorted(extra)) == ([], [])


def test_every_readme_speaks_both_languages(package: Path) -> None:
    """A paragraph of each: forty Chinese characters, and forty words in Latin letters."""
    wrong = []
    for domain in DOMAIN_IDS:
        page = package / "domains" / domain / "README.md"
        text = page.read_text(encoding="utf-8") if page.is_file() else ""
        if len(CHINESE.findall(text)) < 40:
            wrong.append(f"{domain}: no Chinese")
        if len(re.findall(r"\b[A-Za-z]{2,}\b", text)) < 40:
            wrong.append(f"{domain}: no English")
    assert wrong == []


def test_every_file_opens_with_one_sentence(modules: dict[str, ast.Module]) -> None:
    """Tests may ask their claim as a question."""
    wrong = []
    for file, tree in modules.items():
        first = (ast.get_docstring(tree) or "").partition("\n")[0]
        ends = ".?" if file.startswith("tests/") else "."
        if not first.endswith(tuple(ends)):
            wrong.append(f"{file}: no sentence: {first!r}")
        elif re.search(r"[.!?]\s", first):
            wrong.append(f"{file}: more than one sentence: {first!r}")
        elif len(first) > 100:
            wrong.append(f"{file}: {len(first)} characters, at most 100: {first!r}")
    assert wrong == []
