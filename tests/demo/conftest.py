from __future__ import annotations

from typing import Any

import pytest

from tools.demo.job_log import JobLog
from tools.demo.tiles import Tile, cut_tiles

RecordedEvent = tuple[dict[str, Any], float]
"""An event of EventBridge, and when it came in seconds since 1970."""

START = 1_800_000_000.0


@pytest.fixture(scope="session")
def tiles() -> list[Tile]:
    return cut_tiles(72)


@pytest.fixture
def recorded(recorded_events: list[RecordedEvent]) -> JobLog:
    """The log of `recorded_events`."""
    log = JobLog()
    for event, received in recorded_events:
        log.add(event, received=received)
    return log


@pytest.fixture
def recorded_events() -> list[RecordedEvent]:
    """An array of three children, of which the second needs two attempts and the third fails.

    With each event the time when it came, late by up to 0.3 s.
    """
    found = [
        _event("job", "SUBMITTED", 0.0, size=3),
        _event("job", "PENDING", 0.1, size=3),
        *(_event(f"job:{index}", "SUBMITTED", 0.1, index=index) for index in range(3)),
        *(_event(f"job:{index}", "RUNNABLE", 0.2, index=index) for index in range(3)),
    ]
    for index in range(3):
        found.append(_event(f"job:{index}", "STARTING", 1.0 + index, index=index))
        found.append(_event(f"job:{index}", "RUNNING", 2.3 + index, index=index, startedAt=2.0 + index))
    retried = [{"container": {"exitCode": 30}}]
    failed = [{"container": {"exitCode": 21, "reason": "no manifest"}}]
    found += [
        _event("job:0", "SUCCEEDED", 5.1, index=0, stoppedAt=5.0, attempts=retried[:1]),
        _event("job:1", "RUNNABLE", 6.0, index=1, attempts=retried),
        _event("job:1", "STARTING", 6.5, index=1, attempts=retried),
        _event("job:1", "RUNNING", 7.2, index=1, startedAt=7.0, attempts=retried),
        _event("job:1", "SUCCEEDED", 9.1, index=1, stoppedAt=9.0, attempts=retried * 2),
        _event("job:2", "FAILED", 10.2, index=2, stoppedAt=10.0, attempts=failed),
        _event("job", "FAILED", 10.3, size=3, stoppedAt=10.1),
    ]
    return found


def _event(
    job_id: str,
    status: str,
    received: float,
    *,
    index: int | None = None,
    size: int | None = None,
    startedAt: float | None = None,  # noqa: N803 - as the API spells it
    stoppedAt: float | None = None,  # noqa: N803
    attempts: list[dict[str, Any]] | None = None,
) -> RecordedEvent:
    stamps = {"createdAt": 0.0, "startedAt": startedAt, "stoppedAt": stoppedAt}
    detail = {
        "jobId": job_id,
        "jobName": "embed",
        "status": status,
        "arrayProperties": {"size": size} if index is None else {"index": index, "statusSummary": {}},
        "attempts": attempts or [],
        "container": {"logConfiguration": {"options": {"awslogs-group": "/jobs"}}, "logStreamName": f"log/{job_id}"},
        **{name: round((START + value) * 1000) for name, value in stamps.items() if value is not None},
    }
    return {"detail-type": "Batch Job State Change", "detail": detail}, START + received
