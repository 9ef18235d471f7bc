"""The Lambda Runtime API for one execution environment.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEXT = "/2018-06-01/runtime/invocation/next"
_INIT_ERROR = "/2018-06-01/runtime/init/error"
_RESULT = re.compile(r"/2018-06-01/runtime/invocation/([^/]+)/(response|error)")
_OK, _ACCEPTED, _BAD, _NOT_FOUND, _GONE = 200, 202, 400, 404, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call of a function.

    Attributes:
        request_id: Its id.
        event: The payload as JSON.
        deadline: When it has to be answered, in seconds since 1970.
        function_arn: ARN that was called.
        trace_id: Header of X-Ray, or an empty text.
    """

    request_id: str
    event: bytes
    deadline: float
    function_arn: str
    trace_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a runtime posted.

    Attributes:
        failed: Whether it is an error, of the handler or of the initialization.
        body: What was posted.
    """

    failed: bool
    body: bytes

    def value(self) -> Any:  # noqa: ANN401 - JSON
        """Return the body as JSON, as text when it is none."""
        text = self.body.decode("utf-8", "replace")
        try:
            return json.loads(text) if text else None
        except ValueError:
            return text


class RuntimeApi:
    """An HTTP server that hands one invocation at a time to a runtime, and takes its answer.

    Args:
        address: Address to listen on; the port is a free one.
    """

    def __init__(self, address: str) -> None:
        self._changed = threading.Condition()
        self._pending: Invocation | None = None
        self._running: str | None = None
        self._answer: Answer | None = None
        self._init_error: Answer | None = None
        self._ready = False
        self._closed = False
        self._server = ThreadingHTTPServer((address, 0), type("Handler", (_Handler,), {"api": self}))
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="batchwright-runtime-api", daemon=True)
        self._thread.start()

    def ready(self, timeout: float) -> bool:
        """Wait until the runtime asks for work or reports that it cannot start; False when the time was up."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ready or self._init_error is not None or self._closed, timeout)

    @property
    def init_error(self) -> Answer | None:
        """What the runtime reported when it could not start, or None."""
        return self._init_error

    def hand(self, invocation: Invocation) -> None:
        """Give the runtime the next invocation."""
        with self._changed:
            self._pending, self._running, self._answer = invocation, invocation.request_id, None
            self._changed.notify_all()

    def answer(self, timeout: float) -> Answer | None:
        """Wait for the answer to the invocation; None when the time was up or the environment was closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._answer or self._closed, timeout)
            return self._answer

    def close(self) -> None:
        """Tell the runtime to end and stop the server. May be called twice."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def next(self) -> Invocation | None:
        """Wait for an invocation, for the runtime; None when the environment is closed."""
        with self._changed:
            self._ready = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._pending or self._closed)
            taken, self._pending = self._pending, None
            return None if self._closed else taken

    def take(self, request_id: str, answer: Answer) -> bool:
        """Take the answer of the runtime; False when it answers what was not asked."""
        with self._changed:
            if request_id != self._running:
                return False
            self._running, self._answer = None, answer
            self._changed.notify_all()
            return True

    def take_init_error(self, answer: Answer) -> None:
        """Take the report of a runtime that cannot start."""
        with self._changed:
            self._init_error = answer
            self._changed.notify_all()


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of a runtime."""

    api: RuntimeApi
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Stay silent: the runtime's requests are no news."""

    def do_GET(self) -> None:
        if self.path != _NEXT:
            self._respond(_NOT_FOUND)
            return
        invocation = self.api.next()
        if invocation is None:
            self._respond(_GONE)
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Content-Type": "application/json",
        }
        if invocation.trace_id:
            headers["Lambda-Runtime-Trace-Id"] = invocation.trace_id
        self._respond(_OK, invocation.event, headers)

    def do_POST(self) -> None:
        body = self._body()
        if self.path == _INIT_ERROR:
            self.api.take_init_error(Answer(failed=True, body=body))
            self._respond(_ACCEPTED)
            return
        match = _RESULT.fullmatch(self.path)
        if match is None:
            self._respond(_NOT_FOUND)
        elif self.api.take(match[1], Answer(failed=match[2] == "error", body=body)):
            self._respond(_ACCEPTED)
        else:
            refusal = {"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}
            self._respond(_BAD, json.dumps(refusal).encode(), {"Content-Type": "application/json"})

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0].strip() or b"0", 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        # Trailers, such as those with which a runtime reports an error in the middle of a stream.
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def _respond(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            # The container is gone; whoever waits for its answer sees that it ended.
            self.close_connection = True
