"""Whether every sentence that the program says is there in every language, with the same gaps."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, get_args

import jinja2
import pytest
from jinja2 import nodes

from jinglun.loop.expectations import REASONS
from jinglun.model import catalogue as nouns
from jinglun.model.facts import QUALITY
from jinglun.pages.words import languages, words

SPEAKERS = {"words", "w"}
ANY = "\0"


class Said(NamedTuple):
    """A sentence asked for: a pattern of keys, the gaps filled (None: unknown), and where."""

    key: str
    gaps: frozenset[str] | None
    where: str


def gaps(sentence: str) -> set[str]:
    return {name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(sentence) if name}


def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(re.escape(key).replace(re.escape(ANY), ".+"))


# --- what the Python files say ---


def _called(node: ast.Call) -> str:
    """The last name of what is called."""
    return str(getattr(node.func, "attr", getattr(node.func, "id", "")))


def _python_key(node: ast.expr) -> str | None:
    """The key, with ANY where it is put together; None where nothing of it can be read."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else ANY for p in node.values]
        return "".join(str(p) for p in parts)
    return None


def _python_said(file: str, tree: ast.Module) -> Iterator[Said]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = _called(node)
        keys = [node.args[0]]
        if isinstance(keys[0], ast.IfExp):
            keys = [keys[0].body, keys[0].orelse]
        for key in (_python_key(k) for k in keys):
            # words("zh") asks for a catalogue, not for a sentence: it has no dot.
            if name in SPEAKERS and key is not None and "." in key:
                filled = {k.arg for k in node.keywords}
                known = None if None in filled else frozenset(str(f) for f in filled)
                yield Said(key, known, f"{file}:{node.lineno}")


# --- what the templates say ---


def _template_key(node: nodes.Expr) -> str:
    if isinstance(node, nodes.Const):
        return str(node.value)
    if isinstance(node, nodes.Concat):
        return "".join(_template_key(n) for n in node.nodes)
    if isinstance(node, nodes.Add):
        return _template_key(node.left) + _template_key(node.right)
    return ANY


def _template_said(file: str, text: str) -> Iterator[Said]:
    for call in jinja2.Environment().parse(text).find_all(nodes.Call):
        name = getattr(call.node, "attr", getattr(call.node, "name", ""))
        if name not in SPEAKERS or not call.args:
            continue
        filled = None if call.dyn_kwargs else frozenset(k.key for k in call.kwargs)
        asked = call.args[0]
        choice = isinstance(asked, nodes.CondExpr) and asked.expr2 is not None
        for one in (asked.expr1, asked.expr2) if choice else (asked,):
            yield Said(_template_key(one), filled, f"{file}:{call.lineno}")


@pytest.fixture(scope="module")
def said(program: dict[str, ast.Module], package: Path) -> list[Said]:
    found = [s for file, tree in program.items() for s in _python_said(file, tree)]
    for path in sorted((package / "pages").rglob("*.html")):
        found += _template_said(path.name, path.read_text(encoding="utf-8"))
    assert found, "nobody says anything: the rule reads the wrong names"
    return found


# --- problems and reasons ---


def _values(node: ast.expr, tree: ast.Module) -> Iterator[ast.expr]:
    """What an expression may be: either side of a choice, what a function of the file returns."""
    if isinstance(node, ast.IfExp):
        yield from _values(node.body, tree)
        yield from _values(node.orelse, tree)
    elif isinstance(node, ast.Call):
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and function.name == _called(node):
                returns = (n for n in ast.walk(function) if isinstance(n, ast.Return))
                yield from (n.value for n in returns if n.value is not None)
    else:
        yield node


def _texts(node: ast.expr, tree: ast.Module) -> list[str]:
    values = [v.value for v in _values(node, tree) if isinstance(v, ast.Constant)]
    return [v for v in values if isinstance(v, str)]


def _bound(scope: ast.AST, name: str, tree: ast.Module) -> list[str]:
    """The texts that a name is given inside a function, by assignment or by a loop."""
    texts = []
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            target, given = node.targets[0], list(_values(node.value, tree))
        elif isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple):
            target, given = node.target, node.iter.elts
        else:
            continue
        names = [getattr(n, "id", "") for n in getattr(target, "elts", [target])]
        if name in names:
            at = names.index(name)
            one = [g.elts[at] if isinstance(g, ast.Tuple) else g for g in given]
            texts += [t for g in one for t in _texts(g, tree)]
    return texts


def _may_be(given: ast.expr, scope: ast.FunctionDef, tree: ast.Module) -> list[str]:
    """The texts that an argument may be; one empty text where it cannot be followed."""
    if isinstance(given, ast.Name):
        arguments = {a.arg for f in ast.walk(scope) if isinstance(f, ast.arguments) for a in f.args}
        return [] if given.id in arguments else _bound(scope, given.id, tree) or [""]
    if isinstance(given, ast.Attribute) and given.attr == "code":
        # A check's code, which is one of REASONS.
        return []
    return _texts(given, tree) or [""]


def _calls(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, ast.Call]]:
    for scope in ast.walk(tree):
        if isinstance(scope, ast.FunctionDef):
            yield from ((scope, node) for node in ast.walk(scope) if isinstance(node, ast.Call))


def _codes(tree: ast.Module, file: str) -> Iterator[tuple[str, str]]:
    """Every code that a Problem is made with."""
    for scope, call in _calls(tree):
        if _called(call) == "Problem" and call.args:
            yield from ((t, f"{file}:{call.lineno}") for t in _may_be(call.args[0], scope, tree))


def _takers(tree: ast.Module) -> dict[str, int]:
    """Every function that takes a `reason`, with the place of it among the arguments of a call."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [a.arg for a in node.args.args if a.arg != "self"]
            if "reason" in names:
                found[node.name] = names.index("reason")
    return found


def _reasons(tree: ast.Module, takers: dict[str, int], file: str) -> Iterator[tuple[str, str]]:
    """Every reason that a figure is set aside with."""
    for scope, call in _calls(tree):
        at = takers.get(_called(call))
        if at is not None and len(call.args) > at:
            yield from ((t, f"{file}:{call.lineno}") for t in _may_be(call.args[at], scope, tree))


# --- claims ---


@pytest.mark.parametrize("language", languages())
def test_every_catalogue_has_the_same_sentences_with_the_same_gaps(language: str) -> None:
    zh, other = words("zh"), words(language)
    keys = zh.keys()
    assert sorted(keys ^ other.keys()) == []
    differ = [key for key in keys if gaps(zh(key)) != gaps(other(key))]
    assert {key: (zh(key), other(key)) for key in sorted(differ)} == {}


@pytest.mark.parametrize("language", languages())
def test_no_sentence_is_empty(language: str) -> None:
    spoken = words(language)
    keys = spoken.keys()
    assert [key for key in sorted(keys) if not spoken(key).strip()] == []


def test_chinese_and_english_are_there() -> None:
    assert {"zh", "en"} <= set(languages())


def test_every_sentence_asked_for_exists(said: list[Said]) -> None:
    known = words("zh").keys()
    wrong = [f"{s.where}: {s.key}" for s in said if not any(map(_pattern(s.key).fullmatch, known))]
    assert [w.replace(ANY, "…") for w in wrong] == []


def test_every_gap_of_a_sentence_asked_for_is_filled(said: list[Said]) -> None:
    """A key that is put together while running is left to the tests of who puts it together."""
    zh = words("zh")
    wrong = []
    for one in said:
        if one.gaps is not None and zh.has(one.key):
            lacking = gaps(zh(one.key)) - one.gaps
            if lacking:
                wrong.append(f"{one.where}: {one.key} lacks {sorted(lacking)}")
    assert wrong == []


def test_every_problem_says_what_is_wrong_and_how_it_is_cured(
    program: dict[str, ast.Module],
) -> None:
    spoken = words("zh")
    found = [c for file, tree in program.items() for c in _codes(tree, file)]
    assert found
    wrong = [
        f"{where}: problem.{code}.{part}"
        for code, where in found
        for part in ("says", "cure")
        if not spoken.has(f"problem.{code}.{part}")
    ]
    assert wrong == []


def test_every_reason_why_a_figure_is_set_aside_has_its_words(
    program: dict[str, ast.Module],
) -> None:
    takers = {n: at for tree in program.values() for n, at in _takers(tree).items()}
    found = [
        reason
        for file, tree in program.items()
        if not file.startswith("teaching/")
        for reason in _reasons(tree, takers, file)
    ]
    assert {t for t, _ in found} > {"unknown_place", "not_a_number"}
    found += [(reason, "expectations") for reason in REASONS]
    said = words("zh")
    wrong = [f"{where}: {t!r}" for t, where in found if not said.has(f"reason.{t}")]
    assert sorted(wrong) == []
    assert [f"{where}: {t!r}" for t, where in found if not said.has(f"cure.{t}")] == []


NAMED = {
    "kind": get_args(nouns.Kind),
    "role": get_args(nouns.Role),
    "privacy": get_args(nouns.Privacy),
    "status": get_args(nouns.Status),
    "get": get_args(nouns.Way),
    "quality": tuple(QUALITY),
}


@pytest.mark.parametrize("heading", NAMED)
def test_every_choice_of_the_model_has_a_name(heading: str) -> None:
    spoken = words("zh")
    assert [n for n in NAMED[heading] if not spoken.has(f"{heading}.{n}")] == []
