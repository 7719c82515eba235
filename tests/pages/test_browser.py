"""Whether a real browser shows the pages as meant: no error, no network, readable on any screen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
DESK, PHONE, SMALL = (1280, 900), (390, 844), (320, 640)
PAPER = (718, 1000)
"""A4 less margins of 10 mm, at 96 dots an inch."""

# One page of every template; of the indicators one of each kind: with every chart, too old, without
# data, context, process.
PAGES = (
    "index",
    "indicators",
    "collect",
    "data",
    "method",
    "stage",
    "character",
    "profile",
    "left_behind",
    "doubt",
    "review",
    "integrity",
    "backtest",
    "domain/services",
    "factor/citizens",
    "strategy/E1",
    "district/06.141.01.01",
    "indicator/unemployment",
    "indicator/household_internet",
    "indicator/services_online",
    "indicator/car_commuting",
    "indicator/projects_traceable",
)
LANGUAGES = ("zh", "en")

# Of every visible text: its colour over what lies behind it, by WCAG 2.2, 1.4.3.
CONTRAST = """() => {
  const rgba = (said) => {
    const [r, g, b, a = 1] = said.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = ([r, g, b, a], [R, G, B, A]) => {
    const all = a + A * (1 - a);
    const mix = (x, X) => (all ? (x * a + X * A * (1 - a)) / all : 0);
    return [mix(r, R), mix(g, G), mix(b, B), all];
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const opacity = (e) => (e ? Number(getComputedStyle(e).opacity) * opacity(e.parentElement) : 1);
  const ground = (element) => {
    let found = [0, 0, 0, 0];
    for (let e = element; e && found[3] < 1; e = e.parentElement) {
      found = over(found, rgba(getComputedStyle(e).backgroundColor));
    }
    return over(found, [255, 255, 255, 1]);
  };
  const painted = (element, box) => {
    const at = [box.x + box.width / 2, box.y + box.height / 2];
    let found = [0, 0, 0, 0];
    for (const e of document.elementsFromPoint(...at)) {
      const shape = ["path", "rect", "circle", "polygon", "ellipse"].includes(e.tagName);
      if (!shape || e.ownerSVGElement !== element.ownerSVGElement || found[3] >= 1) continue;
      const style = getComputedStyle(e);
      if (style.fill.startsWith("url")) return null;
      if (style.fill === "none") continue;
      const fill = rgba(style.fill);
      found = over(found, [...fill.slice(0, 3), fill[3] * style.fillOpacity * style.opacity]);
    }
    return over(found, ground(element.ownerSVGElement));
  };
  const wrong = [];
  let count = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (["title", "desc"].includes(element.tagName)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    const style = getComputedStyle(element);
    const drawn = element.ownerSVGElement;
    const behind = drawn ? painted(element, box) : ground(element);
    if (!behind) continue;
    const ink = rgba(drawn ? style.fill : style.color);
    const front = over([...ink.slice(0, 3), ink[3] * opacity(element)], behind);
    const [low, high] = [luminance(front), luminance(behind)].sort((a, b) => a - b);
    const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
    const wanted = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    const ratio = (high + 0.05) / (low + 0.05);
    count += 1;
    if (ratio < wanted) wrong.push(`${node.data.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return { count, wrong };
}"""

FOCUSED = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), s = getComputedStyle(e);
  return {
    name: e.className.baseVal ?? e.className, tag: e.tagName, link: e.getAttribute("href"),
    inside: document.querySelector("main").contains(e),
    seen: box.width > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth
      && box.top < innerHeight,
    outlined: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2,
  };
}"""

# A browser follows a link and scrolls after the key or the click has returned: wait for it.
SHOWN = """() => {
  const box = document.querySelector(":target").getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A running chromium."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("there is no chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture(scope="session")
def tab(browser: Any) -> Any:
    """A tab, one for all tests: to open each its own costs more than all they do."""
    tab = browser.new_page(viewport=_size(DESK))
    tab.faults = []
    tab.on("console", lambda m: tab.faults.append(m.text) if m.type == "error" else None)
    tab.on("pageerror", lambda error: tab.faults.append(str(error)))
    tab.on("requestfailed", lambda r: tab.faults.append(f"failed {r.url}"))
    tab.on("request", lambda r: _from_disk(r.url) or tab.faults.append(f"asked {r.url}"))
    tab.on("dialog", lambda box: (tab.faults.append(f"said {box.message}"), box.dismiss()))
    return tab


@pytest.fixture
def page(tab: Any) -> Any:
    """The tab at a desk's size, which notes what goes wrong in `page.faults`."""
    tab.goto("about:blank")
    tab.emulate_media(media="screen")
    tab.set_viewport_size(_size(DESK))
    tab.faults.clear()
    return tab


def _from_disk(url: str) -> bool:
    return url.startswith(("file:", "about:"))


def _size(size: tuple[int, int]) -> dict[str, int]:
    return {"width": size[0], "height": size[1]}


@pytest.fixture
def address(casablanca: Path) -> Callable[[str], str]:
    """Where a page of the site is, for a browser."""
    return lambda path: (casablanca / "site" / path).resolve().as_uri()


def _wider_than_the_screen(page: Any) -> int:
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_quietly_and_fits_desk_phone_and_paper(
    page: Any, address: Callable[[str], str], lang: str, path: str
) -> None:
    page.goto(address(f"{lang}/{path}.html"))
    wide = {}
    for size in (DESK, PHONE, SMALL):
        page.set_viewport_size(_size(size))
        wide[size[0]] = _wider_than_the_screen(page)
    page.emulate_media(media="print")
    page.set_viewport_size(_size(PAPER))
    wide["paper"] = _wider_than_the_screen(page)
    assert not page.locator("nav").is_visible() and page.locator("h1").is_visible()
    assert page.faults == []
    assert {k: v for k, v in wide.items() if v > 0} == {}


@pytest.mark.parametrize("path", PAGES)
def test_every_text_stands_out_from_what_is_behind_it(
    page: Any, address: Callable[[str], str], path: str
) -> None:
    page.goto(address(f"zh/{path}.html"))
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": DESK[0], "height": height})
    found = page.evaluate(CONTRAST)
    assert found["count"] > 20
    assert found["wrong"] == []


def test_the_measure_of_contrast_tells_just_enough_from_just_too_little(page: Any) -> None:
    """On white #767676 has 4.54 and #777777 has 4.48; text in a picture counts by its fill."""
    page.set_content(
        "<body><p style='color:#767676'>yes</p><p style='color:#777777'>no</p>"
        "<p style='color:#777777;font-size:24px'>large</p>"
        "<div style='background:#000'><p style='color:#767676'>dark</p></div>"
        "<svg><rect width='90' height='40' fill='#000'/><text y='20' fill='#333'>drawn</text></svg>"
    )
    found = page.evaluate(CONTRAST)
    assert found["count"] == 5
    assert [w.partition(":")[0] for w in found["wrong"]] == ["no", "drawn"]


@pytest.mark.parametrize("path", PAGES[::4])
def test_the_switch_leads_to_the_same_page_in_the_other_language_and_back(
    page: Any, address: Callable[[str], str], path: str
) -> None:
    page.goto(address(f"zh/{path}.html"))
    for there in ("en", "zh"):
        page.click("a.language")
        page.wait_for_url(address(f"{there}/{path}.html"))
        assert page.locator("html").get_attribute("lang") == there
    assert page.faults == []


def test_the_door_opens_the_first_language(page: Any, address: Callable[[str], str]) -> None:
    page.goto(address("index.html"))
    page.wait_for_url(address("zh/index.html"))
    assert page.faults == []


def test_a_click_on_a_cell_of_the_weave_shows_its_own_section(
    page: Any, address: Callable[[str], str]
) -> None:
    page.goto(address("zh/index.html"))
    factors = page.locator(".weave thead th").all_inner_texts()
    domains = page.locator(".weave tbody th").all_inner_texts()
    wanted = [f"{domain}×{factor}" for domain in domains for factor in factors]
    assert len(wanted) == 20
    for n in (0, 6, 11, 19):
        page.goto(address("zh/index.html"))
        page.locator(".weave tbody td a").nth(n).click()
        page.wait_for_url("**#*")
        assert page.locator(":target").inner_text().startswith(wanted[n])
        page.wait_for_function(SHOWN)


def test_the_first_key_finds_the_skip_link_and_it_skips(
    page: Any, address: Callable[[str], str]
) -> None:
    page.goto(address("zh/index.html"))
    page.keyboard.press("Tab")
    first = page.evaluate(FOCUSED)
    assert first["name"] == "skip" and first["seen"] and first["outlined"]
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["inside"]


@pytest.mark.parametrize("path", ["index", "indicator/unemployment", "domain/services"])
def test_every_stop_of_the_keyboard_can_be_seen(
    page: Any, address: Callable[[str], str], path: str
) -> None:
    page.goto(address(f"en/{path}.html"))
    stops = []
    for _ in range(200):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        if here["tag"] == "BODY":
            break
        stops.append(here)
    assert [s for s in stops if not (s["seen"] and s["outlined"])] == []
    assert len(stops) >= page.locator("main a:visible").count()


# Of every table and of the box it may scroll in: what is wider than can be seen; and the smallest
# text, in pixels as drawn.
HIDDEN = """() => {
  const seen = (e) => e.checkVisibility({ visibilityProperty: true });
  const cut = [...document.querySelectorAll(".wide, table")]
    .filter((e) => seen(e) && e.scrollWidth > e.clientWidth + 1)
    .map((e) => e.innerText.slice(0, 60));
  let least = 99;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const p = node.parentElement, drawn = p.ownerSVGElement;
    if (!node.data.trim() || !seen(p) || ["title", "desc"].includes(p.tagName)) continue;
    const scale = drawn ? drawn.getBoundingClientRect().width / drawn.viewBox.baseVal.width : 1;
    least = Math.min(least, scale * parseFloat(getComputedStyle(p).fontSize));
  }
  return { cut, least };
}"""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "name",
    [
        *("index", "indicators", "domain/services", "factor/citizens", "indicator/unemployment"),
        "district/06.141.01.01",
    ],
)
def test_on_a_phone_no_table_hides_a_figure_and_no_text_is_under_12_pixels(
    page: Any, address: Callable[[str], str], lang: str, name: str
) -> None:
    page.set_viewport_size(_size((360, 740)))
    page.goto(address(f"{lang}/{name}.html"))
    found = page.evaluate(HIDDEN)
    assert found["cut"] == []
    assert found["least"] >= 11.99


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_page_prints(page: Any, address: Callable[[str], str], lang: str) -> None:
    page.goto(address(f"{lang}/index.html"))
    assert page.pdf(format="A4").startswith(b"%PDF-")


def test_nothing_is_asked_of_the_network_even_where_names_mean_harm(
    page: Any, small_city: Callable[..., Path], turned: Callable[..., Any]
) -> None:
    script, image = "<script>throw 1</script>", '"><img src=http://localhost:9/x onerror=alert(1)>'
    places = [("c", "city", "", script, image), ("d1", "district", "c", image, script)]
    folder = small_city(places=places, titles=(script, image))
    turned(folder, folder / "release")
    for path in ("zh/index.html", "en/district/d1.html", "zh/indicator/unemployment.html"):
        page.goto((folder / "release/site" / path).as_uri())
        assert page.locator("img, script").count() == 0
    assert page.faults == []


def test_pictures_of_the_first_screen(
    page: Any, address: Callable[[str], str], tmp_path: Path
) -> None:
    folder = Path(os.environ.get("JINGLUN_SCREENSHOTS", tmp_path))
    for name, lang, size in (
        ("zh", "zh", DESK),
        ("en", "en", DESK),
        ("phone", "zh", PHONE),
    ):
        page.set_viewport_size(_size(size))
        page.goto(address(f"{lang}/index.html"))
        page.screenshot(path=folder / f"home-{name}.png")
        assert (folder / f"home-{name}.png").stat().st_size > 10_000
