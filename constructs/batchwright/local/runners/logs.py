"""Ships what programs print to CloudWatch Logs while they run."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from batchwright.local.runners.launch import LaunchError
from batchwright.local.runners.lines import EVENT_OVERHEAD, Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.local.engine import LogTarget
    from batchwright.local.runners.roles import Clients

_log = logging.getLogger(__name__)

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
_MAX_BATCH_BYTES: Final = 1_048_576
_MAX_BATCH_EVENTS: Final = 10_000
_FLUSH_FROM_BYTES: Final = 512 * 1024


class LogShipper:
    """Keeps the open log streams and flushes them from one thread.

    Args:
        client: Service name to boto3 client; `logs` is used.
        interval: Seconds between flushes: a line is readable at most this long after it was printed.
    """

    def __init__(self, *, client: Clients, interval: float = 0.5) -> None:
        self._client = client
        self._interval = interval
        self._groups: set[str] = set()
        self._streams: set[LogStream] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="batchwright-logs", daemon=True)
        self._thread.start()

    def open(self, target: LogTarget, stream: str) -> LogStream:
        """Create a log stream, and its group where that is allowed.

        Raises:
            LaunchError: The group does not exist, or the service refuses.
        """
        logs = self._client("logs")
        try:
            if target.create_group and target.group not in self._groups:
                _ignoring_existing(logs.create_log_group, logGroupName=target.group)
                self._groups.add(target.group)
            _ignoring_existing(logs.create_log_stream, logGroupName=target.group, logStreamName=stream)
        except (ClientError, BotoCoreError) as error:
            raise LaunchError(
                "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
                f"failed to create Cloudwatch log stream in group {target.group}: {error}"
            ) from error
        opened = LogStream(logs=logs, group=target.group, stream=stream, forget=self._forget)
        with self._lock:
            self._streams.add(opened)
        return opened

    def close(self) -> None:
        """Flush and close every stream, and end the thread. Idempotent."""
        self._closed.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        with self._lock:
            left = list(self._streams)
        for stream in left:
            stream.close()

    def _forget(self, stream: LogStream) -> None:
        with self._lock:
            self._streams.discard(stream)

    def _run(self) -> None:
        while not self._closed.wait(self._interval):
            with self._lock:
                streams = list(self._streams)
            for stream in streams:
                try:
                    stream.flush()
                except Exception:
                    # One stream must not end the shipping of all others.
                    _log.exception("lines of %s are lost", stream.name)


class LogStream:
    """One open log stream. Lines that come in are kept until the next flush; a burst flushes by itself."""

    def __init__(self, *, logs: Any, group: str, stream: str, forget: Any) -> None:  # noqa: ANN401 - a boto3 client
        self.name = stream
        self._logs = logs
        self._group = group
        self._forget = forget
        self._lines = Lines()
        self._events: list[dict[str, Any]] = []
        self._size = 0
        self._lock = threading.Lock()
        self._sending = threading.Lock()

    def write(self, chunk: bytes, source: int = 0) -> None:
        """Take output as it comes, from standard output and standard error (`source`) in turn."""
        with self._lock:
            self._add(self._lines.take(chunk, source))
            full = self._size >= _FLUSH_FROM_BYTES
        if full:
            self.flush()

    def flush(self) -> None:
        """Send the complete lines. Lines that the service refuses are lost, with a warning that says how many."""
        # Taken before the lines are, so that two flushes cannot send them in the wrong order.
        with self._sending:
            with self._lock:
                events, self._events, self._size = self._events, [], 0
            for batch in _batches(events):
                try:
                    self._logs.put_log_events(logGroupName=self._group, logStreamName=self.name, logEvents=batch)
                except (ClientError, BotoCoreError) as error:
                    _log.warning("%d lines of %s %s are lost: %s", len(batch), self._group, self.name, error)

    def close(self) -> None:
        """Send everything, also a last line without a line feed."""
        with self._lock:
            self._add(self._lines.finish())
        self.flush()
        self._forget(self)

    def _add(self, lines: list[str]) -> None:
        now = int(time.time() * 1000)
        self._events += [{"timestamp": now, "message": line} for line in lines]
        self._size += sum(map(len, lines)) + EVENT_OVERHEAD * len(lines)


def _batches(events: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    for event in events:
        cost = len(event["message"].encode()) + EVENT_OVERHEAD
        if batch and (size + cost > _MAX_BATCH_BYTES or len(batch) == _MAX_BATCH_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += cost
    if batch:
        yield batch


def _ignoring_existing(call: Any, **arguments: str) -> None:  # noqa: ANN401 - a method of a boto3 client
    try:
        call(**arguments)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ResourceAlreadyExistsException":
            raise
