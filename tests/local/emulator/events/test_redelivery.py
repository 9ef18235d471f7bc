"""A delivery that may do better later is tried again, as its policy says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from support.local_server import eventually

from batchwright.local.emulator.events import redelivery
from batchwright.local.emulator.events.dead_letters import DeliveryError
from batchwright.local.emulator.events.redelivery import Redeliveries
from batchwright.local.engine import BatchEngine, BatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.local_server import LocalServer


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


class Target:
    """Fails so many times."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.calls = 0
        self.ends: list[tuple[str, int, str]] = []

    def __call__(self) -> None:
        self.calls += 1
        if self.calls <= self.failures:
            raise DeliveryError("BUSY", "later", passes=True)

    def failed(self, error: DeliveryError, retries: int, condition: str) -> None:
        self.ends.append((error.code, retries, condition))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def again(clock: Clock) -> Iterator[Redeliveries]:
    made = Redeliveries(now=clock, watched=False)
    yield made
    made.close()


def add(again: Redeliveries, target: Target, *, passes: bool = True, **policy: int) -> None:
    again.add(DeliveryError("BUSY", "later", passes=passes), policy, target, target.failed)


def test_each_attempt_comes_later_than_the_one_before(again: Redeliveries, clock: Clock) -> None:
    target = Target(failures=3)
    add(again, target)

    calls = []
    for _ in range(16):
        clock.seconds += 1
        again.due()
        calls.append(target.calls)

    assert [calls.index(number) + 1 for number in (1, 2, 3, 4)] == [1, 3, 7, 15]
    assert target.ends == []


def test_the_attempts_of_the_policy_and_no_more(again: Redeliveries, clock: Clock) -> None:
    target = Target(failures=99)
    add(again, target, MaximumRetryAttempts=2)

    for _ in range(10):
        clock.seconds += redelivery.MOST_SECONDS
        again.due()

    assert target.calls == 2
    assert target.ends == [("BUSY", 2, "MaximumRetryAttempts")]


def test_not_longer_than_the_policy_says(again: Redeliveries, clock: Clock) -> None:
    target = Target(failures=99)
    add(again, target, MaximumEventAgeInSeconds=60)

    for _ in range(100):
        clock.seconds += 1
        again.due()

    assert target.ends == [("BUSY", 5, "MaximumEventAgeInSeconds")]


@pytest.mark.parametrize(("passes", "retries"), [(False, 185), (True, 0)])
def test_what_is_told_at_once(again: Redeliveries, passes: bool, retries: int) -> None:
    target = Target(failures=0)

    add(again, target, passes=passes, MaximumRetryAttempts=retries)

    assert target.ends == [("BUSY", 0, "MaximumRetryAttempts")]


def test_after_the_end_nothing_is_tried(again: Redeliveries, clock: Clock) -> None:
    target = Target(failures=0)
    add(again, target)
    again.close()

    clock.seconds += 100
    again.due()
    add(again, target)
    again.due()

    assert target.calls == 0


def test_a_job_that_was_too_much_is_submitted_later(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redelivery, "FIRST_SECONDS", 0.01)
    queue, definition = server.batch_queue("later")
    refusals = iter([BatchError("Too Many Requests", code="TooManyRequestsException")] * 2)
    handle = BatchEngine.handle

    def refuse_first(engine: Any, operation: str, request: Any) -> Any:  # noqa: ANN401
        if operation == "SubmitJob" and (error := next(refusals, None)) is not None:
            raise error
        return handle(engine, operation, request)

    monkeypatch.setattr(BatchEngine, "handle", refuse_first)
    events = server.client("events")
    events.put_rule(Name="later", EventPattern=json.dumps({"source": ["my.later"]}))
    target = {
        "Id": "one",
        "Arn": queue,
        "RoleArn": "arn:aws:iam::1:role/r",
        "BatchParameters": {"JobName": "later", "JobDefinition": definition},
    }
    events.put_targets(Rule="later", Targets=[target])

    events.put_events(Entries=[{"Source": "my.later", "DetailType": "d", "Detail": "{}"}])

    filters = [{"name": "JOB_NAME", "values": ["later"]}]
    batch = server.client("batch")
    eventually(lambda: batch.list_jobs(jobQueue=queue, filters=filters)["jobSummaryList"] or None)
    assert next(refusals, None) is None


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("create_archive", {"ArchiveName": "a", "EventSourceArn": "arn:aws:events:us-east-1:1:event-bus/default"}),
        (
            "start_replay",
            {
                "ReplayName": "r",
                "EventSourceArn": "arn:aws:events:us-east-1:1:archive/a",
                "EventStartTime": 0,
                "EventEndTime": 1,
                "Destination": {"Arn": "arn:aws:events:us-east-1:1:event-bus/default"},
            },
        ),
    ],
)
def test_archives_are_refused(server: LocalServer, operation: str, request_: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="keeps no archives of events"):
        getattr(server.client("events"), operation)(**request_)


@pytest.mark.parametrize("expression", ["cron(0 10 L-3 * ? *)", "cron(0 10 ? * TUES *)"])
def test_schedules_that_would_never_be_due_are_refused(server: LocalServer, expression: str) -> None:
    target = {"Arn": "arn:aws:sqs:us-east-1:1:q", "RoleArn": "arn:aws:iam::1:role/r"}

    with pytest.raises(ClientError, match="ValidationException"):
        server.client("scheduler").create_schedule(
            Name="never", ScheduleExpression=expression, FlexibleTimeWindow={"Mode": "OFF"}, Target=target
        )
    with pytest.raises(ClientError, match="ScheduleExpression is not valid"):
        server.client("events").put_rule(Name="never", ScheduleExpression=expression)
