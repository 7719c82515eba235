"""Which numbers give the most at once, and which number a person means by `300万`."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from jinglun.loop.units import factor, units_for
from jinglun.model.catalogue import Catalogue, Indicator, Variable, in_force
from jinglun.model.errors import Problem, nearest
from jinglun.model.facts import QUALITY
from jinglun.model.periods import last_day

SUBJECT = "mycity"
"""The id of the city itself in a new folder."""
MOST_QUESTIONS = 12
POPULATION, MOST_PEOPLE = "resident_pop", 1e8
TIMES = {
    **{"万亿": 1e12, "千万": 1e7, "百万": 1e6, "亿": 1e8, "万": 1e4, "千": 1e3},
    **{"bn": 1e9, "B": 1e9, "M": 1e6, "k": 1e3, "K": 1e3},
}
_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)\s*(.*)")


@dataclass(frozen=True, slots=True)
class Answer:
    """A figure of the city itself, in its variable's own unit."""

    value: float
    quality: str
    period: str


# --- which to ask -------------------------------------------------------------------------------


def questions(
    catalogue: Catalogue,
    country: str,
    day: date,
    given: Collection[str] = (),
    most: int = MOST_QUESTIONS,
) -> list[str]:
    """Return at most `most` variables that make many scored indicators computable together.

    First the variable that most scored indicators read, unless it is given. Then, again and again,
    what one indicator still lacks: of the one that makes most indicators computable for each
    number asked; among equals one from public sources, with a benchmark of the country's own, of
    the domain asked least so far, needing fewest numbers, first in the framework.
    """
    scored = scored_in(catalogue, country, day)
    reads = Counter(v for one in scored for v in one.parameters)
    first = (v for v, _ in reads.most_common(1))
    asked = [v for v in first if v not in with_shares(set(given), catalogue)][:most]
    domains: Counter[str | None] = Counter()
    while True:
        known = with_shares({*given, *asked}, catalogue)
        fits = [
            (one, lacking)
            for one in scored
            if 0 < len(lacking := _lacking(one, known)) <= most - len(asked)
        ]
        if not fits:
            return asked
        gains = [_gain(lacking, known, scored, catalogue) for _, lacking in fits]
        one, lacking = fits[_best(fits, gains, country, domains)]
        domains[one.domain] += len(lacking)
        asked += lacking


def scored_in(catalogue: Catalogue, country: str, day: date) -> list[Indicator]:
    """Return the indicators of one place that have a benchmark in `country` on `day`."""
    return [
        one
        for one in catalogue.indicators.values()
        if one.role == "score"
        and one.over is None
        and any(_benchmark(one, whose, day) for whose in (country, "*"))
    ]


def _benchmark(one: Indicator, jurisdiction: str, day: date) -> bool:
    own = tuple(b for b in one.benchmarks if b.jurisdiction == jurisdiction)
    return in_force(own, day)[0] is not None


def with_shares(known: set[str], catalogue: Catalogue) -> set[str]:
    """Return the variables known, and the shares whose part and base are known."""
    made = {v.id for v in catalogue.variables.values() if v.part in known and v.base in known}
    return known | made


def _lacking(one: Indicator, known: set[str]) -> list[str]:
    return [v for v in one.parameters if v not in known]


def _gain(
    lacking: list[str], known: set[str], scored: list[Indicator], catalogue: Catalogue
) -> float:
    """Return how many indicators become computable for each number asked."""
    more = with_shares(known | set(lacking), catalogue)
    gained = sum(1 for one in scored if _lacking(one, known) and not _lacking(one, more))
    return gained / len(lacking)


def _best(
    fits: list[tuple[Indicator, list[str]]],
    gains: list[float],
    country: str,
    domains: Mapping[str | None, int],
) -> int:
    def worth(n: int) -> tuple[float, bool, bool, int, int]:
        one, lacking = fits[n]
        own = any(b.jurisdiction == country for b in one.benchmarks)
        return gains[n], one.get == "public", own, -domains[one.domain], -len(lacking)

    return max(range(len(fits)), key=worth)


# --- what is meant ------------------------------------------------------------------------------


def read_answer(
    text: str, variable: Variable, currency: str, file: str = "", place: str = ""
) -> float | Problem:
    """Return the figure in the variable's own unit, or what is wrong with it.

    Reads `300万`, `3M`, `1,234.5`, `3.5亿元`, `85 %`, full-width digits; a bare number is in the
    variable's own unit.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _NUMBER.fullmatch(plain)
    if found is None or found[2].startswith((",", ".")):
        return Problem("answer_number", file, place, text[:80])
    times = _times(found[2].strip(), variable.unit, currency)
    if times is None:
        known = "、".join(units_for(variable.unit, currency))
        return Problem("unit_not_convertible", file, place, found[2].strip()[:80], known)
    # A binary product such as 78.3 * 1e8 may miss the decimal by one in the last place.
    value = float(f"{float(found[1].replace(',', '')) * times:.15g}")
    return _sound(value, variable, text, file, place)


def _times(tail: str, unit: str, currency: str) -> float | None:
    """Return what a number followed by `tail` is multiplied by to be in `unit`."""
    if not tail:
        return 1.0
    straight = factor(tail, unit, currency)
    if straight is not None:
        return straight
    for word, times in TIMES.items():
        if tail.startswith(word):
            rest = tail.removeprefix(word).strip()
            further = factor(rest, unit, currency) if rest else 1.0
            return None if further is None else times * further
    return None


def _sound(value: float, variable: Variable, text: str, file: str, place: str) -> float | Problem:
    """Return the figure if its kind allows it."""
    if not math.isfinite(value):
        return Problem("answer_infinite", file, place, text[:80])
    if value < 0 and variable.kind in ("count", "share"):
        return Problem("answer_negative", file, place, text[:80])
    if value > 100 and variable.kind == "share":
        return Problem("answer_over_100", file, place, text[:80])
    if variable.id == POPULATION and not 0 < value <= MOST_PEOPLE:
        return Problem("answer_people", file, place, text[:80])
    return value


# --- many at once -------------------------------------------------------------------------------


def read_pairs(
    pairs: Iterable[str], quality: str, period: str, catalogue: Catalogue, currency: str
) -> tuple[dict[str, Answer], list[Problem]]:
    """Return the answers written `variable=figure`, and every problem with them."""
    rows = []
    for pair in pairs:
        name, _, text = pair.partition("=")
        rows.append({"variable": name, "value": text, "at": f"--set {pair[:80]}"})
    return _read_rows(rows, "", Answer(0.0, quality, period), catalogue, currency)


def read_file(
    text: str, file: str, quality: str, period: str, catalogue: Catalogue, currency: str
) -> tuple[dict[str, Answer], list[Problem]]:
    """Return the answers of a CSV file with the columns variable and value, and every problem.

    The columns unit, quality and period are read where they are there.
    """
    try:
        header, *rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")))) or [[]]
    except csv.Error as error:
        return {}, [Problem("unreadable_file", file, "", hint=str(error))]
    names = [name.strip() for name in header]
    lost = [n for n in ("variable", "value") if n not in names]
    if lost:
        return {}, [Problem("unknown_column", file, "1", n, nearest(n, names)) for n in lost]
    stated = [
        {**dict(zip(names, row, strict=False)), "at": f"{number}:value"}
        for number, row in enumerate(rows, start=2)
    ]
    filled = [row for row in stated if row.get("value", "").strip()]
    return _read_rows(filled, file, Answer(0.0, quality, period), catalogue, currency)


def _read_rows(
    rows: list[dict[str, str]], file: str, usual: Answer, catalogue: Catalogue, currency: str
) -> tuple[dict[str, Answer], list[Problem]]:
    """Read rows of variable, value, perhaps unit, quality and period, and the place they are at."""
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    for row in rows:
        name = row.get("variable", "").strip()
        variable = catalogue.variables.get(name)
        if variable is None:
            hint = nearest(name, catalogue.variables)
            problems.append(Problem("unknown_variable", file, row["at"], name[:80], hint))
        elif row.get("place", "").strip() not in ("", SUBJECT):
            problems.append(Problem("answer_place", file, row["at"], row["place"][:80], SUBJECT))
        elif name in answers:
            problems.append(Problem("answer_twice", file, row["at"], name))
        else:
            said = row["value"].strip() + row.get("unit", "").strip()
            value = read_answer(said, variable, currency, file, row["at"])
            own = row.get("quality", "").strip() or usual.quality
            when = row.get("period", "").strip() or usual.period
            wrong = _unlike(own, when, file, row["at"])
            if isinstance(value, Problem):
                wrong.append(value)
            elif not wrong:
                answers[name] = Answer(value, own, when)
            problems += wrong
    return answers, problems


def _unlike(quality: str, period: str, file: str, place: str) -> list[Problem]:
    """Return what is wrong with a quality class and a period."""
    problems = []
    if quality not in tuple(QUALITY):
        problems.append(Problem("wrong_value", file, place, quality[:80], "A - F"))
    if last_day(period) is None:
        problems.append(Problem("bad_period", file, place, period[:80]))
    return problems
