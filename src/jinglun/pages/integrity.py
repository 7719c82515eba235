"""What the page of figures to check says: questions to the offices, with room for their answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jinglun.pages.view import View, number

FEW = 8
"""How many related figures stand beside a question; findings.json has them all."""

SHOWN = 100
"""How many questions to one office the page shows; findings.json has them all."""

EVERYWHERE = "*"

Flag = Mapping[str, Any]


def of(seen: View) -> Mapping[str, Any]:
    """Return the questions of the release."""
    found: Mapping[str, Any] = seen.findings["integrity"]
    return found


def ours(seen: View) -> list[Flag]:
    """Return the questions about the city itself, its districts, or a whole source."""
    return [flag for flag in of(seen)["flags"] if flag["role"] != "peer"]


def others(seen: View) -> list[Flag]:
    """Return the questions about other cities, which the city's offices cannot answer."""
    return [flag for flag in of(seen)["flags"] if flag["role"] == "peer"]


def by_office(seen: View, flags: Sequence[Flag]) -> list[tuple[str, list[Flag]]]:
    """Return the questions of each office, the office of the weightiest question first."""
    found: dict[str, list[Flag]] = {}
    for flag in flags:
        found.setdefault(seen.said(flag, "office"), []).append(flag)
    return [(office or seen.words("integrity.no_office"), rows) for office, rows in found.items()]


def first(flags: Sequence[Flag]) -> Sequence[Flag]:
    """Return as many questions of one office as the page bears."""
    return flags[:SHOWN]


def place(seen: View, flag: Flag) -> str:
    """Return the name of the place asked about, which may be a peer's; of a whole source, all."""
    ident = flag["place"]
    if ident == EVERYWHERE:
        return seen.words("integrity.everywhere", count=f"{flag['figures']:,}")
    if ident in seen.places:
        return seen.place(ident)
    table = seen.release.tables["places"]
    row: int = table["place"].index(ident).as_py()
    return str(table["title_zh" if seen.lang == "zh" else "title_en"][row].as_py())


def title(seen: View, variable: str) -> str:
    """Return the name of a variable; its id where the release has no term of it."""
    known = seen.release.terms["variables"]
    return seen.title(known[variable]) if variable in known else variable


def _amount(seen: View, variable: str, value: float | None) -> str:
    if value is None:
        return "—"
    known = seen.release.terms["variables"]
    return seen.amount(value, known[variable]["unit"]) if variable in known else number(value)


def _percent(share: float) -> str:
    return f"{100 * share:+.1f}%".replace("-", "−")


def _moved(seen: View, share: float) -> str:
    change = f"{abs(100 * share):.1f}"
    return seen.words("integrity.rose" if share > 0 else "integrity.fell", change=change)


def _listed(seen: View, parts: Sequence[str]) -> str:
    return seen.words("list.comma").join(parts)


# --- the question -------------------------------------------------------------------------------


def question(seen: View, flag: Flag) -> str:
    """Return the question that a flag is, in one or two sentences, to whoever holds the figure."""
    told = flag["evidence"]
    kind = f"{flag['code']}_{told['against']}" if "against" in told else flag["code"]
    if flag["code"] == "jump":
        kind = "jump_points" if "points" in told else "jump"
    return seen.words(f"integrity.ask.{kind}", **_gaps(seen, flag))


def _gaps(seen: View, flag: Flag) -> dict[str, str]:
    """Return all that a question may speak of; each takes what it needs."""
    told, variable = flag["evidence"], flag["variable"]
    power = abs(flag["power"] or 0)
    up = (flag["power"] or 0) > 0
    times = seen.words("integrity.larger" if up else "integrity.smaller", times=f"{10**power:,}")
    bare = seen.words(f"integrity.bare_{'larger' if up else 'smaller'}", times=f"{10**power:,}")
    filled = {
        "times_bare": bare,
        "place": place(seen, flag),
        "period": flag["period"],
        "variable": title(seen, variable),
        "value": _amount(seen, variable, flag["value"]),
        "times": times,
        "expected": _expected(seen, flag),
        "others": _listed(seen, [title(seen, v) for v in flag["variables"][1:]]),
        "before": _amount(seen, variable, told.get("before")),
        "since": str(told.get("before_period", "")),
        "change": _moved(seen, told["change"]) if "change" in told else "",
        "points": f"{told.get('points', 0):+.1f}".replace("-", "−"),
        "off": _percent(told["off"]) if "off" in told else "",
        "sum": _amount(seen, variable, told.get("sum")),
        "whole": title(seen, told["whole"]) if "whole" in told else "",
        "whole_value": _amount(seen, told.get("whole", variable), told.get("whole_value")),
        "over": title(seen, told["over"]) if "over" in told else "",
        "far": number(round(told["times"])) if "times" in told else "",
        "count": _count(told),
        "years": _listed(seen, told.get("periods", [])),
        "share": f"{100 * told.get('share', 0):.0f}",
        "figures": f"{told.get('figures', 0):,}",
    }
    return filled | {"related": _still(seen, flag), "rates": _rates(seen, flag)}


def _count(told: Mapping[str, Any]) -> str:
    places = told.get("places", 0)
    return f"{len(places) if isinstance(places, list) else places:,}"


def _expected(seen: View, flag: Flag) -> str:
    """Return what was expected: a figure, or the bounds it should lie in."""
    told, variable = flag["expected"], flag["variable"]
    value, low, high = (_amount(seen, variable, told[key]) for key in ("value", "low", "high"))
    if told["value"] is not None:
        return seen.words("integrity.about", value=value)
    if told["low"] is not None and told["high"] is not None:
        return seen.words("integrity.between", low=low, high=high)
    if told["high"] is not None:
        return seen.words("integrity.at_most", high=high)
    return seen.words("integrity.at_least", low=low) if told["low"] is not None else "—"


def _still(seen: View, flag: Flag) -> str:
    """Return the related figures that did not move along, or that none is there to compare."""
    related = flag["evidence"].get("related", [])
    if not related:
        return seen.words("integrity.no_related")
    said = [f"{title(seen, r['variable'])} {_percent(r['change'])}" for r in related[:3]]
    return seen.words("integrity.related", listed=_listed(seen, said))


def _rates(seen: View, flag: Flag) -> str:
    rates = flag["evidence"].get("rates", [])
    return _listed(seen, [f"{seen.name(r['indicator'])} {_percent(r['change'])}" for r in rates])


# --- what stands beside it ----------------------------------------------------------------------


def evidence(seen: View, flag: Flag) -> list[tuple[str, str]]:
    """Return the figures a question rests on, each with what it is."""
    return [
        (seen.words(f"integrity.row.{key}", **gaps), said) for key, gaps, said in _rows(seen, flag)
    ]


def _rows(seen: View, flag: Flag) -> Iterator[tuple[str, dict[str, str], str]]:
    told, variable = flag["evidence"], flag["variable"]
    if "before" in told:
        yield "value", {"period": told["before_period"]}, _amount(seen, variable, told["before"])
    if flag["value"] is not None:
        yield "value", {"period": flag["period"]}, _amount(seen, variable, flag["value"])
    if "after" in told:
        yield "after", {}, _amount(seen, variable, told["after"])
    if any(bound is not None for bound in flag["expected"].values()):
        yield "expected", {}, _expected(seen, flag)
    if "others_change" in told:
        yield "others_change", {}, _percent(told["others_change"])
    for row in told.get("related", [])[:FEW]:
        yield "change_of", {"name": title(seen, row["variable"])}, _percent(row["change"])
    for row in told.get("rates", []):
        yield "change_of", {"name": seen.name(row["indicator"])}, _percent(row["change"])
    yield from _more(seen, flag)


def _more(seen: View, flag: Flag) -> Iterator[tuple[str, dict[str, str], str]]:
    told, variable = flag["evidence"], flag["variable"]
    if "median_of_other_years" in told:
        yield "other_years", {}, _amount(seen, variable, told["median_of_other_years"])
    if "sum" in told and told.get("against") != "hundred":
        yield "sum", {}, _amount(seen, variable, told["sum"])
    if "whole_value" in told:
        name = title(seen, told["whole"])
        yield "of", {"name": name}, _amount(seen, told["whole"], told["whole_value"])
    if "ratio" in told:
        bounds = f"{told['low']:,.6g} – {told['high']:,.6g}"
        names = {"of": title(seen, told["of"]), "over": title(seen, told["over"])}
        yield (
            "ratio",
            names,
            seen.words("integrity.ratio", ratio=f"{told['ratio']:,.4g}", bounds=bounds),
        )
    yield from _last(seen, flag)


def _last(seen: View, flag: Flag) -> Iterator[tuple[str, dict[str, str], str]]:
    told, variable = flag["evidence"], flag["variable"]
    if "country" in told:
        median = "median" in told
        here = f"{told['country']:,.6g}" if median else _amount(seen, variable, told["country"])
        yield ("country_each" if median else "country"), {}, here
        if median:
            yield "median", {}, f"{told['median']:,.6g}"
    for example in [told.get("example"), *(a.get("example") for a in told.get("also", []))]:
        if example:
            yield "example", {}, example
    if "digits" in told:
        yield "digits", {}, " ".join(f"{d}:{n}" for d, n in enumerate(told["digits"]))
    if "basis" in told:
        yield "basis", {}, told["basis"]


def effect(seen: View, flag: Flag) -> str:
    """Say how far the score of the place rests on the figure, and what would move it."""
    if flag["moves"] is not None and abs(flag["moves"]) >= 0.005:
        return seen.words("integrity.moves", points=f"{flag['moves']:+.2f}".replace("-", "−"))
    if flag["rests"] > 0:
        return seen.words("integrity.rests", share=f"{100 * flag['rests']:.1f}")
    if not flag["indicators"]:
        return seen.words("integrity.not_scored")
    at = seen.subject if flag["place"] == EVERYWHERE else flag["place"]
    used = {f.period for i in flag["indicators"] if (f := seen.latest(i, at))}
    if used and flag["period"] not in used:
        years = _listed(seen, sorted(used))
        return seen.words("integrity.older", period=flag["period"], used=years)
    return seen.words("integrity.weightless")


def snippet(seen: View, flag: Flag) -> str:
    """Return the lines that put an answer into city.toml, with this question's id."""
    by = seen.said(flag, "office")
    said = f'says_{"zh" if seen.lang == "zh" else "en"} = ""'
    lines = ("[[answer]]", f'flag = "{flag["id"]}"', f'by = "{by}"', f"date = {seen.day}")
    return "\n".join((*lines, 'verdict = "confirmed"', said))
