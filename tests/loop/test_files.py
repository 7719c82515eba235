"""Whether the path of a source names the files it says, and none that it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from jinglun.loop.files import all_files, beside, named_file, package_of, root_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    for name in ("a-2.csv", "a-1.csv", "b.csv", "tracts.shp", "tracts.DBF", "tracts2.shp"):
        (tmp_path / "data" / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("data/b.csv", ["b.csv"]),
        ("data/a-*.csv", ["a-1.csv", "a-2.csv"]),
        ("data/?.csv", ["b.csv"]),
        ("data/none-*.csv", []),
        ("data/none.csv", ["none.csv"]),
        ("package:no_such_package/*.csv", []),
    ],
)
def test_a_path_names_one_file_or_all_of_a_pattern(
    folder: Path, path: str, names: list[str]
) -> None:
    assert [found.name for found in all_files(path, folder)] == names


def test_a_file_whose_name_holds_a_sign_of_a_pattern_is_itself(folder: Path) -> None:
    (folder / "data/a*.csv").touch()
    assert [found.name for found in all_files("data/a*.csv", folder)] == ["a*.csv"]


def test_a_package_is_found_and_its_files_do_not_leave_it(folder: Path) -> None:
    found = package_of("package:jinglun/turn.py")
    assert found is not None and (found / "turn.py").is_file()
    assert named_file("package:jinglun/turn.py", folder) == found / "turn.py"
    assert root_of("package:jinglun/turn.py", folder) == found.resolve()
    assert root_of("data/b.csv", folder) == folder.resolve()
    assert found / "turn.py" in all_files("package:jinglun/tur?.py", folder)


@pytest.mark.parametrize("path", ["package:", "package:json.decoder/x", "package:no_such/x"])
def test_what_is_no_package_is_nowhere(folder: Path, path: str) -> None:
    assert package_of(path) is None and named_file(path, folder) is None


def test_a_shapefile_is_all_files_of_its_name(folder: Path) -> None:
    names = [found.name for found in beside(folder / "data/tracts.shp")]
    assert names == ["tracts.DBF", "tracts.shp"]
