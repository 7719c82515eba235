"""What residents propose and how they vote: a list of proposals and the votes in Pabulib's form.

Nothing reads them yet: they wait for participation. Pabulib: sections META, PROJECTS and VOTES,
each with a header row, fields separated by semicolons.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from jinglun.teaching.dice import stream
from jinglun.teaching.settings import settings
from jinglun.teaching.world import World


def write_vote(world: World, folder: Path) -> None:
    """Write proposals.csv and votes.pb into the data folder."""
    said = settings("vote")
    rng = stream(world.seed, "vote")
    proposals = _proposals(world, said, rng)
    votes = _votes(world, said, proposals, rng)
    with (folder / "proposals.csv").open("w", encoding="utf-8", newline="") as stream_:
        writer = csv.DictWriter(stream_, list(proposals[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(proposals)
    text = _pabulib(said, proposals, votes)
    (folder / "votes.pb").write_text(text, encoding="utf-8", newline="\n")


def _proposals(
    world: World, said: dict[str, Any], rng: np.random.Generator
) -> list[dict[str, Any]]:
    weights = world.people.streets[:, -1].astype(float)
    streets = rng.choice(len(weights), said["proposals"], p=weights / weights.sum())
    found = []
    for number, street in enumerate(streets.tolist(), start=1):
        kind = said["kind"][number % len(said["kind"])]
        place = world.land.streets[street]
        zh, en = world.land.names[place]
        found.append(
            {
                "project_id": number,
                "place": place,
                "name_zh": f"{zh}{kind['zh']}",
                "name_en": f"{kind['en'].capitalize()}, {en}",
                "category": kind["category"],
                "cost": int(rng.uniform(*kind["cost"]) / 10_000) * 10_000,
            }
        )
    return found


def _votes(
    world: World,
    said: dict[str, Any],
    proposals: list[dict[str, Any]],
    rng: np.random.Generator,
) -> list[tuple[str, list[int]]]:
    """Return the district and the ticks of each voter: people prefer what is near them."""
    people = world.people.districts[:, -1].astype(float)
    homes = rng.choice(len(people), said["voters"], p=people / people.sum())
    place = np.array([world.land.districts.index(p["place"][:4]) for p in proposals])
    appeal = np.array(
        [said["kind"][p["project_id"] % len(said["kind"])]["appeal"] for p in proposals]
    )
    low, high = said["ticks"]
    odds = appeal * np.where(place == homes[:, None], 4.0, 1.0)
    # The highest of log(odds) + Gumbel chance: a draw by odds without putting back.
    ranked = np.argsort(-(np.log(odds) + rng.gumbel(size=odds.shape)), axis=1, kind="stable") + 1
    ticks = rng.integers(low, high + 1, len(homes))
    return [
        (world.land.districts[home], sorted(order[:many].tolist()))
        for home, order, many in zip(homes.tolist(), ranked, ticks.tolist(), strict=True)
    ]


def _pabulib(
    said: dict[str, Any], proposals: list[dict[str, Any]], votes: list[tuple[str, list[int]]]
) -> str:
    low, high = said["ticks"]
    meta = {
        "description": said["description"],
        "country": "Invented",
        "unit": "Shili",
        "instance": said["instance"],
        "num_projects": len(proposals),
        "num_votes": len(votes),
        "budget": said["budget"],
        "vote_type": "approval",
        "rule": "greedy",
        "currency": "CNY",
        "min_length": low,
        "max_length": high,
    }
    ticked = [v for _, ticks in votes for v in ticks]
    lines = ["META", "key;value", *(f"{k};{v}" for k, v in meta.items())]
    lines += ["PROJECTS", "project_id;cost;votes;name;category"]
    lines += [
        f"{p['project_id']};{p['cost']};{ticked.count(p['project_id'])};{p['name_zh']};{p['category']}"
        for p in proposals
    ]
    lines += ["VOTES", "voter_id;vote;neighborhood"]
    lines += [
        f"{n};{','.join(map(str, ticks))};{home}" for n, (home, ticks) in enumerate(votes, start=1)
    ]
    return "\n".join(lines) + "\n"
