"""Whether what is typed becomes the city meant, and what is asked is asked until it can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jinglun.loop.answers import Answer, questions
from jinglun.loop.asking import Options, asked, options_of, reached, wish_of
from jinglun.loop.begin import Wish, write_new
from jinglun.model.catalogue import Catalogue
from jinglun.model.release import Release
from jinglun.pages.words import words

DAY = date(2026, 9, 22)


def _nothing() -> bytes:
    raise AssertionError("nobody asked for the standard input")


def _wish(**said: Any) -> Wish:
    wish, problems = wish_of(Options(**said), DAY, _nothing)
    assert problems == []
    return wish


# --- options ---


def test_said_nothing_it_is_any_chinese_city_of_last_year() -> None:
    assert _wish() == Wish("我的城市", "My City", "CN", "CNY", 2025, (), {})


def test_the_options_say_the_city() -> None:
    wish = _wish(
        name="滨海市",
        country="ma",
        size="300万",
        districts="东区， 西区,南区",
        year="2024",
        set=("gdp=3500亿",),
        quality="A",
    )
    assert (wish.name_zh, wish.name_en) == ("滨海市", "滨海市")
    # 亿 is a multiple in any money; 元 would be one of Chinese money alone.
    assert (wish.country, wish.currency, wish.year) == ("MA", "MAD", 2024)
    assert wish.districts == ("东区", "西区", "南区")
    assert wish.numbers == {
        "gdp": Answer(3.5e11, "A", "2024"),
        "resident_pop": Answer(3e6, "A", "2024"),
    }


def test_a_figure_is_a_personal_estimate_unless_said_otherwise() -> None:
    assert _wish(size="3M").numbers["resident_pop"].quality == "E"


def test_a_name_in_english_and_another_money_are_taken_as_said() -> None:
    wish = _wish(name="滨海", name_en="Binhai", currency="usd")
    assert (wish.name_zh, wish.name_en, wish.currency) == ("滨海", "Binhai", "USD")


def test_what_was_typed_gives_the_options_and_the_rest_is_left() -> None:
    typed = {"name": "市", "set": ["a=1"], "dir": "x", "json": True, "quality": "B"}
    assert options_of(typed) == Options(name="市", set=("a=1",), quality="B")


def test_every_wrong_option_is_named_at_once(tmp_path: Path) -> None:
    said = Options(
        country="XX",
        currency="YYY",
        name="=x",
        size="big",
        year="24",
        set=("gdp=-",),
        answers=str(tmp_path / "none.csv"),
    )
    _, problems = wish_of(said, DAY, _nothing)
    assert sorted((p.code, p.place) for p in problems) == [
        ("answer_number", "--set gdp=-"),
        ("answer_number", "--size"),
        ("bad_country", "--country"),
        ("bad_currency", "--currency"),
        ("bad_name", "--name"),
        ("bad_year", "--year"),
        ("no_file", "--answers"),
    ]


@pytest.mark.parametrize(
    "year", ["24", "2024-Q1", "二〇二四", "２０２４", "0000", "99999", " 2024"]
)
def test_a_year_is_four_digits(year: str) -> None:
    _, problems = wish_of(Options(year=year), DAY, _nothing)
    assert [(p.code, p.found) for p in problems] == [("bad_year", year)]


@pytest.mark.parametrize("size", ["0", "-3", "big", "三百万", "3e12", "300km", ""])
def test_a_size_is_that_of_a_city(size: str) -> None:
    _, problems = wish_of(Options(size=size), DAY, _nothing)
    assert [p.place for p in problems] == ["--size"]


def test_the_same_figure_twice_is_named(tmp_path: Path) -> None:
    file = tmp_path / "n.csv"
    file.write_text("variable,value\ngdp,4\n", "utf-8")
    said = Options(size="3M", set=("resident_pop=4M", "gdp=3"), answers=str(file))
    _, problems = wish_of(said, DAY, _nothing)
    assert [(p.code, p.place, p.found) for p in problems] == [
        ("answer_twice", "--set", "gdp"),
        ("answer_twice", "--size", "resident_pop"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_file_of_answers_is_read_as_office_programs_save_it(
    tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "数.csv"
    file.write_bytes("variable,value,unit\r\ngdp,3500,亿元\r\n".encode(encoding))
    assert _wish(answers=str(file)).numbers == {"gdp": Answer(3.5e11, "E", "2025")}


def test_answers_may_come_by_the_standard_input() -> None:
    wish, problems = wish_of(Options(answers="-"), DAY, lambda: b"variable,value\ngdp,7\n")
    assert (wish.numbers["gdp"].value, problems) == (7, [])


@pytest.mark.parametrize("told", [b"\xff\xfe\x00\x80\xff", b"\x80\xff\xff"])
def test_bytes_that_are_no_text_are_a_problem(told: bytes) -> None:
    _, problems = wish_of(Options(answers="-"), DAY, lambda: told)
    assert [p.code for p in problems] == ["unreadable_file"]


def test_a_folder_is_no_file_of_answers(tmp_path: Path) -> None:
    _, problems = wish_of(Options(answers=str(tmp_path)), DAY, _nothing)
    assert [p.code for p in problems] == ["unreadable_file"]


# --- questions ---


class Person:
    """Answers in turn, ends where there is no more, and remembers what was said."""

    def __init__(self, *answers: str) -> None:
        self.answers: Iterator[str] = iter(answers)
        self.asked: list[str] = []
        self.heard: list[str] = []

    def put(self, question: str) -> str:
        self.asked.append(question)
        try:
            return next(self.answers)
        except StopIteration:
            raise EOFError from None

    def answer(self, wish: Wish, lang: str = "zh") -> Wish:
        return asked(wish, "E", DAY, words(lang), self.put, self.heard.append)


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_twelve_questions_name_the_figure_the_year_and_the_unit(
    catalogue: Catalogue, lang: str
) -> None:
    person = Person(*[""] * 12)
    assert person.answer(Wish(), lang).numbers == {}
    expected = [catalogue.variables[v] for v in questions(catalogue, "CN", DAY)]
    assert len(person.asked) == len(expected) == 12
    for n, (said, one) in enumerate(zip(person.asked, expected, strict=True), start=1):
        assert f"{n}/12" in said and "2025" in said
        assert (one.zh if lang == "zh" else one.en) in said
    assert ("单位 人" if lang == "zh" else "in person") in person.asked[0]


def test_what_is_answered_is_kept_and_what_is_empty_is_passed_over(catalogue: Catalogue) -> None:
    first, second, third, *_ = questions(catalogue, "CN", DAY)
    wish = Person("300万", " ", "78.2").answer(Wish())
    assert first == "resident_pop" and second not in wish.numbers
    assert wish.numbers[first] == Answer(3e6, "E", "2025")
    assert wish.numbers[third].value == 78.2


def test_an_answer_that_cannot_be_is_explained_and_asked_again(lang: str) -> None:
    person = Person("三百万", "-1", "300万")
    wish = person.answer(Wish(), lang)
    assert wish.numbers["resident_pop"].value == 3e6
    assert person.asked[0] == person.asked[1] == person.asked[2] != person.asked[3]
    assert "三百万" in person.heard[1] and "-1" in person.heard[2]
    assert ("读不成" if lang == "zh" else "does not read") in person.heard[1]


def test_the_end_of_the_input_ends_the_questions() -> None:
    person = Person()
    assert person.answer(Wish()) == Wish()
    assert len(person.asked) == 1


def test_what_is_given_already_is_not_asked() -> None:
    given = {"resident_pop": Answer(3e6, "E", "2025")}
    person = Person(*[""] * 12)
    assert person.answer(Wish(numbers=given)).numbers == given
    assert not any("常住人口（" in question for question in person.asked)


# --- how far they reach ---


def test_how_far_numbers_reach_is_counted_at_the_city(
    tmp_path: Path, catalogue: Catalogue, turned: Callable[..., Release]
) -> None:
    """By hand: PM2.5 and life expectancy are an indicator each; the population alone is none."""
    numbers = {"pm25_annual_mean": 31.0, "life_expectancy_at_birth": 80.1, "resident_pop": 3e6}
    given = {v: Answer(value, "A", "2025") for v, value in numbers.items()}
    write_new(tmp_path / "new", Wish(numbers=given))
    found = reached(turned(tmp_path / "new", tmp_path / "out"))
    scored = sum(i.role == "score" for i in catalogue.indicators.values())
    assert found == {"all": scored, "computed": 2, "scored": 2}
