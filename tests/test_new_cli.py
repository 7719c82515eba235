"""Whether `new` asks, runs at once and says how far it got, and refuses what cannot be in words."""

from __future__ import annotations

import json
import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from jinglun import cli


class Told(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def new(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Told]:
    """Run `jinglun new city` in this process, in a folder of this test."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object, lang: str = "en") -> Told:
        code = cli.run(["new", "city", *map(str, arguments), "--lang", lang])
        return Told(code, *capfd.readouterr())

    return run


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_numbers_given_are_run_at_once_and_their_reach_is_said(
    new: Callable[..., Told], lang: str
) -> None:
    """By hand: PM2.5 is an indicator by itself, beds need the population too: two of three."""
    told = new(
        "--size", "300万", "--set", "pm25_annual_mean=31", "--set", "health_beds=2.1万", lang=lang
    )
    assert told.code == 0
    last = told.out.strip().splitlines()[-1]
    said = {
        "zh": "由 3 个数算出 2 项指标，2 项有得分",
        "en": "From 3 figures: 2 indicators computed, 2",
    }
    assert last.startswith(said[lang])
    assert (Path("city") / "release/site/index.html").absolute().as_uri() in told.out


def test_without_numbers_nothing_is_run(new: Callable[..., Told], lang: str) -> None:
    told = new(lang=lang)
    assert told.code == 0 and not Path("city/release").exists()
    assert "workbooks/" in told.out and "jinglun run city" in told.out


def test_json_is_one_document(new: Callable[..., Told]) -> None:
    told = new("--set", "pm25_annual_mean=31", "--json")
    found: dict[str, Any] = json.loads(told.out)
    assert (told.code, told.err) == (0, "")
    assert {k: found[k] for k in ("made", "given", "computed", "scored", "release")} == {
        **{"made": "city", "given": 1, "computed": 1, "scored": 1},
        "release": "city/release",
    }


def test_what_cannot_be_is_a_wrong_command_that_names_it_all_and_makes_nothing(
    new: Callable[..., Told], lang: str
) -> None:
    told = new(
        "--size", "huge", "--country", "Narnia", "--set", "gdpp=3", "--year", "99", lang=lang
    )
    assert (told.code, told.out) == (2, "")
    for word in ("--size", "huge", "--country", "NARNIA", "gdpp", "gdp", "--year", "99"):
        assert word in told.err
    assert not Path("city").exists()


def test_a_quality_that_is_none_is_a_wrong_command(new: Callable[..., Told]) -> None:
    assert new("--quality", "G").code == 2 and not Path("city").exists()


def test_the_workbooks_of_a_city_that_is_there_are_completed(
    new: Callable[..., Told], lang: str
) -> None:
    assert new("--set", "pm25_annual_mean=31", "--year", "2024").code == 0
    count = len(list(Path("city/workbooks").iterdir()))
    Path("city/workbooks/统计局.xlsx").unlink()
    mine = Path("city/workbooks/生态环境局.xlsx").read_bytes()
    told = new("--workbooks", "--year", "2025", lang=lang)
    assert told.code == 0 and str(count - 1) in told.out and "1" in told.out
    assert Path("city/workbooks/统计局.xlsx").is_file()
    assert Path("city/workbooks/生态环境局.xlsx").read_bytes() == mine


def test_workbooks_for_no_city_are_refused(new: Callable[..., Told], lang: str) -> None:
    told = new("--workbooks", lang=lang)
    assert told.code == 1 and "city" in told.err and not Path("city").exists()


# --- in a terminal ---


def _talk(program: str, folder: Path, *answers: str) -> tuple[int, str]:
    """Run `jinglun new city` in a terminal, answer its questions in turn, then end the input."""
    pty = pytest.importorskip("pty", reason="this system has no terminals to open")
    pid, terminal = pty.fork()
    if pid == 0:
        # A test that is run in the background inherits a deaf ear for Ctrl-C.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.chdir(folder)
        os.execvpe(
            program, [program, "new", "city", "--lang", "en"], {**os.environ, "TERM": "dumb"}
        )
    said, left = b"", list(answers)
    while select.select([terminal], [], [], 120)[0]:
        try:
            heard = os.read(terminal, 4096)
        except OSError:
            break
        if not heard:
            break
        said += heard
        if said.endswith(b"): "):
            # Python hears Ctrl-C only once it waits for the line; the prompt comes a moment before.
            time.sleep(0.3)
            os.write(terminal, (left.pop(0) if left else "\x04").encode())
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode()


def test_a_terminal_is_asked_and_its_answers_are_used(program: str, tmp_path: Path) -> None:
    code, said = _talk(program, tmp_path, "lots\n", "3M\n", "\n", "\n", "31\n")
    assert code == 0
    assert said.count("1/12") == 2 and "“lots” does not read as a number" in said
    assert "4/12  PM2.5" in said and "5/12" in said and "6/12" not in said
    assert "From 2 figures: 1 indicators computed, 1 of them scored" in said
    assert (tmp_path / "city/release/site/index.html").is_file()


def test_who_breaks_off_the_questions_has_made_nothing(program: str, tmp_path: Path) -> None:
    code, _ = _talk(program, tmp_path, "3M\n", "\x03")
    assert code in (130, -signal.SIGINT)
    assert list(tmp_path.iterdir()) == []
