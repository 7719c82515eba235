"""What a city folder says, read whole, or every reason why it cannot be read."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinglun.loop.choices import CITY_FILE, aimed, begun_together, choices, flat
from jinglun.loop.files import all_files, named_file, root_of
from jinglun.loop.workbooks import workbook_sources
from jinglun.model.catalogue import Benchmark, Catalogue
from jinglun.model.city import (
    Answer,
    Character,
    City,
    Doubt,
    Held,
    Level,
    MapNote,
    Peers,
    Settings,
    Source,
    Stages,
    Target,
    Weights,
)
from jinglun.model.errors import InputError, Problem, nearest
from jinglun.model.periods import as_iso, last_day
from jinglun.model.reading import benchmark_block, read_block

SOURCES_FILE = "sources.toml"


def read_city(folder: Path, catalogue: Catalogue) -> City:
    """Read `folder`; raise InputError with every problem of its two TOML files at once."""
    city, problems, _ = _read(folder, catalogue)
    if problems or city is None:
        raise InputError(problems)
    return city


def read_sound(folder: Path, catalogue: Catalogue) -> tuple[City, list[Problem], dict[str, str]]:
    """Read what of `folder` has nothing wrong with it, and return every problem of the rest.

    A source with a problem is left out, of a mapped variable with one only the variable. The
    third is what each source left out holds, by its id. Errors: InputError with every problem
    where too little stands to look at the data.
    """
    city, problems, blocks = _read(folder, catalogue)
    if city is None or not city.levels or (problems and not city.sources):
        raise InputError(problems)
    seen: dict[str, Source] = {}
    for source in city.sources:
        sound = _sound(source, problems)
        if sound is not None:
            seen.setdefault(source.id, sound)
    said = {str(b.get("id")): str(b.get("holds", "facts")) for b in blocks}
    lost = {ident: holds for ident, holds in said.items() if ident not in seen}
    return dataclasses.replace(city, sources=tuple(seen.values())), problems, lost


def _sound(source: Source, problems: list[Problem]) -> Source | None:
    """Return a source without the mapped variables that are wrong; None where more of it is."""
    place = f"source {source.id}"
    named = [p.place for p in problems if p.code != "unknown_key"]
    own = [at for at in named if at == place or at.startswith(f"{place}.")]
    lost = {at.removeprefix(f"{place}.variables.").split(".")[0] for at in own}
    if any(not at.startswith(f"{place}.variables.") for at in own):
        return None
    kept = {name: mapped for name, mapped in source.variables.items() if name not in lost}
    return dataclasses.replace(source, variables=kept)


def _read(
    folder: Path, catalogue: Catalogue
) -> tuple[City | None, list[Problem], list[Mapping[str, Any]]]:
    """Return the city with its sources, every problem, and the blocks of sources as written."""
    problems: list[Problem] = []
    if not folder.is_dir():
        return None, [Problem("no_folder", str(folder), "")], []
    city_block = _toml(folder / CITY_FILE, problems)
    source_block = _toml(folder / SOURCES_FILE, problems)
    city, sources = None, []
    if source_block is not None:
        sources = _sources(source_block, catalogue, problems)
        sources += workbook_sources(folder, catalogue, sources)
        problems += [p for s in sources for p in _file(s, folder)]
    if city_block is not None:
        city = _city(city_block, catalogue, problems)
    if city is not None:
        problems += _levels(city, sources)
        city = dataclasses.replace(city, sources=tuple(sources), folder=folder)
    blocks = source_block.get("source") if source_block else None
    written = blocks if isinstance(blocks, list) else []
    return city, problems, [b for b in written if isinstance(b, Mapping)]


def _toml(path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    if path.exists() and not path.resolve().is_relative_to(path.parent.resolve()):
        problems.append(Problem("outside_folder", path.name, "", str(path)))
        return None
    if path.exists() and not path.is_file():
        problems.append(Problem("unreadable_file", path.name, "", hint="-"))
        return None
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        problems.append(Problem("no_file", path.name, "", str(path)))
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem("not_toml", path.name, "", hint=str(error)))
    except (ValueError, OSError, RecursionError) as error:
        problems.append(Problem("unreadable_file", path.name, "", hint=str(error)))
    return None


_PARTS: dict[str, type[Any]] = {
    "settings": Settings,
    "weights": Weights,
    "map": MapNote,
    "peers": Peers,
    "stage": Stages,
    "character": Character,
    "doubt": Doubt,
    "backtest": Held,
}
_NOT_IN_FILE = ("sources", "folder", "levels", "benchmarks", "targets", "answers")
_LISTS = ("level", "benchmark", "target", "answer")


def _city(block: dict[str, Any], catalogue: Catalogue, problems: list[Problem]) -> City | None:
    known = [f.name for f in dataclasses.fields(City) if f.name not in _NOT_IN_FILE]
    for key in block:
        if key not in [*known, *_LISTS]:
            hint = nearest(key, [*known, *_LISTS])
            problems.append(Problem("unknown_key", CITY_FILE, key, key, hint))
    made = {key: value for key, value in block.items() if key in known}
    for name, noun in _PARTS.items():
        if name in made:
            made[name], wrong = read_block(noun, made[name], CITY_FILE, name)
            problems += wrong
            if made[name] is None:
                del made[name]
    made["levels"] = _list(Level, block.get("level"), CITY_FILE, "level", problems)
    made["benchmarks"] = _benchmarks(block.get("benchmark", []), catalogue, problems)
    made["answers"] = _list(Answer, block.get("answer"), CITY_FILE, "answer", problems)
    made["targets"] = _targets(block.get("target", []), catalogue, problems)
    if not made["levels"]:
        problems.append(Problem("missing_key", CITY_FILE, "level", hint="[[level]]"))
    city, wrong = read_block(City, made, CITY_FILE, "")
    problems += choices(made, catalogue) + wrong
    return city


def _list(
    noun: type[Any], blocks: object, file: str, place: str, problems: list[Problem]
) -> tuple[Any, ...]:
    made = []
    for number, block in _numbered(blocks, file, place, problems):
        ident = block.get("id") if noun is Source and isinstance(block, Mapping) else None
        named = f"{place} {ident}" if isinstance(ident, str) else f"{place}[{number}]"
        one, wrong = read_block(noun, block, file, named)
        problems += wrong
        if one is not None:
            made.append(one)
    return tuple(made)


def _numbered(
    blocks: object, file: str, place: str, problems: list[Problem]
) -> list[tuple[int, object]]:
    """Return the blocks written `[[place]]`, counted from 1; anything else there is a problem."""
    if blocks is not None and not isinstance(blocks, list):
        problems.append(Problem("not_a_table", file, place, repr(blocks)[:80]))
        return []
    return list(enumerate(blocks or [], start=1))


def _benchmarks(
    blocks: object, catalogue: Catalogue, problems: list[Problem]
) -> dict[str, tuple[Benchmark, ...]]:
    made: dict[str, tuple[Benchmark, ...]] = {}
    for number, block in _numbered(blocks, CITY_FILE, "benchmark", problems):
        place = f"benchmark[{number}]"
        shaped = dict(benchmark_block(block)) if isinstance(block, Mapping) else {}
        ident = str(shaped.pop("indicator", ""))
        shaped.setdefault("jurisdiction", "city")
        if ident not in catalogue.indicators:
            hint = nearest(ident, catalogue.indicators)
            problems.append(Problem("unknown_indicator", CITY_FILE, place, ident, hint))
            continue
        one, wrong = read_block(Benchmark, shaped, CITY_FILE, place)
        wrong += flat(one, place) if one is not None else []
        problems += wrong
        if one is not None and not wrong:
            earlier = made.get(ident, ())
            problems += begun_together(one, earlier, place)
            made[ident] = (*earlier, one)
    return made


def _targets(blocks: object, catalogue: Catalogue, problems: list[Problem]) -> tuple[Target, ...]:
    made: dict[tuple[str, int], Target] = {}
    for number, block in _numbered(blocks, CITY_FILE, "target", problems):
        place = f"target[{number}]"
        one, wrong = read_block(Target, block, CITY_FILE, place)
        problems += wrong
        if one is None:
            continue
        if one.indicator not in catalogue.indicators:
            hint = nearest(one.indicator, catalogue.indicators)
            problems.append(Problem("unknown_indicator", CITY_FILE, place, one.indicator, hint))
            continue
        if (one.indicator, one.year) in made:
            found = f"{one.indicator} {one.year}"
            problems.append(Problem("target_twice", CITY_FILE, place, found))
        problems += aimed(one, catalogue, place)
        made.setdefault((one.indicator, one.year), one)
    return tuple(made.values())


def _sources(block: dict[str, Any], catalogue: Catalogue, problems: list[Problem]) -> list[Source]:
    for key in block:
        if key != "source":
            problems.append(Problem("unknown_key", SOURCES_FILE, key, key, "source"))
    blocks = block.get("source")
    if isinstance(blocks, list):
        blocks = [_spelt_out(b) if isinstance(b, Mapping) else b for b in blocks]
    sources = _list(Source, blocks, SOURCES_FILE, "source", problems)
    seen: set[str] = set()
    tables: set[str | None] = set()
    for source in sources:
        if source.id in seen:
            problems.append(Problem("twice", SOURCES_FILE, source.id, source.id))
        seen.add(source.id)
        if source.holds == "table" and source.table in tables:
            place = f"source {source.id}.table"
            problems.append(Problem("table_twice", SOURCES_FILE, place, source.table or ""))
        tables.add(source.table)
        problems += _source(source, catalogue)
    return list(sources)


def _spelt_out(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a source block with its short forms written out: one header row, a bare column."""
    made = dict(block)
    if isinstance(made.get("header"), int):
        made["header"] = [made["header"]]
    if isinstance(made.get("columns"), Mapping):
        made["columns"] = {name: _column(said) for name, said in made["columns"].items()}
    return made


def _column(said: object) -> object:
    if isinstance(said, str):
        return {"column": said}
    if isinstance(said, Mapping) and isinstance(said.get("format"), str):
        return {**said, "format": [said["format"]]}
    return said


def _lacking(source: Source) -> list[str]:
    """Return the keys that a source must have for what it holds, and has not."""
    facts = source.holds == "facts"
    wanted = {
        "place": source.holds not in ("table", "lookup")
        and source.place is None
        and source.at is None,
        "period": facts and not (source.period or source.period_column),
        "variables": facts and not (source.variables or source.long),
        "level": source.holds == "places" and source.level is None,
    }
    return [key for key, lacks in wanted.items() if lacks]


def _source(source: Source, catalogue: Catalogue) -> list[Problem]:
    place = f"source {source.id}"
    problems = [
        Problem("missing_key", SOURCES_FILE, f"{place}.{key}", hint=key) for key in _lacking(source)
    ]
    if source.holds == "table" and source.table not in catalogue.tables:
        hint = nearest(source.table or "", catalogue.tables)
        problems.append(Problem("unknown_table", SOURCES_FILE, place, source.table or "", hint))
    if source.period and last_day(as_iso(source.period)) is None:
        problems.append(Problem("bad_period", SOURCES_FILE, f"{place}.period", source.period))
    for ident, mapped in source.variables.items():
        where = f"{place}.variables.{ident}"
        variable = catalogue.variables.get(ident)
        if variable is None:
            hint = nearest(ident, catalogue.variables)
            problems.append(Problem("unknown_variable", SOURCES_FILE, where, ident, hint))
        elif mapped.base is not None and mapped.base != variable.base:
            problems.append(
                Problem("base_differs", SOURCES_FILE, where, mapped.base, variable.base or "-")
            )
        given = [
            mapped.column is not None,
            mapped.numerator is not None,
            mapped.denominator is not None,
        ]
        alone = given == [True, False, False]
        if not alone and (given != [False, True, True] or mapped.times):
            problems.append(Problem("column_or_ratio", SOURCES_FILE, where))
        if not 0 < mapped.per < float("inf"):
            found = str(mapped.per)
            problems.append(Problem("wrong_value", SOURCES_FILE, f"{where}.per", found, "1, 100"))
    return problems


def _levels(city: City, sources: list[Source]) -> list[Problem]:
    known = [level.id for level in city.levels]
    return [
        Problem(
            "unknown_level",
            SOURCES_FILE,
            f"source {s.id}.level",
            s.level or "",
            nearest(s.level or "", known) or ", ".join(known),
        )
        for s in sources
        if s.holds == "places" and s.level is not None and s.level not in known
    ]


def _file(source: Source, folder: Path) -> list[Problem]:
    place = f"source {source.id}.path"
    if locate(source, folder) is None:
        package = source.path.removeprefix("package:").split("/")[0]
        return [Problem("no_package", SOURCES_FILE, place, source.path, package)]
    try:
        paths = located(source, folder)
        root = root_of(source.path, folder)
        if any(not path.resolve().is_relative_to(root) for path in paths):
            return [Problem("outside_folder", SOURCES_FILE, place, source.path)]
        if paths and all(path.is_file() for path in paths):
            return []
    except (OSError, RuntimeError, ValueError, NotImplementedError, IndexError):
        # A name too long, links in a circle, a NUL: such a file cannot be there.
        pass
    return [Problem("no_file", SOURCES_FILE, place, source.path[:200])]


def located(source: Source, folder: Path) -> list[Path]:
    """Return every file of a source: the one it names, or all that fit its pattern (`*`, `?`)."""
    return all_files(source.path, folder)


def locate(source: Source, folder: Path) -> Path | None:
    """Return where a source's file is: in the folder, or inside an installed package."""
    return named_file(source.path, folder)
