"""Places hang together as the folder says, or the turn says why they do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jinglun.loop.sense import Sensed
from jinglun.model.errors import InputError

Write = Callable[..., Path]
Sense = Callable[[Path], Sensed]
Reject = tuple[str, str, str, str, str]
Figure = tuple[str, str, str]


def rejects(sensed: Sensed) -> list[Reject]:
    r = sensed.rejects
    return list(zip(r.source, r.locator, r.column, r.value, r.reason, strict=True))


def counts(sensed: Sensed, source: str) -> tuple[int, int, int, int]:
    """Rows read, used, rejected, and values used."""
    found = next(i for i in sensed.inputs if i["source"] == source)
    return tuple(  # type: ignore[return-value]
        found[k] for k in ("rows_read", "rows_used", "rows_rejected", "values_used")
    )


def test_the_subject_its_districts_and_its_peers(write_city: Write, sense_city: Sense) -> None:
    sensed = sense_city(write_city())
    assert [(p.id, p.level, p.parent, p.role) for p in sensed.places.all] == [
        ("c", "city", None, "subject"),
        ("n", "district", "c", "district"),
        ("p", "city", None, "peer"),
        ("s", "district", "c", "district"),
    ]
    assert sensed.places.all[0].titles == {"en": "Toy", "zh": "玩具市"}
    assert sensed.places.all[1].titles == {"en": "North"}


def test_names_in_another_file_are_added_to_the_same_place(
    write_city: Write, sense_city: Sense
) -> None:
    more = (
        '[[source]]\nid = "zh"\npath = "zh.csv"\nholds = "places"\nSAIDplace = "id"\n'
        'level = "district"\nnames = { zh = "name", en = "other" }\n'
    )
    sensed = sense_city(write_city(more, zh__csv="id,name,other\nn,北区,Nord\n"))
    assert sensed.places.all[1].titles == {"en": "North", "zh": "北区"}
    assert sensed.places.all[1].parent == "c"


def test_without_the_subject_there_is_no_turn(write_city: Write, sense_city: Sense) -> None:
    with pytest.raises(InputError) as caught:
        sense_city(write_city(places__csv="id,level,parent,name\ncc,city,,Toy\n"))
    assert [(p.code, p.found, p.hint) for p in caught.value.problems] == [("no_subject", "c", "cc")]


def test_an_unknown_parent_is_a_problem_and_the_place_stands_alone(
    write_city: Write, sense_city: Sense
) -> None:
    text = "id,level,parent,name\nc,city,,Toy\nn,district,cc,North\n"
    sensed = sense_city(write_city(places__csv=text))
    assert [(p.code, p.file, p.place, p.found) for p in sensed.problems] == [
        ("unknown_parent", "places.csv", "row 3 n", "cc")
    ]
    assert [(p.id, p.parent, p.role) for p in sensed.places.all] == [
        ("c", None, "subject"),
        ("n", None, "peer"),
    ]


def test_parents_in_a_circle_stop_the_turn(write_city: Write, sense_city: Sense) -> None:
    text = "id,level,parent,name\nc,city,,Toy\nn,district,s,North\ns,district,n,South\n"
    with pytest.raises(InputError) as caught:
        sense_city(write_city(places__csv=text))
    assert {(p.code, p.place) for p in caught.value.problems} == {
        ("circular_parent", "row 3 n"),
        ("circular_parent", "row 4 s"),
    }


def test_the_place_whose_parent_is_not_there_loses_it_and_none_below_it(
    write_city: Write, sense_city: Sense
) -> None:
    text = "id,level,parent,name\ns,district,n,South\nc,city,,Toy\nn,district,cc,North\n"
    sensed = sense_city(write_city(places__csv=text))
    assert [(p.place, p.found) for p in sensed.problems] == [("row 4 n", "cc")]
    assert {p.id: p.parent for p in sensed.places.all} == {"c": None, "n": None, "s": "n"}


def test_a_place_that_hangs_on_a_circle_is_not_told_as_part_of_it(
    write_city: Write, sense_city: Sense
) -> None:
    text = "id,level,parent,name\nc,city,,Toy\nm,district,n,Mid\nn,district,n,North\n"
    with pytest.raises(InputError) as caught:
        sense_city(write_city(places__csv=text))
    assert [p.place for p in caught.value.problems] == ["row 4 n"]


def test_a_misspelt_column_of_names_or_parents_is_a_problem_and_never_a_crash(
    write_city: Write, sense_city: Sense
) -> None:
    text = "id,level,parnt,nam\nc,city,,Toy\nn,district,c,North\n"
    sensed = sense_city(write_city(places__csv=text))
    assert sorted({(p.code, p.found, p.hint) for p in sensed.problems}) == [
        ("unknown_column", "name", "nam"),
        ("unknown_column", "parent", "parnt"),
    ]
    assert sensed.places.ids == ["c", "n"]


def test_a_row_without_an_id_is_no_place(write_city: Write, sense_city: Sense) -> None:
    text = "id,level,parent,name\nc,city,,Toy\n,district,c,North\n"
    sensed = sense_city(write_city(places__csv=text))
    assert sensed.places.ids == ["c"]
    assert rejects(sensed) == [("districts", "places.csv:3:id", "id", "", "unknown_place")]
    assert counts(sensed, "districts")[:3] == (1, 0, 1)


def test_shapes_are_kept_of_places_that_are_there(write_city: Write, sense_city: Sense) -> None:
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    shapes = {
        "features": [
            {"properties": {"id": i}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for i in ("n", "zz")
        ]
        + [{"properties": {"id": "s"}, "geometry": None}]
    }
    source = '[[source]]\nid = "g"\npath = "g.json"\nholds = "geometry"\nSAIDplace = "id"\n'
    source += 'crs = "EPSG:4490"\n'
    sensed = sense_city(write_city(source, g__json=json.dumps(shapes)))
    assert list(sensed.places.shapes) == ["n"]
    assert [(p.code, p.place) for p in sensed.problems] == [("empty_geometry", "feature 3")]
    assert rejects(sensed) == [
        ("g", "g.json:3:id", "id", "s", "bad_geometry"),
        ("g", "g.json:2:id", "id", "zz", "unknown_place"),
    ]
    assert counts(sensed, "g")[:3] == (3, 1, 2)
