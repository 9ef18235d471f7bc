from __future__ import annotations

from typing import Any

import pytest

from batchwright.local.emulator.context import EmulatorContext
from batchwright.local.emulator.events.chain import ChainGuard
from batchwright.local.emulator.job_brake import JobBrake
from batchwright.local.engine import BatchError


def test_children_of_arrays_count() -> None:
    now = 0.0
    brake = JobBrake(10, now=lambda: now)

    brake.admit({"arrayProperties": {"size": 8}})
    brake.admit({})
    with pytest.raises(BatchError, match="9 jobs were submitted within a minute, and the local AWS takes 10") as caught:
        brake.admit({"arrayProperties": {"size": 2}})
    brake.admit({"arrayProperties": {"size": "many"}})

    assert (caught.value.code, caught.value.http_status) == ("TooManyRequestsException", 429)
    now = 60.0
    brake.admit({"arrayProperties": {"size": 10}})


def test_a_default_is_beyond_what_a_machine_runs() -> None:
    brake = JobBrake(now=lambda: 0.0)

    for _ in range(6):
        brake.admit({"arrayProperties": {"size": 10_000}})
    with pytest.raises(BatchError):
        brake.admit({})


def test_only_submissions_are_counted() -> None:
    calls: list[str] = []

    class Engine:
        def handle(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
            del request
            calls.append(operation)
            return {}

    context = EmulatorContext(
        account="1",
        region="r",
        client=lambda *_: None,
        engine=lambda _: Engine(),  # type: ignore[arg-type, return-value]
        chain=ChainGuard(),
        brake=JobBrake(1, now=lambda: 0.0),
    )
    for _ in range(3):
        context.batch("r", "DescribeJobs", {})
    context.batch("r", "SubmitJob", {})
    with pytest.raises(BatchError):
        context.batch("r", "SubmitJob", {})

    assert calls == ["DescribeJobs"] * 3 + ["SubmitJob"]
