"""How a finished site is looked at on this machine: read only, nothing outside its folder."""

from __future__ import annotations

import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files of one folder, follows no link that leaves it and lists no folder."""

    def send_head(self) -> Any:
        if not self._inside():
            self.send_error(404)
            return None
        return super().send_head()

    def _inside(self) -> bool:
        """Say whether the path asked for, all links followed, is in the folder."""
        try:
            asked = Path(self.translate_path(self.path)).resolve()
        except (ValueError, OSError, RuntimeError):  # a null byte, an endless name, a loop of links
            return False
        return asked.is_relative_to(Path(self.directory).resolve())

    def list_directory(self, path: Any) -> Any:
        self.send_error(404)
        return None

    def end_headers(self) -> None:
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def serve(site: Path, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server of `site`, bound and ready for serve_forever; OSError when it cannot bind."""
    return ThreadingHTTPServer((host, port), functools.partial(_Quiet, directory=str(site)))
