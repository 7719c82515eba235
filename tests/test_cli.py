"""Whether every command does what it says, in two languages, and fails like a good neighbour."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from jinglun import cli

COMMANDS = ("new", "check", "run", "explain", "serve", "demo")
HEAVY = "numpy pyarrow duckdb ibis pydantic jinja2 pint rich markupsafe"
DAY = "2026-09-22"
ROW = re.compile(r"figures\.csv, row (\d+)|figures\.csv，第 (\d+) 行")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Told(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What was said for machines: one document and nothing else."""
        assert self.err == ""
        return json.loads(self.out)


@pytest.fixture
def tell(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Told]:
    """Run one command in this process, in a folder of this test."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object, lang: str = "en") -> Told:
        code = cli.run([*map(str, arguments), "--lang", lang])
        told = Told(code, *capfd.readouterr())
        assert "Traceback" not in told.out + told.err
        return told

    return run


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _started(*told: object, **environment: str) -> Told:
    """Run one command as a user does."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    done = subprocess.run(
        [str(t) for t in told], capture_output=True, text=True, env={**env, **environment}
    )
    assert "Traceback" not in done.stdout + done.stderr
    return Told(done.returncode, done.stdout, done.stderr)


# --- help and wrong commands ---


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from jinglun.cli import run; code = run(['--help']);"
        f"loaded = set('{HEAVY}'.split()) & set(sys.modules);"
        "sys.exit(f'{code} {loaded}' if code or loaded else 0)"
    )
    told = _started(sys.executable, "-c", code)
    assert (told.code, told.err) == (0, "")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_said_in_the_language_asked_for(
    tell: Callable[..., Told], command: str, lang: str
) -> None:
    told = tell(*filter(None, [command]), "--help", lang=lang)
    assert told.code == 0 and told.err == ""
    lines = [
        line for line in told.out.splitlines() if "经纶:" not in line and "Jinglun" not in line
    ]
    assert bool(CHINESE.search("".join(lines).replace("经纶", ""))) == (lang == "zh")
    assert ("用法" if lang == "zh" else "Usage") in told.out
    if not command:
        assert all(c in told.out for c in COMMANDS)


@pytest.mark.parametrize(
    ("locale", "word"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "用法"),
        ({"LANG": "C"}, "Usage"),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "Usage"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "用法"),
    ],
)
def test_the_language_is_the_locale_s(program: str, locale: dict[str, str], word: str) -> None:
    told = _started(program, "--help", PYTHONUTF8="1", **locale)
    assert told.code == 0 and told.out.startswith(word)


def test_a_terminal_that_knows_no_chinese_is_no_reason_to_fall(program: str) -> None:
    for arguments in (["--help"], ["--help", "--lang", "zh"], ["run", "没有", "--lang", "zh"]):
        told = _started(program, *arguments, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert told.code == (0 if "--help" in arguments else 1)


def test_no_command_shows_the_help_and_is_a_wrong_command(tell: Callable[..., Told]) -> None:
    told = tell()
    assert told.code == 2 and told.out.startswith("Usage")


def test_the_version_is_said(tell: Callable[..., Told]) -> None:
    told = tell("--version")
    assert told.code == 0 and re.fullmatch(r"\d+\.\d+\.\d+\S*\n", told.out)


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["run"],
        ["explain", "x"],
        ["run", "x", "--seed", "many"],
        ["run", "x", "--until", "design"],
        ["run", "x", "--date", "2026-13-01"],
        ["check", "x", "--date", "tomorrow"],
        ["demo", "--date", ""],
        ["serve", "x", "--port", "many"],
        ["check", "x", "--no-such-option"],
    ],
)
def test_a_wrong_command_exits_with_2_and_says_why(
    tell: Callable[..., Told], lang: str, arguments: list[str]
) -> None:
    told = tell(*arguments, lang=lang)
    assert told.code == 2 and told.out == "" and told.err.strip()
    assert list(Path().iterdir()) == []
    if "--date" in arguments:
        assert "YYYY-MM-DD" in told.err


def test_a_language_without_a_catalogue_is_a_wrong_command(program: str) -> None:
    assert _started(program, "--lang", "xx", "--help").code == 2


# --- a city from nothing ---


def test_new_check_run_explain_from_an_empty_folder(
    tell: Callable[..., Told], tmp_path: Path, lang: str
) -> None:
    folder = tmp_path / "my city"
    assert tell("new", folder, lang=lang).code == 0
    assert tell("check", folder, lang=lang).code == 0
    sheet = folder / "data/figures.csv"
    rows = list(csv.reader(sheet.read_text("utf-8-sig").splitlines()))
    header = rows[0]
    for row in rows:
        if row[header.index("variable")] == "pm25_annual_mean":
            row[header.index("value")] = "28"
    with sheet.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    assert tell("check", folder, lang=lang).code == 0
    ran = tell("run", folder, "--date", DAY, lang=lang)
    assert ran.code == 0
    page = (folder / "release/site/index.html").as_uri()
    assert page in ran.out and " " not in page
    said = tell("explain", folder, "pm25_concentration", lang=lang)
    assert said.code == 0
    found = ROW.search(said.out)
    assert found and rows[int(found[1] or found[2]) - 1][2] == "pm25_annual_mean"


def test_steps_are_told_in_order_on_the_side(
    tell: Callable[..., Told], small_city: Callable[..., Path], lang: str
) -> None:
    told = tell("run", small_city(), "--date", DAY, lang=lang)
    steps = {
        "zh": ["感知", "测度", "诊断", "公开", "网页"],
        "en": ["sense", "measure", "diagnose", "open", "pages"],
    }
    assert told.err.split() == steps[lang]


@pytest.mark.parametrize("what", ["a file", "a full folder"])
def test_new_touches_nothing_that_is_there(
    tell: Callable[..., Told], tmp_path: Path, lang: str, what: str
) -> None:
    taken = tmp_path / "taken"
    if what == "a full folder":
        taken.mkdir()
    target = taken / "notes.txt" if taken.is_dir() else taken
    target.write_text("mine", encoding="utf-8")
    told = tell("new", taken, lang=lang)
    assert told.code == 1 and str(taken) in told.err
    assert target.read_text("utf-8") == "mine" and len(list(tmp_path.rglob("*"))) <= 2


def test_until_a_step_writes_nothing(
    tell: Callable[..., Told], small_city: Callable[..., Path]
) -> None:
    folder = small_city()
    before = sorted(folder.rglob("*"))
    for step in ("sense", "measure", "diagnose"):
        assert tell("run", folder, "--until", step, "--json").json["release"] is None
    assert sorted(folder.rglob("*")) == before


def test_out_names_another_place_for_the_release(
    tell: Callable[..., Told], small_city: Callable[..., Path], tmp_path: Path
) -> None:
    folder, out = small_city(), tmp_path / "a" / "b"
    told = tell("run", folder, "--out", out, "--json")
    assert told.code == 0 and told.json["release"] == str(out)
    assert (out / "release.json").is_file() and not (folder / "release").exists()
    assert tell("run", folder, "--out", tmp_path).code == 1
    assert folder.is_dir()


# --- explain ---


def test_explain_ends_in_a_row_that_holds_the_number(
    tell: Callable[..., Told], small_release: Path, lang: str
) -> None:
    told = tell("explain", small_release, "unemployment", "--place", "d1", lang=lang)
    assert told.code == 0
    rows = (small_release.parent / "data/figures.csv").read_text("utf-8").splitlines()
    found = ROW.findall(told.out)
    assert [rows[int(a or b) - 1] for a, b in found] == ["d1,2025,unemployment_rate,10,%,B"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["unemploymnt"], "unemployment, men_employment, unemployment_rate"),
        (["unemployment", "--place", "Smalltown"], "“Smallton”"),
        (["zzzzzzzzzz"], "—"),
    ],
)
def test_a_name_written_wrong_is_answered_with_the_nearest(
    tell: Callable[..., Told], small_release: Path, lang: str, arguments: list[str], hint: str
) -> None:
    told = tell("explain", small_release, *arguments, lang=lang)
    assert told.code == 1 and told.out == "" and hint in told.err


@pytest.mark.parametrize("command", [["explain"], ["serve"]])
def test_without_a_release_a_command_says_so(
    tell: Callable[..., Told], small_city: Callable[..., Path], lang: str, command: list[str]
) -> None:
    more = ["unemployment"] if command == ["explain"] else []
    told = tell(*command, small_city(), *more, lang=lang)
    assert told.code == 1 and "jinglun run" in told.err


@pytest.mark.parametrize("damage", ["terms.json", "measures.parquet", "gone"])
def test_a_broken_release_is_told_and_not_stumbled_over(
    tell: Callable[..., Told], small_release: Path, tmp_path: Path, lang: str, damage: str
) -> None:
    broken = tmp_path / "release"
    shutil.copytree(small_release, broken, ignore=shutil.ignore_patterns("site"))
    if damage == "gone":
        (broken / "facts.parquet").unlink()
    else:
        (broken / damage).write_text("{half", encoding="utf-8")
    told = tell("explain", broken, "unemployment", lang=lang)
    assert told.code == 1 and str(broken) in told.err


@pytest.mark.parametrize("weave", ["{}", "[]", None, "no rows"])
def test_a_release_without_its_weave_is_told_and_not_stumbled_over(
    tell: Callable[..., Told], small_release: Path, tmp_path: Path, lang: str, weave: str | None
) -> None:
    broken = tmp_path / "release"
    shutil.copytree(small_release, broken, ignore=shutil.ignore_patterns("site"))
    file = broken / "weave.json"
    if weave is None:
        file.unlink()
    elif weave == "no rows":
        file.write_text(json.dumps({key: [] for key in json.loads(file.read_text("utf-8"))}))
    else:
        file.write_text(weave, encoding="utf-8")
    for said in ("city", "services", "services.citizens"):
        told = tell("explain", broken, said, lang=lang)
        assert told.code == 1 and told.out == ""
        assert str(broken) in told.err and "weave.json" in told.err
    assert tell("explain", broken, "unemployment", lang=lang).code == 0


# --- for machines ---


def test_json_is_one_document_and_nothing_else(
    tell: Callable[..., Told], small_city: Callable[..., Path], tmp_path: Path
) -> None:
    folder = small_city()
    assert tell("new", tmp_path / "new", "--json").json == {"made": str(tmp_path / "new")}
    checked = tell("check", folder, "--json").json
    assert (checked["problems"], checked["sources"], checked["rejected"]) == ([], 3, 2)
    ran = tell("run", folder, "--date", DAY, "--json").json
    assert (ran["release"], ran["rejected"]) == (str(folder / "release"), 2)
    assert set(ran["seconds"]) >= {"sense", "measure", "diagnose", "open"}
    found = tell("explain", folder, "unemployment", "--json").json
    assert (found["value"], found["period"]) == (6.0, "2025")


def test_json_of_a_failure_is_one_document_too(
    tell: Callable[..., Told], small_city: Callable[..., Path], tmp_path: Path
) -> None:
    folder = small_city()
    (folder / "sources.toml").write_text("source = 3", encoding="utf-8")
    for told in (
        tell("check", folder, "--json"),
        tell("run", folder, "--json"),
        tell("run", tmp_path / "nowhere", "--json"),
    ):
        assert told.code == 1
        assert all(p["says"] and p["cure"] for p in told.json["problems"])
    for arguments in (
        ["explain", folder, "unemployment"],
        ["serve", folder],
        ["new", folder],
        ["demo", "nowhere"],
    ):
        told = tell(*arguments, "--json")
        assert told.code == 1 and told.json["error"]


def test_json_of_a_run_with_problems_carries_them(
    tell: Callable[..., Told], small_city: Callable[..., Path]
) -> None:
    """Nothing but a fault of one column: the run goes on without it."""
    more = '[[source]]\nid = "more"\npath = "data/figures.csv"\nholds = "facts"\nplace = "place"\n'
    more += 'period = "2025"\ntitle_zh = "表"\ntitle_en = "T"\npublisher = "O"\nlicence = "CC0"\n'
    more += 'variables = { gdp = { column = "no_such", unit = "LCU" } }\n'
    folder = small_city(sources_toml=more)
    told = tell("run", folder, "--date", DAY, "--json")
    assert told.code == 0
    assert [p["code"] for p in told.json["problems"]] == ["unknown_column"]
    checked = tell("check", folder)
    assert checked.code == 1 and "no_such" in checked.err


# --- demo and serve ---


def test_a_demo_in_an_empty_folder_gives_the_bytes_that_any_machine_gives(
    casablanca: Path, program: str, tmp_path: Path, fingerprint: Callable[[Path], dict[str, str]]
) -> None:
    done = subprocess.run(
        [program, "demo", "--date", DAY, "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert json.loads(done.stdout)["release"] == "demo/casablanca/release"
    assert fingerprint(tmp_path / "demo/casablanca/release") == fingerprint(casablanca)


def test_a_demo_run_twice_keeps_what_was_changed_in_the_copy(
    tell: Callable[..., Told],
    small_city: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lang: str,
) -> None:
    bundled = small_city("bundled")
    monkeypatch.setattr(cli, "_bundled", lambda: {"casablanca": bundled})
    monkeypatch.chdir(tmp_path)
    assert tell("demo", "--date", DAY, lang=lang).code == 0
    copy = tmp_path / "demo/casablanca"
    assert sorted(p.name for p in copy.iterdir()) == sorted(
        [*(p.name for p in bundled.iterdir()), "release"]
    )
    (copy / "data/mine.txt").write_text("mine", encoding="utf-8")
    again = tell("demo", "casablanca", "--date", "2026-02-28", lang=lang)
    assert again.code == 0 and (copy / "data/mine.txt").is_file()
    assert json.loads((copy / "release/release.json").read_text())["date"] == "2026-02-28"
    assert not (bundled / "release").exists()


def test_a_demo_that_is_not_there_names_those_that_are(
    tell: Callable[..., Told], lang: str
) -> None:
    told = tell("demo", "atlantis", lang=lang)
    assert told.code == 1 and "atlantis" in told.err and "casablanca" in told.err


def test_serve_listens_on_this_machine_alone_until_it_is_told_to_stop(
    program: str, small_release: Path
) -> None:
    told = [program, "serve", str(small_release), "--port", "0", "--json"]
    with subprocess.Popen(
        told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None and server.stderr is not None
        said = "".join(iter(server.stdout.readline, "}\n")) + "}"
        url = json.loads(said)["url"]
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", url)
        with urllib.request.urlopen(url) as answer:
            assert answer.status == 200
        again = _started(program, "serve", small_release, "--port", url.split(":")[2].strip("/"))
        assert again.code == 1 and url.split(":")[2].strip("/") in again.err
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 0
        assert server.stderr.read() == ""


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_cannot_be_is_told(
    tell: Callable[..., Told], small_release: Path, lang: str, port: str
) -> None:
    told = tell("serve", small_release, "--port", port, lang=lang)
    assert told.code == 1 and port in told.err
