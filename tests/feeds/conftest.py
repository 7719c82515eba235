"""What the feed tests share: a source by hand and a way to read bytes through a feed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jinglun.feeds import delimited, geojson
from jinglun.model.city import Source
from jinglun.model.errors import Problem
from jinglun.store.lake import connect

Rows = list[tuple[Any, ...]]


def a_source(**settings: Any) -> Source:
    given = {"id": "s", "path": "data/a.csv", "title_zh": "表", "title_en": "Table"}
    return Source(**{**given, "publisher": "Office", "licence": "CC0", "place": "id", **settings})


@pytest.fixture
def read_bytes(tmp_path: Path) -> Callable[..., tuple[list[str], Rows, list[Problem]]]:
    """Read bytes as a delimited file: the header with `__row`, the rows, the problems."""

    def read(
        data: bytes, name: str = "a.csv", **settings: Any
    ) -> tuple[list[str], Rows, list[Problem]]:
        path = tmp_path / name
        path.write_bytes(data)
        connection = connect()
        problems = delimited.read(connection, path, a_source(**settings), "t")
        if problems:
            return [], [], problems
        header = [r[0] for r in connection.execute("DESCRIBE t").fetchall()]
        return header, connection.execute("SELECT * FROM t").fetchall(), []

    return read


@pytest.fixture
def read_shapes(tmp_path: Path) -> Callable[[bytes], Any]:
    """Read bytes as a GeoJSON file: the shapes by place, and the problems."""

    def read(data: bytes) -> Any:
        path = tmp_path / "a.geojson"
        path.write_bytes(data)
        return geojson.read(path, a_source())

    return read
