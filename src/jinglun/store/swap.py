"""How a finished folder takes the place of an old one at once, so that a reader never sees half."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


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
