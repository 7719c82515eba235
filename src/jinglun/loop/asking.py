"""Which city a person wishes for: what the options of `new` say, and what is asked besides."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from jinglun.loop.answers import (
    POPULATION,
    SUBJECT,
    Answer,
    questions,
    read_answer,
    read_file,
    read_pairs,
)
from jinglun.loop.begin import ANY_CITY, Wish, countries, faults
from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.units import units_for
from jinglun.model.catalogue import Catalogue, Variable
from jinglun.model.errors import Problem
from jinglun.model.periods import last_day
from jinglun.model.release import Release
from jinglun.pages.words import Words


@dataclass(frozen=True, slots=True)
class Options:
    """What the command says of the new city, as it was typed; None where it says nothing."""

    name: str | None = None
    name_en: str | None = None
    country: str | None = None
    currency: str | None = None
    size: str | None = None
    districts: str | None = None
    year: str | None = None
    set: tuple[str, ...] = ()
    answers: str | None = None
    quality: str = "E"


def options_of(typed: Mapping[str, Any]) -> Options:
    """Return the options of `new` among what was typed."""
    told = {f.name: typed[f.name] for f in dataclasses.fields(Options) if f.name in typed}
    return Options(**{**told, "set": tuple(told.get("set") or ())})


def wish_of(said: Options, day: date, listen: Callable[[], bytes]) -> tuple[Wish, list[Problem]]:
    """Return the city wished for and every problem with the options; `listen` gives what `-` is."""
    country = (said.country or ANY_CITY.country).strip().upper()
    name = ANY_CITY.name_zh if said.name is None else said.name.strip()
    in_english = ANY_CITY.name_en if said.name is None else name
    year = said.year or str(day.year - 1)
    districts = re.split(r"[,，、;；]", said.districts) if said.districts else []
    wish = Wish(
        name_zh=name,
        name_en=in_english if said.name_en is None else said.name_en.strip(),
        country=country,
        currency=(said.currency or countries().get(country, "")).strip().upper(),
        year=int(year) if _is_year(year) else day.year - 1,
        districts=tuple(d.strip() for d in districts),
    )
    problems = faults(wish)
    if not _is_year(year):
        problems.append(Problem("bad_year", "", "--year", year[:80], str(day.year - 1)))
    numbers, wrong = _numbers(said, wish, framework_catalogue(), listen)
    return dataclasses.replace(wish, numbers=numbers), problems + wrong


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and last_day(text) is not None


def _numbers(
    said: Options, wish: Wish, catalogue: Catalogue, listen: Callable[[], bytes]
) -> tuple[dict[str, Answer], list[Problem]]:
    """Return the figures that size, pairs and file give together, each variable once."""
    usual = (said.quality, str(wish.year), catalogue, wish.currency or ANY_CITY.currency)
    given, problems = read_pairs(said.set, *usual)
    if said.answers is not None:
        text, wrong = _text(said.answers, listen)
        more, found = read_file(text, Path(said.answers).name, *usual) if not wrong else ({}, [])
        twice = sorted(set(more) & set(given))
        problems += wrong + found + [Problem("answer_twice", "", "--set", v) for v in twice]
        given |= more
    if said.size is not None:
        size = read_answer(said.size, catalogue.variables[POPULATION], usual[3], "", "--size")
        if isinstance(size, Problem):
            problems.append(size)
        elif POPULATION in given:
            problems.append(Problem("answer_twice", "", "--size", POPULATION))
        else:
            given[POPULATION] = Answer(size, said.quality, str(wish.year))
    return given, problems


def _text(name: str, listen: Callable[[], bytes]) -> tuple[str, list[Problem]]:
    """Return the text of a file of answers, in UTF-8 or as office programs in China save it."""
    try:
        told = listen() if name == "-" else Path(name).read_bytes()
    except FileNotFoundError:
        return "", [Problem("no_file", "", "--answers", name)]
    except (OSError, ValueError) as error:
        return "", [Problem("unreadable_file", name, "--answers", hint=str(error))]
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return told.decode(encoding), []
        except UnicodeDecodeError as error:
            reading = str(error)
    return "", [Problem("unreadable_file", name, "--answers", hint=reading)]


def asked(
    wish: Wish,
    quality: str,
    day: date,
    w: Words,
    put: Callable[[str], str],
    say: Callable[[str], None],
) -> Wish:
    """Return the wish with what a person answers to the questions that give the most at once.

    `put` shows a question and returns the answer, or raises EOFError when there is no more; an
    answer that cannot be is said to be so and asked for again.
    """
    catalogue = framework_catalogue()
    asking = questions(catalogue, wish.country, day, wish.numbers)
    numbers = dict(wish.numbers)
    say(w("cli.ask_head", count=len(asking)))
    try:
        for at, ident in enumerate(asking, start=1):
            variable = catalogue.variables[ident]
            title = variable.zh if w.language == "zh" else variable.en
            unit = _unit(variable, wish.currency, w)
            gaps = {"at": at, "count": len(asking), "title": title, "unit": unit}
            question = w("cli.ask", year=wish.year, **gaps)
            value = _until_sound(variable, wish.currency, partial(put, question), w, say)
            if value is not None:
                numbers[ident] = Answer(value, quality, str(wish.year))
    except EOFError:
        say("")
    return dataclasses.replace(wish, numbers=numbers)


def _unit(variable: Variable, currency: str, w: Words) -> str:
    if w.language == "zh":
        return units_for(variable.unit, currency)[0]
    return variable.unit.replace("LCU", currency)


def _until_sound(
    variable: Variable,
    currency: str,
    put: Callable[[], str],
    w: Words,
    say: Callable[[str], None],
) -> float | None:
    """Ask until the answer can be, or is empty."""
    while text := put().strip():
        value = read_answer(text, variable, currency)
        if isinstance(value, float):
            return value
        gaps = {"file": "", "found": value.found, "hint": value.hint or "—"}
        says, cure = (w(f"problem.{value.code}.{part}", **gaps) for part in ("says", "cure"))
        say(f"  {says}  {cure}")
    return None


def reached(release: Release) -> dict[str, int]:
    """Return how many scored indicators there are, have a value and have a score at the city."""
    scored = {i for i, one in release.terms["indicators"].items() if one["role"] == "score"}
    found: dict[str, set[str]] = {"value": set(), "score": set()}
    for row in release.tables["measures"].to_pylist():
        if row["place"] == SUBJECT and row["indicator"] in scored:
            for name, held in found.items():
                if row[name] is not None:
                    held.add(row["indicator"])
    return {
        "all": len(scored),
        "computed": len(found["value"]),
        "scored": len(found["score"]),
    }
