"""Whether `jinglun run` redoes what changed and nothing else, and never answers with the stale."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from jinglun import cli

DAY, NEXT_DAY = "2026-09-22", "2026-09-23"
HEAVY = "numpy pyarrow duckdb ibis pydantic jinja2 pint rich markupsafe"
Fingerprint = Callable[[Path], dict[str, str]]
CALLS = """
[[source]]
id = "calls"
path = "data/calls.csv"
holds = "table"
table = "requests"
title_zh = "热线"
title_en = "Hotline"
publisher = "Office"
licence = "CC0"
columns = { request_id = "no", received_at = "at", place = "place" }
"""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run a city on DAY and return what is said for machines."""

    def told(folder: Path, *more: object, code: int = cli.DONE) -> Any:
        arguments = ["run", folder, "--date", DAY, "--json", "--lang", "en", *more]
        assert cli.run([str(a) for a in arguments]) == code
        out, err = capfd.readouterr()
        assert err == ""
        return json.loads(out)

    return told


@pytest.fixture
def city(small_city: Callable[..., Path]) -> Path:
    """A small city with a hotline of three calls, one of them bad."""
    folder = small_city(sources_toml=CALLS)
    rows = "no,at,place\n1,2025-03-01,d1\n2,2025-04-01,d2\n3,never,d1\n"
    (folder / "data/calls.csv").write_text(rows, encoding="utf-8")
    return folder


def seen(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Every file of a folder: its bytes, when it was written, and which file it is."""
    files = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    return {str(p): (p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_ino) for p in files}


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def sources_of(plan: Any) -> dict[str, bool]:
    return {line["source"]: line["redo"] for line in plan["plan"] if line["step"] == "sense"}


# --- unchanged ---


def test_an_unchanged_folder_redoes_nothing_and_touches_nothing(
    city: Path, run: Callable[..., Any]
) -> None:
    first = run(city)
    before = seen(city)
    second = run(city)
    assert (first["unchanged"], second["unchanged"], second["seconds"]) == (False, True, {})
    said = ("release", "rejected", "problems")
    assert [second[n] for n in said] == [first[n] for n in said]
    assert seen(city) == before


def test_bytes_written_again_redo_nothing(city: Path, run: Callable[..., Any]) -> None:
    run(city)
    for path in city.rglob("*"):
        os.utime(path, (1_000_000, 1_000_000))
    assert run(city)["unchanged"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_person_is_told_that_nothing_changed_and_where_to_look(
    city: Path, run: Callable[..., Any], capfd: pytest.CaptureFixture[str], lang: str
) -> None:
    run(city)
    assert cli.run(["run", str(city), "--date", DAY, "--lang", lang]) == cli.DONE
    out, err = capfd.readouterr()
    assert {"zh": "没有变化", "en": "Nothing changed"}[lang] in out
    assert (city / "release/site/index.html").as_uri() in out
    assert str(city / f"release/site/{lang}/data.html") in out and err == ""


def test_problems_are_told_again(
    city: Path, run: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    change(city / "data/places.csv", "d1,district,c", "d1,district,q")
    first = run(city)
    second = run(city)
    assert second["unchanged"] and second["problems"] == first["problems"] != []
    assert cli.run(["run", str(city), "--date", DAY, "--lang", "en"]) == cli.DONE
    assert "“q”" in capfd.readouterr().err


def test_an_unchanged_folder_is_answered_before_any_library_is_loaded(
    city: Path, run: Callable[..., Any]
) -> None:
    run(city)
    code = (
        "import sys; from jinglun.cli import run;"
        f"code = run(['run', sys.argv[1], '--date', '{DAY}', '--lang', 'zh']);"
        f"loaded = set('{HEAVY}'.split()) & set(sys.modules);"
        "sys.exit(f'{code} {loaded}' if code or loaded else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(city)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "") and "没有变化" in done.stdout


# --- changed ---


def test_a_changed_cell_gets_through_to_the_pages(city: Path, run: Callable[..., Any]) -> None:
    pages = [city / f"release/site/{lang}/index.html" for lang in ("zh", "en")]
    run(city)
    assert not any("31.7" in page.read_text("utf-8") for page in pages)
    change(city / "data/figures.csv", "pm25_annual_mean,28,", "pm25_annual_mean,31.7,")
    plan = run(city, "--explain-plan")
    assert sources_of(plan)["figures"] and not sources_of(plan)["calls"]
    assert not run(city)["unchanged"]
    assert all("31.7" in page.read_text("utf-8") for page in pages)


def test_what_is_made_from_kept_parts_is_what_is_made_anew(
    city: Path, run: Callable[..., Any], tmp_path: Path, fingerprint: Fingerprint
) -> None:
    run(city)
    change(city / "data/figures.csv", "d1,2025,resident_pop,100,", "d1,2025,resident_pop,90,")
    for day, kept in ((DAY, "calls"), (NEXT_DAY, "figures")):
        plan = run(city, "--explain-plan", "--date", day)
        again = {"calls", "figures"} - {kept}
        assert {s for s in ("calls", "figures") if sources_of(plan)[s]} == again
        assert not run(city, "--date", day)["unchanged"]
        anew = tmp_path / day
        run(city, "--date", day, "--out", anew, "--fresh")
        assert fingerprint(city / "release") == fingerprint(anew)


def _edit(name: str) -> Callable[[Path], object]:
    return lambda release: (release / name).write_bytes((release / name).read_bytes() + b" ")


DAMAGE: Mapping[str, Callable[[Path], object]] = {
    "a page is edited": _edit("site/zh/index.html"),
    "run.json is edited": _edit("run.json"),
    "release.json is edited": _edit("release.json"),
    "a page is added": lambda release: (release / "site/zh/more.html").touch(),
    "all is gone": shutil.rmtree,
}


def test_a_release_that_is_not_as_it_was_made_is_made_again(
    city: Path, run: Callable[..., Any], fingerprint: Fingerprint
) -> None:
    run(city)
    made = fingerprint(city / "release")
    for what, damage in DAMAGE.items():
        damage(city / "release")
        assert not run(city, "--explain-plan")["unchanged"], what
        assert not run(city)["unchanged"], what
        assert fingerprint(city / "release") == made, what
        assert run(city)["unchanged"], what


def test_another_date_or_seed_is_another_release(city: Path, run: Callable[..., Any]) -> None:
    run(city)
    for option, value, name in (("--date", NEXT_DAY, "date"), ("--seed", 3, "seed")):
        assert not run(city, option, value)["unchanged"]
        head = json.loads((city / "release/release.json").read_text("utf-8"))
        assert head[name] == value
        assert run(city, option, value)["unchanged"]


def test_fresh_redoes_everything(city: Path, run: Callable[..., Any]) -> None:
    run(city)
    before = seen(city / "release")
    assert not run(city, "--fresh")["unchanged"]
    assert seen(city / "release").keys() == before.keys() and seen(city / "release") != before
    assert run(city)["unchanged"]


def test_damaged_parts_are_made_again(
    city: Path,
    run: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    fingerprint: Fingerprint,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run(city)
    made = fingerprint(city / "release")
    parts = list((tmp_path / "cache").rglob("*.part"))
    assert len(parts) == 2
    for part in parts:
        part.write_bytes(part.read_bytes()[:-1])
    shutil.rmtree(city / "release")
    run(city)
    assert fingerprint(city / "release") == made


def test_a_changed_helper_of_a_formula_gets_through(
    city: Path, tmp_path: Path, fingerprint: Fingerprint
) -> None:
    """The trap that Hamilton's cache fell into: the formula's own text stays as it is."""
    home = tmp_path / "program"
    package = home / "jinglun"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(cli.__file__).parent, package, ignore=ignored)
    services = package / "domains/services/indicators.py"
    text = services.read_text("utf-8")
    formula = re.search(r"^def unemployment\(.*?\n    return (.*?)\n", text, re.M | re.S)
    assert formula, "the indicator is gone: take another"
    helped = text.replace(f"return {formula[1]}", f"return _told({formula[1]})", 1)
    services.write_text(helped + "\n\ndef _told(x: Array) -> Array:\n    return x\n", "utf-8")
    code = "import sys; from jinglun.cli import run; sys.exit(run(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "run", str(city), "--date", DAY, "--json"]
    env = {**os.environ, "PYTHONPATH": str(home), "PYTHONDONTWRITEBYTECODE": "1"}

    def told() -> Any:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
        return json.loads(done.stdout)

    def rates() -> list[str]:
        lines = (city / "release/measures.csv").read_text("utf-8").splitlines()
        return [line for line in lines if ',"unemployment",' in line]

    assert (told()["unchanged"], told()["unchanged"]) == (False, True)
    before = rates()
    change(services, "    return x\n", "    return x * 2\n")
    assert told()["unchanged"] is False
    assert len(before) == len(rates()) > 0 and all(
        a != b for a, b in zip(before, rates(), strict=True)
    )


# --- races and refusals ---


def test_two_runs_at_once_leave_one_release_and_no_wrong_note(
    city: Path, program: str, run: Callable[..., Any]
) -> None:
    both = [
        subprocess.Popen(
            [program, "run", str(city), "--date", day, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for day in (DAY, NEXT_DAY)
    ]
    assert [p.wait(300) for p in both] == [0, 0]
    for process in both:
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()
    for day in (DAY, NEXT_DAY):
        run(city, "--date", day)
        head = json.loads((city / "release/release.json").read_text("utf-8"))
        assert head["date"] == day


def test_a_run_killed_before_its_note_is_redone(
    city: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from jinglun.loop.remember import Memory

    run(city)

    def killed(memory: Memory, release: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Memory, "settle", killed)
        assert cli.run(["run", str(city), "--date", NEXT_DAY, "--json"]) == 130
    assert not run(city)["unchanged"]
    assert json.loads((city / "release/release.json").read_text("utf-8"))["date"] == DAY


def test_a_file_that_changes_during_the_run_is_read_again(
    city: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is as it was when the run ends, but the release may hold what stood there between."""
    from jinglun import turn

    figures = city / "data/figures.csv"
    whole, measure = figures.read_bytes(), turn.measure

    def meanwhile(*given: Any) -> Any:
        figures.write_bytes(whole.replace(b"28", b"99"))
        figures.write_bytes(whole)
        return measure(*given)

    with monkeypatch.context() as patch:
        patch.setattr(turn, "measure", meanwhile)
        run(city)
    assert not run(city)["unchanged"]
    assert run(city)["unchanged"]


def test_a_cache_that_cannot_be_written_is_done_without(
    city: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert [run(city)["unchanged"] for _ in range(2)] == [False, False]
    assert (tmp_path / "cache").read_text("utf-8") == "a file"


def test_a_folder_that_cannot_be_written_is_no_reason_to_forget(
    city: Path, run: Callable[..., Any], tmp_path: Path
) -> None:
    out = tmp_path / "elsewhere"
    for path in (city, city / "data"):
        path.chmod(0o555)
    try:
        assert [run(city, "--out", out)["unchanged"] for _ in range(2)] == [False, True]
    finally:
        for path in (city, city / "data"):
            path.chmod(0o755)
    assert sorted(p.name for p in city.iterdir()) == ["city.toml", "data", "sources.toml"]


def test_a_release_that_came_with_a_folder_is_not_believed(
    city: Path, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(city)
    page = city / "release/site/zh/index.html"
    page.write_text("<script>forged</script>", encoding="utf-8")
    copy = tmp_path / "received"
    shutil.copytree(city, copy)
    assert not run(copy)["unchanged"]
    assert "forged" not in (copy / "release/site/zh/index.html").read_text("utf-8")


def test_until_a_step_keeps_nothing_in_mind(city: Path, run: Callable[..., Any]) -> None:
    before = seen(city)
    for _ in range(2):
        assert run(city, "--until", "measure")["unchanged"] is False
    assert seen(city) == before
    assert run(city, "--explain-plan")["plan"][0]["redo"]


# --- what will be redone ---


def test_the_plan_is_told_and_nothing_is_written(
    city: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    before = seen(city)
    plan = run(city, "--explain-plan")
    assert (plan["release"], plan["unchanged"]) == (str(city / "release"), False)
    steps = [(line["step"], line["source"]) for line in plan["plan"]]
    assert steps == [
        *(("sense", source) for source in ("city", "district", "figures", "calls")),
        *((step, "") for step in ("measure", "diagnose", "open")),
    ]
    assert all(line["redo"] and line["why"][0]["says"] for line in plan["plan"])
    assert seen(city) == before and not (tmp_path / "cache").exists()
    run(city)
    before = seen(city), seen(tmp_path / "cache")
    plan = run(city, "--explain-plan")
    assert plan["unchanged"] and not any(line["redo"] for line in plan["plan"])
    assert (seen(city), seen(tmp_path / "cache")) == before


SAID = {
    "zh": [
        "  calls  重做：日期 2026-09-22 → 2026-09-23",
        "  figures  重做：data/figures.csv 有改动（sha256 {old} → {new}）",
        "测度  重做：日期 2026-09-22 → 2026-09-23；city.toml 有改动：weights；来源 figures 要重读；"
        "另有 1 项",
        "诊断  重做：前一步要重做",
        "公开  重做：前一步要重做；发布内容被改动过：site/zh/index.html",
    ],
    "en": [
        "  calls  redone: date 2026-09-22 → 2026-09-23",
        "  figures  redone: data/figures.csv changed (sha256 {old} → {new})",
        "measure  redone: date 2026-09-22 → 2026-09-23; city.toml changed: weights; "
        "source figures is read again; and 1 more",
        "diagnose  redone: the step before it is redone",
        "open  redone: the step before it is redone; "
        "the release was changed by hand: site/zh/index.html",
    ],
}


def test_a_plan_says_why_in_both_languages(
    city: Path, run: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    run(city)
    figures, old = city / "data/figures.csv", _sha(city / "data/figures.csv")
    change(figures, "unemployment_rate,10,", "unemployment_rate,11,")
    change(city / "city.toml", '[[level]]\nid = "d', '[weights]\ncells = {}\n[[level]]\nid = "d')
    _edit("site/zh/index.html")(city / "release")
    for lang, expected in SAID.items():
        arguments = ["run", city, "--date", NEXT_DAY, "--explain-plan", "--lang", lang]
        assert cli.run([str(a) for a in arguments]) == cli.DONE
        told = capfd.readouterr().out.splitlines()
        for line in expected:
            assert line.format(old=old[:8], new=_sha(figures)[:8]) in told


def _sha(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_plan_of_a_folder_that_is_wrong_says_what_is_wrong(
    city: Path, run: Callable[..., Any]
) -> None:
    (city / "sources.toml").write_text("source = 3", encoding="utf-8")
    plan = run(city, "--explain-plan", code=cli.WRONG_INPUT)
    assert [p["code"] for p in plan["problems"]] == ["not_a_table"]


def test_a_plan_of_a_demo_city_copies_nothing(
    city: Path,
    run: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(cli, "_bundled", lambda: {"casablanca": city})
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert run(Path("casablanca"), "--explain-plan")["plan"]
    assert list(Path().iterdir()) == []
