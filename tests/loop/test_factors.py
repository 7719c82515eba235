"""Whether the factors are asked with what the city has: moves, gaps, purses and open sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinglun.model.release import Release

Turned = Callable[..., Release]


def answers(release: Release) -> dict[str, Any]:
    return {a["factor"]: a for a in release.documents["findings"]["factors"]}


def domain(answer: dict[str, Any], ident: str) -> dict[str, Any]:
    found: dict[str, Any] = next(d for d in answer["domains"] if d["domain"] == ident)
    return found


def test_figures_without_an_address_are_not_open(small_release: Path) -> None:
    from jinglun.store.lake import read_release

    release = read_release(small_release)
    assert release is not None
    # The small city measures air and unemployment of late; its source is CC0 but has no address.
    said = answers(release)["opendata"]["says"][0]
    assert said["code"] == "none_opened"
    assert said["figures"]["opened"] == 0 < said["figures"]["openable"]


def test_figures_at_an_address_under_an_open_licence_are(
    small_city: Callable[..., Path], turned: Turned, tmp_path: Path
) -> None:
    folder = small_city()
    sources = folder / "sources.toml"
    text = sources.read_text(encoding="utf-8")
    sources.write_text(
        text.replace('holds = "facts"', 'holds = "facts"\nurl = "https://example.org/f.csv"'),
        encoding="utf-8",
    )
    found = answers(turned(folder, tmp_path / "open"))["opendata"]
    assert found["says"][0]["code"] == "all_opened"
    assert domain(found, "operations")["code"] == "all_opened"
    assert domain(found, "economy")["code"] == "none_measured"


def test_the_real_city_has_gaps_between_its_districts_and_no_voice(
    casablanca_release: Release,
) -> None:
    """A census asks nobody what they feel."""
    found = answers(casablanca_release)["citizens"]
    assert [s["code"] for s in found["says"]] == ["unheard", "left_behind"]
    told = casablanca_release.documents["findings"]["districts"]["indicators"]
    points = [row["points"] for row in told if row["points"] is not None]
    assert found["says"][1]["figures"]["indicators"] == len(points)
    assert abs(found["says"][1]["figures"]["points"] - sum(points) / len(points)) < 1e-9


def test_sure_moves_are_those_of_the_trends(casablanca_release: Release) -> None:
    findings = casablanca_release.documents["findings"]
    answer = answers(casablanca_release)["bigpicture"]
    terms = casablanca_release.terms["indicators"]
    stale = {s["indicator"] for s in findings["stale"]}
    for row in answer["domains"]:
        mine = [
            t
            for t in findings["trends"]
            if terms[t["indicator"]]["domain"] == row["domain"] and t["indicator"] not in stale
        ]
        better = sum(1 for t in mine if t["significant"] and t["better"])
        worse = sum(1 for t in mine if t["significant"] and t["better"] is False)
        assert (row["figures"]["better"], row["figures"]["worse"]) == (better, worse)
