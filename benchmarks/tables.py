"""How long the variables of a large request table take, beside the same in hand-written SQL.

Prints JSON. Rows are generated (every column from the row's number, so that two runs are alike)
and written as Parquet with a city folder around it. Ours and the rival's run each in a process of
its own over the same file: the first call apart from the warm ones, whose median counts. The
checks of `sense` (types, places, words, order of times, keys) have no rival and are timed apart.

    python benchmarks/tables.py [rows ...]          by default 2000000 20000000
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

DAY = date(2026, 11, 22)
WARM = 3
DISTRICTS = 20
CITY = """
id = "load"
title_zh = "负载市"
title_en = "Load"
country = "CN"
currency = "CNY"
subject = "c"
level = [{ id = "district", zh = "区", en = "district" }, { id = "city", zh = "市", en = "city" }]
"""
SAID = 'title_zh = "表"\ntitle_en = "Table"\npublisher = "Office"\nlicence = "CC0-1.0"\n'
COLUMNS = (
    *("request_id", "place", "topic", "agency", "received_at", "assigned_at", "contact_due_at"),
    *("contacted_at", "due_at", "closed_at", "reopened", "repeat_of", "callback_at"),
    *("callback_resolved", "callback_satisfied"),
)
ROWS = """
SELECT 'R' || i AS request_id, 'd' || (h % 20) AS place, 't' || (h % 50) AS topic,
  'a' || (h % 30) AS agency, t AS received_at, t + INTERVAL 1 HOUR AS assigned_at,
  t + INTERVAL 25 HOUR AS contact_due_at,
  CASE WHEN h % 10 < 9 THEN t + to_hours(CAST(2 + h % 30 AS BIGINT)) END AS contacted_at,
  t + INTERVAL 10 DAY AS due_at,
  CASE WHEN h % 20 < 19 THEN t + to_hours(CAST(5 + h % 400 AS BIGINT)) END AS closed_at,
  h % 13 = 0 AS reopened, CASE WHEN h % 7 = 0 THEN 'R' || (i // 2) END AS repeat_of,
  CASE WHEN h % 3 = 0 THEN t + to_hours(CAST(500 + h % 48 AS BIGINT)) END AS callback_at,
  h % 5 < 4 AS callback_resolved, h % 4 < 3 AS callback_satisfied
FROM (SELECT i, hash(i) % 1000003 AS h,
  TIMESTAMP '2019-01-01' + to_seconds(CAST(i * (6 * 31536000 / {rows}) AS BIGINT)) AS t
  FROM range({rows}) AS r(i))
"""
BY_HAND = """
SELECT place, year, count(*),
  count(CASE WHEN assigned_at IS NOT NULL AND contact_due_at IS NOT NULL THEN 1 END),
  count(CASE WHEN assigned_at IS NOT NULL AND contacted_at <= contact_due_at THEN 1 END),
  count(closed_at), sum(days), quantile_cont(days, 0.9), count(due_at),
  count(CASE WHEN closed_at <= due_at THEN 1 END),
  count(CASE WHEN reopened AND closed_at IS NOT NULL THEN 1 END), count(repeat_of),
  count(CASE WHEN back THEN 1 END), count(CASE WHEN back AND callback_resolved THEN 1 END),
  count(CASE WHEN back AND callback_satisfied THEN 1 END)
FROM (SELECT *, year(received_at) AS year,
  closed_at IS NOT NULL AND callback_at IS NOT NULL AS back,
  epoch(closed_at - received_at) / 86400 AS days FROM read_parquet('{file}'))
GROUP BY GROUPING SETS ((place, year), (year)) ORDER BY place, year
"""


def make(folder: Path, rows: int) -> Path:
    """Write a city folder around a request table of so many rows; return the table."""
    import duckdb

    (folder / "city.toml").write_text(CITY, encoding="utf-8")
    places = ["id,level,parent,name", "c,city,,Load"]
    places += [f"d{n},district,c,D{n}" for n in range(DISTRICTS)]
    (folder / "places.csv").write_text("\n".join(places) + "\n", encoding="utf-8")
    said = f'[[source]]\npath = "places.csv"\nholds = "places"\n{SAID}place = "id"\n'
    blocks = [
        f'{said}id = "{level}"\nlevel = "{level}"\nparent = "parent"\n'
        f'where = {{ level = "{level}" }}'
        for level in ("city", "district")
    ]
    mapped = "\n".join(f'{column} = "{column}"' for column in COLUMNS)
    blocks.append(
        f'[[source]]\nid = "t"\npath = "t.parquet"\nfeed = "parquet"\nholds = "table"\n{SAID}'
        f'table = "requests"\nquality = "A"\n[source.columns]\n{mapped}'
    )
    (folder / "sources.toml").write_text("\n".join(blocks), encoding="utf-8")
    file = folder / "t.parquet"
    query = ROWS.format(rows=rows)
    duckdb.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
    return file


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds a call takes, and what it gives."""
    begun = time.perf_counter()
    found = call()
    return round(time.perf_counter() - begun, 3), found


def peak_mb() -> int:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def at_desk(folder: Path) -> tuple[Any, Any]:
    """Return what reading a source needs, and the source of the table."""
    from jinglun.loop.catalogue import framework_catalogue
    from jinglun.loop.folder import read_city
    from jinglun.loop.hierarchy import read_places
    from jinglun.loop.loading import Desk, Rejects, Shelf
    from jinglun.store.lake import connect

    catalogue = framework_catalogue()
    city = read_city(folder, catalogue)
    shelf = Shelf(city, connect())
    places, _ = read_places(shelf, [], Rejects())
    variables = {v: n for n, v in enumerate(sorted(catalogue.variables))}
    desk = Desk(shelf, catalogue, places, places.index(), variables, DAY)
    return desk, next(s for s in city.sources if s.holds == "table")


def ours(folder: Path) -> dict[str, Any]:
    """Time the checks once, and the reduction of the sound rows first and warm."""
    from jinglun.loop.tables import reduced, sound_rows

    desk, source = at_desk(folder)
    checks, sound = timed(lambda: sound_rows(desk, source))
    assert sound is not None and sound.rejected == 0, (desk.problems, sound)
    table = desk.catalogue.tables["requests"]
    first, result = timed(lambda: reduced(desk, table, sound.good))
    warm = [timed(lambda: reduced(desk, table, sound.good))[0] for _ in range(WARM)]
    total = sum(int(n) for n in result["requests_closed"].to_pylist())
    return {"checks": checks, "first": first, "warm": statistics.median(warm), "closed": total}


def sums(folder: Path) -> dict[str, Any]:
    """Time the sums and counts alone: without the exact quantile, and without the check of keys.

    Their memory must not grow with the rows; what the quantile and the keys add is in `ours`.
    """
    from jinglun.loop.loading import relation
    from jinglun.loop.mapping import mapped_rows
    from jinglun.loop.tables import placed, reduced

    desk, source = at_desk(folder)
    kept = {v: one for v, one in desk.catalogue.variables.items() if v != "close_days_p90"}
    desk = replace(desk, catalogue=replace(desk.catalogue, variables=kept))
    table = desk.catalogue.tables["requests"]
    loaded = relation(source, desk.shelf, desk.problems, desk.rejects)
    rows = placed(desk, source, table, mapped_rows(desk, source, table, loaded))
    seconds, result = timed(lambda: reduced(desk, table, rows))
    total = sum(int(n) for n in result["requests_closed"].to_pylist())
    return {"first": seconds, "closed": total}


def by_hand(folder: Path) -> dict[str, Any]:
    """Time the hand-written query, first and warm."""
    import duckdb

    query = BY_HAND.format(file=folder / "t.parquet")
    connection = duckdb.connect()
    first, rows = timed(lambda: connection.execute(query).fetchall())
    warm = [timed(lambda: connection.execute(query).fetchall())[0] for _ in range(WARM)]
    return {"first": first, "warm": statistics.median(warm), "closed": sum(r[5] for r in rows)}


def main() -> None:
    """Print for each size what ours and the hand-written query took, and their ratio."""
    if sys.argv[1:2] == ["--child"]:
        found = {"ours": ours, "sums": sums, "by_hand": by_hand}[sys.argv[2]](Path(sys.argv[3]))
        print(json.dumps({**found, "peak_mb": peak_mb()}))
        return
    told = []
    for rows in [int(a) for a in sys.argv[1:]] or [2_000_000, 20_000_000]:
        with tempfile.TemporaryDirectory() as name:
            file = make(Path(name), rows)
            each: dict[str, Any] = {}
            for who in ("by_hand", "ours", "sums"):
                command = [sys.executable, __file__, "--child", who, name]
                run = subprocess.run(command, check=True, capture_output=True, text=True)
                each[who] = json.loads(run.stdout)
            assert each["ours"]["closed"] == each["by_hand"]["closed"]
            ratio = round(each["ours"]["warm"] / each["by_hand"]["warm"], 2)
            megabytes = round(file.stat().st_size / 1e6)
            told.append({"rows": rows, "file_mb": megabytes, "warm_ratio": ratio, **each})
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
