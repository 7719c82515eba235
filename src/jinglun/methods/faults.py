"""What a method refuses to compute, with every reason at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason: `code` for a catalogue of words, `where` and `found` for its gaps."""

    code: str
    where: str = ""
    found: str = ""


class Refused(ValueError):
    """An input that has no meaning for the method; `faults` holds every reason."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(_line(f) for f in self.faults))


def _line(fault: Fault) -> str:
    return ": ".join(part for part in (fault.code, fault.where, fault.found) if part)


def refuse(faults: Iterable[Fault]) -> None:
    """Raise `Refused` with the faults, when there are any."""
    found = tuple(faults)
    if found:
        raise Refused(found)
