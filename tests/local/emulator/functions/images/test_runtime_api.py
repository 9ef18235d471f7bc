from __future__ import annotations

import http.client
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from batchwright.local.emulator.functions.images.forwarder import Forwarder
from batchwright.local.emulator.functions.images.runtime_api import Answer, Invocation, RuntimeApi

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "/2018-06-01/runtime"


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    made = RuntimeApi("127.0.0.1")
    yield made
    made.close()


def ask(
    api: RuntimeApi, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=20)
    connection.request(
        method, BASE + path, body=body, headers={name.replace("_", "-"): one for name, one in headers.items()}
    )
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return found


def invocation(request_id: str) -> Invocation:
    return Invocation(
        request_id=request_id, event=b'{"n":1}', deadline=1_700_000_000.5, function_arn="arn:f", trace_id="t"
    )


def test_a_runtime_waits_gets_work_and_answers(api: RuntimeApi) -> None:
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(ask, api, "GET", "/invocation/next")
        assert api.ready(20)
        api.hand(invocation("1"))
        status, headers, body = asked.result(20)

    assert (status, body) == (200, b'{"n":1}')
    assert headers["Lambda-Runtime-Aws-Request-Id"] == "1"
    assert headers["Lambda-Runtime-Deadline-Ms"] == "1700000000500"
    assert headers["Lambda-Runtime-Invoked-Function-Arn"] == "arn:f"
    assert headers["Lambda-Runtime-Trace-Id"] == "t"
    assert ask(api, "POST", "/invocation/1/response", b'{"ok":true}')[0] == 202
    answer = api.answer(20)
    assert answer is not None
    assert (answer.failed, answer.value()) == (False, {"ok": True})


def test_errors_and_what_was_not_asked(api: RuntimeApi) -> None:
    api.hand(invocation("1"))

    status, _, body = ask(api, "POST", "/invocation/2/response", b"{}")
    assert (status, body) == (400, b'{"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}')
    assert ask(api, "POST", "/invocation/1/error", b'{"errorType":"Bad"}')[0] == 202
    assert ask(api, "POST", "/invocation/1/error", b"{}")[0] == 400
    assert ask(api, "GET", "/nothing")[0] == 404
    assert ask(api, "POST", "/nothing")[0] == 404
    answer = api.answer(20)
    assert answer == Answer(failed=True, body=b'{"errorType":"Bad"}')


def test_a_runtime_that_cannot_start(api: RuntimeApi) -> None:
    assert not api.ready(0)
    ask(api, "POST", "/init/error", b'{"errorType":"Import"}')

    assert api.ready(20)
    assert api.init_error is not None
    assert api.init_error.value() == {"errorType": "Import"}


def test_the_end_releases_a_runtime_that_waits(api: RuntimeApi) -> None:
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(ask, api, "GET", "/invocation/next")
        assert api.ready(20)
        api.close()
        assert asked.result(20)[0] == 500
    assert api.answer(20) is None


def test_an_answer_in_chunks(api: RuntimeApi) -> None:
    api.hand(invocation("1"))
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=20)
    connection.request(
        "POST",
        f"{BASE}/invocation/1/response",
        body=iter([b'"a', b'b"']),
        encode_chunked=True,
        headers={"Transfer-Encoding": "chunked"},
    )
    assert connection.getresponse().status == 202
    connection.close()

    answer = api.answer(20)
    assert answer is not None
    assert answer.value() == "ab"


@pytest.mark.parametrize(("body", "value"), [(b"", None), (b"plain", "plain"), (b"[1]", [1])])
def test_values(body: bytes, value: object) -> None:
    assert Answer(failed=False, body=body).value() == value


def test_a_forwarder_passes_both_ways() -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def echo() -> None:
        connection, _ = listening.accept()
        with connection:
            while data := connection.recv(10_000):
                connection.sendall(data.upper())

    threading.Thread(target=echo, daemon=True).start()
    forwarder = Forwarder("127.0.0.1", listening.getsockname()[1])
    with socket.create_connection(("127.0.0.1", forwarder.port), timeout=20) as client:
        client.sendall(b"hello" * 50_000)
        client.shutdown(socket.SHUT_WR)
        received = b""
        while data := client.recv(65_536):
            received += data
    forwarder.close()
    listening.close()

    assert received == b"HELLO" * 50_000
