"""Whether the first screen has a card for each page of findings that there is, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from jinglun.model.release import Release
from jinglun.pages.cards import CARDS, cards
from jinglun.pages.view import View, index, view

FOUND = {
    "targets": {"counts": {"targets": 5, "reached": 1, "on_track": 1, "late": 3}, "list": []},
    "comparable": {"places": [{"place": "x"}] * 12},
    "stage": {"assessable": True, "level": 3, "next": 4, "waits_for": ["a", "b"]},
}


def _seen(folder: Path, lang: str) -> View:
    from jinglun.store.lake import read_release

    release = read_release(folder)
    assert release is not None
    told = {k: v for k, v in release.documents["findings"].items() if k not in dict(CARDS.values())}
    made = Release({**release.documents, "findings": {**told, **FOUND}}, release.tables)
    return view(made, index(made), lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_card_needs_its_page_and_its_finding(small_release: Path, lang: str) -> None:
    seen = _seen(small_release, lang)
    assert cards(seen, {"index.html"}) == []
    made = cards(seen, {"review.html", "stage.html", "doubt.html", "profile.html"})
    assert [c["href"] for c in made] == ["stage.html", "profile.html", "review.html"]
    says = {c["href"]: c["says"] for c in made}
    assert "12" in says["profile.html"]
    assert all(n in says["review.html"] for n in "513")
    assert all(n in says["stage.html"] for n in "342")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_could_not_be_found_out_has_a_sentence_too(small_release: Path, lang: str) -> None:
    seen = _seen(small_release, lang)
    seen.release.documents["findings"].update(  # type: ignore[attr-defined]
        stage={"assessable": False},
        character={"size": {"class": None}},
        backtest={"absent": "one_period"},
        districts={"indicators": [], "count": 0},
        integrity={"flags": []},
        doubt={"draws": 1},
        targets={"counts": {"targets": 0}, "list": []},
    )
    made = cards(seen, {f"{name}.html" for name in CARDS})
    assert len(made) == len(CARDS)
    assert all(c["title"] and c["says"] for c in made)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_which_figure_to_measure_is_promised_only_where_one_narrows_by_a_tenth_of_a_point(
    small_release: Path, lang: str
) -> None:
    promised = {"zh": "再测准哪个数字最有用", "en": "which figure is most worth measuring"}[lang]
    for narrows, told in ((None, False), (0.099, False), (0.1, True)):
        seen = _seen(small_release, lang)
        rows = [] if narrows is None else [{"variable": "x", "narrows": narrows}]
        seen.release.documents["findings"].update(  # type: ignore[attr-defined]
            doubt={"draws": 1}, information=rows
        )
        (card,) = cards(seen, {"doubt.html"})
        assert (promised in card["says"]) == told
