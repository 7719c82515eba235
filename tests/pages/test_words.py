"""Whether a language is chosen as the user's machine says, and a sentence is said whole."""

from __future__ import annotations

import pytest

from jinglun.pages.words import languages, preferred, words

LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture
def locale_of(monkeypatch: pytest.MonkeyPatch):
    """Set the variables of the locale, the others absent."""

    def choose(**said: str) -> str:
        for name in LOCALES:
            monkeypatch.delenv(name, raising=False)
        for name, value in said.items():
            monkeypatch.setenv(name, value)
        return preferred()

    return choose


def test_chinese_comes_first_and_english_second() -> None:
    assert languages()[:2] == ["zh", "en"]


@pytest.mark.parametrize("said", ["zh_CN.UTF-8", "zh_TW.UTF-8", "zh", "ZH_cn", "zh-Hans"])
def test_a_chinese_locale_is_answered_in_chinese(locale_of, said: str) -> None:
    assert locale_of(LANG=said) == "zh"


@pytest.mark.parametrize("said", ["C", "C.UTF-8", "POSIX", "en_GB.UTF-8", "fr_FR.UTF-8", "x"])
def test_any_other_locale_is_answered_in_english(locale_of, said: str) -> None:
    assert locale_of(LANG=said) == "en"


def test_the_variables_of_the_locale_rank_as_posix_has_them(locale_of) -> None:
    """POSIX 8.2: LC_ALL over LC_MESSAGES over LANG; one that is empty counts for nothing."""
    assert locale_of(LC_ALL="en_US.UTF-8", LC_MESSAGES="zh_CN.UTF-8", LANG="zh_CN.UTF-8") == "en"
    assert locale_of(LC_MESSAGES="zh_CN.UTF-8", LANG="en_US.UTF-8") == "zh"
    assert locale_of(LC_ALL="", LANG="zh_CN.UTF-8") == "zh"


def test_no_variable_at_all_is_no_error(locale_of) -> None:
    assert locale_of() in languages()


def test_a_sentence_takes_its_gaps_and_leaves_their_braces_alone() -> None:
    w = words("en")
    assert w("cli.done", out="{out} {0}") == "Done: {out} {0}"
    assert w("list.comma") == ", "


def test_a_sentence_that_no_catalogue_has_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(KeyError):
        words("zh")("no.such.key")
    assert not words("zh").has("no.such.key") and words("zh").has("cli.done")
