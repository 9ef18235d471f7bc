from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import pytest
from local.runners.harness import RecordingAws, refused

from batchwright.local.engine import LogTarget
from batchwright.local.runners.logs import LogShipper

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = LogTarget(group="/mine", prefix="p", create_group=False)


@pytest.fixture
def shipper(aws: RecordingAws) -> Iterator[LogShipper]:
    """A shipper that flushes only when it is told to."""
    made = LogShipper(client=aws.client, interval=3600)
    yield made
    made.close()


def test_lines_are_put_together_from_chunks(shipper: LogShipper, aws: RecordingAws) -> None:
    stream = shipper.open(TARGET, "s")
    for chunk in (b"a", b"b\nc", b"\r\n\n", b"\xc3", b"\xa9\nlast"):
        stream.write(chunk)
    stream.flush()
    assert aws.lines["s"] == ["ab", "c", "é"]
    stream.close()
    assert aws.lines["s"] == ["ab", "c", "é", "last"]


def test_batches_stay_below_the_services_limits(shipper: LogShipper, aws: RecordingAws) -> None:
    stream = shipper.open(TARGET, "s")
    stream.write(b"x" * 1_000_000 + b"\n")
    stream.write(b"y\n" * 30_000)
    stream.close()
    assert "".join(aws.lines["s"]) == "x" * 1_000_000 + "y" * 30_000
    for batch in aws.batches:
        assert len(batch) <= 10_000
        assert sum(len(event["message"]) + 26 for event in batch) <= 1_048_576
        assert max(len(event["message"]) for event in batch) <= 262_144 - 26
        times = [event["timestamp"] for event in batch]
        assert times == sorted(times)


def test_a_burst_is_sent_without_waiting(shipper: LogShipper, aws: RecordingAws) -> None:
    stream = shipper.open(TARGET, "s")
    stream.write(b"line of the burst\n" * 50_000)
    assert aws.lines["s"]


def test_open_streams_are_flushed_in_time_and_by_close(aws: RecordingAws) -> None:
    shipper = LogShipper(client=aws.client, interval=0.01)
    stream = shipper.open(TARGET, "s")
    stream.write(b"soon\nrest")
    aws.wait_for_line("s", "soon")
    shipper.close()
    shipper.close()
    assert aws.lines["s"] == ["soon", "rest"]


def test_lines_that_are_refused_are_counted(
    shipper: LogShipper, aws: RecordingAws, caplog: pytest.LogCaptureFixture
) -> None:
    stream = shipper.open(TARGET, "s")
    stream.write(b"a\nb\n")
    aws.log_error = refused("PutLogEvents", "ServiceUnavailableException")
    with caplog.at_level(logging.WARNING):
        stream.flush()
    assert "2 lines of /mine s are lost" in caplog.text


def test_a_stream_that_fails_does_not_hold_back_the_others(
    aws: RecordingAws, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shipper = LogShipper(client=aws.client, interval=0.01)
    bad, good = shipper.open(TARGET, "bad"), shipper.open(TARGET, "good")
    flush = bad.flush
    failed = threading.Event()

    def fail() -> None:
        failed.set()
        raise RuntimeError("defect")

    monkeypatch.setattr(bad, "flush", fail)
    assert failed.wait(30)
    good.write(b"line\n")
    aws.wait_for_line("good", "line")
    monkeypatch.setattr(bad, "flush", flush)
    shipper.close()
    assert "lines of bad are lost" in caplog.text
