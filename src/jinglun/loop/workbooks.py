"""Which figures each department is asked for in a workbook, and how its answers are read back."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from jinglun.feeds import spreadsheet
from jinglun.loop.answers import Answer
from jinglun.loop.files import WORKBOOKS, workbook_files
from jinglun.loop.offices import Department, departments, read_by
from jinglun.loop.units import units_for
from jinglun.model.catalogue import Catalogue, Variable
from jinglun.model.city import LongColumns, Source
from jinglun.pages.words import words

FIGURES, DISTRICTS = "填报 figures", "各区 districts"
HEADER_ROW = 4
# These stand in files that clerks keep for years: a change here makes them unreadable.
ID, NAME, NAME_EN, DEFINITION = "编号/id", "指标/figure", "英文名/name", "定义/definition"
UNIT, PLACE, PERIOD, LAST = "单位/unit", "地点/place", "时期/period", "上期数值/last value"
VALUE, QUALITY, CONTACT, REMARK = "数值/value", "质量/quality", "联系人/contact", "备注/remark"
COLUMNS = (
    *(ID, NAME, NAME_EN, DEFINITION, UNIT, PLACE, PERIOD, LAST),
    *(VALUE, QUALITY, CONTACT, REMARK),
)
KEPT = (ID, NAME, UNIT, PERIOD, QUALITY)
"""The columns of the sheet of districts that are no districts."""
_MOST_USES = 3
_SHEET_NAME = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\bname="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Request:
    """What all workbooks of a city share: whom they ask about, for which year, what is known."""

    title_zh: str
    title_en: str
    subject: str
    currency: str
    year: int
    districts: tuple[tuple[str, str], ...] = ()
    """Id and name of each."""
    given: Mapping[str, Answer] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure asked for, as the sheet says it."""

    variable: Variable
    definition: str
    units: tuple[str, ...]
    remark: str
    by_district: bool


def file_name(department: Department) -> str:
    """Return a name for the workbook that every disk can hold."""
    bare = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "", department.zh).strip(" .") or "_"
    return f"{bare[:60]}.xlsx"


def rows_of(department: Department, catalogue: Catalogue, currency: str) -> list[Row]:
    """Return what a department is asked for, in the framework's order."""
    uses: dict[str, list[str]] = {}
    for one in catalogue.indicators.values():
        for ident in dict.fromkeys(read_by(one, catalogue)):
            uses.setdefault(ident, []).append(f"{one.code} {one.zh}：{one.definition_zh}")
    compared = {
        v for i in catalogue.indicators.values() if i.over == "districts" for v in i.parameters
    }
    rows = []
    for ident in department.variables:
        variable = catalogue.variables[ident]
        units = tuple(units_for(variable.unit, currency))
        adds_up = variable.kind in ("count", "amount") or ident in compared
        definition = _definition(variable, uses.get(ident, []))
        rows.append(Row(variable, definition, units, _remark(variable, catalogue), adds_up))
    return rows


def _definition(variable: Variable, uses: list[str]) -> str:
    """Return what is counted and the first indicators that use it, a line each."""
    w = words("zh")
    more = [w("workbook.and_more", count=len(uses))] if len(uses) > _MOST_USES else []
    said = [variable.note_zh, w("workbook.used_for"), *uses[:_MOST_USES], *more]
    return "\n".join(line for line in said if line)


def _remark(variable: Variable, catalogue: Catalogue) -> str:
    if variable.table is None:
        return ""
    table = catalogue.tables[variable.table]
    named = {"zh": f"{table.zh}（{table.id}）", "en": f"{table.en} ({table.id})"}
    return "\n".join(words(tag)("workbook.from_table", table=said) for tag, said in named.items())


def write_workbooks(
    folder: Path, request: Request, catalogue: Catalogue, renewed: Collection[str] = ()
) -> list[str]:
    """Write the workbooks that are not there, and those `renewed`; return their file names."""
    from jinglun.loop.sheets import workbook_bytes

    home = folder / WORKBOOKS
    home.mkdir(parents=True, exist_ok=True)
    written = []
    for department in departments(catalogue):
        name = file_name(department)
        if name in renewed or not (home / name).exists():
            rows = rows_of(department, catalogue, request.currency)
            (home / name).write_bytes(workbook_bytes(department, rows, request))
            written.append(name)
    return written


# --- read back ----------------------------------------------------------------------------------


def workbook_sources(
    folder: Path, catalogue: Catalogue, written: Sequence[Source] = ()
) -> list[Source]:
    """Return each workbook of a city as a source of facts, and its sheet of districts as another.

    A file that is no such workbook is a source too: reading it says what it lacks. One that
    sources.toml itself reads (`written`) is left to it.
    """
    files = workbook_files(folder)
    if not files:
        return []
    offices = {file_name(d).removesuffix(".xlsx"): d for d in departments(catalogue)}
    elsewhere, taken = {s.path for s in written}, {s.id for s in written}
    sources: list[Source] = []
    for path in files:
        named = max((b for b in offices if path.stem.startswith(b)), key=len, default="")
        figures = _source(path, folder, offices.get(named))
        if figures.path in elsewhere:
            continue
        while {figures.id, f"{figures.id}-districts"} & taken:
            figures = replace(figures, id=f"{figures.id}-2")
        by_district = _districts(figures)
        found = [figures, by_district] if _has_districts(path, by_district) else [figures]
        sources += found
        taken |= {s.id for s in found}
    return sources


def _source(path: Path, folder: Path, office: Department | None) -> Source:
    inner = path.relative_to(folder / WORKBOOKS).with_suffix("").as_posix()
    zh, en = (office.zh, office.en) if office else (path.stem, path.stem)
    return Source(
        id=f"workbook-{inner.replace('/', '-')}",
        path=path.relative_to(folder).as_posix(),
        title_zh=words("zh")("workbook.title", office=zh),
        title_en=words("en")("workbook.title", office=en),
        publisher=zh if zh == en else f"{zh} {en}",
        licence=f"{words('zh')('workbook.licence')} {words('en')('workbook.licence')}",
        feed="spreadsheet",
        holds="facts",
        place=PLACE,
        period_column=PERIOD,
        quality="F",
        long=LongColumns(ID, VALUE, UNIT, QUALITY),
        sheet=FIGURES,
        header=(HEADER_ROW,),
    )


def _districts(figures: Source) -> Source:
    return replace(
        figures,
        id=f"{figures.id}-districts",
        title_zh=words("zh")("workbook.title_districts", title=figures.title_zh),
        title_en=words("en")("workbook.title_districts", title=figures.title_en),
        place="name",
        long=LongColumns(ID, "value", UNIT, QUALITY),
        sheet=DISTRICTS,
        unpivot=KEPT,
    )


def _has_districts(path: Path, source: Source) -> bool:
    """Say whether a workbook has the sheet of districts, without reading the whole of it."""
    try:
        with zipfile.ZipFile(path) as parts, parts.open("xl/workbook.xml") as stream:
            names = _SHEET_NAME.findall(stream.read(1 << 20))
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        # An old .xls, or a file that only its feed can say what is wrong with.
        if path.suffix.lower() != ".xls":
            return False
        return bool(spreadsheet.header(path, source))
    return DISTRICTS in {html.unescape(name.decode("utf-8", "replace")) for name in names}
