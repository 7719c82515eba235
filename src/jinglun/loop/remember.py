"""Which parts of an earlier run still hold: given back as they were, or made and kept in mind."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from jinglun.loop.contents import stamps
from jinglun.loop.loading import Part, Rejects
from jinglun.loop.redo import Plan, noted
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import Source
from jinglun.model.errors import Problem
from jinglun.model.facts import QUALITY, Facts
from jinglun.model.places import Places
from jinglun.store.cache import opened, part_path, read_part, write_part

_COLUMNS = ("place", "period", "variable", "value", "quality", "locator")


class Memory:
    """What one run gives back of the run before, and what it keeps for the next."""

    def __init__(self, plan: Plan | None, catalogue: Catalogue) -> None:
        self._plan = plan
        self._variables = sorted(catalogue.variables)
        self._made: dict[str, tuple[Part, Places]] = {}
        self._used: dict[str, list[str]] = {}
        self._signs: dict[int, str] = {}

    def keep(self, source: Source, places: Places, make: Callable[[], Part]) -> Part:
        """Return the part of a source: the one kept, where it still holds, or one made now."""
        plan = self._plan
        name = plan.named(source.id, source.path) if plan else None
        if plan is None or name is None:
            return make()
        key = plan.key(source.id, name)
        self._used[source.id] = [name, key]
        if not plan.fresh and plan.drawer is not None:
            read = read_part(part_path(plan.drawer, key), tables=2)
            part = None if read is None else self._part(*read, places)
            if part is not None:
                return part
        part = make()
        self._made[key] = part, places
        return part

    def settle(self, release: Mapping[str, str]) -> None:
        """Keep the parts made and what the release was made from, unless files changed meanwhile.

        `release` is what every file of it holds. A cache that cannot be written is done without.
        """
        plan = self._plan
        if plan is None or plan.home is None or stamps(plan.folder) != plan.now.stamps:
            return
        try:
            drawer = opened(plan.home, plan.folder)
            for key, (part, places) in self._made.items():
                self._write(part_path(drawer, key), part, places)
            noted(plan, self._used, release)
        except OSError:
            return

    def _write(self, path: Any, part: Part, places: Places) -> None:
        said = {
            "places": self._sign(places),
            "periods": list(part.periods),
            "problems": [dataclasses.asdict(p) for p in part.problems],
            "counts": part.counts,
        }
        try:
            write_part(path, said, [self._columns(part.facts, places), _texts(part.rejects)])
        except (ValueError, TypeError):
            # What cannot be given back just as it is, is made again each time.
            path.unlink(missing_ok=True)

    def _sign(self, places: Places) -> str:
        """Return the digest of all places, in whose order a part's figures stand."""
        if id(places) not in self._signs:
            self._signs[id(places)] = hashlib.sha256(repr(places).encode()).hexdigest()
        return self._signs[id(places)]

    def _columns(self, facts: Facts, places: Places) -> dict[str, Any]:
        import pyarrow as pa

        def words(known: list[str], at: Any) -> Any:
            return pa.DictionaryArray.from_arrays(pa.array(at), pa.array(known, pa.string()))

        given = {name: pa.array(getattr(facts, name)) for name in ("period", "value", "quality")}
        return {
            **given,
            "place": words(places.ids, facts.place),
            "variable": words(self._variables, facts.variable),
            "locator": pa.array(facts.locator, pa.string()),
        }

    def _part(self, said: Any, tables: list[Any], places: Places) -> Part | None:
        """Return a part as it was, or None for one that is not of these places and words."""
        facts, rejects = tables
        try:
            if said["places"] != self._sign(places):
                return None
            periods = tuple(said["periods"])
            return Part(
                self._facts(facts, places, len(periods)),
                periods,
                Rejects(**{name: rejects[name].to_pylist() for name in rejects.column_names}),
                tuple(Problem(**problem) for problem in said["problems"]),
                said["counts"],
            )
        except (LookupError, ValueError, TypeError, AttributeError):
            return None

    def _facts(self, table: Any, places: Places, periods: int) -> Facts:
        size = table.num_rows
        locator = np.empty(size, np.object_)
        locator[:] = table["locator"].to_pylist()
        period = table["period"].to_numpy().astype(np.int32)
        quality = table["quality"].to_numpy().astype(np.int8)
        if size and not (0 <= period.min() <= period.max() < periods):
            raise ValueError("a period that is not there")
        if size and not (0 <= quality.min() <= quality.max() < len(QUALITY)):
            raise ValueError("a quality that is none")
        return Facts(
            _positions(table["place"], {p: n for n, p in enumerate(places.ids)}),
            period,
            _positions(table["variable"], {v: n for n, v in enumerate(self._variables)}),
            table["value"].to_numpy().astype(float),
            quality,
            np.zeros(size, np.int32),
            locator,
        )


def _texts(rejects: Rejects) -> dict[str, Any]:
    import pyarrow as pa

    return {name: pa.array(texts, pa.string()) for name, texts in vars(rejects).items()}


def _positions(column: Any, index: Mapping[str, int]) -> Any:
    words = column.combine_chunks()
    at = np.array([index[w] for w in words.dictionary.to_pylist()], np.int32)
    return at[words.indices.to_numpy()] if len(words) else np.zeros(0, np.int32)
