"""What kind of city this is, in sentences: each part with its rule, or why it is not said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from jinglun.pages.view import View, number

Row = Mapping[str, Any]


class Part(NamedTuple):
    """One part of the character: its key, what is said, the cure of a refusal, and the rule."""

    key: str
    says: list[str]
    cure: str
    rule: str
    admin: str = ""


def parts_told(seen: View) -> list[Part]:
    """Return the five parts of the character as a reader sees them."""
    found = seen.findings["character"]
    return [
        _size(seen, found["size"]),
        _function(seen, found["function"]),
        _resource(seen, found["resource"]),
        _age(seen, found["age"]),
        _growth(seen, found["growth"]),
    ]


def opening(seen: View) -> str:
    """Return the one sentence that sums the character up, of the parts that are known."""
    found, w = seen.findings["character"], seen.words
    known = [
        (found["size"]["class"], "character.size_{}"),
        (found["function"]["class"], "character.known_for_{}"),
        (found["resource"]["kind"], "character.resource_{}"),
        (found["age"]["class"], "character.age_{}"),
        (found["growth"]["class"], "character.growth_{}"),
    ]
    said = [w(pattern.format(one)) for one, pattern in known if one]
    city = seen.place(seen.subject)
    if not said:
        return w("character.unknown", city=city)
    return w("character.is", city=city, what=w("list.comma").join(said))


def _rule(seen: View, rule: Row | None) -> str:
    if rule is None:
        return ""
    status = seen.words(f"character.status_{rule['status']}")
    return seen.words("character.rule", source=seen.said(rule, "source"), status=status)


def _persons(seen: View, value: float) -> str:
    return seen.amount(value, "person")


def _variables(seen: View, idents: list[str]) -> str:
    return seen.words("list.comma").join(seen.title(seen.variable(v)) for v in idents)


# --- the parts ----------------------------------------------------------------------------------


def _size(seen: View, found: Row) -> Part:
    w = seen.words
    rule = _rule(seen, found["rule"])
    if found["refused"] == "no_rule":
        return Part("size", [w("character.size_no_rule")], "", rule)
    named = _variables(seen, [found["variable"]])
    if found["refused"]:
        other = found["instead"]
        gaps = {
            "variable": named,
            "other": _variables(seen, [other["variable"]]) if other else "",
            "value": _persons(seen, other["value"]) if other else "",
            "period": other["period"] if other else "",
        }
        refusal = w(f"character.size_refused_{found['refused']}", **gaps)
        cure = w("character.size_cure", variable=named)
        return Part("size", [refusal], cure, rule, w("character.size_admin"))
    says = w(
        "character.size_is",
        variable=named,
        value=_persons(seen, found["value"]),
        period=found["period"],
        name=w(f"character.size_{found['class']}"),
    )
    bounds = [w("character.from", value=_persons(seen, found["class_from"]))]
    if found["next_from"]:
        bounds.append(w("character.below", value=_persons(seen, found["next_from"])))
    return Part(
        "size", [says, w("character.bounds", bounds=w("list.comma").join(bounds))], "", rule
    )


def _function(seen: View, found: Row) -> Part:
    w = seen.words
    rule = _rule(seen, found["rule"])
    if found["refused"]:
        refusal = w(f"character.function_refused_{found['refused']}", count=len(found["missing"]))
        return Part("function", [refusal], w("character.function_cure"), rule)
    says = [_nelson(seen, found), *_quotients(seen, found), *_differences(seen, found)]
    return Part("function", says, "", rule)


def _nelson(seen: View, found: Row) -> str:
    w = seen.words
    if found["nelson_refused"]:
        return w("character.few_cities", cities=found["cities"], least=found["least_cities"])
    gaps = {"cities": found["cities"], "period": found["period"]}
    if not found["functions"]:
        return w("character.function_general", **gaps)
    held = [
        w("character.degree", sector=w(f"character.sector_{f['sector']}"), degree=f["degree"])
        for f in found["functions"]
    ]
    return w("character.function_is", what=w("list.comma").join(held), **gaps)


def _quotients(seen: View, found: Row) -> list[str]:
    """Return the sentence on the three highest quotients above 1, or why there are none."""
    w = seen.words
    if found["quotient_refused"]:
        return [w("character.no_reference")]
    above = [s for s in found["sectors"] if s["names"] and (s["quotient"] or 0) > 1]
    above.sort(key=lambda s: -s["quotient"])
    told = [
        w("character.times", sector=w(f"character.sector_{s['sector']}"), n=number(s["quotient"]))
        for s in above[:3]
    ]
    own = found["reference"]
    whole = own[seen.lang] if own and own.get(seen.lang) else w("character.all_cities")
    if not told:
        return [w("character.no_quotient", whole=whole)]
    return [w("character.quotients", what=w("list.comma").join(told), whole=whole)]


def _differences(seen: View, found: Row) -> list[str]:
    w = seen.words
    said = []
    for key in ("nelson_only", "quotient_only"):
        if found[key]:
            named = w("list.comma").join(w(f"character.sector_{s}") for s in found[key])
            said.append(w(f"character.{key}", what=named))
    return said


def _resource(seen: View, found: Row) -> Part:
    w = seen.words
    rule = _rule(seen, found["rule"])
    if found["refused"]:
        return Part(
            "resource",
            [w(f"character.resource_{found['refused']}")],
            w("character.resource_cure"),
            rule,
            w("character.resource_admin"),
        )
    if found["flag"]:
        kind = w(f"character.resource_{found['kind']}")
        says = [w(f"character.resource_{found['how']}_yes", kind=kind)]
    else:
        says = [w(f"character.resource_{found['how']}_no")]
    if found["expired"]:
        says.append(w("character.resource_expired"))
    return Part("resource", says, "", rule)


def _age(seen: View, found: Row) -> Part:
    w, shares = seen.words, found["shares"]
    says = _ages(seen, shares)
    rule = _rule(seen, found["rule"])
    if found["refused"]:
        cure = w("character.age_cure", variable=_variables(seen, found["missing"]))
        return Part("age", [*says, w("character.age_refused")], cure, rule)
    name = w(f"character.age_{found['class']}")
    says.append(w("character.age_is", share=number(shares["over_65"]["share"]), name=name))
    return Part("age", says, "", rule)


def _ages(seen: View, shares: Row) -> list[str]:
    """Return the sentence on the ages: parts that add up, and those of 60 and over among them."""
    w = seen.words
    gaps = {
        key: {"share": number(one["share"]), "period": one["period"]}
        for key, one in shares.items()
        if one
    }
    told = [w(f"character.{key}", **gap) for key, gap in gaps.items() if key != "over_60"]
    older = gaps.get("over_60")
    if older and told:
        return [w("character.ages_among", what=w("list.comma").join(told), **older)]
    told += [w("character.over_60", **older)] if older else []
    return [w("character.ages", what=w("list.comma").join(told))] if told else []


def _growth(seen: View, found: Row) -> Part:
    w = seen.words
    rule = _rule(seen, found["rule"])
    if found["refused"]:
        cure = w("character.growth_cure", variable=_variables(seen, [found["variable"]]))
        return Part("growth", [w("character.growth_refused")], cure, rule)
    says = [
        w(
            "character.growth_is",
            begun=_persons(seen, found["begun"]),
            ended=_persons(seen, found["ended"]),
            since=found["from"],
            until=found["to"],
            rate=f"{found['rate']:+.2f}".replace("-", "−"),
            name=w(f"character.growth_{found['class']}"),
        )
    ]
    if found["peers"]:
        says.append(w("character.growth_peers", faster=found["faster"], peers=found["peers"]))
    return Part("growth", says, "", rule)


def classes(seen: View) -> list[tuple[str, bool]]:
    """Return every size class with where it begins, and whether it is the city's."""
    found, w = seen.findings["character"]["size"], seen.words
    told = []
    for at, one in enumerate(found["classes"]):
        begins = w("character.from", value=_persons(seen, one["from"]))
        if at == 0:
            begins = w("character.below", value=_persons(seen, found["classes"][1]["from"]))
        name = w(f"character.size_{one['class']}")
        line = w("character.class_line", name=name, bounds=begins)
        told.append((line, one["class"] == found["class"]))
    return told


def sectors(seen: View) -> list[Row]:
    """Return the sectors of the function part, the largest share of jobs first."""
    held = seen.findings["character"]["function"]["sectors"]
    return sorted(held, key=lambda s: (-s["share"], s["sector"]))


def figure(value: float | None) -> str:
    """Return a number of the table of sectors with two decimals, a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"
