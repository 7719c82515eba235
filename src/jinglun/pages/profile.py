"""How the city looks among those like it: one small strip for each thing that weighs most."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from markupsafe import Markup

from jinglun.model.arrays import Array
from jinglun.pages import strips
from jinglun.pages.panels import in_force
from jinglun.pages.sentences import term_title
from jinglun.pages.view import View, number

PER_DOMAIN = 6
"""So many strips of each domain, thirty in all, for more are a wall."""

MANY = 30
"""From so many peers on they are drawn as a band: dots would be a bar."""

SAID = 5
"""So many gaps and strengths are named in words."""

Values = Mapping[tuple[str, str], list[float]]
Gap = Mapping[str, Any]


class Profile:
    """The profile of one release in one language, its comparable cities looked up once."""

    def __init__(self, seen: View) -> None:
        self.seen = seen
        self.gaps: list[Gap] = [g for g in seen.findings["gaps"] if g["percentile"] is not None]
        self.cities = [row["place"] for row in seen.findings["comparable"]["places"]]
        self._values = _values(seen, self.cities)

    def opening(self) -> str:
        """Return the one sentence that says what the page means."""
        city, words = self.seen.place(self.seen.subject), self.seen.words
        if not self.cities:
            return words("profile.no_peers", city=city)
        if not self.gaps:
            return words("profile.nothing_shared", city=city, count=len(self.cities))
        ahead = sum(1 for g in self.gaps if g["percentile"] > 0.5)
        behind = sum(1 for g in self.gaps if g["percentile"] < 0.5)
        given = {"city": city, "count": len(self.cities), "all": len(self.gaps)}
        given |= {"ahead": ahead, "behind": behind}
        found = self.seen.findings["comparable"]
        if found["alike"] is not False:
            return words("profile.opening", **given)
        nearest = min(r["distance"] for r in found["places"] if r["distance"] is not None)
        least = f"{math.floor(10 * nearest) / 10:.1f}"
        return words("profile.opening_unlike", **given, of=f"{found['of']:,}", least=least)

    def groups(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Return by domain the strips of what would add most to the city's score."""
        made = []
        for domain in self.seen.release.terms["domains"]:
            mine = [g for g in self.gaps if self._of(g)["domain"] == domain["id"]]
            mine.sort(key=lambda g: (-g["share"] * (100.0 - g["score"]), g["indicator"]))
            if mine:
                made.append((domain["id"], [self._row(g) for g in mine[:PER_DOMAIN]]))
        return made

    def shown(self) -> int:
        """Return how many strips there are."""
        return sum(len(rows) for _, rows in self.groups())

    def _of(self, gap: Gap) -> Mapping[str, Any]:
        return self.seen.indicator(gap["indicator"])

    def _row(self, gap: Gap) -> dict[str, Any]:
        ident, seen = gap["indicator"], self.seen
        one = self._of(gap)
        return {
            "ident": ident,
            "name": seen.name(ident),
            "value": seen.amount(gap["value"], one["unit"]),
            "period": gap["period"],
            "place": self._place(gap),
            "picture": self._picture(gap),
        }

    def _ahead(self, gap: Gap) -> int:
        others = self._values.get((gap["indicator"], gap["period"]), [])
        higher = self._of(gap)["better"] == "higher"
        return sum(1 for v in others if (v < gap["value"] if higher else v > gap["value"]))

    def _place(self, gap: Gap) -> str:
        ahead, of = self._ahead(gap), gap["comparables"]
        if ahead == of:
            return self.seen.words("profile.place_all", of=of)
        if not ahead:
            # Those equal to it are no better than it is.
            equal = gap["value"] in self._values.get((gap["indicator"], gap["period"]), [])
            return self.seen.words("profile.place_none" if equal else "profile.place_worse", of=of)
        return self.seen.words("profile.place", ahead=ahead, of=of)

    def _picture(self, gap: Gap) -> Markup:
        ident, seen, one = gap["indicator"], self.seen, self._of(gap)
        peers = seen.index.peers.get((ident, gap["period"]), np.zeros(0))
        benchmark = in_force(one)
        desc = seen.words(
            "profile.strip_desc",
            value=seen.amount(gap["value"], one["unit"]),
            place=self._place(gap),
            frontier=seen.amount(gap["frontier"], one["unit"]),
        )
        return Markup(
            strips.strip(
                self._values.get((ident, gap["period"]), []),
                subject=gap["value"],
                ident=f"strip-{ident}",
                title=seen.words("profile.strip", name=seen.name(ident), period=gap["period"]),
                desc=desc,
                number=number,
                flip=one["better"] == "lower",
                band=_band(peers),
                full=gap["full"] if benchmark is not None else None,
            )
        )

    def key(self) -> Markup:
        """Return what the marks of the strips mean."""
        words, seen = self.seen.words, self.seen
        peers = seen.findings["comparable"]["of"]
        marks = [
            ("city", words("profile.key_city", city=seen.place(seen.subject))),
            ("dot", words("profile.key_dot")),
            ("full", words("profile.key_full")),
        ]
        if peers >= MANY:
            marks.append(("band", words("profile.key_band", count=f"{peers:,}")))
        said = words("profile.key")
        return Markup(strips.key(marks, ident="key", title=said, desc=words("profile.key_desc")))

    def comparables(self) -> list[dict[str, str]]:
        """Return the comparable cities with their titles, nearest first, and how far they are."""
        titles = _titles(self.seen, self.cities)
        return [
            {
                "name": titles[row["place"]],
                "distance": "—" if row["distance"] is None else f"{row['distance']:.2f}",
                "added": self.seen.words("profile.added") if row["added"] else "",
            }
            for row in self.seen.findings["comparable"]["places"]
        ]

    def rule(self) -> str:
        """Say by which rule and which features the comparable cities were chosen."""
        found, words = self.seen.findings["comparable"], self.seen.words
        named = [words(f"profile.feature.{f}") for f in found["features"]]
        features = words("list.comma").join(named) or "—"
        return words(f"profile.rule.{found['rule']}", features=features, of=f"{found['of']:,}")

    def strong(self) -> Iterator[dict[str, str]]:
        """Yield the first strengths: name, value, place among the comparable."""
        by_name = {g["indicator"]: g for g in self.gaps}
        for strength in self.seen.findings["strengths"][:SAID]:
            yield self._line(by_name[strength["indicator"]])

    def worth(self) -> Iterator[dict[str, str]]:
        """Yield the gaps that would add most to the city's score, with their points."""
        known = [g for g in self.seen.findings["gaps"] if g["points"]]
        known.sort(key=lambda g: (-g["points"], g["indicator"]))
        for gap in known[:SAID]:
            said = self.seen.words("profile.points", points=f"{gap['points']:.2f}")
            yield {**self._line(gap), "place": said}

    def _line(self, gap: Gap) -> dict[str, str]:
        seen, one = self.seen, self._of(gap)
        return {
            "ident": gap["indicator"],
            "name": seen.name(gap["indicator"]),
            "value": seen.amount(gap["value"], one["unit"]),
            "place": self._place(gap),
            "domain": term_title(seen, "domains", one["domain"]) if one["domain"] else "",
        }


def profile(seen: View) -> Profile:
    """Return the profile of the city that the page shows."""
    return Profile(seen)


def _band(peers: Array) -> strips.Band | None:
    if len(peers) < MANY:
        return None
    least, low, high, most = np.percentile(peers, (5, 25, 75, 95)).tolist()
    return strips.Band(least, low, high, most)


def _values(seen: View, cities: list[str]) -> dict[tuple[str, str], list[float]]:
    """Return the values of the comparable cities by indicator and period."""
    import pyarrow as pa
    import pyarrow.compute as pc

    measures = seen.release.tables["measures"]
    wanted = pa.array(sorted(cities), pa.string())
    chosen = measures.filter(pc.is_in(pc.cast(measures["place"], pa.string()), value_set=wanted))
    found: dict[tuple[str, str], list[float]] = {}
    for row in chosen.select(["indicator", "period", "value"]).to_pylist():
        found.setdefault((row["indicator"], row["period"]), []).append(row["value"])
    return found


def _titles(seen: View, cities: list[str]) -> dict[str, str]:
    rows = seen.release.tables["places"].to_pylist()
    return {r["place"]: seen.title(r) or r["place"] for r in rows if r["place"] in set(cities)}
