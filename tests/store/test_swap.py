"""A finished folder takes the place of the old one, by one exchange or by two renames."""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from jinglun.store import swap


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    new, old = tmp_path / ".release-x", tmp_path / "release"
    for folder, text in ((new, "new"), (old, "old")):
        (folder / "site").mkdir(parents=True)
        (folder / "site" / "index.html").write_text(text, encoding="utf-8")
    (old / "only-in-old.txt").write_text("x", encoding="utf-8")
    return new, old


def assert_replaced(new: Path, old: Path) -> None:
    assert (old / "site" / "index.html").read_text(encoding="utf-8") == "new"
    assert not (old / "only-in-old.txt").exists()
    assert [path.name for path in old.parent.iterdir()] == [old.name]
    assert not new.exists()


def test_the_new_content_stands_under_the_old_name_and_the_old_is_removed(
    folders: tuple[Path, Path],
) -> None:
    swap.replace_folder(*folders)
    assert_replaced(*folders)


def test_where_nothing_stood_the_new_folder_is_simply_put(folders: tuple[Path, Path]) -> None:
    new, old = folders
    swap.replace_folder(old, old.with_name("elsewhere"))
    swap.replace_folder(new, old)
    assert (old / "site" / "index.html").read_text(encoding="utf-8") == "new"
    assert sorted(p.name for p in old.parent.iterdir()) == ["elsewhere", "release"]


def test_without_an_exchange_two_renames_do_the_same(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "_exchange", lambda one, other: False)
    swap.replace_folder(*folders)
    assert_replaced(*folders)


class NoSuchCall:
    """A C library of another system: it lacks the call."""


class Refusing:
    """A C library whose file system cannot exchange two names."""

    def __init__(self, reason: int) -> None:
        self.reason = reason

    def renameat2(self, *_: Any) -> int:
        ctypes.set_errno(self.reason)
        return -1

    renamex_np = renameat2


def raising(error: Exception) -> Any:
    def load(*_: Any, **__: Any) -> Any:
        raise error

    return load


@pytest.mark.parametrize(
    "library",
    [
        lambda *_, **__: NoSuchCall(),
        # Windows has no library without a name: ctypes says TypeError there.
        raising(TypeError("argument of type 'NoneType' is not iterable")),
        raising(OSError("no libc")),
        *(
            lambda *_, r=reason, **__: Refusing(r)
            for reason in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)
        ),
    ],
    ids=["no such call", "Windows", "no library", "EINVAL", "ENOSYS", "ENOTSUP"],
)
def test_a_system_that_cannot_exchange_falls_back_to_renames(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, library: Any
) -> None:
    monkeypatch.setattr(swap.ctypes, "CDLL", library)
    swap.replace_folder(*folders)
    assert_replaced(*folders)


def test_another_refusal_is_raised_and_both_folders_stand(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = folders
    monkeypatch.setattr(swap.ctypes, "CDLL", lambda *_, **__: Refusing(errno.EACCES))
    with pytest.raises(PermissionError, match="release"):
        swap.replace_folder(new, old)
    assert (old / "site" / "index.html").read_text(encoding="utf-8") == "old"
    assert (new / "site" / "index.html").read_text(encoding="utf-8") == "new"


# The reader's open file is of the old release to its end; its next open is of the new one.
def test_a_reader_who_has_a_file_open_reads_the_old_one_whole(
    folders: tuple[Path, Path],
) -> None:
    new, old = folders
    with (old / "site" / "index.html").open(encoding="utf-8") as reader:
        swap.replace_folder(new, old)
        assert reader.read() == "old"
    assert (old / "site" / "index.html").read_text(encoding="utf-8") == "new"


@pytest.mark.skipif(os.name != "posix", reason="names of bytes are a thing of POSIX")
def test_a_folder_whose_name_is_no_ascii_is_exchanged(tmp_path: Path) -> None:
    for name, text in (("新", "new"), ("旧 release", "old")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f").write_text(text, encoding="utf-8")
    swap.replace_folder(tmp_path / "新", tmp_path / "旧 release")
    assert (tmp_path / "旧 release" / "f").read_text(encoding="utf-8") == "new"
    assert not (tmp_path / "新").exists()
