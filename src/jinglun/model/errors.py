"""What is wrong with an input: where it stands, what was found there and how it is cured."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: `code` names the sentence in the word catalogues, `hint` fills its gap."""

    code: str
    file: str
    place: str
    found: str = ""
    hint: str = ""
    severity: str = field(default="error")


class InputError(Exception):
    """A folder that cannot be used, with every reason at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.file}: {p.place}: {p.code}" for p in self.problems))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like `word`, or an empty string when none is near."""
    hits: Sequence[str] = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return hits[0] if hits else ""
