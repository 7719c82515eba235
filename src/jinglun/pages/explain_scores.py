"""What a score is the mean of, as data and as lines in which a person can redo the arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinglun.model.release import Release
from jinglun.pages import scores
from jinglun.pages.amounts import amount, number
from jinglun.pages.scores import Part, Tally
from jinglun.pages.traces import NotKnown, place_of
from jinglun.pages.words import Words

Wanted = tuple[str, ...]
"""The kind of a score and the ids that name it: `("cell", "services", "citizens")`."""


def names(release: Release) -> dict[str, Wanted]:
    """Return every name that a score goes by: its id, and what it is called in zh and en."""
    terms = release.terms
    found: dict[str, Wanted] = {"city": ("city",)}
    for one in terms["factors"]:
        found |= dict.fromkeys((one["id"], one["zh"], one["en"]), ("factor", one["id"]))
    for one in terms["domains"]:
        found |= dict.fromkeys((one["id"], one["zh"], one["en"]), ("domain", one["id"]))
        for other in terms["factors"]:
            cell = ("cell", one["id"], other["id"])
            found |= dict.fromkeys((f"{one[k]}.{other[k]}" for k in ("id", "zh", "en")), cell)
            found |= dict.fromkeys((f"{one[k]}×{other[k]}" for k in ("zh", "en")), cell)
        for aim in one["aims"]:
            named = (f"{one[k]}.{aim[k]}" for k in ("id", "zh", "en"))
            found |= dict.fromkeys(named, ("aim", one["id"], aim["id"]))
    return found


def wanted(release: Release, said: str) -> Wanted | None:
    """Return the score that is meant, None if it is none; NotKnown if several aims have the id."""
    plain = {name.lower(): one for name, one in names(release).items()}
    given = said.lower().replace(" × ", "×").strip()
    if given in plain:
        return plain[given]
    aims = [
        ("aim", domain["id"], aim["id"])
        for domain in release.terms["domains"]
        for aim in domain["aims"]
        if given in (aim["id"], aim["zh"], aim["en"].lower())
    ]
    if len(aims) > 1:
        raise NotKnown("aim", said, ", ".join(f"{d}.{a}" for _, d, a in aims))
    return aims[0] if aims else None


def explain_score(
    release: Release, of: Wanted, place: str | None, period: str | None
) -> dict[str, Any]:
    """Return a score at a place with its parts; NotKnown for a place or period without scores."""
    where = place_of(release, place)
    if where["role"] == "peer":
        rows = release.tables["places"].to_pylist()
        known = ", ".join(r["place"] for r in rows if r["role"] != "peer")
        raise NotKnown("score_place", place or "", known)
    books = scores.tally(release, where["place"])
    weave = books.woven["city",]
    if period is not None and period != weave["period"]:
        raise NotKnown("score_period", period, weave["period"])
    return {
        "kind": "score",
        "place": {k: where[k] for k in ("place", "title_zh", "title_en", "level")},
        "date": release.head["date"],
        "currency": release.head["city"]["currency"],
        "needed": release.head["settings"][
            "headline_coverage" if of[0] == "city" else "assessable_coverage"
        ],
        "of": _built(books, of),
    }


def _built(books: Tally, of: Wanted) -> Part:
    kind, *idents = of
    if kind == "city":
        return scores.city(books)
    if kind == "domain":
        return scores.domain(books, *idents)
    if kind == "factor":
        return scores.factor(books, *idents)
    return scores.cell(books, *idents) if kind == "cell" else scores.aim(books, *idents)


LEVELS = 2
"""How many levels of parts are shown at first: the domains and cells of the city."""


# --- as text ------------------------------------------------------------------------------------


def lines(found: Mapping[str, Any], w: Words, everything: bool = False) -> list[str]:
    """Return a score and its parts as lines: points = share x score, then names.

    `everything` goes down to every indicator; else two levels are shown.
    """
    tag, of = w.language, found["of"]
    place = found["place"].get(f"title_{tag}") or found["place"]["title_en"]
    title = place if of["kind"] == "city" else f"{place} · {of.get(tag) or of['en']}"
    told = [w("explain.score_of", title=title, ident=of["id"]), _score_line(found, w), ""]
    told += [w("explain.score_how"), ""]
    for part in of["parts"]:
        told += _part_lines(part, found["currency"], w, 1, None if everything else LEVELS)
    counted = [p["points"] for p in of["parts"] if p["points"] is not None]
    if counted and of["score"] is not None:
        added = " + ".join(f"{p:.2f}" for p in counted)
        told += ["", w("explain.score_sum", sum=added, score=f"{sum(counted):.2f}")]
    if not everything and _is_cut(of):
        told += ["", w("explain.score_more")]
    return [*told, "", w("explain.score_end")]


def _is_cut(of: Part) -> bool:
    """Say whether a score has parts below those that are shown at first."""
    return any(leaf["parts"] for part in of["parts"] for leaf in part["parts"])


def _score_line(found: Mapping[str, Any], w: Words) -> str:
    of = found["of"]
    coverage = w("score.coverage", coverage=f"{100 * of['coverage']:.0f}")
    if of["score"] is None:
        return w("explain.score_none", coverage=coverage, needed=f"{100 * found['needed']:.0f}")
    parts = [f"{w('explain.score')}: {of['score']:.1f}"]
    if of["low"] is not None and of["high"] is not None:
        parts.append(w("score.interval_about", low=f"{of['low']:.1f}", high=f"{of['high']:.1f}"))
    return w("list.comma").join([*parts, coverage])


def _part_lines(part: Part, currency: str, w: Words, depth: int, most: int | None) -> list[str]:
    margin = "    " * depth
    if part["points"] is None:
        why = w(f"why.{part['why'] or 'no_data'}")
        head = f"{margin}     —   {_name(part, w)}: {why}"
    else:
        share, score = f"{100 * part['share']:6.2f}%", f"{part['score']:6.2f}"
        weight = w("explain.weight", weight=number(part["weight"]))
        head = f"{margin}{part['points']:6.2f} = {share} × {score}  {_name(part, w)} ({weight}"
        head += f"{w('list.comma')}{_figure(part, currency, w)})" if _leaf(part) else ")"
    told = [head]
    for one in part["parts"] if most is None or depth < most else ():
        told += _part_lines(one, currency, w, depth + 1, most)
    return told


def _leaf(part: Part) -> bool:
    return bool(part["kind"] == "indicator" and part["benchmark"])


def _name(part: Part, w: Words) -> str:
    title = part.get(w.language) or part["en"]
    if part["kind"] == scores.OWN:
        title = f"{title} · {w('sum.own')}"
    code = f" {part['code']}" if part["kind"] == "indicator" else ""
    return f"{title}{code} [{part['id']}]"


def _figure(part: Part, currency: str, w: Words) -> str:
    """Return the figure and the two points between which it is scored."""
    ends = part["benchmark"]
    said = w(
        "explain.goalposts",
        zero=amount(ends["zero"], part["unit"], currency, w),
        full=amount(ends["full"], part["unit"], currency, w),
        status=w(f"status.{ends['status']}"),
    )
    # Digits enough to come to the score by hand.
    value = amount(part["value"], part["unit"], currency, w, digits=6)
    return w("list.comma").join([value, str(part["period"]), said])
