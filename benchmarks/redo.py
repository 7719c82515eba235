"""How long a second run takes beside the first: nothing changed, another day, all anew.

Prints JSON. Each run is a process of its own, with a cache and a release folder of this benchmark;
wall and processor seconds, and the peak memory of the process. The rival is the cold run.

    python benchmarks/redo.py [folder ...]          by default cities/casablanca
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[1]
ROUNDS = 5
DAY, NEXT_DAY = "2026-11-22", "2026-11-23"
KINDS = {
    "cold": ["--date", DAY],
    "unchanged": ["--date", DAY],
    "next_day": ["--date", NEXT_DAY],
    "fresh": ["--date", NEXT_DAY, "--fresh"],
}


def run(folder: Path, away: Path, options: list[str]) -> dict[str, Any]:
    """Run once as a user would; return what the run cost and what it says of itself."""
    command = [sys.executable, "-m", "jinglun", "run", str(folder), "--json", *options]
    environment = {**os.environ, "XDG_CACHE_HOME": str(away / "cache")}
    begun = time.perf_counter()
    with subprocess.Popen(
        [*command, "--out", str(away / "release")], stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.read())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    return {
        "wall": round(time.perf_counter() - begun, 3),
        "cpu": round(used.ru_utime + used.ru_stime, 3),
        "peak_mb": round(used.ru_maxrss / 1024),
        "unchanged": said["unchanged"],
        "steps": said["seconds"],
    }


def measured(folder: Path) -> dict[str, Any]:
    """Return every run of a city folder, the medians by kind, and the ratios to the cold run."""
    runs: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as away:
            for kind, options in KINDS.items():
                runs[kind].append(run(folder, Path(away), options))
                assert runs[kind][-1]["unchanged"] == (kind == "unchanged")
    median = {
        kind: {
            what: statistics.median(r[what] for r in made) for what in ("wall", "cpu", "peak_mb")
        }
        for kind, made in runs.items()
    }
    ratio = {
        kind: {what: round(told[what] / median["cold"][what], 3) for what in ("wall", "cpu")}
        for kind, told in median.items()
    }
    return {"city": folder.name, "median": median, "ratio_to_cold": ratio, "runs": runs}


def main() -> None:
    """Print what each city folder took."""
    folders = [Path(a) for a in sys.argv[1:]] or [HOME / "cities" / "casablanca"]
    print(json.dumps([measured(folder) for folder in folders], indent=1))


if __name__ == "__main__":
    main()
