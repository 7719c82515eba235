"""Whether the page of the base asks what the rules found, adds up rightly and hides nothing."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jinglun.loop import keep
from jinglun.model.release import Release
from jinglun.pages import base
from jinglun.pages.view import View, index, view
from jinglun.pages.words import words

Site = dict[str, ET.Element]
Say = Callable[[ET.Element | None], str]

# Benchmarks of 2026-09-22 and a stocktaking of the year before; s1 and s2 do the same thing.
FILES = {
    "system_catalogue": """\
system_id,as_of,place,name,office,strategy,purpose,status,users,running_cost,contract_ends_on
s1,2025-12-31,c,热线系统,数据局,G3,热线工单,running,42000,3200000,2027-12-31
s2,2025-12-31,c,<b>信箱</b>,,G3,热线工单,running,800,650000,2026-12-31
s3,2025-12-31,d1,停车系统,交通局,M2,停车,running,0,480000.5,2026-09-21
s4,2025-12-31,c,借阅系统,图书馆,C3,借阅,running,90,1000,
""",
    "commitments": """\
commitment_id,due_on,place,purse,amount,bound
k1,2026-12-31,c,city,9000000,true
k2,2026-12-31,c,transfers,4000000,false
k3,2027-12-31,d1,city,500000,
""",
    "posts": """\
place,office,role,as_of,posts,filled,cost
c,数据局,数据,2025-12-31,5,3.5,1050000
c,图书馆,数据,2025-12-31,1,1,99999
""",
    "platforms": """\
platform_id,as_of,place,name,office,kind,status,capacity,used,measure,open_to
cl,2025-12-31,c,政务云,数据局,cloud,running,4000,3900,核,districts
""",
}


def _sources(files: dict[str, str]) -> str:
    blocks = []
    for table, text in files.items():
        columns = ", ".join(f'{c} = "{c}"' for c in text.partition("\n")[0].split(","))
        blocks.append(
            f'[[source]]\nid = "{table}"\npath = "data/{table}.csv"\nholds = "table"\n'
            f'table = "{table}"\ntitle_zh = "表"\ntitle_en = "Table"\npublisher = "Office"\n'
            f'licence = "CC0"\nquality = "A"\ncolumns = {{ {columns} }}\n'
        )
    return "\n" + "".join(blocks)


@pytest.fixture(scope="module")
def town(
    tmp_path_factory: pytest.TempPathFactory,
    city_writer: Callable[..., Path],
    turned: Callable[..., Release],
) -> Path:
    """The release of the small city with four of the six tables."""
    folder = city_writer(tmp_path_factory.mktemp("base") / "city", sources_toml=_sources(FILES))
    for table, text in FILES.items():
        (folder / "data" / f"{table}.csv").write_text(text, encoding="utf-8")
    turned(folder, folder / "release")
    return folder / "release"


@pytest.fixture(scope="module")
def pages(town: Path, parsed: Callable[[Path], Site]) -> Site:
    return parsed(town / "site")


@pytest.fixture(scope="module")
def release(town: Path) -> Release:
    from jinglun.store.lake import read_release

    found = read_release(town)
    assert found is not None
    return found


def _section(page: ET.Element, name: str) -> ET.Element:
    found = page.find(f".//section[@aria-labelledby='h-{name}']")
    assert found is not None, name
    return found


def _cells(section: ET.Element, text: Say) -> list[list[str]]:
    return [[text(cell) for cell in row] for row in section.findall(".//tbody/tr")]


# --- where it is ---


def test_every_page_leads_to_the_base_and_it_knows_where_it_is(pages: Site, lang: str) -> None:
    for path, page in pages.items():
        if path.startswith(f"{lang}/"):
            wanted = "../" * (path.count("/") - 1) + "base.html"
            (link,) = (a for a in page.findall("body/header/nav//a") if a.get("href") == wanted)
            assert (link.get("aria-current") == "page") == (path == f"{lang}/base.html")


# --- without any table ---


def test_without_a_table_it_names_all_six_and_leads_to_what_to_collect(
    small_site: Site, text: Say, lang: str
) -> None:
    page = small_site[f"{lang}/base.html"]
    said = words(lang)
    assert text(page.find(".//p[@class='warn']")) == said("base.nothing")
    tables = _section(page, "tables")
    named = [text(code) for code in tables.findall(".//tbody/tr/th/code")]
    assert named == [
        *("system_catalogue", "projects", "contracts", "commitments", "posts", "platforms"),
    ]
    assert [row[2] for row in _cells(tables, text)] == [said("base.not_yet")] * 6
    assert "collect.html" in {a.get("href") for a in tables.iter("a")}
    # Nothing else: neither questions nor empty tables.
    sections = {s.get("aria-labelledby") for s in page.iter("section")}
    assert sections == {"h-tables", "h-rules"}


def test_with_some_tables_the_others_are_still_asked_for(pages: Site, text: Say, lang: str) -> None:
    page = pages[f"{lang}/base.html"]
    assert page.find(".//p[@class='warn']") is None
    rows = _cells(_section(page, "tables"), text)
    lacking = [row[0] for row in rows if row[2] == words(lang)("base.not_yet")]
    assert [name.rsplit(" ", 1)[-1] for name in lacking] == ["projects", "contracts"]


# --- questions ---


def test_the_questions_are_those_of_the_findings_in_their_order(
    pages: Site, release: Release, text: Say, lang: str
) -> None:
    asked = _section(pages[f"{lang}/base.html"], "asked")
    lines = [x for x in release.documents["findings"]["base"]["advice"] if x["act"] != "keep"]
    items = asked.findall(".//li")
    assert len(items) == len(lines) == 3
    assert [i.get("id") for i in items] == ["q1", "q2", "q3"]
    assert [i.get("value") for i in items] == ["1", "2", "3"]
    # So few stand open.
    assert asked.find(".//details") is None
    comma = words(lang)("list.comma")
    rests = [text(i.find("small")) for i in items]
    # The two rows of one file, named once.
    assert f"system_catalogue.csv:2{comma}3" in rests[0]
    assert "system_catalogue.csv:4" in rests[1] and "platforms.csv:2" in rests[2]


def test_the_totals_come_first_and_add_up(pages: Site, text: Say) -> None:
    first = pages["zh/base.html"].find(".//section")
    assert first is not None and first.get("aria-labelledby") == "h-totals"
    # 3,200,000 + 650,000 + 480,000.5 + 1,000; 9 + 4 + 0.5 million; 3.5 + 1 of 5 + 1.
    assert [text(p) for p in first.findall(".//p")] == [
        "系统在用4个，每年运维费用433.1万元。",
        "已承诺资金（按应付年度）2026年至2027年应付1,350万元，其中有付款义务的900万元。",
        "信息化岗位在岗4.5人，核定6个岗位。",
        # 3,900 of 4,000 is no room.
        "共享平台和余量在用1个，其中0个尚有余量（用不到90%）。",
    ]


def test_a_question_says_who_is_asked_what_costs_what(pages: Site, text: Say) -> None:
    zh = [text(i) for i in _section(pages["zh/base.html"], "asked").iter("li")]
    en = [text(i) for i in _section(pages["en/base.html"], "asked").iter("li")]
    # 3,200,000 + 650,000; the second office is not known.
    assert zh[0].startswith(
        "请数据局答： “热线系统”、“<b>信箱</b>”用途相同（热线工单），每年运维费用合计385万元。"
    )
    assert "cost 3,850,000 yuan a year together" in en[0]
    assert zh[1].startswith("请交通局答： “停车系统”（东区）当年没有人使用，每年运维费用48万元。")
    assert "“停车系统” (East)" in en[1]
    assert "97.5%" not in zh[2] and "已用98%" in zh[2]  # 3,900 of 4,000, to whole points


def test_what_is_asked_about_a_system_is_a_link_to_the_question(
    pages: Site, text: Say, lang: str
) -> None:
    page = pages[f"{lang}/base.html"]
    rows = _section(page, "systems").findall(".//tbody/tr")
    links = [[a.get("href") for a in row.iter("a")] for row in rows]
    assert links == [["#q1"], ["#q1"], ["#q2"], []]
    assert text(rows[3][-1]).startswith(words(lang)("base.act.keep"))
    assert page.find(".//li[@id='q2']") is not None


def _line(rule: str) -> dict[str, Any]:
    """A line whose figures are all unknown, of a thing without an office."""
    thing = {"table": "projects", "id": "p", "name": "p", "office": None, "place": "c", "row": "r"}
    columns = ["users", "capacity"]
    figures = {"kind": "cloud", "columns": columns} if rule in ("same_kind", "blank") else {}
    return {"act": keep.RULES[rule], "rule": rule, "of": [thing], "beside": [], "figures": figures}


def _said(lang: str, heading: str) -> set[str]:
    keys = words(lang).keys()
    return {key.removeprefix(heading) for key in keys if key.startswith(heading)}


def test_every_rule_is_a_sentence_even_where_every_figure_is_unknown(
    release: Release, lang: str
) -> None:
    seen = view(release, index(release), lang)
    assert _said(lang, "base.rule.") == set(keep.RULES)
    for rule in keep.RULES:
        said = base.says(seen, _line(rule))
        assert "None" not in said and "{" not in said and said.strip(), rule


def test_every_act_and_every_reason_to_keep_has_its_short_words(lang: str) -> None:
    assert _said(lang, "base.act.") == set(keep.RULES.values())
    kept = {rule for rule, act in keep.RULES.items() if act == "keep"}
    assert _said(lang, "base.kept.") == kept


# --- sums ---


def test_money_is_shown_by_year_and_purse_and_added_up(pages: Site, text: Say) -> None:
    zh = _cells(_section(pages["zh/base.html"], "money"), text)
    # 9 million bound and 4 million planned in 2026; 0.5 million of which nobody said.
    assert zh == [
        ["2026年", "900.00", "400.00", "—", "—", "1,300.00", "900.00"],
        ["2027年", "50.00", "—", "—", "—", "50.00", "0.00"],
    ]
    en = _cells(_section(pages["en/base.html"], "money"), text)
    assert en[0] == ["2026", "9,000,000", "4,000,000", "—", "—", "13,000,000", "9,000,000"]


def test_the_picture_of_the_money_says_its_first_and_its_last_year(pages: Site, text: Say) -> None:
    picture = _section(pages["zh/base.html"], "money").find(".//svg")
    assert picture is not None
    assert text(picture.find("desc")) == "2026年为1,300万元，2027年为50万元。"
    assert {"2026年", "2027年", "1,300", "50"} <= {text(t) for t in picture.iter("text")}


def test_posts_are_shown_by_office_without_the_pay_of_one_person(pages: Site, text: Say) -> None:
    rows = _cells(_section(pages["zh/base.html"], "staff"), text)
    # One person at the library: her pay is nobody's business.
    assert rows == [
        ["图书馆", "小城", "1", "1", "0", "—"],
        ["数据局", "小城", "5", "3.5", "1.5", "105.00"],
    ]
    everything = "".join(pages["zh/base.html"].itertext())
    assert "99999" not in everything and "99,999" not in everything


def test_a_contract_that_is_over_or_soon_over_says_so(pages: Site, text: Say, lang: str) -> None:
    rows = _section(pages[f"{lang}/base.html"], "systems").findall(".//tbody/tr")
    said = words(lang)
    badges = [[text(b) for b in row[5].iter("span")] for row in rows]
    # On 2026-09-22: 465 days to go, 100 days, a day past, none.
    assert badges == [[], [said("base.soon", days=365)], [said("base.past")], []]


# --- as on every page ---


def test_names_are_shown_as_text(pages: Site, lang: str) -> None:
    page = pages[f"{lang}/base.html"]
    assert any("<b>信箱</b>" in t for t in page.itertext())


def test_every_cell_says_on_a_phone_what_it_is(pages: Site, lang: str) -> None:
    for section in pages[f"{lang}/base.html"].iter("section"):
        cells = section.findall(".//tbody/tr/td")
        assert all(cell.get("data-label", "").strip() for cell in cells)


def _changed(release: Release, lang: str, **lists: list[dict[str, Any]]) -> View:
    """The same release with other lists in its base."""
    findings = release.documents["findings"]
    documents = {
        **release.documents,
        "findings": {**findings, "base": {**findings["base"], **lists}},
    }
    changed = dataclasses.replace(release, documents=documents)
    return view(changed, index(changed), lang)


def _page(seen: View, folder: Path, parsed: Callable[[Path], Site]) -> ET.Element:
    from jinglun.pages import site
    from jinglun.pages.ways import ways

    environment = site._environment(seen, ["zh", "en"])
    environment.globals.update(ways=ways({"base.html"}))
    site._write_page(environment, folder, seen.lang, "base.html", "inventory.html", {})
    return parsed(folder)[f"{seen.lang}/base.html"]


def _stop(ident: str, office: str, cost: float, **more: Any) -> dict[str, Any]:
    """A question whether a system that nobody used is still needed."""
    thing = {"table": "system_catalogue", "id": ident, "name": ident, "office": office}
    figures = {"running_cost": cost, "committed": None, "contract_ends_on": None}
    of = [thing | {"place": "c", "row": f"s.csv:{ident}"}]
    return {"act": "stop", "rule": "no_users", "of": of, "beside": [], "figures": figures} | more


def test_a_long_inventory_is_cut_by_office_and_says_so(
    release: Release, tmp_path: Path, parsed: Callable[[Path], Site], text: Say
) -> None:
    one = release.documents["findings"]["base"]["systems"][0]
    many = [{**one, "system_id": f"x{n}"} for n in range(base.LIMIT + 1)]
    few = [{**one, "system_id": "y", "office": "Other"}]
    asked = [_stop(str(n), "A", 1.0) for n in range(base.SHORT + base.LIMIT + 1)]
    page = _page(_changed(release, "en", systems=many + few, advice=asked), tmp_path, parsed)
    shown = words("en")("base.more", shown=base.LIMIT, all=f"{base.LIMIT + 1:,}")
    offices = _section(page, "systems").findall("./details/details")
    assert [len(o.findall(".//tbody/tr")) for o in offices] == [base.LIMIT, 1]
    assert shown in text(offices[0]) and shown not in text(offices[1])
    questions = _section(page, "asked")
    assert len(questions.findall("./ol/li")) == base.SHORT
    assert len(questions.findall("./details/details//li")) == base.LIMIT
    assert shown in text(questions)


def test_what_is_long_is_folded_by_office_with_its_count_and_says_it_is_not_printed(
    release: Release, tmp_path: Path, parsed: Callable[[Path], Site], text: Say, lang: str
) -> None:
    one, said = release.documents["findings"]["base"]["systems"][0], words(lang)
    held = [(f"a{n}", "A") for n in range(3)] + [(f"b{n}", "B") for n in range(8)] + [("c", None)]
    systems = [{**one, "system_id": ident, "office": office} for ident, office in held]
    page = _page(_changed(release, lang, systems=systems), tmp_path, parsed)
    (fold,) = _section(page, "systems").findall("details")
    assert fold.get("open") is None
    assert text(fold.find("summary")) == said("base.fold", what=said("base.systems"), count=12)
    inner = [(text(d.find("summary")), len(d.findall(".//tbody/tr"))) for d in fold[1:]]
    named = [("B", 8), ("A", 3), (said("base.no_office"), 1)]
    assert inner == [(said("base.office_fold", office=o, count=n), n) for o, n in named]
    assert said("base.folded") in {text(p) for p in page.iter("p")}
    # Ten rows or fewer stand open.
    assert _section(page, "platforms").find("details") is None


def test_the_ten_questions_with_most_money_come_first_and_the_others_by_office(
    release: Release, tmp_path: Path, parsed: Callable[[Path], Site], lang: str
) -> None:
    asked = [_stop(str(n), "A" if n % 2 else "B", float(n)) for n in range(12)]
    # More to finish than to stop, 100 - 40 = 60: the most. And one that only lacks a figure.
    late = {"to_finish": 100.0, "to_stop": 40.0, "planned_end": None}
    asked.append(_stop("late", "A", 0.0, rule="late_stop_cheaper", figures=late))
    ask = {"running_cost": 999.0, "contract_ends_on": "2026-09-01"}
    asked.append(_stop("over", "A", 0.0, act="ask", rule="contract_over", figures=ask))
    questions = base.questions(_changed(release, lang, advice=asked))
    rows = [q["rows"].removeprefix("s.csv:") for q in questions]
    assert rows == ["late", *(str(n) for n in range(11, 2, -1)), "0", "1", "2", "over"]
    # Two offices of one question: under both, and a link leads to the first.
    both = _stop("two", "A", 0.0)
    both["of"].append({**both["of"][0], "id": "two2", "office": "B"})
    page = _page(_changed(release, lang, advice=[*asked, both]), tmp_path, parsed)
    section = _section(page, "asked")
    assert len(section.findall("./ol/li")) == 10
    groups = section.findall("./details/details")
    values = [[i.get("value") for i in g.findall(".//li")] for g in groups]
    assert values == [["12", "14", "15"], ["11", "13", "15"]]
    idents = [i.get("id") for i in section.iter("li") if i.get("id")]
    assert sorted(idents) == sorted({f"q{n}" for n in range(1, 16)})


def test_a_contract_that_is_over_is_asked_about_in_the_past(release: Release) -> None:
    figures = {"running_cost": 1.0, "contract_ends_on": "2026-04-24"}
    line = _stop("系统", "A", 0.0, act="ask", rule="contract_over", figures=figures)
    seen = view(release, index(release), "zh")
    assert base.says(seen, line) == "“系统”的运维合同已于2026-04-24到期，系统尚在使用：续签了没有？"


def test_two_of_the_same_name_are_told_apart(release: Release) -> None:
    seen = view(release, index(release), "zh")

    def named(*things: tuple[str, str, str]) -> str:
        of = [
            {"table": "t", "id": i, "name": "预约", "office": o, "place": p, "row": "r"}
            for i, o, p in things
        ]
        return base.says(seen, _line("same_purpose") | {"of": of}).partition("用途")[0]

    assert named(("s1", "甲局", "c"), ("s2", "乙局", "c")) == "“预约”（甲局）、“预约”（乙局）"
    assert named(("s1", "甲局", "c"), ("s2", "甲局", "d1")) == "“预约”、“预约”（东区）"
    same = named(("s1", "甲局", "c"), ("s2", "甲局", "c"))
    assert same == "“预约”（甲局、s1）、“预约”（甲局、s2）"


def test_of_many_rows_three_are_named_and_the_rest_counted(release: Release) -> None:
    seen = view(release, index(release), "zh")
    assert base.cited(seen, [f"a.csv:{n}" for n in range(2, 11)]) == "a.csv:2、3、4等9处"
    assert base.cited(seen, ["a.csv:2", "b:c.csv:7", "a.csv:3"]) == "a.csv:2、3、b:c.csv:7"
