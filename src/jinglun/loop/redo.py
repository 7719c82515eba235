"""What a run has to redo and why: every input, setting and program text known by its content.

Nothing heavy is imported here: an unchanged folder is answered before any library is loaded.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinglun.loop.contents import Contents, contents, is_sensed
from jinglun.model.errors import Problem
from jinglun.store.cache import digests, drawer_of, opened, part_path, sound, swept, write_sealed

FORMAT = 1
READ_EACH_TIME = "each_time"
_OF_SOURCES = ("file", "source", "program", "library")


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is not as it was: `code` names the sentence, the others fill its gaps."""

    code: str
    name: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One step, or one source within sense; without a reason it is kept."""

    step: str
    source: str
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What was kept in mind of the last run into one release folder."""

    entries: Mapping[str, str]
    needs: Mapping[str, list[str]]
    parts: Mapping[str, list[str]]
    """By the id of a source: what it is part of (a workbook may give two), and its key."""
    release: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """What a run would be made from, and the note of the run before it into the same `out`."""

    folder: Path
    out: Path
    home: Path | None
    now: Contents
    note: Note | None
    fresh: bool

    @property
    def drawer(self) -> Path | None:
        """Where the parts of this folder are kept."""
        return drawer_of(self.home, self.folder) if self.home else None

    def named(self, source: str, path: str) -> str | None:
        """Return what a source is called in the needs: its id, or the path of its workbook."""
        return next((name for name in (source, path) if name in self.now.needs), None)

    def key(self, source: str, name: str) -> str:
        """Return the name of a source's part: the digest of all that the part depends on."""
        needs = {need: self.now.entries[need] for need in self.now.needs[name]}
        return hashlib.sha256(json.dumps([FORMAT, source, needs]).encode()).hexdigest()


@dataclass(frozen=True)
class Kept:
    """What is told again of a release that stands as it was made."""

    problems: tuple[Problem, ...]
    rejected: int


def planned(
    folder: Path, day: date, seed: int, out: Path, home: Path | None, *, fresh: bool = False
) -> Plan | None:
    """Return what a run would be made from; None where the folder cannot be read as it stands.

    Whoever reads the folder then says what is wrong with it. `fresh` believes nothing kept.
    """
    now = contents(folder, day, seed)
    if now is None:
        return None
    out = out.resolve()
    note = None if home is None or fresh else _note(_note_path(drawer_of(home, folder), out))
    return Plan(folder, out, home, now, note, fresh)


def unchanged(plan: Plan) -> Kept | None:
    """Return what the release says of itself if it is whole and would be made again just so."""
    if plan.note is None or plan.note.entries != plan.now.entries:
        return None
    try:
        if digests(plan.out) != plan.note.release:
            return None
        head = json.loads((plan.out / "release.json").read_bytes())
        problems = tuple(Problem(**problem) for problem in head["problems"])
        return Kept(problems, int(head["rows"]["rejected"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None


# --- why ----------------------------------------------------------------------------------------


def lines(plan: Plan) -> list[Line]:
    """Say of every source and step whether it is kept or redone, and why."""
    whole = unchanged(plan) is not None
    sensed = [Line("sense", s, () if whole else _why_source(plan, s)) for s in plan.now.sources]
    if whole:
        return [*sensed, *(Line(step, "", ()) for step in ("measure", "diagnose", "open"))]
    again = [line.source for line in sensed if line.why and line.why[0].code != READ_EACH_TIME]
    if plan.note is None:
        opening = why = tuple([_without_note(plan)])
    else:
        # The day and the city's settings are reasons of their own, whatever sources they touch.
        told = {(r.code, r.name) for line in sensed for r in line.why if r.code in _OF_SOURCES}
        own = [r for r in _changes(plan) if (r.code, r.name) not in told]
        why = (*own, *(Reason("sensed", s) for s in again)) or (Reason("not_kept"),)
        opening = (Reason("after", "diagnose"), *_by_hand(plan))
    after = (Reason("after", "measure"),)
    steps = [Line("measure", "", why), Line("diagnose", "", after), Line("open", "", opening)]
    return [*sensed, *steps]


def _without_note(plan: Plan) -> Reason:
    return Reason("fresh" if plan.fresh else "first")


def _why_source(plan: Plan, name: str) -> tuple[Reason, ...]:
    if name not in plan.now.needs:
        return (Reason(READ_EACH_TIME),)
    then = plan.note.parts if plan.note else {}
    parts = [source for source, (of, _) in then.items() if of == name]
    if not plan.fresh and all(_is_kept(plan, source, name) for source in parts or [name]):
        return ()
    if plan.note is None or not parts:
        return (_without_note(plan) if plan.note is None else Reason("new"),)
    needs = plan.now.needs[name]
    needed = {n for n in plan.note.entries if is_sensed(n) or n in plan.note.needs.get(name, [])}
    why = _differences(plan, [*needs, *sorted(needed - set(needs))])
    return tuple(why) or (Reason("lost"),)


def _is_kept(plan: Plan, source: str, name: str) -> bool:
    drawer = plan.drawer
    return drawer is not None and sound(part_path(drawer, plan.key(source, name))) is not None


def _changes(plan: Plan) -> list[Reason]:
    assert plan.note is not None
    names = dict.fromkeys([*plan.now.entries, *plan.note.entries])
    return list(_differences(plan, list(names)))


def _differences(plan: Plan, names: list[str]) -> Iterator[Reason]:
    assert plan.note is not None
    for name in names:
        before, after = plan.note.entries.get(name, ""), plan.now.entries.get(name, "")
        if before != after:
            code, _, what = name.partition(":")
            yield Reason(code, what, before, after)


def _by_hand(plan: Plan) -> Iterator[Reason]:
    """Name every file of the release that is not as it was written."""
    assert plan.note is not None
    try:
        found = digests(plan.out)
    except OSError:
        found = {}
    if not found:
        yield Reason("gone", plan.out.name)
        return
    for name in sorted({*found, *plan.note.release}):
        before, after = plan.note.release.get(name, ""), found.get(name, "")
        if before != after:
            yield Reason("release", name, before, after)


# --- notes --------------------------------------------------------------------------------------


def noted(plan: Plan, parts: Mapping[str, list[str]], release: Mapping[str, str]) -> None:
    """Keep in mind what the release in `plan.out` was made from; drop the parts of no release.

    Errors: OSError when it cannot be written; then the next run redoes everything.
    """
    if plan.home is None:
        return
    drawer = opened(plan.home, plan.folder)
    needs = {s: [n for n in names if not is_sensed(n)] for s, names in plan.now.needs.items()}
    said = {
        "format": FORMAT,
        "out": str(plan.out),
        "entries": plan.now.entries,
        "needs": needs,
        "parts": parts,
        "release": release,
    }
    path = _note_path(drawer, plan.out)
    write_sealed(path, json.dumps(said, ensure_ascii=False).encode())
    others = {p: n for p in drawer.glob("*.json") if (n := _note(p)) and _stands(p)}
    keys = {key for note in others.values() for _, key in note.parts.values()}
    swept(drawer, keys, [p.stem for p in others])


def _note_path(drawer: Path, out: Path) -> Path:
    return drawer / f"{hashlib.sha256(os.fsencode(out)).hexdigest()[:32]}.json"


def _note(path: Path) -> Note | None:
    said = _document(path)
    if said.get("format") != FORMAT:
        return None
    return Note(**{name: said[name] for name in ("entries", "needs", "parts", "release")})


def _stands(path: Path) -> bool:
    return os.path.isdir(str(_document(path).get("out")))


def _document(path: Path) -> dict[str, Any]:
    """Return a note as it was written, empty where there is none or it is damaged."""
    body = sound(path)
    said: dict[str, Any] = json.loads(body) if body is not None else {}
    return said
