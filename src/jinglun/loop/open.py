"""What the release says to the world: tables, documents, pages, written whole or not at all."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from jinglun import framework
from jinglun.loop.diagnose import Diagnosed
from jinglun.loop.measure import Measured
from jinglun.loop.sense import Sensed
from jinglun.loop.stopwatch import Stopwatch, peak_memory_mb
from jinglun.model.catalogue import Benchmark, Catalogue, Indicator
from jinglun.model.city import City
from jinglun.model.errors import InputError, Problem
from jinglun.model.facts import QUALITY
from jinglun.model.release import FORMAT, KEYS, TABLES, Release
from jinglun.pages.site import write_site
from jinglun.store.cache import digests
from jinglun.store.lake import arrow_table, write_csv, write_parquet
from jinglun.store.swap import draft_of, replace_folder

ABSENT = ("design", "deliver")


def open_release(
    city: City,
    catalogue: Catalogue,
    sensed: Sensed,
    measured: Measured,
    diagnosed: Diagnosed,
    day: date,
    seed: int,
    out: Path,
    watch: Stopwatch,
) -> dict[str, str]:
    """Write the release beside `out`, then let it take the place of the old one at once.

    Returns the sha256 of every file as it was written, by its path inside.
    """
    out = out.resolve()
    with draft_of(out) as draft:
        release = _release(city, catalogue, sensed, measured, diagnosed, day, seed)
        _write(release, draft)
        _write_json(_geojson(sensed), draft / "places.geojson")
        with watch.step("pages"):
            write_site(release, _shapes(sensed), draft / "site", watch.within("pages"))
        _write_json(_run(watch), draft / "run.json")
        written = digests(draft)
        replace_folder(draft, out)
    return written


def refuse_other_folders(out: Path, city: Path) -> None:
    """Raise InputError if `out` is anything but a release, an empty folder or nothing yet.

    What stands there is removed, so every name in it must be ours, the city must not lie in it,
    and it must not lie in another release.
    """
    real = out.resolve()
    inside = any((parent / "terms.json").is_file() for parent in real.parents)
    ours = not real.exists() or (real.is_dir() and _only_ours(real))
    if inside or not ours or city.resolve().is_relative_to(real):
        raise InputError([Problem("not_a_release", str(out), "", str(out))])


def _only_ours(folder: Path) -> bool:
    # Desktops leave their own files (.DS_Store, Thumbs.db) in every folder that is looked at.
    left = {"Thumbs.db", "desktop.ini"}
    names = {e.name for e in folder.iterdir() if not e.name.startswith(".")} - left
    documents = {f"{name}.json" for name in ("release", "terms", "weave", "findings", "run")}
    tables = {f"{name}.parquet" for name in TABLES} | {"measures.csv", "places.geojson", "site"}
    return names <= documents | tables and (not names or "release.json" in names)


def _write(release: Release, folder: Path) -> None:
    for name, table in release.tables.items():
        write_parquet(table, folder / f"{name}.parquet")
    write_csv(release.tables["measures"], folder / "measures.csv")
    for name, document in release.documents.items():
        _write_json(document, folder / f"{name}.json")


def _write_json(document: Any, path: Path) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _run(watch: Stopwatch) -> dict[str, Any]:
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": {name: round(s, 3) for name, s in watch.seconds.items()},
        "peak_memory_mb": round(peak_memory_mb(), 1),
    }


def _release(
    city: City,
    catalogue: Catalogue,
    sensed: Sensed,
    measured: Measured,
    diagnosed: Diagnosed,
    day: date,
    seed: int,
) -> Release:
    tables = {
        "places": _places(sensed),
        "facts": _facts(sensed, measured, catalogue),
        "measures": _measures(sensed, measured, diagnosed, catalogue),
        "rejected": dataclasses.asdict(sensed.rejects),
    }
    made = {name: _sorted(arrow_table(name, columns), name) for name, columns in tables.items()}
    documents = {
        "release": _head(city, sensed, diagnosed, made, day, seed),
        "terms": _terms(catalogue, measured, city),
        "weave": diagnosed.weave,
        "findings": diagnosed.findings,
    }
    return Release(documents, made)


def _sorted(table: Any, name: str) -> Any:
    return table.sort_by([(key, "ascending") for key in KEYS[name]])


def program_version() -> str:
    """Return the version of the installed program."""
    try:
        return version("jinglun")
    except PackageNotFoundError:
        return "unknown"


def _head(
    city: City,
    sensed: Sensed,
    diagnosed: Diagnosed,
    tables: Mapping[str, Any],
    day: date,
    seed: int,
) -> dict[str, Any]:
    said = (
        "id",
        "title_zh",
        "title_en",
        "country",
        "currency",
        "subject",
        "credit_zh",
        "credit_en",
        "watermark_zh",
        "watermark_en",
    )
    headline = diagnosed.weave["city"][0]
    return {
        "format": FORMAT,
        "city": {name: getattr(city, name) for name in said} | {"languages": list(city.languages)},
        "date": day.isoformat(),
        "seed": seed,
        "version": program_version(),
        "levels": [dataclasses.asdict(level) for level in city.levels],
        "periods": list(sensed.periods),
        "inputs": list(sensed.inputs),
        "coverage": headline["coverage"],
        "settings": dataclasses.asdict(city.settings),
        "weights": {k: dict(v) for k, v in dataclasses.asdict(city.weights).items()},
        "map": dataclasses.asdict(city.map),
        "rows": {name: table.num_rows for name, table in tables.items()},
        "absent": list(ABSENT),
        "problems": [dataclasses.asdict(p) for p in sensed.problems],
    }


# --- tables -------------------------------------------------------------------------------------


def _places(sensed: Sensed) -> dict[str, list[Any]]:
    places = sensed.places.all
    return {
        "place": [p.id for p in places],
        "level": [p.level for p in places],
        "parent": [p.parent for p in places],
        "title_zh": [p.title("zh") for p in places],
        "title_en": [p.title("en") for p in places],
        "titles": [json.dumps(p.titles, ensure_ascii=False, sort_keys=True) for p in places],
        "role": [p.role for p in places],
    }


def _strings(words: list[str], at: Any) -> Any:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(at, pa.int32()), pa.array(words, pa.string()))


def _facts(sensed: Sensed, measured: Measured, catalogue: Catalogue) -> dict[str, Any]:
    """Return what was read and, after it, what was completed or built from parts."""
    facts, cube = sensed.facts, measured.cube
    built = np.nonzero(measured.made > 0)
    variable, place, period = (
        np.concatenate([read, b])
        for read, b in zip((facts.variable, facts.place, facts.period), built, strict=True)
    )
    units = [catalogue.variables[v].unit for v in cube.variables]
    levels = [p.level for p in sensed.places.all]
    sources = [i["source"] for i in sensed.inputs] + ["jinglun"]
    own = np.full(len(built[0]), len(sources) - 1)
    return {
        "place": _strings(sensed.places.ids, place),
        "level": _strings(levels, place),
        "period": _strings(list(cube.periods), period),
        "variable": _strings(list(cube.variables), variable),
        "value": cube.value[variable, place, period],
        "unit": _strings(units, variable),
        "quality": _strings(list(QUALITY), cube.quality[variable, place, period]),
        "source": _strings(sources, np.concatenate([facts.source, own])),
        "locator": [*facts.locator, *_made_locators(built, sensed, measured, catalogue)],
    }


def _made_locators(
    built: tuple[Any, ...], sensed: Sensed, measured: Measured, catalogue: Catalogue
) -> list[str]:
    """Name the parts: `share:part/base`, `parts:16` or `parts:16:base` for a weighted mean."""
    children = sensed.places.children()
    locators = []
    for v, p, t in zip(*built, strict=True):
        variable = catalogue.variables[measured.cube.variables[v]]
        if measured.made[v, p, t] == 1:
            locators.append(f"share:{variable.part}/{variable.base}")
        else:
            weight = f":{variable.base}" if variable.kind in ("share", "level") else ""
            locators.append(f"parts:{len(children[int(p)])}{weight}")
    return locators


def _measures(
    sensed: Sensed, measured: Measured, diagnosed: Diagnosed, catalogue: Catalogue
) -> dict[str, Any]:
    n, place, period = np.nonzero(~np.isnan(measured.value))
    indicators = [catalogue.indicators[i] for i in measured.indicators]
    return {
        "place": _strings(sensed.places.ids, place),
        "level": _strings([p.level for p in sensed.places.all], place),
        "period": _strings(list(measured.cube.periods), period),
        "indicator": _strings(list(measured.indicators), n),
        "domain": _strings([i.domain or "" for i in indicators], n),
        "factor": _strings([i.factor for i in indicators], n),
        "value": measured.value[n, place, period],
        "unit": _strings([i.unit for i in indicators], n),
        "score": measured.score[n, place, period],
        "score_low": diagnosed.score_low[n, place, period],
        "score_high": diagnosed.score_high[n, place, period],
        "quality": _strings(list(QUALITY), np.maximum(measured.quality[n, place, period], 0)),
        "benchmark": _strings([_benchmark_key(measured.benchmarks[i.id]) for i in indicators], n),
        "variables": _strings([",".join(i.parameters) for i in indicators], n),
    }


def _benchmark_key(benchmark: Benchmark | None) -> str:
    return f"{benchmark.jurisdiction}@{benchmark.since}" if benchmark else ""


# --- documents ----------------------------------------------------------------------------------


def _terms(catalogue: Catalogue, measured: Measured, city: City) -> dict[str, Any]:
    order = measured.indicators
    return {
        "guide": {"zh": framework.GUIDE_ZH, "en": framework.GUIDE_EN},
        "domains": [dataclasses.asdict(d) for d in framework.DOMAINS],
        "factors": [dataclasses.asdict(f) for f in framework.FACTORS],
        "strategies": {s.id: dataclasses.asdict(s) for s in catalogue.strategies.values()},
        "indicators": {i: _indicator(catalogue, measured, city, i) for i in order},
        "variables": {v: dataclasses.asdict(one) for v, one in sorted(catalogue.variables.items())},
    }


def _indicator(catalogue: Catalogue, measured: Measured, city: City, ident: str) -> dict[str, Any]:
    one: Indicator = catalogue.indicators[ident]
    said = {
        f.name: getattr(one, f.name)
        for f in dataclasses.fields(one)
        if f.name not in ("benchmarks", "range")
    }
    benchmarks = [*city.benchmarks.get(ident, ()), *one.benchmarks]
    return {
        **said,
        "range": [x if math.isfinite(x) else None for x in one.range],
        "formula": inspect.getsource(catalogue.formulas[ident]),
        "benchmark": _benchmark_key(measured.benchmarks[ident]) or None,
        "expired": measured.expired[ident],
        "benchmarks": [_benchmark(b) for b in benchmarks],
    }


def _benchmark(benchmark: Benchmark) -> dict[str, Any]:
    said = dataclasses.asdict(benchmark)
    for day in ("since", "until"):
        said[day] = said[day].isoformat() if said[day] else None
    return {"key": _benchmark_key(benchmark), **said}


def _shapes(sensed: Sensed) -> dict[str, Any]:
    inside = {sensed.places.all[i].id for i in sensed.places.of_role("district")}
    return {i: shape for i, shape in sensed.places.shapes.items() if i in inside}


def _geojson(sensed: Sensed) -> dict[str, Any]:
    places = {p.id: p for p in sensed.places.all}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "place": i,
                    "title_zh": places[i].title("zh"),
                    "title_en": places[i].title("en"),
                },
                "geometry": {"type": "MultiPolygon", "coordinates": shape},
            }
            for i, shape in sensed.places.shapes.items()
        ],
    }
