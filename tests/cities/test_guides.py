"""The guides to a source and to a table are followed as written, and what they say comes out."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jinglun.cli import run

GUIDES = Path(__file__).parents[2] / "docs" / "adding"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.S | re.M)
FILE = re.compile(r"`(mycity/[^`]+\.(?:csv|xls))`")


@dataclass
class Reader:
    """Somebody with the page open: writes the files, adds the blocks, types the commands."""

    home: Path
    capsys: pytest.CaptureFixture[str]
    encoding: str = "utf-8"
    told: str = ""

    @property
    def sources(self) -> Path:
        return self.home / "mycity" / "sources.toml"

    def follow(self, text: str) -> None:
        """Do what a stretch of the page says, in its order."""
        for before, kind, block in steps(text):
            if kind == "csv":
                path = self.home / FILE.findall(before)[-1]
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(block.encode(self.encoding))
            elif kind == "toml":
                with self.sources.open("a", encoding="utf-8") as stream:
                    stream.write("\n" + block)
            elif kind == "" and block.startswith("jinglun "):
                for line in block.splitlines():
                    self.type(line)
                # The departments' blank workbooks have a guide of their own, and take seconds.
                shutil.rmtree(self.home / "mycity" / "workbooks", ignore_errors=True)

    def type(self, line: str) -> int:
        """Run a command and keep what it says."""
        self.capsys.readouterr()
        code = run(shlex.split(line)[1:])
        said = self.capsys.readouterr()
        self.told = said.out + said.err
        return code

    def correct(self, wrong: str, right: str) -> None:
        """Change the one place in sources.toml that a guide says to change."""
        text = self.sources.read_text("utf-8")
        assert text.count(wrong) == 1
        self.sources.write_text(text.replace(wrong, right), "utf-8")


def steps(text: str) -> Iterator[tuple[str, str, str]]:
    """Each fenced block with the text before it and its language."""
    start = 0
    for found in FENCE.finditer(text):
        yield text[start : found.start()], found[1], found[2]
        start = found.end()


def sections(name: str) -> dict[str, str]:
    """The text under each numbered heading of a guide, by number."""
    page = (GUIDES / name).read_text("utf-8")
    parts = re.split(r"^## (.*)$", page, flags=re.M)
    return {title.split(".")[0]: text for title, text in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.fixture
def reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Reader:
    monkeypatch.chdir(tmp_path)
    return Reader(tmp_path, capsys)


def write_sheet(text: str, home: Path) -> None:
    """The sheet of a guide as a workbook: a blank beside or below a heading is merged into it."""
    import xlwt

    lines = [line for line in text.splitlines() if re.match(r"\| \d", line)]
    cells = [[c.strip() for c in line.strip("|").split("|")][1:] for line in lines]
    book = xlwt.Workbook()
    sheet = book.add_sheet("3-2")
    for row, texts in enumerate(cells[4:], start=4):
        for column, said in enumerate(texts):
            sheet.write(row, column, float(said) if re.fullmatch(r"[\d.]+", said) else said)
    sheet.write_merge(0, 0, 0, 3, cells[0][0])
    sheet.write_merge(1, 1, 0, 3, cells[1][0])
    sheet.write_merge(2, 3, 0, 0, cells[2][0])
    sheet.write_merge(2, 2, 1, 2, cells[2][1])
    sheet.write_merge(2, 3, 3, 3, cells[2][3])
    sheet.write(3, 1, cells[3][1])
    sheet.write(3, 2, cells[3][2])
    (path,) = FILE.findall(text)
    book.save(str(home / path))


def test_the_guide_to_a_source_is_followed(reader: Reader) -> None:
    page = sections("source.md")
    for part in "123":
        reader.follow(page[part])
    # The page shows what check says; the two slips are mended as it tells.
    assert reader.type("jinglun check mycity --lang en") == 1
    shown = next(block for _, kind, block in steps(page["4"]) if "sources.toml:" in block)
    assert shown.strip() in reader.told
    reader.correct('base = "resident_pop"', 'base = "households"')
    assert reader.type("jinglun check mycity --lang en") == 0
    assert "1 figures are set aside" in reader.told and "x9" in reader.told
    reader.follow(page["4"])
    assert "households = 70.0 households" in reader.told
    reader.correct('unit = "户"', 'unit = "万户"')
    reader.follow(page["4"])
    assert "Value: 88%" in reader.told and "parts:2:households" in reader.told
    assert "households = 700000.0 households" in reader.told
    assert "file yearbook_2024.csv, row 3" in reader.told
    write_sheet(page["6"], reader.home)
    reader.follow(page["6"])
    reader.follow(page["7"])
    assert "2478" in reader.told.replace(",", "") and "1200.5" in reader.told
    assert reader.type("jinglun check mycity --lang en") == 0
    assert "1 figures are set aside" in reader.told and "x9" in reader.told


def test_the_guide_to_a_table_is_followed(reader: Reader) -> None:
    page = sections("table.md")
    reader.encoding = "gbk"
    reader.follow(page["1"])
    reader.follow(page["2"])
    assert reader.type("jinglun check mycity --lang en") == 0
    assert "3 figures are set aside" in reader.told
    for where in ("2025-01.csv:5:受理时间", "2025-02.csv:2:", "2025-02.csv:4:所属区"):
        assert where in reader.told
    reader.follow(page["4"])
    assert "Value: 50%" in reader.told
    assert "requests_limited = 4" in reader.told and "requests_closed_on_time = 2" in reader.told
