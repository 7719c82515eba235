"""How a finished folder takes the place of an old one at once, so that a reader never sees half."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


@contextmanager
def draft_of(out: Path) -> Iterator[Path]:
    """Give a new folder beside `out` to write in, and take away what killed runs left there."""
    out.parent.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    draft, lock = _locked_draft(out)
    try:
        draft.chmod(0o755)
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if lock is not None:
            os.close(lock)
    _sweep(out)


def _prefix(out: Path) -> str:
    return f".{out.name}-draft-"


def _locked_draft(out: Path) -> tuple[Path, int | None]:
    """Make a draft and lock it; made again should a sweep of another run have come between."""
    while True:
        draft = Path(tempfile.mkdtemp(prefix=_prefix(out), dir=out.parent))
        lock = _lock(draft, wait=True)
        if draft.exists():
            return draft, lock
        if lock is not None:
            os.close(lock)


def _lock(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder until this process ends or closes it; None where that cannot be done."""
    try:
        import fcntl
    except ImportError:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _sweep(out: Path) -> None:
    """Remove drafts that no living run has locked, once there is a release to keep instead."""
    if not out.exists():
        return
    ours = re.compile(re.escape(_prefix(out)) + r"[a-z0-9_]{8}(\.old)?")
    for left in out.parent.iterdir():
        if not ours.fullmatch(left.name) or left.is_symlink():
            continue
        lock = _lock(left, wait=False)
        if lock is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)


def replace_folder(new: Path, old: Path) -> None:
    """Put folder `new` where `old` stands, both on one file system, and remove what stood there.

    Linux and macOS exchange the two names in one system call. Elsewhere, or on a file system that
    cannot, two renames are used: killed between them, the old folder is whole beside its name.
    """
    if not old.exists():
        os.replace(new, old)
        return
    if not _exchange(new, old):
        aside = new.with_name(new.name + ".old")
        os.replace(old, aside)
        os.replace(new, old)
        new = aside
    shutil.rmtree(new, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    a, b = os.fsencode(one), os.fsencode(other)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            failed = libc.renamex_np(a, b, _RENAME_SWAP)
        else:
            failed = libc.renameat2(_AT_FDCWD, a, _AT_FDCWD, b, _RENAME_EXCHANGE)
    except (OSError, AttributeError, TypeError):
        return False
    if failed and ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    return not failed
