"""A city folder is read whole, or refused with every reason at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jinglun.loop.folder import locate, read_city
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import City, Level, Source
from jinglun.model.errors import InputError, Problem

Write = Callable[..., Path]
Ask = Callable[[Path], list[Problem]]
SAID = 'title_zh = "表"\ntitle_en = "T"\npublisher = "O"\nlicence = "CC0"\nplace = "id"\n'
FACTS = f'[[source]]\nid = "f"\npath = "f.csv"\nperiod = "2024"\n{SAID}'
CITY = (
    'id = "toy"\ntitle_zh = "市"\ntitle_en = "T"\ncountry = "CN"\ncurrency = "CNY"\nsubject = "c"\n'
)
LEVEL = '[[level]]\nid = "city"\nzh = "市"\nen = "city"\n'
GDP = '[source.variables]\ngdp = { column = "x", unit = "LCU" }\n'


def found(problems: list[Problem]) -> set[tuple[str, str, str]]:
    return {(p.code, p.place, p.found) for p in problems}


def test_a_sound_folder_becomes_a_city(write_city: Write, read: Callable[[Path], City]) -> None:
    own = (
        '[[benchmark]]\nindicator = "literacy"\nzero = 50\nfull = 90\nstatus = "plan"\n'
        'from = 2024-01-01\nsource_zh = "规划"\nsource_en = "plan"\n'
        '[weights]\nindicators = { literacy = 2 }\ncells = { "services.citizens" = 0.5 }\n'
        "domains = { economy = 0 }\n[settings]\nmax_age_years = 5\n"
    )
    folder = write_city(FACTS + GDP, f__csv="id,x\nc,1\n", city=CITY + LEVEL + own)
    refused = write_city(city=CITY + LEVEL + own)
    assert refused == folder
    with pytest.raises(InputError):
        read(folder)
    two = LEVEL.replace("city", "district") + LEVEL
    city = read(write_city(FACTS + GDP, f__csv="id,x\nc,1\n", city=CITY + two + own))
    assert city.levels == (Level("district", "市", "district"), Level("city", "市", "city"))
    assert (city.district_level, city.folder) == ("district", folder)
    assert [s.id for s in city.sources] == ["cities", "districts", "f"]
    benchmark = city.benchmarks["literacy"][0]
    assert (benchmark.jurisdiction, benchmark.since) == ("city", date(2024, 1, 1))
    assert city.weights.indicators == {"literacy": 2}
    assert (city.settings.max_age_years, city.settings.headline_coverage) == (5, 0.5)


def test_no_folder_at_all_is_one_problem(problems_of: Ask, tmp_path: Path) -> None:
    assert [p.code for p in problems_of(tmp_path / "nowhere")] == ["no_folder"]
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert [p.code for p in problems_of(tmp_path / "file")] == ["no_folder"]


def test_both_files_may_be_absent_and_both_are_named(problems_of: Ask, tmp_path: Path) -> None:
    assert [(p.code, p.file) for p in problems_of(tmp_path)] == [
        ("no_file", "city.toml"),
        ("no_file", "sources.toml"),
    ]


# One folder with everything wrong that can be wrong below the syntax of TOML; each line of the
# expectation is one slip in it.
BAD_CITY = """
id = 5
title_zh = "市"
titel_en = "T"
country = "CN"
currency = "CNY"
subject = "c"
map = "none"
[settings]
max_age_years = "ten"
[weights]
indicators = { literasy = 1, unemployment = -1, literacy = inf }
cells = { "services.citizen" = 1, "economy.opendata" = nan }
domains = { econmy = 1 }
[[level]]
id = "city"
zh = "市"
[[benchmark]]
indicator = "literacyy"
[[benchmark]]
indicator = "literacy"
zero = 5
full = 5
status = "plan"
from = 2024-01-01
source_zh = ""
source_en = ""
[[benchmark]]
indicator = "literacy"
zero = 0
full = inf
status = "plan"
from = 2024-01-01
source_zh = ""
source_en = ""
[[benchmark]]
indicator = "literacy"
zero = 0
full = 5
spread = [2025, 2025]
status = "plan"
from = 2024-01-01
source_zh = ""
source_en = ""
[[benchmark]]
indicator = "literacy"
zero = 0
full = 5
status = "maybe"
"""
BAD_SOURCES = f"""
source_count = 3
[[source]]
id = "a"
path = "gone.csv"
holds = "places"
{SAID}
[[source]]
id = "a"
path = "../secret.csv"
period = "2024-13"
{SAID}
[source.variables]
resident_popp = {{ column = "x", unit = "person" }}
illiteracy_rate = {{ column = "x", unit = "%", base = "resident_pop" }}
gdp = {{ column = "x", numerator = "y", unit = "LCU" }}
households = {{ unit = "household" }}
rooms = {{ numerator = "x", denominator = "y", per = 0, unit = "room" }}
[[source]]
id = "b"
path = "package:no_such_package/x.csv"
{SAID.replace('place = "id"', "")}
[[source]]
id = "t"
path = "package:numpy/../../../x.csv"
holds = "table"
table = "request"
{SAID}
[[source]]
id = "l"
path = "city.toml"
holds = "places"
level = "town"
feed = "sheets"
{SAID}
"""
EXPECTED = {
    ("unknown_key", "titel_en", "titel_en"),
    ("missing_key", "title_en", ""),
    ("wrong_value", "id", "5"),
    ("not_a_table", "map", "'none'"),
    ("wrong_value", "settings.max_age_years", "'ten'"),
    ("unknown_indicator", "weights.indicators.literasy", "literasy"),
    ("bad_weight", "weights.indicators.unemployment", "-1.0"),
    ("bad_weight", "weights.indicators.literacy", "inf"),
    ("unknown_key", "weights.cells.services.citizen", "services.citizen"),
    ("bad_weight", "weights.cells.economy.opendata", "nan"),
    ("unknown_key", "weights.domains.econmy", "econmy"),
    ("missing_key", "level[1].en", ""),
    ("missing_key", "level", ""),
    ("unknown_indicator", "benchmark[1]", "literacyy"),
    ("flat_benchmark", "benchmark[2]", "5.0"),
    ("wrong_value", "benchmark[3]", "0.0, inf"),
    ("wrong_value", "benchmark[4].spread", "2025, 2025"),
    ("wrong_value", "benchmark[5].status", "'maybe'"),
    ("missing_key", "benchmark[5].since", ""),
    ("missing_key", "benchmark[5].source_zh", ""),
    ("missing_key", "benchmark[5].source_en", ""),
    ("unknown_key", "source_count", "source_count"),
    ("missing_key", "source a.level", ""),
    ("no_file", "source a.path", "gone.csv"),
    ("twice", "a", "a"),
    ("bad_period", "source a.period", "2024-13"),
    ("outside_folder", "source a.path", "../secret.csv"),
    ("unknown_variable", "source a.variables.resident_popp", "resident_popp"),
    ("base_differs", "source a.variables.illiteracy_rate", "resident_pop"),
    ("column_or_ratio", "source a.variables.gdp", ""),
    ("column_or_ratio", "source a.variables.households", ""),
    ("wrong_value", "source a.variables.rooms.per", "0.0"),
    ("missing_key", "source b.place", ""),
    ("missing_key", "source b.period", ""),
    ("missing_key", "source b.variables", ""),
    ("no_package", "source b.path", "package:no_such_package/x.csv"),
    ("unknown_table", "source t", "request"),
    ("outside_folder", "source t.path", "package:numpy/../../../x.csv"),
    ("wrong_value", "source l.feed", "'sheets'"),
}


def test_a_folder_with_every_fault_names_them_all_at_once(
    write_city: Write, problems_of: Ask
) -> None:
    folder = write_city(city=BAD_CITY, **{"sources__toml": BAD_SOURCES})
    (folder.parent / "secret.csv").write_text("id,x\n", encoding="utf-8")
    assert found(problems_of(folder)) == EXPECTED


def test_an_unknown_level_is_named_where_the_levels_are_known(
    write_city: Write, problems_of: Ask
) -> None:
    source = f'[[source]]\nid = "l"\npath = "city.toml"\nholds = "places"\nlevel = "town"\n{SAID}'
    problems = problems_of(write_city(source))
    assert [(p.code, p.place, p.found) for p in problems] == [
        ("unknown_level", "source l.level", "town")
    ]
    assert problems[0].hint == "district, city"


def test_a_slip_is_answered_with_the_nearest_name(write_city: Write, problems_of: Ask) -> None:
    problems = problems_of(write_city(city=BAD_CITY, **{"sources__toml": BAD_SOURCES}))
    hints = {p.found: p.hint for p in problems if p.found}
    assert hints["titel_en"] == "title_en"
    assert hints["literasy"] == hints["literacyy"] == "literacy"
    assert hints["services.citizen"] == "services.citizens"
    assert hints["econmy"] == "economy"
    assert hints["resident_popp"] == "resident_pop"
    assert hints["request"] == "requests"
    assert hints["resident_pop"] == "pop_10_plus"  # the right base of illiteracy_rate


SYNTAX = {
    "no equals sign": ("id", "not_toml"),
    "a key twice": ("id = 1\nid = 2", "not_toml"),
    "no such day": ("x = 2024-02-30", "not_toml"),
    "a table never closed": ("[level", "not_toml"),
    "not UTF-8": (b'id = "\xff"', "unreadable_file"),
    "UTF-16": ('id = "toy"'.encode("utf-16"), "unreadable_file"),
    "nested without end": ("x = " + "[" * 100_000, "unreadable_file"),
    "tables nested without end": ("x = " + "{a=" * 100_000, "unreadable_file"),
    "a number of 5,000 digits": ("x = " + "9" * 5000, "unreadable_file"),
}


@pytest.mark.parametrize("fault", SYNTAX)
@pytest.mark.parametrize("file", ["city.toml", "sources.toml"])
def test_a_file_that_is_no_toml_is_said_so_beside_the_faults_of_the_other(
    write_city: Write, problems_of: Ask, fault: str, file: str
) -> None:
    text, code = SYNTAX[fault]
    files = {"city.toml": BAD_CITY, "sources.toml": BAD_SOURCES, file: text}
    given = {name.replace(".", "__"): text for name, text in files.items()}
    problems = problems_of(write_city(**given))
    other = "sources.toml" if file == "city.toml" else "city.toml"
    assert [p.code for p in problems if p.file == file] == [code]
    assert len([p for p in problems if p.file == other]) > 10


def test_a_byte_order_mark_is_not_in_the_way(write_city: Write, problems_of: Ask) -> None:
    folder = write_city()
    for name in ("city.toml", "sources.toml"):
        path = folder / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert problems_of(folder) == []


def test_a_directory_named_like_the_file_is_a_problem(write_city: Write, problems_of: Ask) -> None:
    folder = write_city()
    (folder / "city.toml").unlink()
    (folder / "city.toml").mkdir()
    assert [p.code for p in problems_of(folder)] == ["unreadable_file"]


@pytest.mark.parametrize("key", ["source", "level", "benchmark"])
@pytest.mark.parametrize("value", ["5", '"x"', "{ id = 1 }"])
def test_a_list_of_blocks_written_as_one_value_is_not_passed_over(
    write_city: Write, problems_of: Ask, key: str, value: str
) -> None:
    if key == "source":
        folder = write_city(sources__toml=f"source = {value}\n")
    else:
        levels = "" if key == "level" else LEVEL
        folder = write_city(city=CITY + f"{key} = {value}\n" + levels, sources__toml="")
    assert ("not_a_table", key) in {(p.code, p.place) for p in problems_of(folder)}


def test_a_block_of_a_list_that_is_no_table_is_named_by_its_number(
    write_city: Write, problems_of: Ask
) -> None:
    problems = problems_of(write_city(city=CITY + 'level = [1, "x"]\n', sources__toml=""))
    assert {("not_a_table", "level[1]"), ("not_a_table", "level[2]")} <= {
        (p.code, p.place) for p in problems
    }


# --- where a file may be ------------------------------------------------------------------------


def path_problem(write: Write, ask: Ask, path: str) -> list[str]:
    source = FACTS.replace('"f.csv"', repr(path)) + GDP
    return [p.code for p in ask(write(source, f__csv="id,x\nc,1\n"))]


def test_a_file_in_the_folder_or_below_it_is_taken(write_city: Write, problems_of: Ask) -> None:
    (write_city() / "data").mkdir()
    (write_city() / "data" / "g.csv").write_text("id,x\n", encoding="utf-8")
    for path in ("f.csv", "./f.csv", "data/g.csv", "data/../f.csv", "../city/f.csv"):
        assert path_problem(write_city, problems_of, path) == [], path


@pytest.mark.parametrize("path", ["../x", "../../etc/passwd", "data/../../x", "/etc/passwd", ".."])
def test_a_path_that_leaves_the_folder_is_refused_whether_the_file_is_there_or_not(
    write_city: Write, problems_of: Ask, path: str
) -> None:
    assert path_problem(write_city, problems_of, path) == ["outside_folder"]
    (write_city().parent / "x").write_text("id,x\n", encoding="utf-8")
    assert path_problem(write_city, problems_of, path) == ["outside_folder"]


def test_a_link_that_leaves_the_folder_is_refused(write_city: Write, problems_of: Ask) -> None:
    folder = write_city()
    secret = folder.parent / "secret.csv"
    secret.write_text("id,x\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(secret)
    (folder / "up").symlink_to(folder.parent)
    (folder / "twin.csv").symlink_to(folder / "places.csv")
    assert path_problem(write_city, problems_of, "link.csv") == ["outside_folder"]
    assert path_problem(write_city, problems_of, "up/secret.csv") == ["outside_folder"]
    assert path_problem(write_city, problems_of, "twin.csv") == []


def test_a_city_folder_that_is_itself_a_link_is_taken(write_city: Write, problems_of: Ask) -> None:
    folder = write_city(FACTS + GDP, f__csv="id,x\nc,1\n")
    (folder.parent / "alias").symlink_to(folder)
    assert problems_of(folder.parent / "alias") == []


@pytest.mark.parametrize("path", ["gone.csv", ".", "data", "", "a" * 300, "x/" * 3000, "a\0b"])
def test_what_is_no_file_is_said_so_and_never_a_crash(
    write_city: Write, problems_of: Ask, path: str
) -> None:
    (write_city() / "data").mkdir(exist_ok=True)
    source = FACTS.replace('"f.csv"', '"' + path.replace("\0", "\\u0000") + '"') + GDP
    assert [p.code for p in problems_of(write_city(source))] == ["no_file"]


def test_links_in_a_circle_are_no_file(write_city: Write, problems_of: Ask) -> None:
    folder = write_city()
    (folder / "one.csv").symlink_to(folder / "two.csv")
    (folder / "two.csv").symlink_to(folder / "one.csv")
    assert path_problem(write_city, problems_of, "one.csv") == ["no_file"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("package:jinglun/loop/rules/units.toml", []),
        ("package:jinglun/loop/../loop/rules/units.toml", []),
        ("package:jinglun/../x.csv", ["outside_folder"]),
        ("package:jinglun/../../../../etc/passwd", ["outside_folder"]),
        ("package:jinglun//etc/passwd", ["no_file"]),
        ("package:jinglun/gone.csv", ["no_file"]),
        ("package:jinglun", ["no_file"]),
        ("package:no_such_package/x.csv", ["no_package"]),
        ("package:", ["no_package"]),
        ("package:..", ["no_package"]),
        ("package:../x", ["no_package"]),
        ("package:.x/y", ["no_package"]),
        ("package:a b/y", ["no_package"]),
        ("package:json.decoder/y", ["no_package"]),
        ("package:__main__/y", ["no_package"]),
        ("package:sys/y", ["no_package"]),
        ("package:csv/y", ["no_package"]),
    ],
)
def test_a_package_gives_files_inside_itself_only(
    write_city: Write, problems_of: Ask, path: str, code: list[str]
) -> None:
    assert path_problem(write_city, problems_of, path) == code


# To find the spec of a.b Python imports a; `this` prints a poem when it is imported.
def test_no_package_that_a_folder_names_is_ever_run(write_city: Write, problems_of: Ask) -> None:
    sys.modules.pop("this", None)
    path_problem(write_city, problems_of, "package:this.x/y.csv")
    path_problem(write_city, problems_of, "package:this/y.csv")
    assert "this" not in sys.modules


def test_locate_says_where_a_file_would_be(tmp_path: Path) -> None:
    said = ("", "", "", "")
    assert locate(Source("s", "a/b.csv", *said), tmp_path) == tmp_path / "a/b.csv"
    inside = locate(Source("s", "package:jinglun/turn.py", *said), tmp_path)
    assert inside is not None and inside.is_file() and inside.name == "turn.py"
    assert locate(Source("s", "package:no_such_package/x", *said), tmp_path) is None


# --- anything at all ----------------------------------------------------------------------------

VALUES = st.recursive(
    st.sampled_from(["1", "-1.5", "nan", '"x"', "true", "2024-01-01", '""', '"\\u0000"']),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda v: f"[{', '.join(v)}]")
        | st.lists(inner, max_size=2).map(
            lambda v: "{" + ", ".join(f"k{n} = {x}" for n, x in enumerate(v)) + "}"
        )
    ),
    max_leaves=5,
)
KEYS = st.sampled_from(
    [
        *("id", "title_zh", "country", "subject", "languages", "credit_en"),
        *("settings", "weights", "map", "level", "benchmark"),
    ]
)
SOURCE_KEYS = st.sampled_from(
    [
        *("id", "path", "title_zh", "feed", "holds", "place", "period", "quality", "where"),
        *("missing", "variables", "long", "level", "parent", "names", "table", "columns"),
        *("encoding", "delimiter", "retrieved"),
    ]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(city=st.dictionaries(KEYS, VALUES), source=st.dictionaries(SOURCE_KEYS, VALUES))
def test_any_toml_is_a_city_or_a_list_of_problems_and_never_a_crash(
    city: dict[str, str], source: dict[str, str], write_city: Write, catalogue: Catalogue
) -> None:
    texts = ["\n".join(f"{k} = {v}" for k, v in block.items()) for block in (city, source)]
    folder = write_city(city=texts[0] + "\n", sources__toml="[[source]]\n" + texts[1] + "\n")
    with pytest.raises(InputError) as caught:
        read_city(folder, catalogue)
    assert caught.value.problems
