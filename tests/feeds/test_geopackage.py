"""A GeoPackage gives the layer that is named, and nothing that it holds is run."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

SQUARE = [(0.0, 0.0), (0.0, 4.0), (4.0, 4.0), (4.0, 0.0), (0.0, 0.0)]
HOLE = [(1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 2.0), (1.0, 1.0)]


def test_a_layer_of_a_geopackage_is_found_by_its_name(forms: Any) -> None:
    layers = {
        "区": [("a", forms.wkb([SQUARE]))],
        "街道": [("b", forms.wkb([SQUARE])), (7, forms.wkb([SQUARE, HOLE]))],
    }
    path = forms.gpkg(layers)
    drawn = forms.draw(path, layer="街道")
    assert [(f.number, f.place) for f in drawn.features] == [(1, "b"), (2, "7")]
    assert drawn.features[1].parts == [[SQUARE, HOLE]]
    assert forms.table(path, layer="街道") == (
        ["__row", "fid", "id"],
        [(1, "1", "b"), (2, "2", "7")],
        [],
    )
    assert forms.header(path, layer="区") == ["fid", "id"]


# GDAL inside DuckDB 1.5.5 ends the whole process when a layer's name is wrong.
@pytest.mark.parametrize("layer", ["街", None, "gpkg_contents"])
def test_a_layer_that_is_not_there_is_told_with_those_that_are(
    forms: Any, layer: str | None
) -> None:
    path = forms.gpkg({"区": [], "街道": []})
    (problem,) = forms.draw(path, layer=layer).problems
    assert (problem.code, problem.found) == ("unknown_layer", layer or "-")
    assert "街道" in problem.hint


HOSTILE = {
    "a view that loops": (
        "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i AS fid, 'a' AS id, NULL AS geom FROM n"
    ),
    "a view that runs": "CREATE VIEW v AS SELECT 1 AS fid, load_extension('x') AS id",
}


@pytest.mark.parametrize("statement", HOSTILE)
def test_a_layer_that_is_a_view_is_no_layer(forms: Any, statement: str) -> None:
    claim = "INSERT INTO gpkg_contents (table_name, data_type) VALUES ('v', 'features')"
    path = forms.gpkg({"x": []}, more=[HOSTILE[statement], claim])
    assert [p.code for p in forms.draw(path, layer="v").problems] == ["unknown_layer"]


def test_a_column_that_the_file_works_out_is_left_out(forms: Any) -> None:
    layers = {"x": [("a", forms.wkb([SQUARE]))]}
    more = ["ALTER TABLE x ADD COLUMN big GENERATED ALWAYS AS (zeroblob(1000000000))"]
    path = forms.gpkg(layers, more=more)
    assert forms.table(path)[0] == ["__row", "fid", "id"]
    assert [f.place for f in forms.draw(path).features] == ["a"]


def test_reading_a_geopackage_leaves_nothing_beside_it(forms: Any) -> None:
    more = ["PRAGMA user_version = 10300"]
    path = forms.gpkg({"x": [("a", forms.wkb([SQUARE]))]}, more=more)
    before = path.read_bytes()
    path.chmod(0o444)
    assert forms.draw(path).problems == []
    assert [p.name for p in forms.folder.iterdir()] == ["a.gpkg"] and path.read_bytes() == before


def test_a_sqlite_file_that_is_no_geopackage_is_told(forms: Any) -> None:
    path = forms.folder / "a.gpkg"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE x (id)")
    db.close()
    assert [p.code for p in forms.draw(path).problems] == ["unreadable_file"]
