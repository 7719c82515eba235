"""How indicators belong to groups, groups to larger groups, and all of them to one index.

Step 1 of the OECD/JRC Handbook (2008), the theoretical framework, as data.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from jinglun.methods.faults import Fault, refuse

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Node:
    """An indicator (a node without children) or a group of what names it as parent.

    `weight` counts among the children of one parent. `direction` is 1 where more is better, -1
    where less is. `level` is 1 for indicators and one more for each step up; None: worked out.
    `denominator` names what the values are divided by; `zero`, `full` and `target` are for the
    normalisations that use them.
    """

    id: str
    parent: str = ""
    weight: float = 1.0
    direction: int = 1
    level: int | None = None
    denominator: str = ""
    zero: float = math.nan
    full: float = math.nan
    target: float = math.nan


@dataclass(frozen=True)
class Hierarchy:
    """Nodes under one root, in the order given; whatever is wrong is raised at once as `Refused`.

    Codes: duplicate_id, unknown_parent, cycle, no_root, two_roots, level_skipped, bad_direction,
    bad_weight, negative_weight, all_weights_zero.
    """

    nodes: tuple[Node, ...]

    def __init__(self, nodes: Iterable[Node]) -> None:
        object.__setattr__(self, "nodes", tuple(nodes))
        refuse(self._faults())

    @cached_property
    def places(self) -> dict[str, int]:
        """The position of every node by its id."""
        return {node.id: at for at, node in enumerate(self.nodes)}

    @cached_property
    def children(self) -> dict[int, tuple[int, ...]]:
        """The positions of the children of every group, by its position."""
        found: dict[int, list[int]] = {}
        for at, node in enumerate(self.nodes):
            if node.parent:
                found.setdefault(self.places[node.parent], []).append(at)
        return {at: tuple(below) for at, below in found.items()}

    @cached_property
    def indicators(self) -> tuple[int, ...]:
        """The positions of the nodes without children, in order: the columns of the data."""
        return tuple(at for at in range(len(self.nodes)) if at not in self.children)

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """The level of every node: 1 for an indicator, one above its children for a group."""
        found = [1] * len(self.nodes)
        for at in self.upward:
            found[at] = 1 + max(found[c] for c in self.children[at])
        return tuple(found)

    @cached_property
    def upward(self) -> tuple[int, ...]:
        """The positions of the groups, children before parents."""
        queue, found = [a for a, n in enumerate(self.nodes) if not n.parent], []
        for at in queue:
            queue.extend(self.children.get(at, ()))
            found.extend([at] * (at in self.children))
        return tuple(reversed(found))

    @property
    def root(self) -> int:
        """The position of the index itself."""
        return next(a for a, n in enumerate(self.nodes) if not n.parent)

    @cached_property
    def weights(self) -> Array:
        """The weights as given, one for each node."""
        return np.array([n.weight for n in self.nodes], float)

    def counts(self) -> Array:
        """Return how many indicators lie under every node; an indicator is 1."""
        found = np.ones(len(self.nodes))
        for at in self.upward:
            found[at] = sum(found[c] for c in self.children[at])
        return found

    def indicator_ids(self) -> tuple[str, ...]:
        """Return the ids of the indicators in the order of the columns of the data."""
        return tuple(self.nodes[at].id for at in self.indicators)

    def _faults(self) -> Iterator[Fault]:
        names = Counter(n.id for n in self.nodes)
        yield from (Fault("duplicate_id", i) for i, many in names.items() if many > 1)
        yield from (
            Fault("unknown_parent", n.id, n.parent)
            for n in self.nodes
            if n.parent and n.parent not in names
        )
        cycles = list(self._cycles())
        yield from (Fault("cycle", found=" > ".join(c)) for c in cycles)
        roots = [n.id for n in self.nodes if not n.parent]
        if len(roots) > 1:
            yield Fault("two_roots", found=", ".join(roots))
        if not roots and not cycles:
            yield Fault("no_root")
        yield from self._faulty_numbers()
        if not cycles:
            yield from self._skipped()

    def _cycles(self) -> Iterator[tuple[str, ...]]:
        """Every circle of parents once, from its first node round to it again."""
        parent = {n.id: n.parent for n in self.nodes}
        settled: set[str] = set()
        for start in parent:
            path: list[str] = []
            at = start
            while at in parent and at not in settled and at not in path:
                path.append(at)
                at = parent[at]
            if at in path:
                yield (*path[path.index(at) :], at)
            settled.update(path)

    def _faulty_numbers(self) -> Iterator[Fault]:
        siblings: dict[str, list[float]] = {}
        for n in self.nodes:
            if n.direction not in (1, -1):
                yield Fault("bad_direction", n.id, str(n.direction))
            if not math.isfinite(n.weight):
                yield Fault("bad_weight", n.id, str(n.weight))
            elif n.weight < 0:
                yield Fault("negative_weight", n.id, f"{n.weight:g}")
            siblings.setdefault(n.parent, []).append(n.weight)
        for parent, weights in siblings.items():
            if parent and all(w == 0 for w in weights):
                yield Fault("all_weights_zero", parent)

    def _skipped(self) -> Iterator[Fault]:
        """Nodes that do not lie just under their parent, by the levels stated or worked out."""
        below: dict[str, list[Node]] = {}
        for n in self.nodes:
            below.setdefault(n.parent, []).append(n)
        known = {n.id: n for n in self.nodes}
        height: dict[str, int] = {}

        def level(ident: str) -> int:
            if ident not in height:
                height[ident] = 1 + max((level(c.id) for c in below.get(ident, ())), default=0)
            stated = known[ident].level
            return height[ident] if stated is None else stated

        for n in self.nodes:
            if n.parent in known and level(n.parent) != level(n.id) + 1:
                where = f"{n.id} ({level(n.id)})"
                yield Fault("level_skipped", where, f"{n.parent} ({level(n.parent)})")
            elif n.id not in below and level(n.id) != 1:
                yield Fault("level_skipped", f"{n.id} ({level(n.id)})")
