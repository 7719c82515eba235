"""Who may import whom: the doors between the rooms, lazy imports and names in text included."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

DOORS = {
    "framework": "",
    "model": "framework",
    "methods": "",
    "domains": "framework model methods",
    "factors": "framework model methods",
    "store": "model",
    "feeds": "model",
    "loop": "framework model methods domains factors store feeds pages",
    "pages": "framework model",
    "turn": "model loop store",
    "teaching": "framework model",
    "web": "framework model loop store pages turn",
    "cli": "framework model loop turn store pages web teaching",
}

# Not a room but the name that Python gives to `python -m jinglun`.
ENTRY = {"__main__": "cli"}

NAMED = re.compile(r"jinglun((?:\.\w+)*)(?::\w+)?")
# Calls that open what their text names: importlib.import_module, resources.files, __import__.
OPENERS = {"import_module", "files", "__import__", "find_spec", "run_module"}


def _absolute(node: ast.ImportFrom, file: str) -> str:
    """The full name of the module that a `from` import names."""
    if not node.level:
        return node.module or ""
    here = ["jinglun", *Path(file).parent.parts]
    base = here[: len(here) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def _docstrings(tree: ast.Module) -> set[int]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [n.body for n in ast.walk(tree) if isinstance(n, owners) and n.body]
    return {id(b[0].value) for b in bodies if isinstance(b[0], ast.Expr)}


def _opened(tree: ast.Module, file: str) -> Iterator[tuple[int, str]]:
    """Every module of the program that a file names, with the line."""
    prose = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, file)
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = NAMED.fullmatch(node.value)
            if found and found[1] and id(node) not in prose:
                yield node.lineno, node.value.partition(":")[0]
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, name) for name in _by_call(node))


def _by_call(node: ast.Call) -> Iterator[str]:
    """What an opener opens when its text is the bare package, or is put together while running."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name not in OPENERS or not node.args:
        return
    said = node.args[0]
    if isinstance(said, ast.Constant) and said.value == "jinglun":
        yield "jinglun"
    elif isinstance(said, ast.JoinedStr) and isinstance(said.values[0], ast.Constant):
        start = str(said.values[0].value)
        if start.startswith("jinglun."):
            yield start.rpartition(".")[0]


def offences(file: str, tree: ast.Module) -> list[str]:
    """What a file of the program opens though the table gives it no door."""
    room = file.split("/")[0].removesuffix(".py")
    doors = {room, *{**DOORS, **ENTRY}.get(room, "").split()}
    own_domain = file.split("/")[1] if room == "domains" and file.count("/") > 1 else None
    wrong = []
    for line, name in _opened(tree, file):
        parts = name.split(".")
        if parts[0] != "jinglun":
            continue
        target = parts[1] if len(parts) > 1 else ""
        if target not in doors:
            wrong.append(f"{file}:{line}: {room} has no door to {target or 'the whole house'}")
        elif own_domain and target == "domains" and parts[2:3] != [own_domain]:
            wrong.append(f"{file}:{line}: domain {own_domain} opens {name}")
    return wrong


def test_every_file_uses_only_the_doors_of_its_room(program: dict[str, ast.Module]) -> None:
    assert [w for file, tree in program.items() for w in offences(file, tree)] == []


def test_every_room_is_in_the_table(program: dict[str, ast.Module]) -> None:
    rooms = {file.split("/")[0].removesuffix(".py") for file in program} - {"__init__"}
    assert sorted(rooms - set(DOORS) - set(ENTRY)) == []


def test_every_door_leads_to_a_room_of_the_table() -> None:
    assert {d for doors in DOORS.values() for d in doors.split()} <= set(DOORS)


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "../shared/DESIGN.md"])
def test_the_written_tables_are_this_table(root: Path, page: str) -> None:
    if not (root / page).is_file():
        pytest.skip(f"{page} is not here: the plan of the house is not shipped")
    text = (root / page).read_text(encoding="utf-8")
    found = re.search(r"^DOORS = (\{.*?^\})", text, re.M | re.S)
    assert found, f"{page} has no DOORS table"
    assert ast.literal_eval(found[1]) == DOORS


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("methods/scoring.py", "from jinglun.model.arrays import Array"),
        ("methods/scoring.py", "def f():\n    import jinglun.loop.sense"),
        ("model/city.py", "from jinglun import store"),
        ("model/city.py", "from ..store import lake"),
        ("model/city.py", "from .. import store"),
        ("pages/view.py", "resources.files('jinglun.loop.rules')"),
        ("pages/view.py", "resources.files('jinglun').joinpath('loop', 'rules')"),
        ("feeds/delimited.py", "importlib.import_module(f'jinglun.{room}')"),
        ("feeds/delimited.py", "load = 'jinglun.loop.sense:sense'"),
        ("web/app.py", "import jinglun"),
        ("__main__.py", "from jinglun.loop import sense"),
        ("domains/economy/indicators.py", "from jinglun.domains.services import variables"),
        ("domains/economy/indicators.py", "from jinglun.domains import services"),
        ("domains/economy/indicators.py", "from ..services.variables import beds"),
        ("domains/economy/indicators.py", "import jinglun.domains"),
    ],
)
def test_the_rule_sees(file: str, line: str) -> None:
    assert offences(file, ast.parse(line)) != []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("model/city.py", "from jinglun.model.catalogue import Benchmark"),
        ("loop/catalogue.py", "from jinglun import domains, factors"),
        ("domains/economy/indicators.py", "from jinglun.model.arrays import Array"),
        ("domains/economy/engines/access.py", "from ..variables import beds"),
        ("domains/__init__.py", "functions(f'{__name__}.{domain}.indicators')"),
        ("model/reading.py", '"""What jinglun.loop does with it."""'),
        ("loop/open.py", "version('jinglun')"),
        ("feeds/delimited.py", "import duckdb"),
    ],
)
def test_the_rule_lets_pass(file: str, line: str) -> None:
    assert offences(file, ast.parse(line)) == []
