"""As much of S3 and DynamoDB as the program calls, over HTTP on loopback, with failures on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class LoopbackAws:
    """A context manager. Objects are keyed by "bucket/key", items by ImageId.

    Attributes:
        refuse: Error for a "METHOD bucket/key" or an operation of DynamoDB: (HTTP status, code).
        unprocessed: How many of the next BatchWriteItem calls leave their last item unwritten.
        gate: Image reads wait for it; set from the start.
        reading: Set when an image is asked for.
    """

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.items: dict[str, dict[str, Any]] = {}
        self.tables = {"vectors"}
        self.refuse: dict[str, tuple[int, str]] = {}
        self.unprocessed = 0
        self.puts = 0
        self.gate = threading.Event()
        self.gate.set()
        self.reading = threading.Event()
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> LoopbackAws:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def put_run(self, images: dict[str, bytes], *, per_list: int = 100) -> None:
        """Put images and the manifest of the run "monday" into the bucket "data"."""
        self.objects |= {f"data/{key}": content for key, content in images.items()}
        keys = sorted(images)
        parts = [
            "".join(json.dumps(key) + "\n" for key in keys[start : start + per_list]).encode()
            for start in range(0, len(keys), per_list)
        ]
        offsets = [sum(map(len, parts[:count])) for count in range(len(parts) + 1)]
        content = b"".join(parts)
        self.objects["data/manifests/monday/images.jsonl"] = content
        manifest = {
            "format": 1,
            "run_id": "monday",
            "bucket": "data",
            "images_uri": "s3://data/manifests/monday/images.jsonl",
            "images_sha256": hashlib.sha256(content).hexdigest(),
            "offsets": offsets,
            "reports": "s3://data/reports/monday/",
            "failed": "s3://data/failed/monday/",
        }
        self.objects["data/manifests/monday/manifest.json"] = json.dumps(manifest).encode()

    def dynamodb(self, operation: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if operation in self.refuse:
            status, code = self.refuse[operation]
            return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "on demand"}
        ((table, requests),) = request["RequestItems"].items()
        if table not in self.tables:
            kind = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
            return 400, {"__type": kind, "message": "Requested resource not found"}
        with self.lock:
            left = []
            if self.unprocessed:
                self.unprocessed -= 1
                requests, left = requests[:-1], requests[-1:]
            for one in requests:
                item = one["PutRequest"]["Item"]
                self.items[item["ImageId"]["S"]] = item
                self.puts += 1
        return 200, {"UnprocessedItems": {table: left} if left else {}}

    def _handler(aws) -> type[BaseHTTPRequestHandler]:  # noqa: C901, N805 - `self` is the handler below
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                operation = self.headers["X-Amz-Target"].partition(".")[2]
                status, answer = aws.dynamodb(operation, json.loads(body))
                self._answer(status, json.dumps(answer).encode(), {"Content-Type": "application/x-amz-json-1.0"})

            def do_GET(self) -> None:
                name = self._name()
                if name.startswith("data/images/"):
                    aws.reading.set()
                    aws.gate.wait(30)
                if self._refused("GET", name):
                    return
                content = aws.objects.get(name)
                if content is None:
                    self._error(404, "NoSuchKey")
                    return
                status, headers = 200, {"ETag": f'"{hashlib.md5(content).hexdigest()}"'}  # noqa: S324 - as S3 does
                span = self.headers["Range"]
                if span:
                    first, last = map(int, span.removeprefix("bytes=").split("-"))
                    status, content = 206, content[first : last + 1]
                self._answer(status, content, headers)

            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not self._refused("PUT", self._name()):
                    assert "aws-chunked" not in (self.headers["Content-Encoding"] or "")
                    aws.objects[self._name()] = body
                    self._answer(200, b"", {"ETag": '"x"'})

            def _name(self) -> str:
                return urllib.parse.unquote(urllib.parse.urlsplit(self.path).path.lstrip("/"))

            def _refused(self, method: str, name: str) -> bool:
                refusal = aws.refuse.get(f"{method} {name}")
                if refusal:
                    self._error(*refusal)
                return refusal is not None

            def _error(self, status: int, code: str) -> None:
                body = f"<Error><Code>{code}</Code><Message>on demand</Message></Error>".encode()
                self._answer(status, body, {"Content-Type": "application/xml"})

            def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def vector_bytes(item: dict[str, Any]) -> bytes:
    return base64.b64decode(item["Vector"]["B"])
