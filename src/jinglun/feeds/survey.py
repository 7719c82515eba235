"""Whether a delimited text is so regular that every reader sees the same records, and how many."""

from __future__ import annotations

from typing import Any

_FEED, _RETURN, _QUOTE = b'\n\r"'
_BOM = b"\xef\xbb\xbf"


class Survey:
    """What the bytes of a delimited text in UTF-8 say, taken in piece by piece.

    `regular`: each quote begins or ends a whole field, every one is closed, and lines end in one
    way, none of them blank. Then `records` is how many there are, the header among them.
    """

    def __init__(self, delimiter: str) -> None:
        import numpy as np

        self._beside = np.zeros(256, bool)
        self._beside[[_FEED, _RETURN, _QUOTE, *delimiter.encode()]] = True
        self._quotes, self._feeds, self._returns, self._both = 0, 0, 0, 0
        self._inside, self._fault, self._last = 0, False, b""

    def add(self, piece: bytes) -> None:
        """Look at one more piece, and at what stands across its beginning."""
        import numpy as np

        if not self._last:
            piece = piece.removeprefix(_BOM)
        codes, new = np.frombuffer(self._last + piece, np.uint8), len(self._last)
        feed = codes == _FEED
        self._feeds += _number(feed[new:])
        self._fault |= bool(_number(feed[:-1] & feed[1:]))
        end = feed
        if _RETURN in piece or self._last == b"\r":
            back = codes == _RETURN
            self._returns += _number(back[new:])
            self._both += _number(back[:-1] & feed[1:])
            self._fault |= bool(_number((feed | back)[:-1] & back[1:]))
            end = feed if self._feeds else back
        self._add_quotes(codes, new, end)
        self._last = piece[-1:] or self._last

    def _add_quotes(self, codes: Any, new: int, end: Any) -> None:
        """See what stands beside each quote, and count the line ends inside quotes."""
        import numpy as np

        at = np.flatnonzero(codes == _QUOTE)
        if not self._quotes and not len(at):
            return
        known = self._quotes - int(new == 1 and len(at) > 0 and at[0] == 0)
        opens, closes = at[known % 2 :: 2], at[1 - known % 2 :: 2]
        before, after = opens[opens > 0] - 1, closes[closes < len(codes) - 1] + 1
        self._fault |= not self._beside[codes[before]].all()
        self._fault |= not self._beside[codes[after]].all()
        ends = np.flatnonzero(end[new:]) + new
        self._inside += _number((known + np.searchsorted(at, ends)) & 1)
        self._quotes = known + len(at)

    @property
    def regular(self) -> bool:
        """Whether every reader of delimited text sees the same records."""
        one_kind = 0 in (self._feeds, self._returns) or self._feeds == self._returns == self._both
        return one_kind and not self._fault and self._quotes % 2 == 0

    @property
    def one_line_each(self) -> bool:
        """Whether no field holds a line end, so that the number of a line is its record's."""
        return not self._inside

    @property
    def records(self) -> int:
        """How many records there are, where the text is regular."""
        ends = (self._feeds or self._returns) - self._inside
        return ends + (self._last not in (b"", b"\n", b"\r"))


def _number(found: Any) -> int:
    import numpy as np

    return int(np.count_nonzero(found))
