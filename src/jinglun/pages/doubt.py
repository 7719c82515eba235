"""What would change the picture: how firm scores and ranks are, what decides, what to measure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from jinglun.pages import whiskers
from jinglun.pages.doubt_moves import WEIGHTS, apart, bound, of_unit, rounded, tiers
from jinglun.pages.doubt_wanted import Wanted, unit_name
from jinglun.pages.sentences import one_decimal
from jinglun.pages.view import View, number

Row = Mapping[str, Any]
STATED = ("goalposts", "arithmetic")
LIKELY = 0.9
"""The share of draws from which something is called likely."""


class Doubts:
    """The doubts of one release in one language."""

    def __init__(self, seen: View) -> None:
        self.seen, self.words = seen, seen.words
        self.found: Row = seen.findings["doubt"]
        self.ranks: Sequence[Row] = seen.findings["ranks"]
        table = seen.release.tables["places"]
        self._titles = {
            place: (zh if seen.lang == "zh" else en) or place
            for place, zh, en in zip(
                *(table[name].to_pylist() for name in ("place", "title_zh", "title_en")),
                strict=True,
            )
        }

    # --- what is said first ---

    def opening(self) -> str:
        """Return what the page means: the score or why there is none, and the rank."""
        head, city = self.found["headline"], self.seen.place(self.seen.subject)
        if head["kind"] is None:
            return self.words("doubt.nothing", city=city)
        score = one_decimal(head["score"])
        ends = {k: _points(head[k]) for k in ("low", "high")}
        if head["kind"] == "city":
            first = self.words("doubt.opening_city", city=city, score=score, **ends)
        else:
            had = self._coverage()
            first = self.words("doubt.opening_covered", city=city, coverage=had)
            first += self.words("doubt.opening_part", score=score, coverage=had, **ends)
            first += self._guess()
        return first + self._opening_rank()

    def _coverage(self) -> str:
        rows = self.seen.release.documents["weave"]["city"]
        row = next(r for r in rows if r["place"] == self.seen.subject)
        return number(round(100 * row["coverage"]))

    def _guess(self) -> str:
        """Say where the score would lie with all data, and whether this one is likely too high."""
        full = self.found["full"]
        if full["low"] is None or full["below"] is None:
            return self.words("doubt.guess_none")
        ends = {k: _points(full[k]) for k in ("low", "high")}
        likely, unlikely = full["below"] >= LIKELY, full["below"] <= 1 - LIKELY
        side = "high" if likely else "low" if unlikely else "open"
        return self.words(f"doubt.guess_{side}", **ends)

    def _opening_rank(self) -> str:
        own = self.own_rank()
        if own is None:
            return self.words("doubt.opening_alone")
        others = own["of"] - 1
        if own["low"] == own["high"]:
            return self.words("doubt.opening_firm", others=others, rank=self.nth(own["rank"]))
        ends = {k: self.nth(own[k]) for k in ("rank", "low", "high")}
        return self.words("doubt.opening_moves", others=others, **ends)

    def nth(self, rank: int) -> str:
        """Return a rank as the language counts places: 1st, 2nd, 3rd, 11th."""
        teen = 10 < rank % 100 < 14
        ending = {1: "st", 2: "nd", 3: "rd"}.get(0 if teen else rank % 10, "th")
        return self.words(f"doubt.nth.{ending}", rank=rank)

    def stated(self) -> str:
        """Say how wide the interval is by the stated rules alone, and why the score is where."""
        head = self.found["headline"]
        ends = {k: _points(head[k]) for k in ("stated_low", "stated_high", "low", "high")}
        lenient = self.words("doubt.lenient") if self._lenient() else ""
        return self.words("doubt.stated", **ends) + lenient

    def _lenient(self) -> bool:
        """Tell whether the mean in use is the mildest and alone brings the score to the top."""
        head, first = self.found["headline"], tiers(of_unit(self.found["sensitivity"], "headline"))
        by = {(r["normalisation"], r["aggregation"]): r["score"] for r in self.found["rules"]}
        stated = by.get(STATED)
        strict = [by.get((STATED[0], a)) for a in ("geometric", "harmonic")]
        if stated is None or not first or [r["group"] for r in first[0]] != ["aggregation"]:
            return False
        near = head["score"] - head["low"] > 2 / 3 * (head["high"] - head["low"])
        return near and all(s is not None and s < stated for s in strict)

    def forced(self) -> str:
        """Say why the rules of the table reach beyond the intervals: most draws keep the rule."""
        own, beyond = self.own_rank(), self._beyond()
        if own is None or not beyond:
            return ""
        groups = {g["id"]: g["parameters"] for g in self.found["groups"]}
        kept = zip(("normalisation", "aggregation"), STATED, strict=True)
        shares = {k: _percent(1 - groups[k][rule]) for k, rule in kept}
        firm = own["low"] == own["high"]
        ends = {k: self.nth(own[k]) for k in ("low", "high")}
        span = ends["low"] if firm else self.words("doubt.span", **ends)
        told = self.words("doubt.and").join(beyond)
        return self.words("doubt.forced", span=span, beyond=told, **shares)

    def _beyond(self) -> list[str]:
        """Name the ranks and the scores beyond the intervals that a rule of the table gives."""
        own, basis, rows = self.own_rank(), self.found["basis"], self.found["rules"]
        said = []
        if own is not None:
            ranks = _outside([r["rank"] for r in rows], own["low"], own["high"])
            told = self.words("doubt.or").join(self.nth(int(r)) for r in ranks)
            said += [self.words("doubt.forced_rank", ranks=told)] if ranks else []
        if basis["low"] is not None:
            scores = _outside([r["score"] for r in rows], basis["low"], basis["high"])
            told = self.words("doubt.or").join(_points(s) for s in scores)
            said += [self.words("doubt.forced_score", scores=told)] if scores else []
        return said

    def basis(self) -> str:
        """Say on what the ranks rest, and why the score behind them is another."""
        head, basis = self.found["headline"], self.found["basis"]
        if basis["score"] is None or head["score"] is None:
            return ""
        own, other = one_decimal(basis["score"]), one_decimal(head["score"])
        common = basis["indicators"]
        if own == other and common == head["indicators"]:
            return self.words("doubt.basis_same", common=common)
        given = {"common": common, "basis": own, "score": other, "used": head["indicators"]}
        return self.words(f"doubt.basis_{head['kind']}", **given)

    def own_rank(self) -> Row | None:
        """Return the city's rank by the headline among the comparable cities, if it has one."""
        for row in self.ranks:
            if (row["place"], row["among"], row["unit"]) == (
                self.seen.subject,
                "comparable",
                "headline",
            ):
                return row
        return None

    # --- intervals ---

    def scores(self) -> list[dict[str, Any]]:
        """Return the headline and the domains, or else the cells, with their intervals."""
        head = self.found["headline"]
        if head["kind"] is None:
            return []
        parts = self._parts()
        ends = _axis([head, *(row for _, _, row in parts)])
        name = self.words(f"doubt.head_{head['kind']}")
        inner = (head["stated_low"], head["stated_high"])
        score = one_decimal(head["score"])
        return [
            self._score(name, "head", head, ends, score, inner),
            *(self._score(n, i, r, ends, _points(r["score"])) for n, i, r in parts),
        ]

    def _parts(self) -> list[tuple[str, str, Row]]:
        """Return name, ident and row of the domains assessed, or else of the cells."""
        weave, found = self.seen.release.documents["weave"], []
        for kind in ("domains", "cells"):
            for row in weave[kind]:
                if row["place"] == self.seen.subject and None not in (row["score"], row["low"]):
                    key = [row[k] for k in ("domain", "factor") if k in row]
                    found.append((unit_name(self.seen, ".".join(key)), "-".join(key), row))
            if found:
                break
        return found

    def _score(
        self,
        name: str,
        ident: str,
        row: Row,
        ends: tuple[float, float],
        score: str,
        inner: tuple[float, float] | None = None,
    ) -> dict[str, Any]:
        said = {"score": score, **{k: _points(row[k]) for k in ("low", "high")}}
        picture = whiskers.whisker(
            row["score"],
            row["low"],
            row["high"],
            ends=ends,
            labels=(_points(ends[0]), _points(ends[1])),
            inner=inner,
            ident=f"score-{ident}",
            title=name,
            desc=self.words("doubt.score_desc", **said),
        )
        return {"name": name, **said, "picture": Markup(picture)}

    # --- ranks ---

    def table(self, among: str) -> list[dict[str, Any]]:
        """Return the places ranked by the headline, best first, with the intervals of ranks."""
        rows = [r for r in self.ranks if r["among"] == among and r["unit"] == "headline"]
        rows.sort(key=lambda r: (r["rank"], r["place"]))
        return [
            {
                **{k: row[k] for k in ("rank", "low", "high", "of")},
                "name": self._titles[row["place"]],
                "own": row["place"] == self.seen.subject,
                "says": self._rank_says(row),
            }
            for row in rows
        ]

    def _rank_says(self, row: Row) -> str:
        ends = {k: self.nth(row[k]) for k in ("rank", "low", "high")}
        if row["low"] == row["high"]:
            return self.words("doubt.rank_firm", rank=ends["rank"])
        return self.words("doubt.rank", **ends)

    def chart(self, among: str) -> Markup:
        """Draw the ranks of all places over one axis."""
        rows = self.table(among)
        drawn = [
            whiskers.Ranked(
                name=row["name"],
                told=self.words(
                    "doubt.rank_short_firm" if row["low"] == row["high"] else "doubt.rank_short",
                    **{k: row[k] for k in ("rank", "low", "high")},
                ),
                rank=row["rank"],
                low=row["low"],
                high=row["high"],
                own=row["own"],
            )
            for row in rows
        ]
        of = rows[0]["of"]
        each = [self.words("doubt.rank_of", name=r["name"], says=r["says"]) for r in rows]
        picture = whiskers.rank_chart(
            drawn,
            of,
            labels=(self.nth(of), self.nth(1)),
            ident=f"ranks-{among}",
            title=self.words(f"doubt.ranks_{among}"),
            desc=self.words("doubt.semicolon").join(each),
        )
        return Markup(picture)

    def flips(self) -> list[str]:
        """Say what decides the rank and who might change places with the city."""
        own = self.own_rank()
        if own is None:
            return []
        said = [s for s in [self._decides(own)] if s]
        for side in ("above", "below"):
            if own[side] is not None:
                given = {"place": self._titles[own[side]], "percent": _percent(own[f"{side}_swap"])}
                said.append(self.words(f"doubt.{side}", **given))
        return said

    def _decides(self, own: Row) -> str:
        """Name what moves the rank most, with all that cannot be told from it."""
        first = tiers(of_unit(self.found["sensitivity"], "rank"))[:1]
        if not first or own["low"] == own["high"]:
            return ""
        names = [self.words(f"doubt.group.{r['group']}") for r in first[0]]
        said = self.words("doubt.decides", what=self.words("list.comma").join(names))
        if len(names) > 1:
            said = self.words("doubt.decides_some", what=self.words("list.comma").join(names))
        if own["decides_key"] is not None and own["decides"] == first[0][0]["group"]:
            key, what = own["decides_key"], names[0]
            single = own["decides"] == "weights_indicators"
            named = self.seen.name(key) if single else unit_name(self.seen, key)
            said += self.words("doubt.decides_weight", what=what, named=named)
        return said

    # --- sensitivity ---

    def order(self, unit: str) -> str:
        """Say in words what matters for the headline or the rank, in order, and how much."""
        rows = of_unit(self.found["sensitivity"], unit)
        ranked = tiers(rows)
        if not ranked:
            return self.words("doubt.moves_none") if rows else ""
        names = [
            self.words("list.comma").join(self.words(f"doubt.group.{r['group']}") for r in tier)
            for tier in ranked
        ]
        said = self.words("doubt.moves_order", order=self.words("doubt.before").join(names))
        if any(len(tier) > 1 for tier in ranked):
            said += self.words("doubt.moves_tied")
        return said + self._most(unit, ranked[0][0], rows)

    def _most(self, unit: str, top: Row, rows: Sequence[Row]) -> str:
        what, result = self.words(f"doubt.group.{top['group']}"), self.words(f"doubt.unit.{unit}")
        # Alone it does no more than with others, whatever the errors of the two estimates say.
        tenths = min(10, round(10 * min(top["first"], top["total"])))
        if tenths < 2 or not apart(top, "first"):
            return self.words("doubt.moves_joint", result=result, what=what)
        share = self.words(f"doubt.tenths.{tenths}")
        most = bound(rows, WEIGHTS)
        if top["group"] in WEIGHTS or not 1 <= most <= 5:
            return self.words("doubt.moves_most", result=result, share=share, what=what)
        given = {"result": result, "share": share, "what": what}
        return self.words("doubt.moves_weights", most=self.words(f"doubt.tenths.{most}"), **given)

    def bars(self, unit: str) -> list[dict[str, Any]]:
        """Return the groups of assumptions that move the headline or the rank, the most first."""
        return [self._bar(unit, row) for row in of_unit(self.found["sensitivity"], unit)]

    def _bar(self, unit: str, row: Row) -> dict[str, Any]:
        # An estimate a little over everything is everything; one not told from nothing is none.
        share = {k: min(1.0, row[k]) if apart(row, k) else 0.0 for k in ("first", "total")}
        alone = min(share["first"], share["total"])
        # Rounded alike, or the part alone could read larger than the whole.
        error = max(row["first_error"], row["total_error"])
        name = self.words(f"doubt.group.{row['group']}")
        said = {
            "alone": self._share(alone, error),
            "together": self._share(share["total"], error),
        }
        picture = whiskers.share_bar(
            alone,
            share["total"],
            ident=f"share-{unit}-{row['group']}",
            title=name,
            desc=self.words("doubt.bar_desc", **said),
        )
        about = self.words(f"doubt.group_about.{row['group']}")
        return {"name": name, "about": about, **said, "picture": Markup(picture)}

    def _share(self, share: float, error: float) -> str:
        if share <= 0:
            return self.words("doubt.share_unclear")
        told = rounded(share, error)
        return self.words("doubt.share", percent=told) if told else self.words("doubt.share_small")

    # --- other rules ---

    def rules(self) -> dict[str, Any]:
        """Return the ranks by other rules as a table, and a sentence on whether they flip."""
        rows: Sequence[Row] = self.found["rules"]
        heads = list(dict.fromkeys(r["aggregation"] for r in rows))
        names = list(dict.fromkeys(r["normalisation"] for r in rows))
        by = {(r["normalisation"], r["aggregation"]): r for r in rows}
        return {
            "heads": [self.words(f"doubt.aggregation.{a}") for a in heads],
            "rows": [
                {
                    "name": self.words(f"doubt.normalisation.{n}"),
                    "cells": [self._rule(by.get((n, a)), (n, a) == STATED) for a in heads],
                }
                for n in names
            ],
            "says": self._rules_say(by),
        }

    def _rule(self, row: Row | None, stated: bool) -> dict[str, Any]:
        if row is None or row["rank"] is None:
            return {"rank": "—", "score": "", "stated": False}
        return {
            "rank": self.nth(row["rank"]),
            "score": one_decimal(row["score"]),
            "stated": stated,
        }

    def _rules_say(self, by: Mapping[tuple[str, str], Row]) -> str:
        ranks = [r["rank"] for r in by.values() if r["rank"] is not None]
        if STATED not in by or by[STATED]["rank"] is None:
            return ""
        own, others = by[STATED]["rank"], len(ranks) - 1
        if min(ranks) == max(ranks):
            return self.words("doubt.rules_firm", own=self.nth(own), others=others)
        ends = {"best": self.nth(min(ranks)), "worst": self.nth(max(ranks))}
        same = sum(r == own for r in ranks) - 1
        return self.words("doubt.rules_flip", own=self.nth(own), same=same, others=others, **ends)

    # --- how ---

    def method(self) -> list[str]:
        """Say how it was computed, in a few sentences."""
        draws = f"{self.found['draws']:,}"
        said = [self.words("doubt.method_draws", draws=draws, seed=self.found["seed"])]
        keys = ("facts", "ranks", "sensitivity", "information", "single")
        said += [self.words(f"doubt.method_{key}") for key in keys]
        if self.found["lost"] > 0:
            said.append(self.words("doubt.method_lost", lost=number(self.found["lost"])))
        return said


def doubts(seen: View) -> Doubts:
    """Return the doubts of the release that the page shows."""
    return Doubts(seen)


def wanted(seen: View) -> Wanted:
    """Return what is worth measuring, of the release that the page shows."""
    return Wanted(seen)


def _points(score: float) -> str:
    return f"{score:.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def _outside(values: Sequence[float | None], low: float, high: float) -> list[float]:
    """Return the least and the greatest of some values where they lie outside an interval."""
    known = [v for v in values if v is not None]
    least, most = min(known, default=low), max(known, default=high)
    # What reads the same as the end of the interval is not outside it.
    return [v for v, out in ((least, least < low - 0.5), (most, most > high + 0.5)) if out]


def _axis(rows: Sequence[Row]) -> tuple[float, float]:
    """Return the tens, from 0 to 100, between which all the intervals lie."""
    low, high = min(r["low"] for r in rows), max(r["high"] for r in rows)
    first, last = max(0.0, 10.0 * math.floor(low / 10)), min(100.0, 10.0 * math.ceil(high / 10))
    return (first, last) if first < last else (max(0.0, last - 10), max(10.0, last))
