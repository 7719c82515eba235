"""What of the base to ask about: which to merge, which to stop, which to keep, and why."""

from __future__ import annotations

import itertools
import statistics
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Row = dict[str, Any]
Line = dict[str, Any]

SOON = timedelta(days=365)
"""A contract that ends within this time is up for renewal; an approved project that should have
begun longer ago than this is late."""

DEAR = 2.0
"""Dear is what costs more than this many times the median per user."""

ENOUGH = 4
"""Of fewer systems with users and cost, a median says little."""

FULL = 0.9
"""A platform in use beyond this share has no room to offer."""

SETTINGS = {"soon_days": SOON.days, "dear": DEAR, "enough": ENOUGH, "full": FULL}
"""What the rules go by, for the page that states them."""

RULES = {
    "same_purpose": "merge",
    "same_above": "merge",
    "same_kind": "merge",
    "project_runs": "merge",
    "cloud_has_room": "merge",
    "no_users": "stop",
    "retired_paid": "stop",
    "dear_per_user": "stop",
    "late_stop_cheaper": "stop",
    "late_unknown": "ask",
    "contract_over": "ask",
    "platform_full": "ask",
    "blank": "ask",
    "late_finish_cheaper": "keep",
    "on_platform": "keep",
    "in_use": "keep",
    "on_time": "keep",
    "has_room": "keep",
}
"""What each rule asks the office: to merge or share, to stop, to tell more; or it says keep."""

_IDS = {"system_catalogue": "system_id", "projects": "project_id", "platforms": "platform_id"}
_ORDER = ("merge", "stop", "ask", "keep")


@dataclass(frozen=True)
class Held:
    """What may be named: systems, projects and platforms, with the systems still paid for."""

    systems: Sequence[Row]
    projects: Sequence[Row]
    platforms: Sequence[Row]
    still_due: Mapping[str, float]
    """Money committed for each system, from this year on."""

    @classmethod
    def of(cls, rows: Mapping[str, Sequence[Row]]) -> Held:
        """Take the rows of the open tables."""
        due: dict[str, float] = {}
        for one in rows.get("commitments", []):
            if one["system_id"]:
                due[one["system_id"]] = due.get(one["system_id"], 0.0) + one["amount"]
        systems, projects = rows.get("system_catalogue", []), rows.get("projects", [])
        return cls(systems, projects, rows.get("platforms", []), due)

    @property
    def running(self) -> list[Row]:
        """The systems in use."""
        return [one for one in self.systems if one["status"] == "running"]

    @property
    def under_way(self) -> list[Row]:
        """The projects approved or begun and not over."""
        return [one for one in self.projects if one["status"] in ("approved", "running")]


def advice(held: Held, parents: Mapping[str, str | None], day: date) -> list[Line]:
    """Return one line for each thing to merge, stop, ask about or keep, with its rule and rows.

    A question to the office, never a decision. What was paid for building plays no part: it is
    gone either way. `parents` gives the place above each place.
    """
    above = {place: _above(place, parents) for place in parents}
    lines = [*_twins(held, above), *_unwanted(held, day), *_dear(held, day), *_late(held, day)]
    lines += _not_in(lines, _movable(held, above, day))
    rest = (_other_systems(held, day), _other_projects(held), _other_platforms(held))
    lines += _not_in(lines, itertools.chain(*rest))
    return sorted(lines, key=_in_order)


def _not_in(lines: Iterable[Line], more: Iterable[Line]) -> list[Line]:
    """Return the lines about one thing that no line before is about."""
    spoken = {(one["table"], one["id"]) for line in lines for one in line["of"]}
    return [m for m in more if (m["of"][0]["table"], m["of"][0]["id"]) not in spoken]


def to_finish(project: Row) -> float | None:
    """Return what a project still needs: as said, else what is approved and not yet paid."""
    said: float | None = project["to_finish"]
    approved, paid = project["approved"], project["paid"]
    if said is not None or approved is None or paid is None:
        return said
    return max(0.0, float(approved - paid))


def _in_order(line: Line) -> tuple[Any, ...]:
    weight = line["figures"].get("running_cost") or line["figures"].get("to_finish") or 0.0
    return _ORDER.index(line["act"]), -weight, line["rule"], [o["row"] for o in line["of"]]


def _above(place: str, parents: Mapping[str, str | None]) -> set[str]:
    """Return the place and all that it lies in."""
    found: set[str] = set()
    here: str | None = place
    while here is not None and here not in found:
        found.add(here)
        here = parents.get(here)
    return found


def _line(rule: str, table: str, rows: Sequence[Row], **figures: Any) -> Line:
    """`of` names what the line is about, `beside` what it is held against."""
    of = [_named(table, row) for row in rows]
    return {"act": RULES[rule], "rule": rule, "of": of, "beside": [], "figures": figures}


def _named(table: str, row: Row) -> dict[str, Any]:
    ident = row[_IDS[table]]
    return {
        "table": table,
        "id": ident,
        "name": row["name"] or ident,
        "office": row["office"],
        "place": row["place"],
        "row": row["row"],
    }


# --- merge --------------------------------------------------------------------------------------


def _twins(held: Held, above: Mapping[str, set[str]]) -> Iterator[Line]:
    """Name what does the same: of one purpose, or platforms of one kind."""
    for group in _alike(held.running).values():
        for some in _one_place(group):
            yield _merge("same_purpose", some)
        yield from _below(group, above)
    yield from _doubling_projects(held, above)
    for some in _one_place([p for p in held.platforms if p["status"] == "running"], "kind"):
        if some[0]["kind"] != "other":
            told = {"running_cost": _known_sum(p["running_cost"] for p in some)}
            yield _line("same_kind", "platforms", some, **told, kind=some[0]["kind"])


def _below(group: Sequence[Row], above: Mapping[str, set[str]]) -> Iterator[Line]:
    """Hold the systems of places that lie in another's against those of the highest place."""
    places = {one["place"] for one in group}
    for top in sorted(p for p in places if not (above[p] - {p}) & places):
        low = [s for s in group if s["place"] != top and top in above[s["place"]]]
        if low:
            high = [_named("system_catalogue", s) for s in group if s["place"] == top]
            yield _merge("same_above", low) | {"beside": high}


def _merge(rule: str, systems: Sequence[Row]) -> Line:
    told = {name: systems[0][name] for name in ("strategy", "purpose")}
    told["running_cost"] = _known_sum(s["running_cost"] for s in systems)
    return _line(rule, "system_catalogue", systems, **told)


def _known_sum(values: Iterable[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return sum(known) if known else None


def _purpose(row: Row) -> tuple[str, str] | None:
    """Return strategy and purpose, the words compared without blanks, width or case."""
    if not row["strategy"] or not row["purpose"]:
        return None
    folded = unicodedata.normalize("NFKC", row["purpose"]).casefold()
    return row["strategy"], "".join(folded.split())


def _alike(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    """Group rows by strategy and purpose; a row that does not say both is in no group."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        key = _purpose(row)
        if key is not None:
            groups.setdefault(key, []).append(row)
    return groups


def _one_place(rows: Iterable[Row], *also: str) -> list[list[Row]]:
    """Return the groups of two or more in one place."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["place"], *(row[name] for name in also)), []).append(row)
    return [some for some in groups.values() if len(some) > 1]


def _doubling_projects(held: Held, above: Mapping[str, set[str]]) -> Iterator[Line]:
    """Name projects that build what already runs, their own system excepted."""
    running = _alike(held.running)
    for project in held.under_way:
        there = [
            s
            for s in running.get(_purpose(project) or ("", ""), [])
            if s["place"] in above[project["place"]] and s["system_id"] != project["system_id"]
        ]
        if there:
            line = _line("project_runs", "projects", [project], to_finish=project["to_finish"])
            yield line | {"beside": [_named("system_catalogue", s) for s in there]}


def _movable(held: Held, above: Mapping[str, set[str]], day: date) -> Iterator[Line]:
    """Name systems that stand alone, are soon up for renewal and could move to a shared cloud."""
    clouds = [p for p in held.platforms if p["kind"] == "cloud" and _has_room(p)]
    for one in held.running:
        open_to = [p for p in clouds if _open_to(p, one, above)]
        if one["platform_id"] is None and _ends_soon(one, day) and open_to:
            told = {name: one[name] for name in ("running_cost", "contract_ends_on")}
            line = _line("cloud_has_room", "system_catalogue", [one], **told)
            yield line | {"beside": [_named("platforms", p) for p in open_to]}


def _has_room(platform: Row) -> bool:
    known = platform["status"] == "running" and platform["spare"] is not None
    return known and bool(platform["used"] < FULL * platform["capacity"])


def _open_to(platform: Row, system: Row, above: Mapping[str, set[str]]) -> bool:
    same = bool(platform["place"] == system["place"])
    if platform["open_to"] == "office":
        return same and bool(platform["office"] == system["office"])
    if platform["open_to"] == "city":
        return same
    wide = platform["open_to"] in ("districts", "public")
    return wide and platform["place"] in above[system["place"]]


def _ends_soon(one: Row, day: date) -> bool:
    """Say whether the contract is up for renewal; one that is over is asked about as such."""
    ends: date | None = one["contract_ends_on"]
    return ends is not None and day <= ends <= day + SOON


def _is_over(one: Row, day: date) -> bool:
    ends: date | None = one["contract_ends_on"]
    return ends is not None and ends < day


# --- stop ---------------------------------------------------------------------------------------


def _unwanted(held: Held, day: date) -> Iterator[Line]:
    """Name systems that nobody used, and retired ones that money still goes to."""
    for one in held.systems:
        cost, due = one["running_cost"], held.still_due.get(one["system_id"])
        told = {"running_cost": cost, "committed": due, "contract_ends_on": one["contract_ends_on"]}
        if one["status"] == "running" and one["users"] == 0:
            yield _line("no_users", "system_catalogue", [one], **told)
        contract = one["contract_ends_on"] is not None and one["contract_ends_on"] >= day
        # What it cost in its last year says nothing of the next.
        if one["status"] == "retired" and (due or contract):
            yield _line("retired_paid", "system_catalogue", [one], **told)


def _dear(held: Held, day: date) -> Iterator[Line]:
    """Name systems up for renewal that cost far more per user than the others do."""
    known = [s["cost_per_user"] for s in held.running if s["cost_per_user"] is not None]
    if len(known) < ENOUGH:
        return
    median = statistics.median(known)
    if median <= 0:
        return
    for one in held.running:
        each = one["cost_per_user"]
        if each is not None and each > DEAR * median and _ends_soon(one, day):
            told = {name: one[name] for name in ("running_cost", "users", "contract_ends_on")}
            figures = {**told, "cost_per_user": each, "median": median}
            yield _line("dear_per_user", "system_catalogue", [one], **figures)


def _late(held: Held, day: date) -> Iterator[Line]:
    """Name late projects: to stop, to finish or to ask, by what each would still cost."""
    for one in held.under_way:
        if not _is_late(one, day):
            continue
        needs, leaving = one["to_finish"], one["to_stop"]
        figures = {
            "to_finish": needs,
            "to_stop": leaving,
            "planned_end": one["planned_end"],
            "starts_on": one["starts_on"],
        }
        if needs is None or leaving is None:
            yield _line("late_unknown", "projects", [one], **figures)
        elif leaving < needs:
            yield _line("late_stop_cheaper", "projects", [one], **figures)
        else:
            yield _line("late_finish_cheaper", "projects", [one], **figures)


def _is_late(project: Row, day: date) -> bool:
    ends, starts = project["planned_end"], project["starts_on"]
    over = ends is not None and ends < day
    waiting = project["status"] == "approved" and starts is not None and starts + SOON < day
    return over or waiting


# --- keep, or ask -------------------------------------------------------------------------------


def _other_systems(held: Held, day: date) -> Iterator[Line]:
    """Keep what rests on a running platform or is used and known; ask what is over or lacking."""
    platforms = {p["platform_id"] for p in held.platforms if p["status"] == "running"}
    needed = ("strategy", "purpose", "users", "running_cost")
    for one in held.running:
        blank = [name for name in needed if one[name] is None]
        told = {"running_cost": one["running_cost"], "users": one["users"]}
        over, rests = _is_over(one, day), one["platform_id"] in platforms
        if over:
            ended = {"contract_ends_on": one["contract_ends_on"]}
            yield _line("contract_over", "system_catalogue", [one], **told, **ended)
        if blank and not rests:
            yield _line("blank", "system_catalogue", [one], **told, columns=blank)
        elif rests and not over:
            yield _line("on_platform", "system_catalogue", [one], **told)
        elif not over:
            yield _line("in_use", "system_catalogue", [one], **told)


def _other_projects(held: Held) -> Iterator[Line]:
    for one in held.under_way:
        blank = [name for name in ("planned_end", "to_finish") if one[name] is None]
        told = {"to_finish": one["to_finish"], "planned_end": one["planned_end"]}
        if blank:
            yield _line("blank", "projects", [one], **told, columns=blank)
        else:
            yield _line("on_time", "projects", [one], **told)


def _other_platforms(held: Held) -> Iterator[Line]:
    for one in held.platforms:
        if one["status"] != "running":
            continue
        told = {name: one[name] for name in ("capacity", "used", "spare", "measure", "systems")}
        blank = [name for name in ("capacity", "used") if one[name] is None]
        if blank:
            yield _line("blank", "platforms", [one], **told, columns=blank)
        elif _has_room(one):
            yield _line("has_room", "platforms", [one], **told)
        else:
            yield _line("platform_full", "platforms", [one], **told)
