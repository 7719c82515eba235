"""The pages of docs/ that are made from the tables: the grid, and everything watched or counted.

`python docs/build.py` writes them; `--check` writes nothing, names what differs and exits 1.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from jinglun.framework import DOMAINS, FACTORS, GUIDE_EN, GUIDE_ZH, Domain, Factor
from jinglun.loop.catalogue import framework_catalogue
from jinglun.model.catalogue import (
    Benchmark,
    Catalogue,
    Column,
    Indicator,
    Strategy,
    Table,
    Variable,
)
from jinglun.pages.words import words

HERE = Path(__file__).parent
MADE = "<!-- Made by docs/build.py from src/jinglun: change the tables there, then `make docs`. -->"
BETTER = {"higher": "越高越好 higher is better", "lower": "越低越好 lower is better"}

GRID = """
五大领域为经，四大要素为纬（{guide_zh}）。领域指标每项只在一格；要素级指标不属于任何领域，在其要素中作第六格。
共{all}项指标，{scored}项评分；注明“背景”“过程事实”的只展示，不评分。

Five domains lengthwise, four factors crosswise ({guide_en}). An indicator of a domain lies in one
cell only; those of no domain are a sixth cell of their factor. {all} indicators, {scored} of them
scored; what is marked context or process fact is shown and never scored."""

STRATEGIES = """
指南的表1—5已佚，策略由本项目据正文重拟。要素一栏，第一个为主。

The guide's tables 1-5 are lost; the strategies are the project's reconstruction from its prose.
The first factor is the main one."""

INDICATORS = """
每项指标：编号、名称、定义、单位、算法（就是程序里的函数）、所用变量、基准及其出处、怎样取得、谁掌握。
基准适用于各地（`*`）或一国（如 `CN`）。
来源中 [F] 为查到，[M] 为未核对正式文本，[P] 为本项目提出。

Every indicator: code, names, definition, unit, formula (the very function of the program),
variables, benchmarks and where they are from, how the data are got and which office holds them.
A benchmark holds for everyone (`*`) or for a country. In the sources [F] was found, [M] was not
checked in the official text, [P] is the project's proposal.

[网格 The grid](grid.md) · [变量 Variables](#variables) · [明细表 Tables](#tables)"""

VARIABLES = """
`count`、`amount` 可由各区相加；`level`、`share` 按基数（base）加权平均；
`single`（如中位数）不能合并。
有 part 的比重，无人公布时由 part 除以 base 得出。有 table 的变量，也可由该明细表归约得出。

`count` and `amount` add up over areas; `level` and `share` are averaged over their base; `single`
(a median, say) never aggregates. A share with a part is part over base where nobody published it.
A variable with a table can be reduced from that table too."""

TABLES = """
城市可以逐行提供的表；只有汇总数进入发布内容。privacy 为 `aggregate` 的表，单行不得外传。

Tables that a city may deliver row by row; only sums enter a release. Where privacy is `aggregate`,
single rows never leave."""


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with `--check` name those that differ; return the exit code."""
    if list(arguments) not in ([], ["--check"]):
        print("usage: python docs/build.py [--check]", file=sys.stderr)
        return 2
    made = pages()
    differ = [name for name in made if _written(name) != made[name]]
    for name in differ:
        if arguments:
            print(f"docs/{name} differs from the tables: run `make docs`", file=sys.stderr)
        else:
            (HERE / name).write_text(made[name], encoding="utf-8", newline="\n")
            print(f"wrote docs/{name}")
    return 1 if arguments and differ else 0


def pages() -> dict[str, str]:
    """Return every made page by its file name."""
    known = framework_catalogue()
    return {
        name: "\n".join(lines) + "\n"
        for name, lines in (("grid.md", _grid(known)), ("indicators.md", _indicators(known)))
    }


def _written(name: str) -> str:
    path = HERE / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


# --- Markdown ---


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(c).replace("|", "\\|") for c in cells) + " |"


def _table(head: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield a Markdown table, or nothing where there is no row."""
    body = [_row(row) for row in rows]
    if body:
        yield from ("", _row(head), "|" + "---|" * len(head), *body)


def _anchor(ident: str) -> str:
    """Return a target whose name does not hang on how a site spells its headings."""
    return f'<a id="{ident.lower()}"></a>'


def _said(key: str) -> str:
    """Return what the pages call a thing, in both languages."""
    return f"{words('zh')(key)} {words('en')(key)}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.12g}" if math.isfinite(value) else ("∞" if value > 0 else "-∞")


def _order(one: Indicator) -> tuple[str, int]:
    head, _, number = one.code.partition(".")
    return head, int(number)


def _of(known: Catalogue, **wanted: str | None) -> list[Indicator]:
    """Return the indicators whose fields are as `wanted`, by code."""
    chosen = [
        one
        for one in known.indicators.values()
        if all(getattr(one, name) == value for name, value in wanted.items())
    ]
    return sorted(chosen, key=_order)


# --- grid.md ---


def _grid(known: Catalogue) -> Iterator[str]:
    said = {
        "all": len(known.indicators),
        "scored": sum(i.role == "score" for i in known.indicators.values()),
        "guide_zh": GUIDE_ZH,
        "guide_en": GUIDE_EN,
    }
    yield from ("# 框架网格 · The grid", "", MADE, GRID.format_map(said))
    head = ["", *(f"{f.zh}<br>{f.en}" for f in FACTORS)]
    yield from _table(head, [*(_grid_row(known, d) for d in DOMAINS), _factor_row(known)])
    yield from ("", "## 每格的指标 · The indicators of every cell")
    for domain in DOMAINS:
        yield from ("", f"### {domain.title_zh} · {domain.title_en}")
        for factor in FACTORS:
            yield from _cell(_of(known, domain=domain.id, factor=factor.id), factor)
    yield from ("", "### 要素级 · Factor level")
    for factor in FACTORS:
        yield from _cell(_of(known, domain=None, factor=factor.id), factor)
    yield from _strategies(known)


def _grid_row(known: Catalogue, domain: Domain) -> list[str]:
    cells = [_of(known, domain=domain.id, factor=f.id) for f in FACTORS]
    return [f"**{domain.zh}**<br>{domain.en}", *(_codes(cell) for cell in cells)]


def _factor_row(known: Catalogue) -> list[str]:
    cells = [_of(known, domain=None, factor=f.id) for f in FACTORS]
    return ["**要素级**<br>Factor level", *(_codes(cell) for cell in cells)]


def _codes(cell: list[Indicator]) -> str:
    return f"**{len(cell)}**<br>" + " ".join(one.code for one in cell)


def _cell(cell: list[Indicator], factor: Factor) -> Iterator[str]:
    yield from ("", f"**{factor.zh} · {factor.en}**", "")
    for one in cell:
        unscored = "" if one.role == "score" else f" ({_said(f'role.{one.role}')})"
        link = f"[{one.code}](indicators.md#{one.code.lower()})"
        yield f"- {link} {one.zh} · {one.en}{unscored}"


def _strategies(known: Catalogue) -> Iterator[str]:
    names = {f.id: f"{f.zh} {f.en}" for f in FACTORS}
    yield from ("", "## 策略 · Strategies", STRATEGIES)
    for domain in DOMAINS:
        yield from ("", f"### {domain.zh} · {domain.en}")
        yield from _table(
            ["", "策略", "strategy", "要素 · factors"],
            (
                (s.id, s.zh, s.en, "；".join(names[f] for f in s.factors))
                for s in known.strategies.values()
                if s.domain == domain.id
            ),
        )


# --- indicators.md ---


def _indicators(known: Catalogue) -> Iterator[str]:
    yield from ("# 指标与变量 · Indicators and variables", "", MADE, INDICATORS)
    for domain in DOMAINS:
        yield from ("", f"## {domain.title_zh} · {domain.title_en}")
        for strategy in known.strategies.values():
            if strategy.domain == domain.id:
                yield from _strategy(strategy)
                for one in _of(known, strategy=strategy.id):
                    yield from _indicator(known, one, domain)
    yield from ("", "## 要素级指标 · Factor-level indicators")
    for factor in FACTORS:
        yield from ("", f"### {factor.zh} · {factor.en}")
        for one in _of(known, domain=None, factor=factor.id):
            yield from _indicator(known, one, None)
    yield from _variables(known)
    yield from _tables(known)


def _strategy(strategy: Strategy) -> Iterator[str]:
    yield from (
        "",
        f"### {strategy.id} {strategy.zh} · {strategy.en}",
        "",
        strategy.intent_zh,
        "",
        strategy.intent_en,
        "",
        f"*{strategy.source_zh} {strategy.source_en}*",
    )


def _indicator(known: Catalogue, one: Indicator, domain: Domain | None) -> Iterator[str]:
    factor = next(f for f in FACTORS if f.id == one.factor)
    aims = [f"{a.zh} {a.en}" for a in (domain.aims if domain else ()) if a.id == one.aim]
    facts = [
        f"`{one.id}`",
        one.unit,
        BETTER[one.better] if one.role == "score" else "",
        f"{factor.zh} {factor.en}",
        *aims,
        _said(f"role.{one.role}"),
        _said(f"privacy.{one.privacy}"),
        f"{_number(one.range[0])} … {_number(one.range[1])}",
    ]
    yield from ("", f"#### {_anchor(one.code)}{one.code} {one.zh} · {one.en}", "")
    yield " · ".join(f for f in facts if f)
    yield from ("", one.definition_zh, "", one.definition_en)
    if one.note_zh:
        yield from ("", f"> {one.note_zh}", ">", f"> {one.note_en}")
    yield from ("", "```python", inspect.getsource(known.formulas[one.id]).rstrip(), "```", "")
    if one.over:
        yield from ("各区的值比较而得。Computed over the values of the districts.", "")
    named = ", ".join(f"[`{v}`](#{v})" for v in one.parameters)
    yield f"- 变量 variables: {named}"
    yield f"- 取得 how got: {_said(f'get.{one.get}')}；{one.office_zh} · {one.office_en}"
    yield f"- 来源 sources: {'; '.join(one.sources)}"
    yield from _benchmarks(one.benchmarks)


def _benchmarks(benchmarks: tuple[Benchmark, ...]) -> Iterator[str]:
    yield from _table(
        ["状态 status", "适用 where", "有效期 in force", "0分", "100分", "出处", "source"],
        (
            (
                _said(f"status.{b.status}") + (f" ({b.reading})" if b.reading else ""),
                b.jurisdiction,
                f"{b.since} … {b.until or ''}".rstrip(),
                _number(b.zero),
                _number(b.full)
                + (f"<br>底线 floor {_number(b.floor)}" if b.floor is not None else "")
                + (f"<br>按年分摊 spread {b.spread[0]}-{b.spread[1]}" if b.spread else ""),
                b.source_zh,
                b.source_en,
            )
            for b in benchmarks
        ),
    )


def _variables(known: Catalogue) -> Iterator[str]:
    yield from ("", f"## {_anchor('variables')}变量 · Variables", VARIABLES)
    yield from _table(
        ["id", "中文", "English", "unit", "kind", "base", "part", "table"],
        (_variable(v) for _, v in sorted(known.variables.items())),
    )


def _variable(one: Variable) -> list[str]:
    zh = one.zh + (f"（{one.note_zh}）" if one.note_zh else "")
    en = one.en + (f" ({one.note_en})" if one.note_en else "")
    rest = [f"`{x}`" if x else "" for x in (one.base, one.part, one.table)]
    return [f"{_anchor(one.id)}`{one.id}`", zh, en, one.unit, one.kind, *rest]


def _tables(known: Catalogue) -> Iterator[str]:
    yield from ("", f"## {_anchor('tables')}明细表 · Tables", TABLES)
    for table in known.tables.values():
        yield from _one_table(table)


def _one_table(table: Table) -> Iterator[str]:
    yield from (
        "",
        f"### `{table.id}` {table.zh} · {table.en}",
        "",
        f"{table.row_zh} · {table.row_en}",
        "",
        f"privacy `{table.privacy}` · key `{'`, `'.join(table.key)}` · place `{table.place}`"
        f" · time `{table.time}`{_over_time(table)}",
    )
    yield from _table(
        ["column", "type", "unit", "必填 required", "期望 expected", "中文", "English"],
        (
            (f"`{n}`", c.type, c.unit, "是 yes" if c.required else "", _expected(c), c.zh, c.en)
            for n, c in table.columns.items()
        ),
    )


def _over_time(table: Table) -> str:
    said = []
    if table.fresh_days is not None:
        said.append(f"最近一行不早于 newest row within {table.fresh_days:g} 天 days")
    if table.drift is not None:
        said.append(f"各年行数相差不过 yearly rows within ±{100 * table.drift:g} %")
    return "".join(f" · {text}" for text in said)


def _expected(column: Column) -> str:
    said = []
    if column.min is not None or column.max is not None:
        low, high = (f"{b:g}" if b is not None else "" for b in (column.min, column.max))
        said.append(f"{low} … {high}".strip())
    if column.values:
        said.append(", ".join(f"`{word}`" for word in column.values))
    if column.after:
        said.append(f"≥ `{column.after}`")
    if column.references:
        said.append(f"在 in `{column.references}`")
    return "; ".join(said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
