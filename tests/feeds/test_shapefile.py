"""A shapefile is read with all its parts, or it is said which part is not as it should be."""

from __future__ import annotations

from typing import Any

import pytest

SQUARE = [(0.0, 0.0), (0.0, 4.0), (4.0, 4.0), (4.0, 0.0), (0.0, 0.0)]
HOLE = [(1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 2.0), (1.0, 1.0)]


@pytest.mark.parametrize("ending", [".shx", ".dbf"])
def test_a_shapefile_without_a_part_says_which(forms: Any, ending: str) -> None:
    path = forms.shp([[SQUARE]])
    path.with_suffix(ending).unlink()
    for problems in (forms.draw(path).problems, forms.table(path)[2]):
        assert [(p.code, p.file, p.hint) for p in problems] == [
            ("missing_part", "a.shp", f"a{ending}")
        ]
    assert forms.header(path) == []


def test_the_parts_may_be_named_in_capitals(forms: Any) -> None:
    path = forms.shp([[SQUARE]])
    for ending in (".shp", ".shx", ".dbf", ".prj"):
        path.with_suffix(ending).rename(forms.folder / f"a{ending.upper()}")
    path = forms.folder / "a.SHP"
    assert forms.draw(path).features[0].parts == [[SQUARE]]


@pytest.mark.parametrize("ending", [".shp", ".shx", ".dbf"])
def test_a_part_cut_short_is_refused_with_both_lengths(forms: Any, ending: str) -> None:
    path = forms.shp([[SQUARE], [HOLE[::-1]]])
    part = path.with_suffix(ending)
    whole = len(part.read_bytes()) - (ending == ".dbf")
    part.write_bytes(part.read_bytes()[: whole - 4])
    drawn = forms.draw(path)
    assert [(p.code, p.place, p.found, p.hint) for p in drawn.problems] == [
        ("cut_short", part.name, str(whole - 4), str(whole))
    ]


def test_parts_that_do_not_belong_together_are_refused(forms: Any) -> None:
    table = forms.dbf({"id": ("C", 8, ["a", "b", "c"])})
    path = forms.shp([[SQUARE]], table)
    drawn = forms.draw(path)
    assert [(p.code, p.found, p.hint) for p in drawn.problems] == [("unlike_parts", "1", "3")]


@pytest.mark.parametrize("ending", [".shx", ".dbf", ".prj", ".cpg"])
def test_a_part_that_leads_out_of_the_folder_is_refused(forms: Any, ending: str) -> None:
    home = forms.folder / "city"
    home.mkdir()
    path = forms.shp([[SQUARE]], folder=home)
    part = path.with_suffix(ending)
    part.touch()
    part.rename(forms.folder / "secret")
    part.symlink_to(forms.folder / "secret")
    assert [p.code for p in forms.draw(path).problems] == ["outside_folder"]
