"""How a thing is said in a language: the word catalogues, one TOML file a language."""

from __future__ import annotations

import functools
import locale
import os
import tomllib
from importlib import resources
from typing import Any


def languages() -> list[str]:
    """Return the languages there is a catalogue for, Chinese first."""
    folder = resources.files("jinglun.pages").joinpath("words")
    found = sorted(
        f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")
    )
    return sorted(found, key=lambda tag: (tag != "zh", tag != "en", tag))


def preferred() -> str:
    """Return the language of the user's locale if there is a catalogue for it, else English."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    tag = (said or locale.getlocale()[0] or "en")[:2].lower()
    return tag if tag in languages() else "en"


class Words:
    """The sentences of one language, by dotted key."""

    def __init__(self, language: str, sentences: dict[str, str]) -> None:
        self.language = language
        self._sentences = sentences

    def __call__(self, key: str, /, **gaps: object) -> str:
        """Return the sentence `key` with its gaps filled; KeyError when the catalogue lacks it."""
        sentence = self._sentences[key]
        return sentence.format_map(gaps) if gaps else sentence

    def has(self, key: str) -> bool:
        """Say whether there is a sentence under `key`."""
        return key in self._sentences

    def keys(self) -> set[str]:
        """Return every key of the catalogue."""
        return set(self._sentences)


@functools.cache
def words(language: str) -> Words:
    """Return the catalogue of a language."""
    folder = resources.files("jinglun.pages").joinpath("words")
    parsed = tomllib.loads(folder.joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    return Words(language, _flat(parsed, ""))


def _flat(table: dict[str, Any], prefix: str) -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat
