"""What a new city folder holds: two explained settings files and a sheet of figures to fill in."""

from __future__ import annotations

import csv
import io
from importlib import resources
from pathlib import Path

from jinglun.loop.catalogue import framework_catalogue

HEADER = ("place", "period", "variable", "name_zh", "name_en", "value", "unit", "quality")


def write_new(folder: Path) -> None:
    """Write city.toml, sources.toml, data/places.csv and data/figures.csv into an empty folder."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name in ("city.toml", "sources.toml", "places.csv"):
        text = resources.files("jinglun.loop.rules").joinpath(f"new_{name}").read_text("utf-8")
        target = folder / ("data" if name.endswith(".csv") else "") / name
        target.write_text(text, encoding="utf-8")
    # Office programs on Chinese desktops read a CSV as UTF-8 only with a byte-order mark.
    (folder / "data" / "figures.csv").write_text(_figures(), encoding="utf-8-sig")


def _figures() -> str:
    """Return a sheet with one blank row a variable, those that most indicators read first."""
    catalogue = framework_catalogue()
    uses: dict[str, int] = {}
    for indicator in catalogue.indicators.values():
        if indicator.role == "score" and indicator.over is None:
            for variable in indicator.parameters:
                uses[variable] = uses.get(variable, 0) + 1
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for ident in sorted(uses, key=lambda v: (-uses[v], v)):
        one = catalogue.variables[ident]
        writer.writerow(["mycity", "2025", ident, one.zh, one.en, "", one.unit, "A"])
    return text.getvalue()
