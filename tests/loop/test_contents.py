"""Whether all that a run depends on is known by its content, and each source by what it needs."""

from __future__ import annotations

import ast
import dataclasses
import functools
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from jinglun.loop import contents as room
from jinglun.loop.contents import Contents, contents, is_sensed, libraries, program, stamps
from jinglun.loop.files import workbook_files
from jinglun.loop.folder import read_city
from jinglun.loop.loading import Part
from jinglun.loop.sense import Sensed, sense
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import Source
from jinglun.model.places import Places
from jinglun.store.lake import connect

Write = Callable[..., Path]
DAY = date(2026, 2, 28)

FIGURES = """
[[source]]
id = "{id}"
path = "{path}"
holds = "facts"
SAIDplace = "id"
period = "2024"
variables = {{ {variable} = {{ column = "{column}", unit = "{unit}" }} }}
"""
REQUESTS = """
[[source]]
id = "calls"
path = "calls.csv"
holds = "table"
table = "requests"
SAIDcolumns = {{ request_id = "no", received_at = "at", place = {{ column = "street", lookup = {{ source = "streets", key = "street", value = "district" }} }} }}
[[source]]
id = "streets"
path = "streets.csv"
holds = "lookup"
SAIDplace = "street"
"""  # noqa: E501
SOURCES = (
    FIGURES.format(
        id="people", path="people.csv", variable="resident_pop", column="people", unit="person"
    )
    + FIGURES.format(
        id="work", path="people.csv", variable="labour_force", column="work", unit="person"
    )
    + FIGURES.format(
        id="homes", path="homes.csv", variable="households", column="homes", unit="household"
    )
    + REQUESTS.replace("{{", "{").replace("}}", "}")
)
FILES = {
    "people__csv": "id,people,work\nc,300,180\nn,100,60\ns,200,120\n",
    "homes__csv": "id,homes\nc,90\nn,30\ns,60\n",
    "calls__csv": "no,at,street\n1,2024-03-01,High\n2,2024-04-01,Low\n3,2024-05-01,Nowhere\n",
    "streets__csv": "street,district\nHigh,n\nLow,s\n",
}


@pytest.fixture
def city(write_city: Write) -> Path:
    """A city of two sources in one file, one in another, and a table that looks streets up."""
    return write_city(SOURCES, **FILES)


def made(folder: Path, day: date = DAY, seed: int = 0) -> Contents:
    found = contents(folder, day, seed)
    assert found is not None
    return found


def changed(before: Contents, after: Contents) -> list[str]:
    names = sorted({*before.entries, *after.entries})
    return [n for n in names if before.entries.get(n) != after.entries.get(n)]


def redone(before: Contents, after: Contents) -> list[str]:
    """The sources whose part depends on what is not the same any more."""
    now = {s: {n: after.entries[n] for n in needs} for s, needs in after.needs.items()}
    then = {s: {n: before.entries[n] for n in needs} for s, needs in before.needs.items()}
    return sorted(s for s in now if now[s] != then.get(s))


# --- what a change changes ---


@pytest.mark.parametrize(
    ("file", "old", "new", "entries", "sources"),
    [
        ("people.csv", "300", "301", ["file:people.csv"], ["people", "work"]),
        ("homes.csv", "90", "91", ["file:homes.csv"], ["homes"]),
        ("calls.csv", "2024-03", "2024-02", ["file:calls.csv"], ["calls"]),
        ("streets.csv", "Low", "Long", ["file:streets.csv"], ["calls"]),
        ("places.csv", "North", "Nord", ["file:places.csv"], ["calls", "homes", "people", "work"]),
        ("sources.toml", '"labour_force"', "x", [], []),
        ("sources.toml", "households =", "population =", ["source:homes"], ["homes"]),
        ("sources.toml", "labour_force =", "people =", ["source:work"], ["people", "work"]),
        ("sources.toml", 'key = "street"', 'key = "no"', ["source:calls"], ["calls"]),
        ("city.toml", '"Toy"', '"Town"', ["city:title_en"], ["calls", "homes", "people", "work"]),
        ("city.toml", "\n[[level]]", "\n# a remark\n[[level]]", [], []),
        (
            *("city.toml", "[[level]]\nid = \"d", "[weights]\ncells = {}\n[[level]]\nid = \"d"),
            *(["city:weights"], []),
        ),
    ],
)  # fmt: skip
def test_a_change_is_seen_where_it_is_and_by_the_sources_that_need_it(
    city: Path, file: str, old: str, new: str, entries: list[str], sources: list[str]
) -> None:
    before = made(city)
    path = city / file
    text = path.read_text("utf-8").replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    after = made(city)
    assert changed(before, after) == entries
    assert redone(before, after) == sources


def test_the_same_bytes_at_another_time_are_the_same(city: Path) -> None:
    before = made(city)
    for path in city.iterdir():
        os.utime(path, (0, 0))
    assert made(city) != before and changed(before, made(city)) == []


def test_the_stamps_tell_that_a_file_was_written_meanwhile(city: Path) -> None:
    def inputs() -> dict[str, room.Stamp]:
        return {n: s for n, s in (stamps(city) or {}).items() if n.startswith("file:")}

    before = {n: s for n, s in made(city).stamps.items() if n.startswith("file:")}
    assert inputs() == before
    text = (city / "homes.csv").read_bytes()
    (city / "homes.csv").write_bytes(text)
    assert inputs() != before


def test_a_new_file_of_a_pattern_is_seen(write_city: Write) -> None:
    text = FIGURES.format(
        id="people", path="p-*.csv", variable="resident_pop", column="people", unit="person"
    )
    folder = write_city(text)
    (folder / "p-1.csv").write_text("id,people\nc,1\n", encoding="utf-8")
    before = made(folder)
    (folder / "p-2.csv").write_text("id,people\nn,1\n", encoding="utf-8")
    assert redone(before, made(folder)) == ["people"]


def test_a_workbook_is_a_source_though_no_one_names_it(city: Path) -> None:
    book = city / "workbooks/health/卫健委.xlsx"
    book.parent.mkdir(parents=True)
    before = made(city)
    for name in ("卫健委.xlsx", "~$卫健委.xlsx", "notes.txt"):
        (book.parent / name).write_bytes(b"1")
    with_book = made(city)
    name = "workbooks/health/卫健委.xlsx"
    assert changed(before, with_book) == [f"file:{name}"] and redone(before, with_book) == [name]
    assert [p.name for p in workbook_files(city)] == ["卫健委.xlsx"]
    book.write_bytes(b"2")
    assert redone(with_book, made(city)) == [name]
    text = FIGURES.format(id="health", path=name, variable="x", column="x", unit="x")
    with (city / "sources.toml").open("a", encoding="utf-8") as stream:
        stream.write(text)
    assert name not in made(city).needs and f"file:{name}" in made(city).needs["health"]


def test_the_workbooks_seen_are_those_that_are_read(city: Path) -> None:
    home = city / "workbooks"
    (home / "a").mkdir(parents=True)
    for name in ("b.xlsx", "a/c.XLS", "a/d.xlsm", "~$b.xlsx", ".e.xlsx", "f.csv"):
        (home / name).touch()
    assert [p.name for p in workbook_files(city)] == ["c.XLS", "d.xlsm", "b.xlsx"]


def test_all_files_of_a_shapefile_are_seen(write_city: Write) -> None:
    text = '[[source]]\nid = "s"\npath = "t.shp"\nfeed = "vector"\nholds = "geometry"\nSAID'
    folder = write_city(text + 'place = "id"\n', t__shp="a", t__dbf="b", t__prj="c")
    names = {n for n in made(folder).entries if n.startswith("file:t.")}
    assert names == {"file:t.shp", "file:t.dbf", "file:t.prj"}


def test_the_day_is_seen_by_tables_and_the_seed_by_no_source(city: Path) -> None:
    before = made(city)
    assert changed(before, made(city, seed=1)) == ["seed:seed"]
    assert redone(before, made(city, seed=1)) == []
    assert changed(before, made(city, date(2026, 3, 1))) == ["date:day"]
    assert redone(before, made(city, date(2026, 3, 1))) == ["calls"]


def test_what_is_no_table_gives_the_same_on_any_day(city: Path, catalogue: Catalogue) -> None:
    parts: dict[str, list[Part]] = {}

    def keep(source: Source, places: Places, make: Callable[[], Part]) -> Part:
        parts.setdefault(source.id, []).append(make())
        return parts[source.id][-1]

    for day in (date(2019, 12, 31), date(2026, 2, 28)):
        sense(read_city(city, catalogue), catalogue, connect(), day, lambda *_: None, keep)
    told = {
        s: [(p.facts.value.tolist(), p.periods, p.rejects, p.problems, p.counts) for p in both]
        for s, both in parts.items()
    }
    assert {s for s, (one, other) in told.items() if one != other} == {"calls"}


def test_a_table_needs_the_tables_that_it_refers_to(
    city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = {"requests": {"columns": {"x": {"references": "systems.id"}}}}
    monkeypatch.setattr(room, "_tables", lambda: tables)
    before = made(city)
    with (city / "sources.toml").open("a", encoding="utf-8") as stream:
        stream.write('[[source]]\nid = "it"\npath = "it.csv"\nholds = "table"\ntable = "systems"\n')
    (city / "it.csv").write_text("id\n1\n", encoding="utf-8")
    with_systems = made(city)
    assert redone(before, with_systems) == ["calls", "it"]
    (city / "it.csv").write_text("id\n2\n", encoding="utf-8")
    assert redone(with_systems, made(city)) == ["calls", "it"]


# --- settings of any shape ---


def test_settings_that_cannot_be_followed_give_no_contents_and_no_fault(city: Path) -> None:
    sources = (city / "sources.toml").read_text("utf-8")
    for text in (
        "source = 3",
        'source = ["x"]',
        "[[source]]\nid = 3\npath = 4",
        '[[source]]\nid = "a"\npath = "../outside.csv"',
        '[[source]]\nid = "a"\npath = "/dev/zero"',
        '[[source]]\nid = "a"\npath = "none.csv"',
        '[[source]]\nid = "a"\npath = "a\\u0000b"',
        f'[[source]]\nid = "a"\npath = "{"x" * 5000}"',
        '[[source]]\nid = "a"\npath = "package:no_such_package/x"\nfeed = "vector"\nplace = 3',
        "x = " + "[" * 5000,
        sources.replace('columns = { request_id = "no"', "columns = { x = { lookup = 3 }"),
        sources + sources,
    ):
        (city / "sources.toml").write_text(text, encoding="utf-8")
        assert contents(city, DAY, 0) is None
    (city / "sources.toml").unlink()
    assert contents(city, DAY, 0) is None and stamps(city) is None
    assert contents(city / "nowhere", DAY, 0) is None


def test_a_link_that_leads_out_of_the_folder_is_not_opened(city: Path, tmp_path: Path) -> None:
    for name in ("homes.csv", "city.toml"):
        outside = tmp_path / f"outside-{name}"
        (city / name).rename(outside)
        (city / name).symlink_to(outside)
        assert contents(city, DAY, 0) is None
        (city / name).unlink()
        outside.rename(city / name)
    assert contents(city, DAY, 0) is not None


# --- nothing is forgotten ---


def test_every_text_of_the_program_is_seen(city: Path) -> None:
    """All that is shipped, as pyproject.toml lists it, but what is written for people."""
    package = Path(room.__file__).parents[1]
    ends = (".py", ".toml", ".html", ".css", ".js", ".csv", ".geojson", ".typed")
    shipped = {
        p.relative_to(package).as_posix() for p in package.rglob("*") if p.name.endswith(ends)
    }
    assert shipped - {n for n in shipped if "__pycache__" in n} <= set(program())
    assert {f"program:{name}" for name in program()} <= set(made(city).entries)


def test_the_libraries_are_those_that_the_program_asks_for() -> None:
    """rich draws the bar of a terminal; sqlglot writes the SQL of ibis."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    asked = {
        re.split(r"[^\w-]", d)[0].replace("-", "_") for d in project["project"]["dependencies"]
    }
    assert (asked - {"rich"}) | {"sqlglot"} == set(room.LIBRARIES)
    found = libraries()
    assert set(found) == {*room.LIBRARIES, "python", "jinglun"}
    from importlib.metadata import version

    assert {n: v for n, v in found.items() if n != "python"} == {
        n: version(n) for n in (*room.LIBRARIES, "jinglun")
    }


def test_every_file_of_the_folder_that_a_run_opens_is_seen(city: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from jinglun.turn import turn\n"
        "folder, opened = Path(sys.argv[1]), set()\n"
        "def hear(event, told):\n"
        "    if event == 'open' and str(told[0]).startswith(str(folder)):\n"
        "        opened.add(str(told[0]))\n"
        "sys.addaudithook(hear)\n"
        "turn(folder, date(2026, 2, 28), 0, Path(sys.argv[2]), lambda *_: None)\n"
        "import json; print(json.dumps(sorted(opened)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(city), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=True,
    )
    opened = {Path(p).relative_to(city).as_posix() for p in json.loads(done.stdout)}
    seen = {n.partition(":")[2] or n for n in made(city).stamps}
    assert opened and opened <= seen


def test_what_a_part_reads_is_among_its_needs(city: Path, catalogue: Catalogue) -> None:
    needs = made(city).needs
    read: dict[str, set[str]] = {}

    def keep(source: Source, places: Places, make: Callable[[], Part]) -> Part:
        assert isinstance(make, functools.partial)
        shelf = make.args[0].shelf
        shelf.read.clear()
        part = make()
        read[source.id] = {f"file:{key[0]}" for key in shelf.read}
        return part

    sensed = sense(read_city(city, catalogue), catalogue, connect(), DAY, lambda *_: None, keep)
    assert sensed.problems == () and len(sensed.facts) == 3 * 3 + 3
    assert read["calls"] == {"file:calls.csv", "file:streets.csv"}
    assert {s: sorted(found - set(needs[s])) for s, found in read.items()} == {s: [] for s in needs}


def test_no_fact_depends_on_an_indicator(city: Path, catalogue: Catalogue) -> None:
    without = dataclasses.replace(catalogue, indicators={}, formulas={}, strategies={})
    one, other = (
        sense(read_city(city, catalogue), known, connect(), DAY, lambda *_: None)
        for known in (catalogue, without)
    )
    assert figures(one) == figures(other) and len(figures(one)) == 3 * 3 + 3
    assert (one.rejects, one.problems, one.inputs) == (other.rejects, other.problems, other.inputs)


def figures(sensed: Sensed) -> list[tuple[float, ...]]:
    f = sensed.facts
    return sorted(zip(*(c.tolist() for c in (f.place, f.period, f.variable, f.value)), strict=True))


def test_all_that_sense_imports_matters_to_facts() -> None:
    """Or a change of it would leave the kept facts standing. Feeds and domains go by name."""
    modules = {_module(n): n for n in program() if n.endswith(".py")}
    named = [m for m in modules if re.match(r"jinglun\.(feeds|factors|domains\.\w+\.variables)", m)]
    waiting, reached = ["jinglun.loop.sense", "jinglun.loop.catalogue", *named], set()
    while waiting:
        module = waiting.pop()
        if module in modules and module not in reached:
            reached.add(module)
            tree = ast.parse(program()[modules[module]].read_text("utf-8"))
            waiting += [*_imported(tree), module.rpartition(".")[0]]
    assert reached > {"jinglun.loop.units", "jinglun.model.facts", "jinglun.domains"}
    # A workbook's title is from the word catalogues; no part holds it.
    reached -= {"jinglun.pages", "jinglun.pages.words"}
    assert [m for m in sorted(reached) if not is_sensed(f"program:{modules[m]}")] == []


def _module(name: str) -> str:
    return "jinglun." + name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def _imported(tree: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        elif isinstance(node, ast.Import):
            found += [a.name for a in node.names]
    return found


@pytest.mark.parametrize(
    ("name", "sensed"),
    [
        ("program:loop/units.py", True),
        ("program:feeds/delimited.py", True),
        ("program:domains/services/variables.toml", True),
        ("program:a_new_room/any.py", True),
        ("library:duckdb", True),
        ("program:domains/services/indicators.py", False),
        ("program:pages/words/zh.toml", False),
        ("file:pages/a.csv", False),
    ],
)
def test_a_text_matters_to_facts_unless_it_is_known_not_to(name: str, sensed: bool) -> None:
    assert is_sensed(name) is sensed
