"""What a reader opens: every page of a release in every language, as files without a network."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from jinglun.model.release import FORMULA_STARTS, Release
from jinglun.pages import (
    backtest,
    base,
    character,
    districts,
    doubt,
    how,
    integrity,
    left_behind,
    panels,
    profile,
    readings,
    review,
    scores,
    stage,
    standing,
)
from jinglun.pages.cards import cards
from jinglun.pages.sentences import three_sentences
from jinglun.pages.view import View, index, number, page_name, view
from jinglun.pages.ways import ways
from jinglun.pages.words import languages

HEADER = (
    *("place", "title_zh", "title_en", "level", "period"),
    *("value", "unit", "score", "quality", "facts"),
)

Progress = Callable[[str, int, int], None]
Page = tuple[str, str, dict[str, Any]]
"""Path inside the language's folder, template, what the template is given."""


def write_site(
    release: Release, shapes: Mapping[str, Any], folder: Path, progress: Progress
) -> None:
    """Write the pages of all languages, the stylesheet and the downloads into `folder`."""
    folder.mkdir(parents=True)
    style = resources.files("jinglun.pages").joinpath("style.css").read_text(encoding="utf-8")
    (folder / "style.css").write_text(style, encoding="utf-8")
    sorted_index = index(release)
    tags = languages()
    for count, tag in enumerate(tags):
        seen = view(release, sorted_index, tag)
        if count == 0:
            _write_downloads(seen, folder / "data")
        environment = _environment(seen, tags)
        pages = list(_pages(seen, shapes))
        paths = {path for path, _, _ in pages}
        environment.globals.update(ways=ways(paths), cards=cards(seen, paths))
        for done, (path, template, given) in enumerate(pages):
            if done % 50 == 0:
                progress(tag, count * len(pages) + done, len(tags) * len(pages))
            _write_page(environment, folder, tag, path, template, given)
    _write_door(_environment(view(release, sorted_index, tags[0]), tags), folder, release, tags)


def _environment(seen: View, tags: list[str]) -> Environment:
    environment = Environment(
        loader=PackageLoader("jinglun.pages"),
        autoescape=select_autoescape(default_for_string=True, default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        v=seen,
        w=seen.words,
        tags=tags,
        number=number,
        page_name=page_name,
        panels=panels,
        scores=scores,
        districts=districts,
        standing=standing,
        how=how,
        base=base,
        readings=readings,
        head=seen.release.head,
    )
    return environment


def _write_page(
    environment: Environment,
    folder: Path,
    tag: str,
    path: str,
    template: str,
    given: dict[str, Any],
) -> None:
    target = folder / tag / path
    target.parent.mkdir(parents=True, exist_ok=True)
    up = "../" * path.count("/")
    text = environment.get_template(template).render(
        **given, path=path, up=up, root=f"{up}../", template=template
    )
    target.write_text(text, encoding="utf-8")


def _write_door(environment: Environment, folder: Path, release: Release, tags: list[str]) -> None:
    first = [t for t in release.head["city"]["languages"] if t in tags] or tags
    text = environment.get_template("door.html").render(first=first[0])
    (folder / "index.html").write_text(text, encoding="utf-8")


def _pages(seen: View, shapes: Mapping[str, Any]) -> Iterator[Page]:
    terms = seen.release.terms
    yield "index.html", "home.html", {"sentences": three_sentences(seen), "shapes": shapes}
    for domain in terms["domains"]:
        yield f"domain/{domain['id']}.html", "domain.html", {"domain": domain}
    for factor in terms["factors"]:
        yield f"factor/{factor['id']}.html", "factor.html", {"factor": factor}
    for strategy in terms["strategies"].values():
        yield f"strategy/{strategy['id']}.html", "strategy.html", {"strategy": strategy}
    for ident, indicator in terms["indicators"].items():
        given = {"ident": ident, "indicator": indicator, "shapes": shapes}
        yield f"indicator/{ident}.html", "indicator.html", given
    for place in seen.districts:
        yield (
            f"district/{page_name(place)}.html",
            "district.html",
            {"place": place, "shapes": shapes},
        )
    yield "stage.html", "stage.html", {"stage": stage}
    given = {"character": character, "told": character.parts_told(seen)}
    yield "character.html", "character.html", given
    yield "review.html", "review.html", {"review": review}
    yield "backtest.html", "backtest.html", {"backtest": backtest}
    yield "profile.html", "profile.html", {"profile": profile}
    yield "left_behind.html", "left_behind.html", {"left_behind": left_behind}
    yield "integrity.html", "integrity.html", {"integrity": integrity}
    yield "doubt.html", "doubt.html", {"doubt": doubt}
    yield "base.html", "inventory.html", {}
    for name in ("indicators", "collect", "data", "method"):
        yield f"{name}.html", f"{name}.html", {}


def _write_downloads(seen: View, folder: Path) -> None:
    """Write one CSV an indicator: the city and its districts, every period, both names."""
    folder.mkdir()
    for ident in seen.release.terms["indicators"]:
        rows = [
            [
                *(f.place, row["title_zh"], row["title_en"], row["level"], f.period),
                *(repr(f.value), f.unit, "" if f.score is None else repr(f.score), f.quality),
                panels.locators(seen, f),
            ]
            for place, row in sorted(seen.places.items())
            for f in seen.history(ident, place)
        ]
        if rows:
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows([[_harmless(cell) for cell in row] for row in rows])
            (folder / f"{ident}.csv").write_text(text.getvalue(), encoding="utf-8")


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running a name as a formula; numbers keep their sign."""
    if not cell or cell[0] not in FORMULA_STARTS:
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell
