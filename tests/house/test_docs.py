"""Whether the manual is true: made pages are fresh, every column, key and setting is explained."""

from __future__ import annotations

import ast
import csv
import dataclasses
import importlib.util
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from jinglun.loop.begin import write_new
from jinglun.loop.catalogue import framework_catalogue
from jinglun.model.catalogue import Benchmark
from jinglun.model.city import (
    Answer,
    Character,
    City,
    ColumnMap,
    Doubt,
    Held,
    Level,
    LongColumns,
    Lookup,
    MapNote,
    Peers,
    Point,
    Settings,
    Source,
    Stages,
    Target,
    VariableMap,
    Weights,
)
from jinglun.model.release import FORMAT, KEYS, TABLES
from jinglun.turn import turn

DOCS = Path(__file__).parents[2] / "docs"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{2}")

# What a field is called in the file where it is not called by its own name; None: not in the file.
IN_THE_FILE = {
    "City": {
        "answers": "answer",
        "levels": "level",
        "benchmarks": "benchmark",
        "targets": "target",
        "sources": None,
        "folder": None,
    },
    "Benchmark": {"since": "from"},
}
SETTINGS = {
    "`city.toml`": City,
    "`[[level]]`": Level,
    "`[settings]`": Settings,
    "`[weights]`": Weights,
    "`[peers]`": Peers,
    "`[map]`": MapNote,
    "`[stage]`": Stages,
    "`[character]`": Character,
    "`[[benchmark]]`": Benchmark,
    "`[[target]]`": Target,
    "`[backtest]`": Held,
    "`[doubt]`": Doubt,
    "`[[answer]]`": Answer,
    "`[[source]]`": Source,
    "`[source.variables]`": VariableMap,
    "`long`": LongColumns,
    "`[source.columns]`": ColumnMap,
    "`point`": Point,
    "`lookup`": Lookup,
}


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _sections(text: str) -> dict[str, str]:
    """The text under every heading, by heading."""
    parts = re.split(r"^#{2,4} +(.*)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _rows(text: str) -> list[list[str]]:
    """The rows of the tables in a text, their heads left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    heads = {n for n, row in enumerate(cells) if set("".join(row)) <= set("-: ")}
    return [row for n, row in enumerate(cells) if n not in heads and n + 1 not in heads]


def _bare(cell: str) -> str:
    return cell.strip("`")


def _build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_build", DOCS / "build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- the made pages ---


def test_the_made_pages_are_what_the_tables_say() -> None:
    made = _build().pages()
    assert set(made) == {"grid.md", "indicators.md"}
    stale = [n for n, text in made.items() if not (DOCS / n).is_file() or _page(n) != text]
    assert stale == [], "run: make docs"


def test_every_indicator_strategy_variable_and_table_is_on_the_made_page() -> None:
    page, known = _page("indicators.md"), framework_catalogue()
    idents = (*known.indicators, *known.variables, *known.tables)
    assert [i for i in idents if f"`{i}`" not in page] == []
    assert [s for s in known.strategies if f"\n### {s} " not in page] == []


def test_check_names_the_page_that_differs(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    build = _build()
    build.HERE = tmp_path
    assert build.main([]) == 0
    assert build.main(["--check"]) == 0
    (tmp_path / "grid.md").write_text("old", encoding="utf-8")
    assert build.main(["--check"]) == 1
    assert "docs/grid.md" in capsys.readouterr().err
    assert (tmp_path / "grid.md").read_text(encoding="utf-8") == "old"


# --- the release ---


def test_the_release_page_names_the_columns_of_every_table_in_order() -> None:
    found = {
        _bare(heading).removesuffix(".parquet"): tuple(
            (_bare(row[0]), _bare(row[1])) for row in _rows(text)
        )
        for heading, text in _sections(_page("release.md")).items()
        if heading.endswith(".parquet`")
    }
    assert found == dict(TABLES)


def test_the_release_page_names_the_key_of_every_table() -> None:
    keys = {
        _bare(heading).removesuffix(".parquet"): re.search(r"^键 · Key: (.*)$", text, re.M)
        for heading, text in _sections(_page("release.md")).items()
        if heading.endswith(".parquet`")
    }
    said = {n: tuple(re.findall(r"`(\w+)`", k[1])) for n, k in keys.items() if k}
    assert said == dict(KEYS)


def test_the_release_page_is_of_this_format() -> None:
    assert re.search(rf"(?m)^# .*\b{FORMAT}$", _page("release.md"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The documents of the release of a new city whose figures are all filled in with 50."""
    folder = tmp_path_factory.mktemp("city") / "new"
    write_new(folder)
    figures = folder / "data" / "figures.csv"
    with figures.open(encoding="utf-8-sig", newline="") as stream:
        rows = [{**row, "value": "50"} for row in csv.DictReader(stream)]
    rows += [{**row, "period": "2024"} for row in rows]
    with figures.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    out = folder / "release"
    turn(folder, date(2026, 6, 30), 0, out, lambda *_: None)
    return {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in out.glob("*.json")}


def _paths(thing: Any, documented: set[str], path: str = "") -> Iterator[str]:
    """The keys of a document, no deeper than the page goes."""
    if path:
        yield path
    inner: dict[str, Any] = {}
    if isinstance(thing, dict):
        head = f"{path}." if path else ""
        keyed = f"{head}*" in documented
        inner = {f"{head}*" if keyed else f"{head}{k}": v for k, v in thing.items()}
    elif isinstance(thing, list) and thing and isinstance(thing[0], dict):
        inner = {f"{path}[].{k}": v for k, v in thing[0].items()}
    deeper = any(d.startswith((f"{path}.", f"{path}[")) for d in documented)
    for key, value in inner.items() if deeper or not path else ():
        yield from _paths(value, documented, key)


def _in_an_empty_list(document: Any, path: str) -> bool:
    """Whether a documented path leads into a list that is empty here."""
    at = document
    for key in path.split("[")[0].split("."):
        at = at.get(key) if isinstance(at, dict) else None
    return bool(at == [])


@pytest.mark.parametrize("name", ["release", "terms", "weave", "findings", "run"])
def test_the_release_page_names_the_keys_of_every_document(name: str, made: dict[str, Any]) -> None:
    rows = _rows(_sections(_page("release.md"))[f"`{name}.json`"])
    documented = {_bare(row[0]) for row in rows}
    found = set(_paths(made[name], documented))
    assert sorted(found - documented) == []
    # A list that is empty in this release cannot show the keys of its items.
    unseen = {d for d in documented - found if not _in_an_empty_list(made[name], d)}
    assert sorted(unseen) == []


# --- the settings ---


def _keys(noun: type) -> set[str]:
    renamed = IN_THE_FILE.get(noun.__name__, {})
    named = {renamed.get(f.name, f.name) for f in dataclasses.fields(noun)}
    return {n for n in named if n} | ({"indicator"} if noun is Benchmark else set())


@pytest.mark.parametrize(("heading", "noun"), SETTINGS.items(), ids=lambda v: str(v)[:20])
def test_every_setting_is_explained_in_both_languages_with_an_example(
    heading: str, noun: type
) -> None:
    rows = _rows(_sections(_page("city.md"))[heading])
    assert {_bare(row[0]) for row in rows} == _keys(noun)
    assert len({row[0] for row in rows}) == len(rows), "a key is explained twice"
    wrong = [
        row[0]
        for row in rows
        if len(row) != 4 or not (CHINESE.search(row[1]) and LATIN.search(row[2]) and row[3])
    ]
    assert wrong == []


@pytest.mark.parametrize(("heading", "noun"), SETTINGS.items(), ids=lambda v: str(v)[:20])
def test_what_has_no_default_is_said_to_be_required(heading: str, noun: type) -> None:
    missing = dataclasses.MISSING
    renamed = IN_THE_FILE.get(noun.__name__, {})
    needed = {
        renamed.get(f.name, f.name)
        for f in dataclasses.fields(noun)
        if f.default is missing and f.default_factory is missing
    }
    needed -= {"jurisdiction"}
    needed |= {"indicator"} if noun is Benchmark else set()
    rows = _rows(_sections(_page("city.md"))[heading])
    said = {_bare(row[0]) for row in rows if row[1].startswith("必填")}
    assert said == needed
    assert said == {_bare(row[0]) for row in rows if row[2].startswith("Required")}


def test_every_example_of_a_setting_is_toml() -> None:
    for heading in SETTINGS:
        for row in _rows(_sections(_page("city.md"))[heading]):
            tomllib.loads(_bare(row[3]).replace("\\|", "|"))


# --- links ---


def test_every_link_between_pages_leads_somewhere(root: Path, files: dict[str, Path]) -> None:
    wrong = []
    for name, path in files.items():
        if not name.endswith(".md"):
            continue
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            page, _, anchor = target.partition("#")
            if ":" in page:
                continue
            there = (path.parent / page).resolve() if page else path
            if not there.exists():
                wrong.append(f"{name}: {target}")
            elif anchor and f'id="{anchor}"' not in there.read_text(encoding="utf-8"):
                wrong.append(f"{name}: {target}: no such anchor")
    assert wrong == []


def test_every_decision_says_why_and_what_follows() -> None:
    notes = sorted((DOCS / "decisions").glob("*.md"))
    assert [n.name[:4] for n in notes] == [f"{i:04}" for i in range(1, len(notes) + 1)]
    heads = ("Context", "Decision", "Consequences")
    wrong = [n.name for n in notes if not all(h in _sections(n.read_text("utf-8")) for h in heads)]
    assert wrong == []


def test_the_code_in_the_manual_is_python(files: dict[str, Path]) -> None:
    for name, path in files.items():
        if name.startswith("docs/") and name.endswith(".md"):
            for block in re.findall(r"```python\n(.*?)```", path.read_text("utf-8"), re.S):
                ast.parse(block)
