"""Whether every page is whole: its links, names, tables and words, and no trace of any script."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from jinglun.model.release import Release
from jinglun.pages.cards import CARDS

Site = dict[str, ET.Element]
Say = Callable[[ET.Element | None], str]

SCRIPTING = {"script", "iframe", "object", "embed", "applet", "base", "form", "frame", "style"}
RESOURCES = {"img": "src", "link": "href", "source": "src", "audio": "src", "video": "src"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}{% raw %}",
    "=cmd()",
    "</title></svg><b onclick='x()'>&amp;",
)


def _all(page: ET.Element, tag: str) -> Iterator[ET.Element]:
    return page.iter(tag)


def _language(path: str) -> str:
    return path.partition("/")[0]


def _target(path: str, href: str) -> tuple[str, str]:
    """Return the page and the anchor that a link of a page leads to."""
    parts = urlsplit(href)
    if not parts.path:
        return path, unquote(parts.fragment)
    steps = path.split("/")[:-1]
    for step in unquote(parts.path).split("/"):
        if step == "..":
            steps.pop()
        else:
            steps.append(step)
    return "/".join(steps), unquote(parts.fragment)


def _faults(site: Site, find: Callable[[str, ET.Element], list[str]]) -> list[str]:
    return [f"{path}: {fault}" for path, page in site.items() for fault in find(path, page)]


# --- structure ---


def test_every_page_is_there_in_both_languages(site: Site) -> None:
    zh = {p.removeprefix("zh/") for p in site if p.startswith("zh/")}
    en = {p.removeprefix("en/") for p in site if p.startswith("en/")}
    assert zh == en
    assert set(site) == {"index.html"} | {f"{tag}/{p}" for tag in ("zh", "en") for p in zh}


def test_every_term_and_every_district_has_its_page(
    site: Site, casablanca_release: Release
) -> None:
    terms, places = casablanca_release.terms, casablanca_release.tables["places"].to_pylist()
    wanted = {f"domain/{d['id']}.html" for d in terms["domains"]}
    wanted |= {f"factor/{f['id']}.html" for f in terms["factors"]}
    wanted |= {f"strategy/{s}.html" for s in terms["strategies"]}
    wanted |= {f"indicator/{i}.html" for i in terms["indicators"]}
    wanted |= {f"district/{p['place']}.html" for p in places if p["role"] == "district"}
    wanted |= {f"{n}.html" for n in ("index", "indicators", "base", "collect", "data", "method")}
    told = casablanca_release.documents["findings"]
    wanted |= {f"{name}.html" for name, (key, _) in CARDS.items() if told.get(key)}
    assert {p.removeprefix("en/") for p in site if p.startswith("en/")} == wanted


def test_every_page_says_its_language_its_title_and_one_heading(site: Site, text: Say) -> None:
    def find(path: str, page: ET.Element) -> list[str]:
        wrong = []
        if path != "index.html" and page.get("lang") != _language(path):
            wrong.append(f"lang is {page.get('lang')}")
        if not text(page.find("head/title")):
            wrong.append("no title")
        if len(list(_all(page, "h1"))) != 1 or not all(text(h) for h in _all(page, "h1")):
            wrong.append("not one heading")
        if page.find("head/meta[@name='viewport']") is None:
            wrong.append("no viewport")
        return wrong

    assert _faults(site, find) == []


def test_no_two_pages_of_a_language_have_one_title(site: Site, text: Say) -> None:
    titles = Counter((_language(p), text(page.find("head/title"))) for p, page in site.items())
    assert {t: n for t, n in titles.items() if n > 1} == {}


def test_every_page_links_to_itself_in_the_other_language(site: Site) -> None:
    def find(path: str, page: ET.Element) -> list[str]:
        here, _, rest = path.partition("/")
        others = [tag for tag in ("zh", "en") if tag != here]
        found = {a.get("hreflang"): a.get("href", "") for a in _all(page, "a") if a.get("hreflang")}
        wanted = {tag: f"{tag}/{rest}" for tag in others}
        return [
            f"to {tag}: {found.get(tag)}"
            for tag in others
            if _target(path, found.get(tag, ""))[0] != wanted[tag]
        ]

    assert _faults({p: page for p, page in site.items() if "/" in p}, find) == []


def test_the_door_leads_to_the_first_language_of_the_city(site: Site) -> None:
    door = site["index.html"]
    refresh = door.find("head/meta[@http-equiv='refresh']")
    assert refresh is not None and refresh.get("content") == "0; url=zh/index.html"
    assert {a.get("href") for a in _all(door, "a")} == {"zh/index.html", "en/index.html"}


def test_ids_are_unique_and_everything_named_by_id_is_there(site: Site) -> None:
    def find(path: str, page: ET.Element) -> list[str]:
        ids = Counter(e.get("id") for e in page.iter() if "id" in e.attrib)
        wrong = [f"id {i!r} {n} times" for i, n in ids.items() if n > 1 or not i]
        for element in page.iter():
            for name in ("aria-labelledby", "aria-describedby"):
                wrong += [f"no {i}" for i in element.get(name, "").split() if i not in ids]
        return wrong

    assert _faults(site, find) == []


def test_every_link_and_anchor_inside_the_site_resolves(site: Site, casablanca: Path) -> None:
    ids = {path: {e.get("id") for e in page.iter()} for path, page in site.items()}
    files = {
        p.relative_to(casablanca / "site").as_posix() for p in (casablanca / "site").rglob("*")
    }

    def find(path: str, page: ET.Element) -> list[str]:
        wrong = []
        for element in [*_all(page, "a"), *_all(page, "link")]:
            href = element.get("href", "")
            if urlsplit(href).scheme:
                continue
            target, anchor = _target(path, href)
            if target not in files or (anchor and anchor not in ids[target]):
                wrong.append(href)
        return wrong

    assert _faults(site, find) == []


def test_every_page_can_be_reached_from_the_first(site: Site) -> None:
    for lang in ("zh", "en"):
        seen, waiting = set(), [f"{lang}/index.html"]
        while waiting:
            path = waiting.pop()
            if path in seen or path not in site or _language(path) != lang:
                continue
            seen.add(path)
            waiting += [_target(path, a.get("href", ""))[0] for a in _all(site[path], "a")]
        assert {p for p in site if _language(p) == lang} == seen


def test_the_head_of_every_page_has_a_dozen_links_at_most_and_names_its_own(site: Site) -> None:
    def find(path: str, page: ET.Element) -> list[str]:
        links = page.findall("body/header/nav//a")
        here = [a for a in links if a.get("aria-current") == "page"]
        linked = {_target(path, a.get("href", ""))[0] for a in links}
        wrong = [f"{len(links)} links"] if not 6 <= len(links) <= 12 else []
        return wrong + (["not marked"] if (path in linked) != (len(here) == 1) else [])

    assert _faults({p: page for p, page in site.items() if "/" in p}, find) == []


def test_every_cell_of_the_weave_leads_to_the_section_of_its_name(site: Site, text: Say) -> None:
    for lang in ("zh", "en"):
        table = site[f"{lang}/index.html"].find(".//table[@class='weave']")
        assert table is not None
        factors = [text(h) for h in table.findall("thead/tr/th")]
        times = {"zh": "×", "en": " × "}[lang]
        wanted = [
            f"{text(row.find('th'))}{times}{factor}"
            for row in table.findall("tbody/tr")
            for factor in factors
        ]
        links = [a.get("href", "") for a in table.findall("tbody/tr/td/a")]
        assert len(wanted) == len(links) == len(set(links)) == 20
        for name, href in zip(wanted, links, strict=True):
            path, anchor = _target(f"{lang}/index.html", href)
            assert text(site[path].find(f".//*[@id='{anchor}']")).startswith(name)


def test_only_the_sources_lead_to_the_network_and_they_tell_it_nothing(
    site: Site, casablanca_release: Release
) -> None:
    known = {i["url"] for i in casablanca_release.head["inputs"]}

    def find(path: str, page: ET.Element) -> list[str]:
        outside = [a for a in _all(page, "a") if urlsplit(a.get("href", "")).scheme]
        return [
            a.get("href", "")
            for a in outside
            if a.get("href") not in known or a.get("rel") != "noreferrer" or "data.html" not in path
        ]

    assert _faults(site, find) == []


def _active(page: ET.Element) -> list[str]:
    """Whatever in a page could run or fetch something."""
    wrong = [f"<{e.tag}>" for e in page.iter() if e.tag in SCRIPTING]
    for element in page.iter():
        wrong += [f"<{element.tag} {name}>" for name in element.attrib if name.startswith("on")]
        for name in ("href", "src", "xlink:href", "action", "formaction"):
            scheme = urlsplit(element.get(name, "").strip()).scheme
            if scheme not in ("", "http", "https"):
                wrong.append(f"<{element.tag} {name}={element.get(name)}>")
        resource = element.get(RESOURCES.get(element.tag, ""), "")
        wrong += [f"fetches {resource}"] if urlsplit(resource).scheme or "//" in resource else []
        wrong += ["url() in a style"] if "url(" in element.get("style", "") else []
    return wrong


def test_no_page_runs_or_fetches_anything(site: Site, casablanca: Path) -> None:
    assert _faults(site, lambda path, page: _active(page)) == []
    style = (casablanca / "site/style.css").read_text(encoding="utf-8")
    assert "url(" not in style and "@import" not in style


def test_every_picture_has_a_name_and_words(site: Site, text: Say) -> None:
    def find(path: str, page: ET.Element) -> list[str]:
        wrong = [f"{e.tag} without alt" for e in _all(page, "img") if not e.get("alt")]
        for svg in _all(page, "svg"):
            named = {e.get("id"): text(e) for e in svg.iter() if e.tag in ("title", "desc")}
            ids = svg.get("aria-labelledby", "").split() + svg.get("aria-describedby", "").split()
            if not ids or not all(named.get(i) for i in ids):
                wrong.append(f"svg {svg.get('id')} has no name")
            links = list(_all(svg, "a"))
            if svg.get("role") != ("group" if links else "img"):
                wrong.append(f"svg {svg.get('id')} is {svg.get('role')} with {len(links)} links")
            wrong += [f"{a.get('href')} unnamed" for a in links if not (_label(a) or text(a))]
        return wrong

    assert _faults(site, find) == []


def _label(link: ET.Element) -> str:
    return link.get("aria-label", "").strip()


def test_every_table_names_its_columns_and_its_rows(site: Site, text: Say) -> None:
    def find(path: str, page: ET.Element) -> list[str]:
        wrong = []
        for table in _all(page, "table"):
            heads = [e for e in table.findall("thead/tr/*") if e.tag == "th"]
            wrong += ["a head without words"] if not all(text(h) for h in heads) else []
            wrong += ["no head"] if not heads else []
            wrong += [text(h) for h in _all(table, "th") if h.get("scope") not in ("col", "row")]
            width = len(table.findall("thead/tr/*"))
            for row in table.findall("tbody/tr"):
                cells = sum(int(c.get("colspan", "1")) for c in row)
                wrong += [f"{cells} cells under {width} heads"] if cells != width else []
        return wrong

    assert _faults(site, find) == []


def test_no_page_shows_a_gap_a_key_or_a_python_word(site: Site) -> None:
    odd = re.compile(
        r"\{[a-z_]*\}|\bNone\b|\bnan\b|\binf\b|Undefined|\b(?:home|score|unit)\.[a-z_]+"
    )

    def find(path: str, page: ET.Element) -> list[str]:
        code = {id(e) for tag in ("code", "pre") for c in _all(page, tag) for e in c.iter()}
        told = (e.text or "" for e in page.iter() if id(e) not in code)
        return [t for t in told if odd.search(t)]

    assert _faults(site, find) == []


# --- names that mean harm ---


@pytest.fixture(scope="module")
def hostile(
    tmp_path_factory: pytest.TempPathFactory,
    city_writer: Callable[..., Path],
    turned: Callable[..., Release],
) -> Path:
    """The release of a city all whose names and texts mean harm."""
    script, image, braces, formula, close = HOSTILE
    places = [
        ("c", "city", "", image, script),
        ("d1", "district", "c", script, formula),
        ("d2", "district", "c", braces, image),
        ("=cmd()", "district", "c", formula, close),
    ]
    figures = [
        *((p, "2025", "labour_force", 10, "person", "A") for p in ("d1", "d2", "=cmd()")),
        *((p, "2025", "unemployment_rate", 5, "%", "A") for p in ("d1", "d2", "=cmd()")),
        ("c", "2025", script, 1, image, "A"),
        (formula, "2025", "resident_pop", formula, braces, "A"),
        ("c", "2025", "resident_pop", image, "person", "A"),
    ]
    extra = f"""
[[source]]
id = '=main "#%2F'
path = "data/figures.csv"
holds = "facts"
place = "place"
period = "2025"
title_zh = '''{script}'''
title_en = '''{image}'''
publisher = '''{image}'''
licence = '''{close}'''
url = "javascript:alert(1)"
note_zh = '''{braces}'''
note_en = '''{script}'''
variables = {{ gdp = {{ column = '''{script}''', unit = '''{image}''' }} }}
"""
    note = f"[map]\nnote_zh = '''{script}'''\nnote_en = '''{image}'''\napproval = '''{close}'''\n"
    folder = city_writer(
        tmp_path_factory.mktemp("hostile") / "city",
        places=places,
        figures=figures,
        titles=(script, image),
        sources_toml=extra,
        city_toml=note,
    )
    turned(folder, folder / "release")
    return folder / "release"


def test_hostile_names_are_shown_as_text_and_run_nothing(
    hostile: Path, parsed: Callable[[Path], Site]
) -> None:
    pages = parsed(hostile / "site")
    assert _faults(pages, lambda path, page: _active(page)) == []
    assert _faults(pages, lambda path, page: ["<img>"] * len(list(_all(page, "img")))) == []
    shown = {t for page in pages.values() for t in page.itertext()}
    for name in HOSTILE:
        assert any(name in t for t in shown), name


def test_hostile_names_break_no_link_and_no_id(
    hostile: Path, parsed: Callable[[Path], Site]
) -> None:
    pages = parsed(hostile / "site")
    test_ids_are_unique_and_everything_named_by_id_is_there(pages)
    test_every_link_and_anchor_inside_the_site_resolves(pages, hostile)


def test_no_cell_of_a_download_is_a_formula(hostile: Path) -> None:
    downloads = sorted((hostile / "site/data").glob("*.csv"))
    rows = [
        row
        for path in downloads
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    ]
    cells = {cell for row in rows for cell in row}
    assert "'=cmd()" in cells
    risky = [c for c in cells if c[:1] in tuple("=+-@\t\r\n") and not _is_number(c)]
    assert risky == []


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_a_place_id_that_is_no_file_name_writes_nothing_outside_and_breaks_no_link(
    small_city: Callable[..., Path],
    turned: Callable[..., Release],
    parsed: Callable[[Path], Site],
) -> None:
    odd = [
        "../../../../../up",
        "a/b",
        "a\\b",
        ".",
        "..",
        "a#b?c",
        "a%2Fb",
        "x" * 300,
        "东区",
        "CON ",
    ]
    places = [("c", "city", "", "城", "Town"), *((i, "district", "c", "区", i) for i in odd)]
    figures = [(ident, "2025", "labour_force", 10, "person", "A") for ident in odd]
    folder = small_city("deep/er/city", places=places, figures=figures)
    top = folder.parents[2]
    before = set(top.rglob("*"))
    turned(folder, folder / "release")
    fresh = {p.relative_to(folder).parts[0] for p in set(top.rglob("*")) - before}
    assert fresh == {"release"}
    pages = parsed(folder / "release/site")
    assert len([p for p in pages if p.startswith("zh/district/")]) == len(odd)
    test_every_link_and_anchor_inside_the_site_resolves(pages, folder / "release")


# --- intervals ---


def test_every_score_with_an_interval_shows_it_on_the_first_page_and_where_it_is_explained(
    small_release: Path, tmp_path: Path, parsed: Callable[[Path], Site], text: Say
) -> None:
    """Every cell is given 52, between 41 and 63; the words and the thick line must say so."""
    from jinglun.pages.site import write_site
    from jinglun.store.lake import read_release

    release = read_release(small_release)
    assert release is not None
    ends = {"score": 52.0, "low": 41.0, "high": 63.0}
    weave = {
        kind: [{**row, **ends} for row in rows] for kind, rows in release.documents["weave"].items()
    }
    made = Release({**release.documents, "weave": weave}, release.tables)
    write_site(made, {}, tmp_path / "site", lambda *_: None)
    pages = parsed(tmp_path / "site")
    for lang in ("zh", "en"):
        cells = pages[f"{lang}/index.html"].findall(".//table[@class='weave']/tbody/tr/td/a")
        assert len(cells) == 20
        for cell in cells:
            assert text(cell.find("strong")) == "52"
            assert text(cell.find("span[@class='interval']")) == "41–63"
            style = cell.find("span[@class='whisker']").get("style")  # type: ignore[union-attr]
            assert "--low:41.0%" in str(style) and "--wide:22.0%" in str(style)
        for path in ("domain/services.html", "factor/citizens.html", "district/d1.html"):
            found = [text(e) for e in _all(pages[f"{lang}/{path}"], "small")]
            assert found.count("41–63") >= 5, path


def test_without_intervals_no_page_pretends_to_have_one(
    small_release: Path, tmp_path: Path, parsed: Callable[[Path], Site], text: Say
) -> None:
    from jinglun.pages.site import write_site
    from jinglun.store.lake import read_release

    release = read_release(small_release)
    assert release is not None
    none = {"score": 52.0, "low": None, "high": None}
    weave = {
        kind: [{**row, **none} for row in rows] for kind, rows in release.documents["weave"].items()
    }
    made = Release({**release.documents, "weave": weave}, release.tables)
    write_site(made, {}, tmp_path / "site", lambda *_: None)
    home = parsed(tmp_path / "site")["zh/index.html"]
    cells = home.findall(".//table[@class='weave']/tbody/tr/td/a")
    assert {text(c.find("strong")) for c in cells} == {"52"}
    assert home.findall(".//table[@class='weave']//span[@class='interval']") == []
    assert home.findall(".//span[@class='whisker']") == []
    assert "九成把握" not in text(home)


def test_the_table_behind_a_score_adds_up_on_the_page(
    site: Site, casablanca_release: Release, text: Say
) -> None:
    """Points are printed to two decimals, so each may be off by half a hundredth."""
    summed = 0
    for path, page in site.items():
        for table in page.findall(".//details[@class='sum']//table"):
            *rows, last = table.findall("tbody/tr")
            if last.get("class") != "used":
                continue
            points = [float(text(r[-1])) for r in rows if r.get("class") != "blank"]
            assert abs(sum(points) - float(text(last[-1]))) <= 0.005 * (len(points) + 1), path
            for row in rows:
                if row.get("class") != "blank":
                    share, score, point = (float(text(c).rstrip("%")) for c in row[-3:])
                    assert abs(share / 100 * score - point) <= 0.05 * 1.01 + 0.005
            summed += 1
    assert summed >= 8
