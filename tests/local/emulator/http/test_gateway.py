from __future__ import annotations

import errno
import http.client
from typing import TYPE_CHECKING

import pytest

from batchwright.local.emulator import startup
from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.emulator.http import gateway, web_pages
from batchwright.local.emulator.http.gateway import Gateway

if TYPE_CHECKING:
    import socket

    from support.local_server import LocalServer

CREATE = ("POST", "/2015-03-31/functions")
BRIDGE = "172.17.0.1"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://page.example"},
        {"Origin": "null", "Content-Type": "text/plain"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("request_line", [CREATE, ("OPTIONS", "/2015-03-31/functions"), ("GET", "/bucket")])
def test_a_web_page_has_no_say(server: LocalServer, request_line: tuple[str, str], headers: dict[str, str]) -> None:
    connection = http.client.HTTPConnection(server.aws.endpoint.removeprefix("http://"), timeout=10)
    connection.request(*request_line, body=b"{}", headers=headers)
    answer = connection.getresponse()

    assert (answer.status, answer.read()) == (403, b"The local AWS does not answer requests of web pages.\n")
    assert answer.getheader("Access-Control-Allow-Origin") is None
    connection.close()


def test_the_address_line_of_a_browser_is_the_users_own(server: LocalServer) -> None:
    connection = http.client.HTTPConnection(server.aws.endpoint.removeprefix("http://"), timeout=10)
    connection.request("GET", "/_ministack/health", headers={"Sec-Fetch-Site": "none"})

    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("host", ["page.example", "page.example:4566", "127.0.0.1.page.example", "localhost.example."])
def test_a_page_whose_name_leads_here_has_no_say(server: LocalServer, host: str) -> None:
    connection = http.client.HTTPConnection(server.aws.endpoint.removeprefix("http://"), timeout=10)
    connection.request("GET", "/?AWSAccessKeyId=test&Signature=x&Expires=9999999999", headers={"Host": host})
    answer = connection.getresponse()

    assert answer.status == 403
    assert answer.read().startswith(b"The local AWS does not answer to this name")
    connection.close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "172.17.0.1:4566",
        "localhost:4566",
        "LOCALHOST.",
        "[::1]:4566",
        "host.docker.internal:4566",
        "aws",
        "my.bucket.s3.us-east-1.amazonaws.com",
        "a.lambda-url.us-east-1.on.aws",
        "bucket.localhost:4566",
    ],
)
def test_names_of_this_machine_and_of_aws_are_answered(host: str) -> None:
    assert web_pages.refusal([(b"host", host.encode())]) is None


def occupy(monkeypatch: pytest.MonkeyPatch, *, times: int, code: int) -> list[socket.socket]:
    """Make the bridge's address refuse so many times; return the sockets that were opened on it and on loopback."""
    opened: list[socket.socket] = []
    listen = gateway._listen
    left = times

    def fake(address: str, port: int) -> socket.socket:
        nonlocal left
        if address == BRIDGE and left:
            left -= 1
            raise OSError(code, "refused")
        opened.append(listen("127.0.0.1", 0 if address == BRIDGE else port))
        return opened[-1]

    monkeypatch.setattr(gateway, "_listen", fake)
    return opened


def test_a_free_port_is_free_on_every_address(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = occupy(monkeypatch, times=3, code=errno.EADDRINUSE)

    bound = Gateway.bind(addresses=["127.0.0.1", BRIDGE], port=0)

    assert bound.port == opened[-2].getsockname()[1]
    bound.close()
    assert all(one.fileno() == -1 for one in opened)


@pytest.mark.parametrize(
    ("code", "port", "expected"),
    [
        (errno.EADDRINUSE, 0, f"cannot listen on {BRIDGE} port "),
        (errno.EADDRNOTAVAIL, 0, f"has its bridge at {BRIDGE}, where this process cannot listen"),
    ],
)
def test_a_taken_port_is_no_remote_engine(monkeypatch: pytest.MonkeyPatch, code: int, port: int, expected: str) -> None:
    opened = occupy(monkeypatch, times=100, code=code)
    monkeypatch.setattr(startup.docker_engine, "name", lambda _: "unix:///engine.sock")

    with pytest.raises(LocalAwsError, match=expected):
        startup.bind(["127.0.0.1", BRIDGE], port, object())  # type: ignore[arg-type]

    assert all(one.fileno() == -1 for one in opened)
