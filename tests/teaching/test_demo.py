"""When the teaching city is made anew, when it is kept, and what the command refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jinglun import cli
from jinglun.model.errors import InputError
from jinglun.teaching import demo
from jinglun.teaching.plan import LEAST, MOST, USUAL


def quiet(what: str, done: int, total: int) -> None:
    """A progress that says nothing."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What was asked to be made; a folder of one small file stands for the city."""
    made: list[tuple[int, int]] = []

    def make(folder: Path, scale: int, seed: int, progress: Callable[..., None]) -> dict[str, int]:
        made.append((scale, seed))
        (folder / "data").mkdir(parents=True)
        (folder / "data" / f"rows_{scale}.csv").write_text(f"{seed}\n", encoding="utf-8")
        return {"rows": scale}

    monkeypatch.setattr(demo, "make_city", make)
    return made


def _files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_the_usual_city_is_made_once_and_then_kept(
    tmp_path: Path, asked: list[tuple[int, int]]
) -> None:
    folder = demo.prepared(tmp_path, None, None, quiet)
    demo.prepared(tmp_path, None, None, quiet)
    demo.prepared(tmp_path, str(USUAL), 0, quiet)
    assert asked == [(USUAL, 0)]
    assert _files(folder) == {f"data/rows_{USUAL}.csv", demo.STAMP}
    assert [p.name for p in tmp_path.iterdir()] == [demo.NAME]


def test_another_scale_replaces_what_was_made_and_leaves_what_was_added(
    tmp_path: Path, asked: list[tuple[int, int]]
) -> None:
    folder = demo.prepared(tmp_path, None, None, quiet)
    (folder / "data/mine.csv").write_text("mine", encoding="utf-8")
    demo.prepared(tmp_path, "1e6", None, quiet)
    assert asked == [(USUAL, 0), (1_000_000, 0)]
    assert _files(folder) == {"data/mine.csv", "data/rows_1000000.csv", demo.STAMP}
    demo.prepared(tmp_path, None, 5, quiet)
    assert asked[-1] == (1_000_000, 5)


def test_a_folder_that_was_not_made_here_is_left_alone(
    tmp_path: Path, asked: list[tuple[int, int]]
) -> None:
    (tmp_path / demo.NAME).mkdir()
    (tmp_path / demo.NAME / "city.toml").write_text("id = 'mine'", encoding="utf-8")
    with pytest.raises(InputError) as told:
        demo.prepared(tmp_path, "20000", None, quiet)
    assert [p.code for p in told.value.problems] == ["not_made_here"]
    assert asked == [] and _files(tmp_path / demo.NAME) == {"city.toml"}


def test_a_stamp_that_names_a_file_elsewhere_does_no_harm(
    tmp_path: Path, asked: list[tuple[int, int]]
) -> None:
    folder = demo.prepared(tmp_path, None, None, quiet)
    outside = tmp_path / "precious.txt"
    outside.write_text("precious", encoding="utf-8")
    stamp = json.loads((folder / demo.STAMP).read_text(encoding="utf-8"))
    stamp["files"] += ["../precious.txt", str(outside)]
    (folder / demo.STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    demo.prepared(tmp_path, str(LEAST), None, quiet)
    assert outside.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize(
    ("text", "rows"), [("10000", LEAST), ("1e6", 1_000_000), ("1e8", MOST), (None, None)]
)
def test_a_scale_may_be_written_with_a_power_of_ten(text: str | None, rows: int | None) -> None:
    assert demo.rows_asked(text) == rows


@pytest.mark.parametrize("text", ["", "many", "9999", "1e9", "12345.5", "nan", "inf", "-1e5"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_scale_that_cannot_be_is_a_wrong_command(
    text: str,
    lang: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(["demo", "shili", f"--scale={text}", "--lang", lang]) == cli.WRONG_COMMAND
    assert "--scale" in capsys.readouterr().err
    assert list(tmp_path.rglob("*")) in ([], [tmp_path / "demo"])


@pytest.mark.parametrize("option", [("--scale", "20000"), ("--seed", "3")])
def test_scale_and_seed_are_for_the_teaching_city_alone(
    option: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(["demo", "casablanca", *option]) == cli.WRONG_COMMAND
    assert "shili" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
