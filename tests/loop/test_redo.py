"""Whether a plan tells what is kept and what is redone, and never believes what is not so."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from jinglun.loop import contents as room
from jinglun.loop.redo import Line, Plan, Reason, lines, noted, planned, unchanged
from jinglun.store.cache import digests, drawer_of, part_path, write_part

Write = Callable[..., Path]
DAY = date(2026, 2, 28)
FIGURES = """
[[source]]
id = "{id}"
path = "{id}.csv"
holds = "facts"
SAIDplace = "id"
period = "2024"
variables = {{ resident_pop = {{ column = "people", unit = "person" }} }}
"""
HEAD = '{"problems": [{"code": "odd", "file": "f", "place": "p"}], "rows": {"rejected": 2}}'


@pytest.fixture
def city(write_city: Write) -> Path:
    """A city of two sources, and beside it a release written by hand."""
    text = "id,people\nc,300\n"
    folder = write_city(
        FIGURES.format(id="one") + FIGURES.format(id="two"), one__csv=text, two__csv=text
    )
    (folder / "release/site/zh").mkdir(parents=True)
    (folder / "release/release.json").write_text(HEAD, encoding="utf-8")
    (folder / "release/site/zh/index.html").write_text("300", encoding="utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def plan_of(city: Path, home: Path | None, day: date = DAY, seed: int = 0, **more: bool) -> Plan:
    found = planned(city, day, seed, city / "release", home, **more)
    assert found is not None
    return found


def settled(plan: Plan) -> None:
    """Keep in mind what a run would: the parts of all sources and the release."""
    parts = {s: [s, plan.key(s, s)] for s in plan.now.needs}
    assert plan.drawer is not None
    plan.drawer.mkdir(parents=True, exist_ok=True)
    for _, key in parts.values():
        write_part(part_path(plan.drawer, key), {}, [])
    noted(plan, parts, digests(plan.out))


def why(plan: Plan) -> dict[str, list[tuple[str, str]]]:
    """The reasons by source or step: code and name."""
    return {line.source or line.step: [(r.code, r.name) for r in line.why] for line in lines(plan)}


KEPT: dict[str, list[tuple[str, str]]] = {
    **{"cities": [("each_time", "")], "districts": [("each_time", "")], "one": [], "two": []},
    **{"diagnose": [("after", "measure")], "open": [("after", "diagnose")]},
}


def test_a_first_run_redoes_everything(city: Path, home: Path) -> None:
    plan = plan_of(city, home)
    assert unchanged(plan) is None
    first = [("first", "")]
    expected = {**KEPT, "one": first, "two": first, "measure": first, "open": first}
    assert why(plan) == expected
    assert not home.exists()


def test_an_unchanged_folder_keeps_everything_and_its_release_is_told_again(
    city: Path, home: Path
) -> None:
    settled(plan_of(city, home))
    plan = plan_of(city, home)
    kept = unchanged(plan)
    assert kept is not None and kept.rejected == 2
    assert [(p.code, p.file, p.place) for p in kept.problems] == [("odd", "f", "p")]
    assert [line.step for line in lines(plan)] == [*["sense"] * 4, "measure", "diagnose", "open"]
    assert {line.why for line in lines(plan)} == {()}


def test_a_changed_file_redoes_its_source_and_the_steps_after_it(city: Path, home: Path) -> None:
    settled(plan_of(city, home))
    before = digests(city)["two.csv"]
    (city / "two.csv").write_text("id,people\nc,301\n", encoding="utf-8")
    plan = plan_of(city, home)
    assert unchanged(plan) is None
    changed = ("file", "two.csv")
    assert why(plan) == {**KEPT, "two": [changed], "measure": [("sensed", "two")]}
    two = next(line for line in lines(plan) if line.source == "two")
    after = digests(city)["two.csv"]
    assert two == Line("sense", "two", (Reason("file", "two.csv", before, after),))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"day": date(2026, 3, 1)}, ("date", "day")),
        ({"seed": 7}, ("seed", "seed")),
    ],
)
def test_another_day_or_seed_keeps_the_sources(
    city: Path, home: Path, change: dict[str, object], reason: tuple[str, str]
) -> None:
    settled(plan_of(city, home))
    plan = plan_of(city, home, **change)  # type: ignore[arg-type]
    assert unchanged(plan) is None
    assert why(plan) == {**KEPT, "measure": [reason]}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            *("city.toml", "\n[[level]]", "\n[weights]\ncells = {}\n[[level]]"),
            {"measure": [("city", "weights")]},
        ),
        (
            *("sources.toml", 'id = "two"', 'id = "three"'),
            {
                "three": [("new", "")],
                "measure": [("source", "two"), ("source", "three"), ("order", "sources")],
            },
        ),
        (
            *("sources.toml", '"people"', '"persons"'),
            {"one": [("source", "one")], "measure": [("sensed", "one")]},
        ),
    ],
)
def test_changed_settings_are_named(
    city: Path,
    home: Path,
    file: str,
    old: str,
    new: str,
    expected: Mapping[str, list[tuple[str, str]]],
) -> None:
    settled(plan_of(city, home))
    text = (city / file).read_text("utf-8").replace(old, new, 1)
    (city / file).write_text(text, encoding="utf-8")
    found = why(plan_of(city, home))
    for name, reasons in expected.items():
        assert set(reasons) <= set(found[name])
    assert found["measure"] and found.get("two", []) == []


@pytest.mark.parametrize(
    ("text", "sources"),
    [("loop/units.py", "redone"), ("pages/style.css", "kept"), ("a_new_room/any.py", "redone")],
)
def test_a_changed_text_of_the_program_is_named(
    city: Path, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, sources: str
) -> None:
    copy = tmp_path / "jinglun"
    shutil.copytree(room.PACKAGE_FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(room, "PACKAGE_FOLDER", copy)
    settled(plan_of(city, home))
    (copy / text).parent.mkdir(exist_ok=True)
    with (copy / text).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    found = why(plan_of(city, home))
    reason = [("program", text)]
    if sources == "redone":
        assert (found["one"], found["two"]) == (reason, reason)
        assert found["measure"] == [("sensed", "one"), ("sensed", "two")]
    else:
        assert found == {**KEPT, "measure": reason}


def test_another_version_of_a_library_redoes_everything(
    city: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(plan_of(city, home))
    now = {**room.libraries(), "duckdb": "1.5.6"}
    monkeypatch.setattr(room, "libraries", lambda: now)
    plan = plan_of(city, home)
    assert why(plan)["one"] == [("library", "duckdb")]
    assert unchanged(plan) is None


def test_what_is_changed_by_hand_in_a_release_is_named(city: Path, home: Path) -> None:
    settled(plan_of(city, home))
    (city / "release/site/zh/index.html").write_text("999", encoding="utf-8")
    (city / "release/site/zh/more.html").write_text("more", encoding="utf-8")
    plan = plan_of(city, home)
    assert unchanged(plan) is None
    by_hand = [("release", "site/zh/index.html"), ("release", "site/zh/more.html")]
    expected = {"measure": [("not_kept", "")], "open": [("after", "diagnose"), *by_hand]}
    assert why(plan) == {**KEPT, **expected}


def test_a_release_that_is_gone_is_redone(city: Path, home: Path) -> None:
    settled(plan_of(city, home))
    shutil.rmtree(city / "release")
    plan = plan_of(city, home)
    assert unchanged(plan) is None
    assert why(plan)["open"] == [("after", "diagnose"), ("gone", "release")]


def test_a_part_that_is_damaged_is_told_as_lost(city: Path, home: Path) -> None:
    settled(plan_of(city, home))
    (city / "release/release.json").write_text("{}", encoding="utf-8")
    plan = plan_of(city, home)
    assert plan.drawer is not None
    part_path(plan.drawer, plan.key("one", "one")).write_bytes(b"half")
    assert why(plan)["one"] == [("lost", "")] and why(plan)["two"] == []


def test_fresh_believes_nothing(city: Path, home: Path) -> None:
    settled(plan_of(city, home))
    plan = plan_of(city, home, fresh=True)
    assert unchanged(plan) is None
    found = why(plan)
    assert found["one"] == found["measure"] == [("fresh", "")]


def test_a_damaged_note_is_no_note(city: Path, home: Path) -> None:
    settled(plan_of(city, home))
    note = next(drawer_of(home, city).glob("*.json"))
    whole = note.read_bytes()
    for damage in (b"", b"{}", b"null", whole[:-9], whole.replace(b"two", b"tow"), b"[" * 9999):
        note.write_bytes(damage)
        plan = plan_of(city, home)
        assert plan.note is None and unchanged(plan) is None
    note.write_bytes(whole)
    assert unchanged(plan_of(city, home)) is not None


def test_a_release_that_came_with_the_folder_is_not_believed(
    city: Path, home: Path, tmp_path: Path
) -> None:
    """It may be of any hand; only what this user's runs wrote here is kept."""
    settled(plan_of(city, home))
    copy = tmp_path / "copy"
    shutil.copytree(city, copy)
    plan = planned(copy, DAY, 0, copy / "release", home)
    assert plan is not None and plan.note is None and unchanged(plan) is None


def test_a_release_elsewhere_has_a_note_of_its_own(city: Path, home: Path, tmp_path: Path) -> None:
    settled(plan_of(city, home))
    other = tmp_path / "other"
    shutil.copytree(city / "release", other)
    elsewhere = planned(city, DAY, 7, other, home)
    assert elsewhere is not None and unchanged(elsewhere) is None
    settled(elsewhere)
    assert unchanged(plan_of(city, home)) is not None
    again = planned(city, DAY, 7, other, home)
    assert again is not None and unchanged(again) is not None
    # Once that release is gone its note goes too, and with it the parts that no other needs.
    shutil.rmtree(other)
    settled(plan_of(city, home))
    assert len(list(drawer_of(home, city).glob("*.json"))) == 1


def test_parts_of_the_run_before_are_thrown_out(city: Path, home: Path) -> None:
    settled(plan_of(city, home))
    (city / "two.csv").write_text("id,people\nc,301\n", encoding="utf-8")
    settled(plan_of(city, home))
    plan = plan_of(city, home)
    keys = {plan.key(s, s) for s in ("one", "two")}
    assert {p.stem for p in drawer_of(home, city).glob("*.part")} == keys


def test_without_a_home_nothing_is_kept_and_nothing_falls(city: Path) -> None:
    plan = plan_of(city, None)
    noted(plan, {}, {})
    assert unchanged(plan) is None and why(plan)["one"] == [("first", "")]


def test_a_folder_that_cannot_be_read_has_no_plan(city: Path, home: Path) -> None:
    (city / "sources.toml").write_text("source = 3", encoding="utf-8")
    assert planned(city, DAY, 0, city / "release", home) is None


def test_the_release_is_not_told_of_when_its_head_is_odd(city: Path, home: Path) -> None:
    for head in ("[]", '{"problems": 3}', '{"problems": [{"x": 1}], "rows": {}}', "\udcff"):
        (city / "release/release.json").write_bytes(head.encode("utf-8", "surrogateescape"))
        settled(plan_of(city, home))
        assert unchanged(plan_of(city, home)) is None


def test_the_key_of_a_part_holds_all_that_it_needs(city: Path, home: Path) -> None:
    plan = plan_of(city, home)
    keys = {plan.key("one", "one")}
    for need in plan.now.needs["one"]:
        entries = {**plan.now.entries, need: "other"}
        now = dataclasses.replace(plan.now, entries=entries)
        keys.add(dataclasses.replace(plan, now=now).key("one", "one"))
    assert len(keys) == 1 + len(plan.now.needs["one"])
    assert plan.key("two", "one") not in keys
