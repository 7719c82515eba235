"""Whether the page on scoring is true: its example runs as printed, and it names every rule."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from jinglun.methods import imputation, normalisation
from jinglun.methods.aggregation import AGGREGATIONS
from jinglun.methods.recipe import WEIGHTINGS

PAGE = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")


def test_the_example_prints_what_the_page_says() -> None:
    code = re.search(r"```python\n(.*?)```", PAGE, re.S)
    text = re.search(r"```text\n(.*?)```", PAGE, re.S)
    assert code and text
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code[1], "docs/scoring.md", "exec"), {})
    assert out.getvalue() == text[1]


@pytest.mark.parametrize(
    "rules", [imputation.RULES, normalisation.RULES, WEIGHTINGS, tuple(AGGREGATIONS)]
)
def test_the_page_names_every_rule(rules: tuple[str, ...]) -> None:
    assert [r for r in rules if f"`{r}`" not in PAGE] == []
