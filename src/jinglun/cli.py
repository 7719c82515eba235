"""The commands: what a user types, said in the user's language."""

from __future__ import annotations

import argparse
import dataclasses
import functools
import io
import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinglun.pages.words import Words, languages, preferred, words

if TYPE_CHECKING:
    from jinglun.loop.redo import Plan

DONE, WRONG_INPUT, WRONG_COMMAND, OUR_FAULT = 0, 1, 2, 3
DEFAULT_DEMO, TEACHING = "casablanca", "shili"
STEPS = ("sense", "measure", "diagnose", "open")


class _WrongCommand(Exception):
    """A command that says something impossible, already worded for the user."""


def _parser_class(w: Words) -> type[argparse.ArgumentParser]:
    """Return a parser whose headings come from the catalogue and whose errors exit with 2."""

    class Formatter(argparse.HelpFormatter):
        def add_usage(
            self, usage: Any, actions: Any, groups: Any, prefix: str | None = None
        ) -> None:
            said = w("cli.usage") + ": " if prefix is None else prefix
            super().add_usage(usage, actions, groups, said)

    class Parser(argparse.ArgumentParser):
        def __init__(self, **named: Any) -> None:
            super().__init__(**{**named, "add_help": False, "formatter_class": Formatter})
            self._positionals.title = w("cli.arguments")
            self._optionals.title = w("cli.options")

        def error(self, message: str) -> Any:
            self.print_usage(sys.stderr)
            self.exit(WRONG_COMMAND, w("cli.wrong_command", reason=message) + "\n")

    return Parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 wrong input, 2 wrong command, 3 a fault of ours."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show Chinese shows its code points: even --help says 经纶.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; no traceback reaches the user."""
    w = words(_language(arguments))
    try:
        chosen = _parser(w).parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0) if isinstance(stop.code, int | None) else WRONG_COMMAND
    try:
        return int(chosen.act(chosen, w))
    except _WrongCommand as error:
        _say(sys.stderr, str(error))
        return WRONG_COMMAND
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return DONE
    except OSError as error:
        _say(sys.stderr, w("cli.full_disk", reason=str(error)))
        return WRONG_INPUT
    except Exception as error:  # noqa: BLE001  the last net: a fault of ours is named, not dumped
        return _failed(error, w, getattr(chosen, "json", False))


def _failed(error: Exception, w: Words, as_json: bool) -> int:
    from jinglun.model.errors import InputError

    if isinstance(error, InputError):
        _show_problems(error.problems, w, as_json)
        return WRONG_INPUT
    _say(sys.stderr, w("cli.fault", error=f"{type(error).__name__}: {error}"))
    return OUR_FAULT


def _language(arguments: list[str]) -> str:
    for at, word in enumerate(arguments):
        said = word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if word == "--lang" and at + 1 < len(arguments):
            said = arguments[at + 1]
        if said in languages():
            return said
    return preferred()


def _say(stream: Any, text: str) -> None:
    print(text, file=stream)


def _parser(w: Words) -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-h", "--help", action="help", help=w("cli.help"))
    common.add_argument("--lang", choices=languages(), help=w("cli.lang"))
    common.add_argument("--json", action="store_true", help=w("cli.json"))
    parser = _parser_class(w)(prog="jinglun", description=w("cli.about"), parents=[common])
    parser.add_argument("--version", action="store_true", help=w("cli.version"))
    parser.set_defaults(act=lambda chosen, w: _bare(parser, chosen))
    commands = parser.add_subparsers(title=w("cli.commands"), metavar="")

    def command(name: str, act: Callable[..., int], *positional: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(
            name, help=w(f"cli.{name}"), description=w(f"cli.{name}"), parents=[common]
        )
        for argument in positional:
            made.add_argument(argument, metavar=argument.upper(), help=w(f"cli.{argument}"))
        made.set_defaults(act=act)
        return made

    _new_options(command("new", _new, "dir"), w)
    _turn_options(command("check", _check, "city"), w, to_write=False)
    _turn_options(command("run", _run, "city"), w, to_write=True)
    explain = command("explain", _explain, "city", "indicator")
    explain.add_argument("--place", help=w("cli.place"))
    explain.add_argument("--period", help=w("cli.period"))
    explain.add_argument("--all", action="store_true", help=w("cli.explain_all"))
    serve = command("serve", _serve, "city")
    serve.add_argument("--host", default="127.0.0.1", help=w("cli.host"))
    serve.add_argument("--port", type=int, default=8000, help=w("cli.port"))
    demo = command("demo", _demo)
    demo.add_argument("name", nargs="?", default=DEFAULT_DEMO, metavar="NAME", help=w("cli.name"))
    demo.add_argument("--date", help=w("cli.date"))
    demo.add_argument("--scale", help=w("cli.scale"))
    demo.add_argument("--seed", type=int, help=w("cli.seed"))
    return parser


def _new_options(parser: argparse.ArgumentParser, w: Words) -> None:
    named = ("name", "name_en", "country", "currency", "size", "districts", "year", "answers")
    for name in named:
        parser.add_argument(f"--{name.replace('_', '-')}", help=w(f"cli.new_{name}"))
    parser.add_argument("--set", action="append", metavar="VAR=VALUE", help=w("cli.new_set"))
    parser.add_argument("--quality", choices="ABCDEF", default="E", help=w("cli.new_quality"))
    parser.add_argument("--workbooks", action="store_true", help=w("cli.new_workbooks"))
    parser.set_defaults(date=None)


def _turn_options(parser: argparse.ArgumentParser, w: Words, *, to_write: bool) -> None:
    parser.add_argument("--date", help=w("cli.date"))
    if to_write:
        parser.add_argument("--seed", type=int, default=0, help=w("cli.seed"))
        parser.add_argument("--out", type=Path, help=w("cli.out"))
        parser.add_argument("--until", choices=STEPS, default="open", help=w("cli.until"))
        parser.add_argument("--explain-plan", action="store_true", help=w("cli.explain_plan"))
        parser.add_argument("--fresh", action="store_true", help=w("cli.fresh"))


def _bare(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> int:
    if chosen.version:
        from jinglun.loop.open import program_version

        print(program_version())
        return DONE
    parser.print_help()
    return WRONG_COMMAND


# --- the commands -------------------------------------------------------------------------------


def _new(chosen: argparse.Namespace, w: Words) -> int:
    from jinglun.loop.asking import asked, options_of, wish_of
    from jinglun.loop.begin import write_new
    from jinglun.loop.renewal import renew

    folder, day = Path(chosen.dir), date.today()
    wish, problems = wish_of(options_of(vars(chosen)), day, lambda: sys.stdin.buffer.read())
    if problems:
        _show_problems(problems, w, chosen.json)
        return WRONG_COMMAND
    if chosen.workbooks:
        written, kept = renew(folder, wish.year)
        said = w("cli.workbooks_written", written=len(written), kept=len(kept))
        _tell(chosen, {"written": written, "kept": kept}, said)
        return DONE
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        return _wrong(chosen, w("cli.exists", path=folder))
    quiet = chosen.json or chosen.set or chosen.answers
    if not quiet and sys.stdin is not None and sys.stdin.isatty():
        wish = asked(wish, chosen.quality, day, w, input, lambda text: _say(sys.stdout, text))
    made = w("cli.made_workbooks", count=write_new(folder, wish))
    if not (wish.numbers and chosen.json):
        _tell(chosen, {"made": str(folder)}, f"{w('cli.made', path=folder)}\n{made}")
    return _first_turn(chosen, w, folder, len(wish.numbers)) if wish.numbers else DONE


def _first_turn(chosen: argparse.Namespace, w: Words, folder: Path, given: int) -> int:
    """Run a new folder once and say how far its numbers reach."""
    from jinglun.loop.asking import reached
    from jinglun.store.lake import read_release

    heard = io.StringIO()
    with redirect_stdout(heard if chosen.json else sys.stdout):
        _turn(chosen, w, folder, folder / "release")
    release = read_release(folder / "release")
    assert release is not None, "the turn has just written it"
    counts = {"given": given, **reached(release)}
    turned = json.loads(heard.getvalue() or "{}")
    _tell(chosen, {"made": str(folder), **counts, **turned}, w("cli.partial", **counts))
    return DONE


def _check(chosen: argparse.Namespace, w: Words) -> int:
    from jinglun.pages.telling import problem_lines, set_aside, set_aside_lines, told
    from jinglun.turn import check

    day = _day(chosen, w)
    with _progress(chosen, w) as progress:
        sensed = check(_folder(chosen), day, progress)
    counts = {
        "sources": len(sensed.inputs),
        "facts": len(sensed.facts),
        "rejected": len(sensed.rejects.source),
    }
    said, aside = told(sensed.problems, w), set_aside(dataclasses.asdict(sensed.rejects), w)
    if chosen.json:
        _tell(chosen, {"problems": said, "set_aside": aside, **counts}, "")
        return WRONG_INPUT if said else DONE
    lines = [*problem_lines(sensed.problems, w), *set_aside_lines(aside, w)]
    _say(sys.stderr, "\n".join(lines))
    if said:
        return WRONG_INPUT
    _say(sys.stdout, w("cli.clean_but" if aside else "cli.clean", **counts))
    return DONE


def _run(chosen: argparse.Namespace, w: Words) -> int:
    folder = _folder(chosen)
    if folder == _bundled().get(chosen.city) and not chosen.explain_plan:
        folder = _copied(chosen.city)
    out = chosen.out or folder / "release"
    if chosen.out is None and out.is_symlink():
        from jinglun.model.errors import InputError, Problem

        raise InputError([Problem("outside_folder", str(out), "", str(out.resolve()))])
    act = _explain_plan if chosen.explain_plan else _turn
    return act(chosen, w, folder, out)


def _explain_plan(chosen: argparse.Namespace, w: Words, folder: Path, out: Path) -> int:
    from jinglun.loop.redo import lines
    from jinglun.pages.redone import plan_text, said_plan

    plan = _planned(chosen, folder, _day(chosen, w), out)
    if plan is None:
        from jinglun.loop.catalogue import framework_catalogue
        from jinglun.loop.folder import read_city

        read_city(folder, framework_catalogue())
        return _wrong(chosen, w("redo.no_plan"))
    until = STEPS[: STEPS.index(chosen.until) + 1]
    said = said_plan([asdict(line) for line in lines(plan) if line.step in until], w)
    whole = not any(line["redo"] for line in said)
    head = w("redo.whole", out=out) if whole else w("redo.some")
    found = {"release": str(out), "unchanged": whole, "plan": said}
    _tell(chosen, found, f"{head}\n{plan_text(said, w)}")
    return DONE


def _planned(chosen: argparse.Namespace, folder: Path, day: date, out: Path) -> Plan | None:
    from jinglun.loop.redo import planned
    from jinglun.store.cache import cache_home

    seed, fresh = getattr(chosen, "seed", 0), getattr(chosen, "fresh", False)
    return planned(folder, day, seed, out, cache_home(os.environ), fresh=fresh)


def _turn(chosen: argparse.Namespace, w: Words, folder: Path, out: Path) -> int:
    from jinglun.loop.redo import unchanged

    day = _day(chosen, w)
    until = getattr(chosen, "until", "open")
    plan = _planned(chosen, folder, day, out)
    kept = unchanged(plan) if plan is not None and until == "open" else None
    if kept is not None:
        found = {"release": str(out), "seconds": {}, "rejected": kept.rejected, "unchanged": True}
        return _told_turn(chosen, w, found, kept.problems, [w("cli.unchanged", out=out)])
    from jinglun.loop.stopwatch import peak_memory_mb
    from jinglun.turn import turn

    with _progress(chosen, w) as progress:
        turned = turn(folder, day, getattr(chosen, "seed", 0), out, progress, until, plan)
    took = w("cli.took", seconds=round(turned.total, 1), memory=round(peak_memory_mb()))
    written = str(out) if until == "open" else None
    seconds = {name: round(s, 2) for name, s in turned.seconds.items()}
    found = {"release": written, "seconds": seconds, "rejected": turned.rejected}
    done = w("cli.done", out=out) + "  " + took if written else took
    return _told_turn(chosen, w, {**found, "unchanged": False}, turned.problems, [done])


def _told_turn(
    chosen: argparse.Namespace,
    w: Words,
    found: dict[str, Any],
    problems: Sequence[Any],
    says: list[str],
) -> int:
    from jinglun.pages.telling import told

    if chosen.json:
        _tell(chosen, {**found, "problems": told(problems, w)}, "")
        return DONE
    if found["release"]:
        out = Path(found["release"])
        if found["rejected"]:
            page = out / "site" / w.language / "data.html"
            file = page if page.is_file() else out / "rejected.parquet"
            says.append(w("cli.rejected", count=found["rejected"], file=file))
        says.append(w("cli.absent"))
        says.append(w("cli.look", page=(out / "site" / "index.html").resolve().as_uri()))
    _say(sys.stdout, "\n".join(says))
    if problems:
        _say(sys.stderr, w("cli.warnings", count=len(problems)))
        _show_problems(problems, w, False)
    return DONE


def _explain(chosen: argparse.Namespace, w: Words) -> int:
    from jinglun.pages.explain import NotKnown, NotWhole, explain, text
    from jinglun.store.lake import read_release

    folder = _folder(chosen)
    try:
        release = read_release(folder / "release" if (folder / "release").is_dir() else folder)
    except (OSError, ValueError) as error:
        return _wrong(chosen, w("cli.broken_release", path=folder, reason=error))
    if release is None:
        return _wrong(chosen, w("cli.no_release", path=folder))
    try:
        found = explain(release, chosen.indicator, chosen.place, chosen.period, w)
    except NotKnown as error:
        gaps = {"found": error.found, "hint": error.hint or "—"}
        return _wrong(chosen, w(f"cli.unknown_{error.kind}", **gaps))
    except NotWhole as error:
        return _wrong(chosen, w("cli.broken_release", path=folder, reason=error))
    _tell(chosen, found, text(found, w, chosen.all))
    return DONE


def _serve(chosen: argparse.Namespace, w: Words) -> int:
    from jinglun.web.static import serve

    folder = _folder(chosen)
    site = next((f for f in (folder / "release/site", folder / "site") if f.is_dir()), None)
    if site is None or not site.resolve().is_relative_to(folder.resolve()):
        return _wrong(chosen, w("cli.no_release", path=folder))
    try:
        server = serve(site, chosen.host, chosen.port)
    except (OSError, OverflowError) as error:
        return _wrong(chosen, w("cli.port_busy", port=chosen.port, reason=error))
    host, port = server.server_address[:2]
    url = f"http://{host!s}:{port}/"
    _tell(chosen, {"url": url}, w("cli.serving", url=url))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return DONE


def _demo(chosen: argparse.Namespace, w: Words) -> int:
    names = sorted([*_bundled(), TEACHING])
    if chosen.name not in names:
        return _wrong(chosen, w("cli.no_demo", found=chosen.name, hint=", ".join(names)))
    if chosen.name != TEACHING and (chosen.scale, chosen.seed) != (None, None):
        raise _WrongCommand(w("cli.only_teaching", name=TEACHING))
    _day(chosen, w)
    folder = _taught(chosen, w) if chosen.name == TEACHING else _copied(chosen.name)
    chosen.seed = chosen.seed or 0
    return _turn(chosen, w, folder, folder / "release")


def _taught(chosen: argparse.Namespace, w: Words) -> Path:
    """Return the teaching city in ./demo, made now unless the one asked for is there."""
    from jinglun.teaching.demo import prepared

    try:
        with _progress(chosen, w) as progress:
            make = functools.partial(progress, "make")
            return prepared(Path("demo"), chosen.scale, chosen.seed, make)
    except ValueError:
        raise _WrongCommand(w("cli.bad_scale")) from None


def _copied(name: str) -> Path:
    """Return the copy of a bundled city in ./demo, made if it is not there yet."""
    folder = Path("demo") / name
    if not folder.exists():
        shutil.copytree(_bundled()[name], folder, ignore=shutil.ignore_patterns("release"))
    return folder


def _bundled() -> dict[str, Path]:
    """Return the city folders that ship with the program: beside a checkout, or installed data."""
    homes = (
        Path(__file__).resolve().parents[2] / "cities",
        Path(sysconfig.get_path("data")) / "share" / "jinglun" / "cities",
    )
    found: dict[str, Path] = {}
    for home in homes:
        for city in sorted(home.glob("*/city.toml")):
            found.setdefault(city.parent.name, city.parent)
    return found


# --- what they share ----------------------------------------------------------------------------


def _folder(chosen: argparse.Namespace) -> Path:
    """Return the city folder named: a path, or the name of a demo city, its copy here first."""
    said = Path(chosen.city)
    if said.exists() or said.parent != Path():
        return said
    copied = Path("demo") / said
    return copied if copied.is_dir() else _bundled().get(str(said), said)


def _day(chosen: argparse.Namespace, w: Words) -> date:
    if chosen.date is None:
        return date.today()
    try:
        return date.fromisoformat(chosen.date)
    except ValueError:
        raise _WrongCommand(w("cli.bad_date", found=chosen.date)) from None


def _tell(chosen: argparse.Namespace, found: object, text: str) -> None:
    print(json.dumps(found, ensure_ascii=False, indent=1) if chosen.json else text, flush=True)


def _wrong(chosen: argparse.Namespace, text: str) -> int:
    """Say what is wrong with the input, and return its exit code."""
    if chosen.json:
        _tell(chosen, {"error": text}, "")
    else:
        _say(sys.stderr, text)
    return WRONG_INPUT


def _show_problems(problems: Sequence[Any], w: Words, as_json: bool) -> None:
    from jinglun.pages.telling import problem_lines, told

    if as_json:
        _say(sys.stdout, json.dumps({"problems": told(problems, w)}, ensure_ascii=False, indent=1))
        return
    for line in problem_lines(problems, w):
        _say(sys.stderr, line)


@contextmanager
def _progress(
    chosen: argparse.Namespace, w: Words
) -> Iterator[Callable[[str, str, int, int], None]]:
    """Show how far a long work is: a bar on a terminal, plain lines elsewhere, nothing for JSON."""
    if chosen.json:
        yield lambda step, what, done, total: None
        return
    from jinglun.loop.progress import progress_bar, progress_lines

    if sys.stderr.isatty():
        with progress_bar(w) as show:
            yield show
    else:
        yield progress_lines(w, functools.partial(_say, sys.stderr))
