"""Whether a function fits in the eye and a file holds one idea."""

from __future__ import annotations

import ast
from pathlib import Path

LINES_OF_A_FUNCTION = 50
LINES_OF_A_FILE = 500

# Each with the reason; the list may only shrink.
LONG_FILES: dict[str, str] = {}


def test_every_function_fits_in_the_eye(modules: dict[str, ast.Module]) -> None:
    wrong = []
    for file, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LINES_OF_A_FUNCTION:
                    wrong.append(f"{file}:{node.lineno}: {node.name} has {lines} lines")
    assert wrong == []


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_python_file_is_long(files: dict[str, Path]) -> None:
    long = {n: _lines(p) for n, p in files.items() if n.endswith(".py")}
    wrong = {n: size for n, size in long.items() if size > LINES_OF_A_FILE and n not in LONG_FILES}
    assert wrong == {}


def test_the_list_of_long_files_holds_no_other(files: dict[str, Path]) -> None:
    needless = [n for n in LONG_FILES if n not in files or _lines(files[n]) <= LINES_OF_A_FILE]
    assert needless == []
