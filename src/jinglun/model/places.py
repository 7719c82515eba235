"""Where things are: the subject city, its districts and its peers, in one hierarchy."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["subject", "district", "peer"]
WHOLE = ("全市", "全市合计", "全市总计", "合计", "总计", "Total", "City total")
"""What a yearbook calls the row of the city itself."""
Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the hierarchy; `titles` are its names by language tag."""

    id: str
    level: str
    parent: str | None
    role: Role
    titles: Mapping[str, str] = field(default_factory=dict)

    def title(self, language: str) -> str:
        """Return the name in `language`, else in English, else any, else the id."""
        for tag in (language, "en", "fr", *self.titles):
            if self.titles.get(tag):
                return self.titles[tag]
        return self.id


@dataclass(frozen=True)
class Places:
    """All places by position, with the position of each by id and the shapes that are known."""

    all: tuple[Place, ...]
    levels: tuple[str, ...]
    shapes: Mapping[str, list[list[Ring]]] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        """The ids in order."""
        return [p.id for p in self.all]

    def index(self) -> dict[str, int]:
        """Return the position of each place by its id."""
        return {p.id: i for i, p in enumerate(self.all)}

    def children(self) -> dict[int, list[int]]:
        """Return the positions of the parts of every place that has any: those one level down."""
        return self._children

    @functools.cached_property
    def _children(self) -> dict[int, list[int]]:
        index, rung = self.index(), {level: n for n, level in enumerate(self.levels)}
        found: dict[int, list[int]] = {}
        for i, place in enumerate(self.all):
            if place.parent is not None and place.parent in index:
                parent = index[place.parent]
                if rung[self.all[parent].level] == rung[place.level] + 1:
                    found.setdefault(parent, []).append(i)
        return found

    def of_role(self, role: Role) -> list[int]:
        """Return the positions of the places with `role`."""
        return [i for i, p in enumerate(self.all) if p.role == role]

    def inside(self) -> set[int]:
        """Return the positions of the subject and of every place that lies in it."""
        index = self.index()
        found = {self.subject}
        for at, place in enumerate(self.all):
            path = [at]
            above = place.parent
            while above is not None and above in index and path[-1] not in found:
                path.append(index[above])
                above = self.all[path[-1]].parent
            if path[-1] in found:
                found.update(path)
        return found

    def named(self) -> dict[str, int]:
        """Return the position of each place by every name, without blanks, that is its alone.

        A name borne within the city is that place's, whoever else bears it; 全市 is the city.
        """
        inside = self.inside()
        bearers: dict[str, set[int]] = {}
        for at, place in enumerate(self.all):
            for title in place.titles.values():
                bearers.setdefault(squeezed(title), set()).add(at)
        for word in WHOLE:
            bearers.setdefault(word, {self.subject})
        chosen = {name: (held & inside) or held for name, held in bearers.items()}
        return {name: min(held) for name, held in chosen.items() if len(held) == 1}

    @functools.cached_property
    def subject(self) -> int:
        """The position of the subject city."""
        return self.of_role("subject")[0]


def squeezed(name: str) -> str:
    """Return a name without any blank: a yearbook prints 高 新 区 to fill its column."""
    return "".join(name.split())
