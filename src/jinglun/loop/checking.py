"""What is wrong with a folder, all of it: its settings and, as far as they stand, its data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from jinglun.loop.folder import read_sound
from jinglun.loop.loading import Rejects
from jinglun.loop.sense import Progress, Sensed, sense
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import City
from jinglun.model.errors import Problem
from jinglun.store.lake import connect

_OF_PLACES = ("no_subject", "unknown_parent", "unknown_place")
"""What a list of places that is not whole makes of names that have nothing wrong with them."""


def look_through(
    folder: Path, catalogue: Catalogue, day: date, progress: Progress
) -> Sensed:
    """Sense what of a folder can be, and return it with every problem of settings and data.

    What follows from another problem alone is not told: no place is unknown while a list of
    places cannot be read, nor a source while its block is wrong. Errors: InputError with every
    problem where too little stands to look at the data.
    """
    city, wrong = read_sound(folder, catalogue)
    sensed = sense(city, catalogue, connect(), day, progress, bear=True)
    told = [*wrong, *sensed.problems]
    rejects = sensed.rejects
    if wrong or _unread(city, told):
        told, rejects = _first_causes(city, told, rejects)
    return dataclasses.replace(sensed, problems=tuple(dict.fromkeys(told)), rejects=rejects)
