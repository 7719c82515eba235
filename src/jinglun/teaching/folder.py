"""What a city folder says in TOML, and which places it has: settings, sources, shapes, names."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from jinglun.teaching.chapters import PLACE, YEAR, Page
from jinglun.teaching.plan import Size
from jinglun.teaching.rows import Written, headings
from jinglun.teaching.settings import settings, years
from jinglun.teaching.world import World

HEAD = (
    "# {zh}：由 jinglun demo shili 生成，可以随意修改；重做用 --scale 或 --seed。\n"
    "# Made by `jinglun demo shili`; change it as you like. To make it anew: --scale or --seed.\n"
)


# --- TOML ---------------------------------------------------------------------------------------


def toml(value: object) -> str:
    """Return a value as TOML writes it: text, number, truth, date, list or one-line table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A JSON text is a TOML text as long as nothing above U+FFFF is escaped.
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value)


def _key(name: str) -> str:
    plain = name.replace("_", "").replace("-", "")
    return name if plain.isascii() and plain.isalnum() else toml(name)


def _lines(block: Mapping[str, object]) -> str:
    return "".join(f"{_key(key)} = {toml(value)}\n" for key, value in block.items())


# --- city.toml ----------------------------------------------------------------------------------


def write_city(folder: Path) -> None:
    """Write city.toml: who the city is, its targets, and the mark that every page must bear."""
    said = settings("shili")
    names = (
        *("id", "title_zh", "title_en", "country", "currency", "subject"),
        *("credit_zh", "credit_en", "watermark_zh", "watermark_en"),
    )
    city = said["city"]
    text = HEAD.format(zh=city["title_zh"]) + _lines({n: city[n] for n in names})
    for level in said["level"]:
        text += "\n[[level]]\n" + _lines(level)
    text += "\n[map]\n" + _lines(said["map"])
    for target in said["target"]:
        text += "\n[[target]]\n" + _lines(target)
    (folder / "city.toml").write_text(text, encoding="utf-8", newline="\n")


# --- places -------------------------------------------------------------------------------------


def write_places(world: World, folder: Path) -> None:
    """Write the names of all places and the shapes of districts and streets."""
    said, land = settings("shili"), world.land
    city = said["city"]
    rows = [(world.subject, "city", "", city["title_zh"], city["title_en"])]
    rows += [(d, "district", world.subject, *land.names[d]) for d in land.districts]
    above = [land.districts[d] for d in land.district]
    rows += [(s, "street", d, *land.names[s]) for s, d in zip(land.streets, above, strict=True)]
    peers = said["peers"]
    rows += [
        (p["id"], "city", "", peers["zh"].format(p["zh"]), peers["en"].format(p["en"]))
        for p in peers["list"]
    ]
    with (folder / "places.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["代码", "层级", "上级", "名称", "英文名称"])
        writer.writerows(rows)
    shapes = [(d, land.box(n)) for n, d in enumerate(land.districts)]
    boxes = [tuple(int(edge) for edge in box) for box in land.cells]
    shapes += [(s, (b[0], b[1], b[2], b[3])) for s, b in zip(land.streets, boxes, strict=True)]
    _write_shapes(world, folder / "boundaries.geojson", shapes)


def _write_shapes(
    world: World, path: Path, shapes: Iterable[tuple[str, tuple[int, int, int, int]]]
) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"place": place, "name": world.land.names[place][0]},
            "geometry": {"type": "Polygon", "coordinates": [world.land.ring(box)]},
        }
        for place, box in shapes
    ]
    whole = {"type": "FeatureCollection", "features": features}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


# --- sources.toml -------------------------------------------------------------------------------


def write_sources(
    world: World,
    folder: Path,
    written: Mapping[str, Written],
    sizes: Mapping[str, Size],
    pages: Mapping[str, Sequence[Page]],
    peers: str,
) -> None:
    """Write sources.toml: detailed tables first, so that of two figures theirs is the one used."""
    blocks = [*_places_blocks()]
    blocks += [_table_block(name, made, sizes.get(name)) for name, made in written.items()]
    blocks += [_page_block(page, "report", "年报", "report") for page in pages["reports"]]
    blocks += [_page_block(page, "yearbook", "统计年鉴", "yearbook") for page in pages["yearbook"]]
    blocks += [_page_block(page, "streets", "街道统计", "streets") for page in pages["streets"]]
    blocks.append(_peers_block(peers))
    text = HEAD.format(zh="数据来源")
    for head, tables in blocks:
        text += "\n[[source]]\n" + _lines(head)
        for name, table in tables.items():
            text += f"[source.{name}]\n" + _lines(table)
    (folder / "sources.toml").write_text(text, encoding="utf-8", newline="\n")


Block = tuple[dict[str, object], dict[str, Mapping[str, object]]]


def _source(
    ident: str, file: str, zh: str, en: str, office: str = "", **more: object
) -> dict[str, object]:
    city = settings("shili")["city"]
    publisher = city["publisher"].format(office or city["statistics"])
    head = {"id": ident, "path": f"data/{file}", **more, "title_zh": zh, "title_en": en}
    head |= {"publisher": publisher, "licence": city["licence"]}
    return head | {"retrieved": city["copied_on"]}


def _places_blocks() -> list[Block]:
    names = {"zh": "名称", "en": "英文名称"}
    blocks: list[Block] = []
    for level in reversed(settings("shili")["level"]):
        zh, en = f"地点名录：{level['zh']}", f"Places: {level['en']}"
        head = _source(f"places-{level['id']}", "places.csv", zh, en, holds="places")
        head |= {"place": "代码", "level": level["id"], "parent": "上级"}
        blocks.append((head | {"where": {"层级": level["id"]}, "names": names}, {}))
    head = _source(
        "boundaries", "boundaries.geojson", "区界和街道界", "Boundaries", holds="geometry"
    )
    blocks.append((head | {"feed": "geojson", "place": "place", "crs": "EPSG:4326"}, {}))
    return blocks


def _table_block(name: str, made: Written, size: Size | None) -> Block:
    said = settings("tables")[name]
    titles = (said["zh"], said["en"], said["office"])
    head = _source(name.replace("_", "-"), made.file, *titles, holds="table")
    head |= {"feed": made.feed, "table": name, "quality": "A"}
    if size is not None and not size.whole:
        head["note_zh"] = "只抽了一部分行，故总数偏小；用更大的 --scale 可得全部。"
        head["note_en"] = (
            "Only some of the rows, so totals are too small; a larger --scale has all."
        )
    columns: dict[str, object] = dict(said["columns"])
    for column, words in said.get("values", {}).items():
        columns[column] = {"column": columns[column], "values": words}
    assert set(columns) <= set(headings(name)), name
    return head, {"columns": columns}


def _page_block(page: Page, kind: str, zh: str, en: str) -> Block:
    titles = settings("shili")["titles"]
    name = page.id.removeprefix(f"{kind}-")
    title_zh, title_en = titles.get(name, (zh, en))
    ident = page.id if page.id.startswith(kind) else f"{kind}-{name}"
    head = _source(ident, page.file, title_zh, title_en, holds="facts")
    head |= {"place": PLACE, "period_column": YEAR, "quality": "A"}
    variables: dict[str, object] = {}
    for variable, (heading, unit, base) in page.columns.items():
        variables[variable] = {"column": heading, "unit": unit} | ({"base": base} if base else {})
    return head, {"variables": variables}


def _peers_block(file: str) -> Block:
    zh = f"示例甲市等16个虚构城市，{years()[0]}—{years()[-1]}年"
    en = f"Sixteen invented cities, {years()[0]}-{years()[-1]}"
    head = _source("peers", file, zh, en, holds="facts")
    head |= {"place": "城市代码", "period_column": "年份", "quality": "B"}
    return head | {"long": {"variable": "变量", "value": "数值", "unit": "单位"}}, {}


# --- what is hidden in it -----------------------------------------------------------------------


def write_planted(folder: Path) -> None:
    """Write PLANTED.md: what is hidden in the city on purpose, for who teaches or tests with it."""
    truths = settings("truths")
    dirty = truths["dirty"]["tables"]
    text = "# 埋在示例市里的真相 · What is hidden in Shili on purpose\n\n"
    text += (
        "教学者和测试者看；让学生先自己找。 For who teaches or tests; let others look first.\n\n"
    )
    for said in truths.values():
        text += f"- {said['zh']}\n  {said['en']}\n"
    text += "\n| 表 table | 原因 reason | 行 rows |\n|---|---|---|\n"
    for table, faults in dirty.items():
        text += "".join(f"| {table} | {reason} | {n} |\n" for reason, n in faults.items())
    (folder / "PLANTED.md").write_text(text, encoding="utf-8", newline="\n")
