"""The data that published numbers are computed from: ASEM, as COINr ships it, where it is here."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jinglun.methods.composite import Inputs
from jinglun.methods.hierarchy import Hierarchy, Node

Array = NDArray[np.float64]
ASEM = Path(__file__).parents[3] / "shared" / "data" / "asem"


@dataclass(frozen=True)
class Asem:
    """51 countries, 49 indicators in four levels, and the scores that COINr 1.1.14 gives them."""

    countries: list[str]
    hierarchy: Hierarchy
    data: Array
    inputs: Inputs
    scores: Array
    ranks: Array


def _number(text: str) -> float:
    return float("nan") if text in ("", "NA") else float(text)


def _name(text: str) -> str:
    return "" if text == "NA" else text


def _rows(name: str) -> list[dict[str, str]]:
    with (ASEM / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="session")
def asem() -> Asem:
    if not ASEM.is_dir():
        pytest.skip("../shared/data/asem is not here: data of others are not shipped")
    meta, data = _rows("ASEM_iMeta.csv"), _rows("ASEM_iData.csv")
    hierarchy = Hierarchy(
        Node(
            id=m["iCode"],
            parent=_name(m["Parent"]),
            weight=float(m["Weight"]),
            direction=int(m["Direction"]),
            level=int(m["Level"]),
            denominator=_name(m["Denominator"]),
            target=_number(m["Target"]),
        )
        for m in meta
        if m["Level"] != "NA"
    )
    numeric = [m["iCode"] for m in meta if m["Type"] in ("Indicator", "Denominator")]
    by = {code: np.array([_number(r[code]) for r in data]) for code in numeric}
    inputs = Inputs(
        groups=[r["EurAsia_group"] for r in data],
        denominators={m["iCode"]: by[m["iCode"]] for m in meta if m["Type"] == "Denominator"},
    )
    known = {r["uCode"]: r for r in _rows("expected_minmax_arithmetic.csv")}
    theirs = [known[r["uCode"]] for r in data]
    return Asem(
        countries=[r["uCode"] for r in data],
        hierarchy=hierarchy,
        data=np.array([by[i] for i in hierarchy.indicator_ids()]).T,
        inputs=inputs,
        scores=np.array([[float(t[n.id]) for n in hierarchy.nodes] for t in theirs]),
        ranks=np.array([int(t["Rank"]) for t in theirs]),
    )
