"""Whether the vote is whole and of the form that Pabulib's files have."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from jinglun.teaching.settings import settings


def _sections(shili: Path) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    name = ""
    for line in (shili / "data/votes.pb").read_text(encoding="utf-8").splitlines():
        if line in ("META", "PROJECTS", "VOTES"):
            name = line
            found[name] = []
        else:
            found[name].append(line.split(";"))
    return found


def test_the_file_counts_what_it_holds(shili: Path) -> None:
    sections = _sections(shili)
    meta = dict(sections["META"][1:])
    assert sections["META"][0] == ["key", "value"]
    assert int(meta["num_projects"]) == len(sections["PROJECTS"]) - 1
    assert int(meta["num_votes"]) == len(sections["VOTES"]) - 1
    assert meta["vote_type"] == "approval"


def test_every_vote_is_for_different_projects_that_are_there(shili: Path) -> None:
    sections = _sections(shili)
    low, high = settings("vote")["ticks"]
    ids = {row[0] for row in sections["PROJECTS"][1:]}
    counted: Counter[str] = Counter()
    for _, vote, _ in sections["VOTES"][1:]:
        ticks = vote.split(",")
        assert low <= len(set(ticks)) == len(ticks) <= high
        assert set(ticks) <= ids
        counted.update(ticks)
    assert counted == Counter({row[0]: int(row[2]) for row in sections["PROJECTS"][1:]})


def test_not_all_that_is_proposed_can_be_paid(shili: Path) -> None:
    sections = _sections(shili)
    budget = int(dict(sections["META"][1:])["budget"])
    costs = [int(row[1]) for row in sections["PROJECTS"][1:]]
    assert max(costs) < budget < sum(costs)
