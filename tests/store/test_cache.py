"""Whether what is kept comes back just as it was, and what is damaged or foreign never does."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from jinglun.store.cache import (
    cache_home,
    digest_of,
    digests,
    drawer_of,
    opened,
    part_path,
    read_part,
    swept,
    write_part,
    write_whole,
)

KEY = "ab" * 32
SAID = {"periods": ["2024", "二〇二五"], "counts": {"read": 3}}
FIGURES = {"value": pa.array([1.5, -0.0, 1e300]), "place": pa.array(["a", "b", "a"])}
NOTHING: dict[str, Any] = {"value": pa.array([], pa.string())}


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """A part kept under KEY."""
    path = part_path(opened(tmp_path / "home", tmp_path), KEY)
    write_part(path, SAID, [FIGURES, NOTHING])
    return path


@pytest.mark.parametrize(
    ("environment", "home"),
    [
        ({"XDG_CACHE_HOME": "/cache"}, Path("/cache/jinglun")),
        ({"XDG_CACHE_HOME": "/cache", "LOCALAPPDATA": "/local"}, Path("/cache/jinglun")),
        ({"LOCALAPPDATA": "/local"}, Path("/local/jinglun")),
        # A path that is not absolute is not to be used, says the XDG Base Directory standard.
        ({"XDG_CACHE_HOME": "cache"}, Path.home() / ".cache/jinglun"),
        ({}, Path.home() / ".cache/jinglun"),
    ],
)
def test_the_cache_is_the_user_s(environment: dict[str, str], home: Path) -> None:
    assert cache_home(environment) == home


def test_a_user_without_a_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", nowhere)
    assert cache_home({}) is None


def test_what_is_kept_comes_back_as_it_was(part: Path) -> None:
    read = read_part(part, tables=2)
    assert read is not None
    said, (figures, nothing) = read
    assert said == SAID
    assert figures.to_pydict() == {"value": [1.5, -0.0, 1e300], "place": ["a", "b", "a"]}
    assert str(figures["value"][1].as_py()) == "-0.0"
    assert nothing.num_rows == 0


@pytest.mark.parametrize("byte", range(0, 700, 7))
def test_one_byte_changed_is_a_part_that_is_not_there(part: Path, byte: int) -> None:
    data = bytearray(part.read_bytes())
    data[byte % len(data)] ^= 1
    part.write_bytes(data)
    assert read_part(part, tables=2) is None


@pytest.mark.parametrize("damage", [b"", b"\n", b"half", "gone", "cut", "folder"])
def test_a_damaged_part_is_not_there(part: Path, damage: bytes | str) -> None:
    data = part.read_bytes()
    part.unlink()
    if damage == "folder":
        part.mkdir()
    elif damage != "gone":
        part.write_bytes(data[: len(data) // 2] if damage == "cut" else damage)
    assert read_part(part, tables=2) is None


@pytest.mark.parametrize("body", [b"", b"no stream of Arrow", b"\xff" * 64, b"\x80\x04N."])
def test_what_another_hand_wrote_with_a_right_digest_is_not_there(part: Path, body: bytes) -> None:
    part.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    assert read_part(part, tables=2) is None


@pytest.mark.parametrize("said", [{"a": (1, 2)}, {"a": float("nan")}, {1: "a"}, {"a": object()}])
def test_what_json_would_not_give_back_is_not_written(part: Path, said: Any) -> None:
    before = part.read_bytes()
    with pytest.raises((ValueError, TypeError)):
        write_part(part, said, [FIGURES, NOTHING])
    assert part.read_bytes() == before


def test_a_write_that_fails_leaves_what_was_there_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "note.json"
    write_whole(path, b"old")

    def full(one: str, other: Path) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["note.json"]


def test_the_drawer_is_for_its_user_alone(tmp_path: Path) -> None:
    drawer = opened(tmp_path / "home", tmp_path)
    assert drawer.stat().st_mode & 0o777 == 0o700


def test_the_drawers_of_cities_that_are_gone_are_thrown_out(tmp_path: Path) -> None:
    home, here, gone = tmp_path / "home", tmp_path / "here", tmp_path / "gone"
    for city in (here, gone):
        city.mkdir()
        opened(home, city)
    (home / "not ours").mkdir()
    gone.rmdir()
    opened(home, here)
    assert sorted(p.name for p in home.iterdir()) == sorted(
        ["not ours", drawer_of(home, here).name]
    )


def test_what_the_last_run_did_not_use_is_thrown_out(tmp_path: Path) -> None:
    drawer = opened(tmp_path / "home", tmp_path)
    old, new = "0" * 64, "1" * 64
    for name in (f"{old}.part", f"{new}.part", "a.json", "b.json", ".draft-1", ".draft-2", "mine"):
        (drawer / name).touch()
    os.utime(drawer / ".draft-1", (0, 0))
    swept(drawer, {new}, {"b"})
    left = sorted(p.name for p in drawer.iterdir())
    assert left == sorted(["folder", f"{new}.part", "b.json", ".draft-2", "mine"])


# --- digests ---


def test_the_digest_is_the_sha256_of_the_file(tmp_path: Path) -> None:
    """That of `abc` is the first example of FIPS 180-2."""
    (tmp_path / "a").write_bytes(b"abc")
    assert digest_of(tmp_path / "a") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_a_folder_is_told_by_all_its_files_but_a_desktop_s_own(tmp_path: Path) -> None:
    (tmp_path / "site/zh").mkdir(parents=True)
    for name in ("a.json", "site/zh/b.html", ".DS_Store", "site/Thumbs.db"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert sorted(digests(tmp_path)) == ["a.json", "site/zh/b.html"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_link_in_place_of_a_file_is_not_that_file(tmp_path: Path, kind: str) -> None:
    release, other = tmp_path / "release", tmp_path / "other"
    for folder in (release / "site", other):
        folder.mkdir(parents=True)
        (folder / "a.html").write_text("same", encoding="utf-8")
    before = digests(release)
    (release / "site/a.html").unlink()
    if kind == "file":
        (release / "site/a.html").symlink_to(other / "a.html")
    else:
        (release / "site").rmdir()
        (release / "site").symlink_to(other)
    assert digests(release) != before
