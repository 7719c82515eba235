"""Whether the pages are served, and nothing but the pages, to this machine alone."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from jinglun.web.static import serve

SECRET = "not for the public"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with a secret beside it, and links that lead out, in and round."""
    (tmp_path / "secret.txt").write_text(SECRET, encoding="utf-8")
    (tmp_path / "site-other").mkdir()
    (tmp_path / "site-other/secret.txt").write_text(SECRET, encoding="utf-8")
    folder = tmp_path / "site"
    (folder / "zh").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "zh/index.html").write_text("<h1>城</h1>", encoding="utf-8")
    (folder / "style.css").write_text("h1 {}", encoding="utf-8")
    (folder / "data/a.csv").write_text("a\n1\n", encoding="utf-8")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "away").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "again.css").symlink_to(folder / "style.css")
    return folder


@pytest.fixture
def ask(site: Path) -> Iterator[Callable[..., Answer]]:
    """Send one request to a running server, its path as it stands."""
    server = serve(site, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()

    def send(path: str, method: str = "GET") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
        connection.putrequest(method, path, skip_accept_encoding=True)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", "replace")
        connection.close()
        return Answer(answer.status, dict(answer.getheaders()), body)

    yield send
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/zh/index.html", "text/html", "<h1>城</h1>"),
        ("/zh/", "text/html", "<h1>城</h1>"),
        ("/style.css?x=1", "text/css", "h1 {}"),
        ("/data/a.csv", "text/csv", "a\n1\n"),
        ("/again.css", "text/css", "h1 {}"),
        ("/zh/../style.css", "text/css", "h1 {}"),
    ],
)
def test_a_page_is_served_with_its_kind(
    ask: Callable[..., Answer], path: str, kind: str, body: str
) -> None:
    answer = ask(path)
    assert (answer.status, answer.body) == (200, body)
    assert answer.headers["Content-type"].startswith(kind)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/zh/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/zh/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/..%2fsecret.txt",
        "/..\\secret.txt",
        "/%252e%252e/secret.txt",
        "/../site-other/secret.txt",
        "//etc/hostname",
        "/out.txt",
        "/away/secret.txt",
        "/away/",
        "/loop",
        "/%00",
        "/zh/index.html%00.txt",
        "/" + "x" * 5000,
        "/nothing.html",
    ],
)
def test_nothing_outside_the_folder_is_reached(
    ask: Callable[..., Answer], capfd: pytest.CaptureFixture[str], path: str
) -> None:
    for method in ("GET", "HEAD"):
        answer = ask(path, method)
        assert answer.status == 404 and SECRET not in answer.body
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("path", ["/", "/data/", "/data/?C=N"])
def test_no_folder_is_listed(ask: Callable[..., Answer], path: str) -> None:
    answer = ask(path)
    assert answer.status == 404 and "a.csv" not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_it_can_only_be_read(ask: Callable[..., Answer], site: Path, method: str) -> None:
    assert ask("/style.css", method).status == 501
    assert (site / "style.css").read_text("utf-8") == "h1 {}"


def test_an_address_given_is_the_address_bound(site: Path) -> None:
    server = serve(site, "127.0.0.1", 0)
    assert server.server_address[0] == "127.0.0.1"
    assert server.socket.family == socket.AF_INET
    server.server_close()


def test_a_port_in_use_is_an_error_and_not_shared(site: Path) -> None:
    first = serve(site, "127.0.0.1", 0)
    with pytest.raises(OSError, match="in use"):
        serve(site, "127.0.0.1", first.server_address[1])
    first.server_close()


def test_every_page_of_a_release_is_served(small_release: Path) -> None:
    server = serve(small_release / "site", "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    wrong = []
    for path in sorted((small_release / "site").rglob("*")):
        if path.is_file():
            name = path.relative_to(small_release / "site").as_posix()
            connection.request("GET", f"/{name}")
            answer = connection.getresponse()
            if (answer.status, answer.read()) != (200, path.read_bytes()):
                wrong.append(name)
    connection.close()
    server.shutdown()
    server.server_close()
    thread.join()
    assert wrong == []
