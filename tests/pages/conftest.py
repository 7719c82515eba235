"""What tests of the pages share: every page of a site as a tree, with its text and its links."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

VOID = {"br", "hr", "img", "input", "link", "meta", "col", "wbr"}
LANGUAGES = ("zh", "en")


class _Parser(HTMLParser):
    """Builds a tree and insists that every element is closed where it was opened."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = ET.TreeBuilder()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"<{tag}> says an attribute twice"
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.builder.end(tag)
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> in {self.open}"
        self.open.pop()
        self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        if self.open:
            self.builder.data(data)


def parse(path: Path) -> ET.Element:
    """Return the html element of a page."""
    parser = _Parser()
    parser.feed(path.read_text(encoding="utf-8"))
    parser.close()
    assert parser.open == [], f"{path}: not closed: {parser.open}"
    return parser.builder.close()


def said(element: ET.Element | None) -> str:
    """Return the text of an element as a reader sees it, blanks made one."""
    assert element is not None
    return " ".join("".join(element.itertext()).split())


Site = dict[str, ET.Element]


def read_site(folder: Path) -> Site:
    """Return every page of a site by its path."""
    return {p.relative_to(folder).as_posix(): parse(p) for p in sorted(folder.rglob("*.html"))}


@pytest.fixture(scope="session")
def site(casablanca: Path) -> Site:
    """Every page of Casablanca, parsed."""
    return read_site(casablanca / "site")


@pytest.fixture(scope="session")
def small_site(small_release: Path) -> Site:
    """Every page of the small city, parsed."""
    return read_site(small_release / "site")


@pytest.fixture(scope="session")
def parsed() -> Callable[[Path], Site]:
    """Parse the site in a folder."""
    return read_site


@pytest.fixture(scope="session")
def text() -> Callable[[ET.Element | None], str]:
    """Say an element's text."""
    return said


@pytest.fixture(scope="session", params=LANGUAGES)
def lang(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    return str(request.param)
