"""What a new city folder holds: explained settings, a sheet of figures, workbooks to send out."""

from __future__ import annotations

import csv
import functools
import io
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from jinglun.loop.answers import SUBJECT, Answer
from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.workbooks import Request, write_workbooks
from jinglun.model.errors import Problem
from jinglun.model.release import FORMULA_STARTS

HEADER = ("place", "period", "variable", "name_zh", "name_en", "value", "unit", "quality")
PLACES_HEADER = ("place", "level", "parent", "name_zh", "name_en")
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Wish:
    """The city that a folder is made for; `numbers` are figures already known, by variable."""

    name_zh: str = "我的城市"
    name_en: str = "My City"
    country: str = "CN"
    currency: str = "CNY"
    year: int = 2025
    districts: tuple[str, ...] = ()
    numbers: Mapping[str, Answer] = field(default_factory=dict)

    @property
    def placed_districts(self) -> tuple[tuple[str, str], ...]:
        """The id and name of each district."""
        return tuple((f"district-{n}", name) for n, name in enumerate(self.districts, start=1))


ANY_CITY = Wish()


@functools.cache
def countries() -> Mapping[str, str]:
    """Return the currency of each country of ISO 3166; empty where there is none."""
    by_currency = tomllib.loads(_rule("countries.toml"))
    pairs = {c: money for money, named in by_currency.items() for c in named.split()}
    return {c: "" if money == "none" else money for c, money in sorted(pairs.items())}


def faults(wish: Wish) -> list[Problem]:
    """Return what is wrong with the names, the country and the currency wished for."""
    problems = []
    known = countries()
    if wish.country not in known:
        problems.append(Problem("bad_country", "", "--country", wish.country[:80]))
    elif not wish.currency:
        problems.append(Problem("no_currency", "", "--currency", wish.country))
    if wish.currency and wish.currency not in known.values():
        hint = known.get(wish.country) or "CNY"
        problems.append(Problem("bad_currency", "", "--currency", wish.currency[:80], hint))
    in_english = [wish.name_en] if wish.name_en != wish.name_zh else []
    named = {"--name": [wish.name_zh], "--name-en": in_english, "--districts": wish.districts}
    for option, names in named.items():
        wrong = [n for n in names if not _is_name(n) or list(names).count(n) > 1]
        problems += [Problem("bad_name", "", option, n[:80]) for n in dict.fromkeys(wrong)]
    return problems


def _is_name(text: str) -> bool:
    fits = 0 < len(text) <= LONGEST_NAME and text == text.strip() and text.isprintable()
    return fits and not text.startswith(tuple(FORMULA_STARTS))


def write_new(folder: Path, wish: Wish = ANY_CITY) -> int:
    """Write settings, places, a sheet of figures and workbooks into an empty folder.

    Returns how many workbooks there are. The numbers known stand in the workbooks, where the
    departments correct them.
    """
    (folder / "data").mkdir(parents=True, exist_ok=True)
    said = {
        "title_zh": wish.name_zh,
        "title_en": wish.name_en,
        "country": wish.country,
        "currency": wish.currency,
    }
    settings = string.Template(_rule("city.toml"))
    inner = {name: _inside_quotes(text) for name, text in said.items()}
    (folder / "city.toml").write_text(settings.substitute(inner), encoding="utf-8")
    (folder / "sources.toml").write_text(_rule("sources.toml"), encoding="utf-8")
    # Office programs on Chinese desktops read a CSV as UTF-8 only with a byte-order mark.
    (folder / "data" / "places.csv").write_text(_places(wish), encoding="utf-8-sig")
    (folder / "data" / "figures.csv").write_text(_figures(wish), encoding="utf-8-sig")
    return len(write_workbooks(folder, _request(wish), framework_catalogue()))


def _request(wish: Wish) -> Request:
    return Request(
        wish.name_zh,
        wish.name_en,
        SUBJECT,
        wish.currency,
        wish.year,
        wish.placed_districts,
        wish.numbers,
    )


def _rule(name: str) -> str:
    return resources.files("jinglun.loop.rules").joinpath(f"new_{name}").read_text("utf-8")


def _inside_quotes(text: str) -> str:
    """Return a text as it stands between the quotes of a TOML string."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _table(*rows: tuple[object, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _places(wish: Wish) -> str:
    """Return the register of places: the city, and its districts where they are named."""
    city = (SUBJECT, "city", "", wish.name_zh, wish.name_en)
    districts = ((i, "district", SUBJECT, name, name) for i, name in wish.placed_districts)
    return _table(PLACES_HEADER, city, *districts)


def _figures(wish: Wish) -> str:
    """Return a sheet with one blank row a variable, those that most indicators read first."""
    catalogue = framework_catalogue()
    uses: dict[str, int] = {}
    for indicator in catalogue.indicators.values():
        if indicator.role == "score" and indicator.over is None:
            for variable in indicator.parameters:
                uses[variable] = uses.get(variable, 0) + 1
    rows = []
    for ident in sorted(uses, key=lambda v: (-uses[v], v)):
        one = catalogue.variables[ident]
        rows.append((SUBJECT, wish.year, ident, one.zh, one.en, "", one.unit, "A"))
    return _table(HEADER, *rows)
