"""How long one turn of Casablanca takes, step by step, beside the bare reading of its files.

Prints JSON. The physical limit is pyarrow's own CSV reader over the same files, each read once, in
the same run; the turn does that, and the checking, measuring, diagnosing and all the pages.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[1]
CITY = HOME / "cities" / "casablanca"
RUNS = 3


def ours(out: Path) -> dict[str, Any]:
    """Run the turn as a user would, in a process of its own, and return what run.json says."""
    command = [sys.executable, "-m", "jinglun", "run", str(CITY), "--out", str(out)]
    command += ["--json", "--fresh"]
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    wall = time.perf_counter() - begun
    return {"wall": round(wall, 3), **json.loads((out / "run.json").read_text("utf-8"))}


def limit() -> float:
    """Return the seconds that pyarrow takes to read every distinct file of the city once."""
    import pyarrow.csv as reader

    from jinglun.loop.catalogue import framework_catalogue
    from jinglun.loop.folder import locate, read_city

    city = read_city(CITY, framework_catalogue())
    files = {locate(s, city.folder) for s in city.sources if s.feed == "delimited"}
    begun = time.perf_counter()
    for file in sorted(f for f in files if f is not None):
        reader.read_csv(file)
    return round(time.perf_counter() - begun, 3)


def size(folder: Path) -> dict[str, float]:
    """Return the megabytes and the number of files of the release."""
    files = [f for f in folder.rglob("*") if f.is_file()]
    megabytes = sum(f.stat().st_size for f in files) / 1e6
    return {"files": len(files), "megabytes": round(megabytes, 1)}


def main() -> None:
    """Print the runs, their median wall time, the limit and the size of the release."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "release"
        runs = [ours(out) for _ in range(RUNS)]
        found = {
            "runs": runs,
            "median_wall": sorted(r["wall"] for r in runs)[RUNS // 2],
            "limit_read_files_once": limit(),
            "release": size(out),
        }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
