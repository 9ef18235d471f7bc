"""Schedules of EventBridge Scheduler: when they are due, and what they call."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.local_server import eventually

from batchwright.local.emulator.events.schedules import Schedules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.local_server import LocalServer

PAST = "at(2020-01-01T00:00:00)"


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


class Sweep:
    """The schedules of a server that is not there, with a clock that the test turns."""

    def __init__(self) -> None:
        # Only the readers of expressions are ministack's.
        from ministack.services import eventbridge

        self.now = at("2026-03-01T10:00:30")
        self.store: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.fired: list[tuple[str, str]] = []
        scheduler = SimpleNamespace(
            _schedules=SimpleNamespace(_data=self.store), _tick_schedules=None, _SCHEDULE_TICK_INTERVAL=10
        )
        events = SimpleNamespace(
            _parse_rate_seconds=eventbridge._parse_rate_seconds,
            _parse_cron_fields=eventbridge._parse_cron_fields,
            _cron_next_fire=eventbridge._cron_next_fire,
            _invoke_target=self.invoke,
            _SCHEDULER_TICK_INTERVAL=10,
        )
        responses = SimpleNamespace(set_request_account_id=lambda _: None, set_request_region=lambda _: None)
        modules = {"services.scheduler": scheduler, "services.eventbridge": events, "core.responses": responses}
        hooks = SimpleNamespace(module=modules.__getitem__, get=getattr, replace=lambda *_: None)
        self.schedules = Schedules(hooks, now=lambda: self.now)  # type: ignore[arg-type]

    def invoke(self, target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any]) -> None:
        due = datetime.fromtimestamp(event["Time"], tz=UTC).strftime("%H:%M:%S")
        self.fired.append((rule["Name"], target.get("Input") or due))

    def add(self, name: str, expression: str, **fields: Any) -> None:  # noqa: ANN401
        self.store["1", "r", f"default/{name}"] = {
            "Arn": f"arn:{name}",
            "Name": name,
            "ScheduleExpression": expression,
            "State": "ENABLED",
            "Target": {"Arn": "arn:target"},
            "CreationDate": self.now,
            "LastModificationDate": self.now,
            **fields,
        }

    def look(self, moment: str = "") -> list[tuple[str, str]]:
        if moment:
            self.now = at(f"2026-03-01T{moment}")
        self.fired = []
        self.schedules.look()
        return self.fired


@pytest.fixture
def sweep(server: LocalServer) -> Sweep:
    return Sweep()


def test_a_rate_begins_at_once_and_keeps_its_beat(sweep: Sweep) -> None:
    sweep.add("rate", "rate(5 minutes)")

    assert sweep.look() == [("rate", "10:00:30")]
    assert sweep.look("10:05:29") == []
    assert sweep.look("10:05:40") == [("rate", "10:05:30")]
    # Times that were missed are not made up for.
    assert sweep.look("10:21:00") == [("rate", "10:10:30")]
    assert sweep.look("10:25:31") == [("rate", "10:25:30")]


def test_a_start_date_is_the_first_time(sweep: Sweep) -> None:
    sweep.add("rate", "rate(1 hour)", StartDate="2026-03-01T10:30:00Z", EndDate=at("2026-03-01T12:00:00"))

    assert sweep.look() == []
    assert sweep.look("10:30:01") == [("rate", "10:30:00")]
    assert sweep.look("11:30:01") == [("rate", "11:30:00")]
    assert sweep.look("12:30:01") == []


def test_cron_counts_in_its_time_zone(sweep: Sweep) -> None:
    sweep.add("tokyo", "cron(15 19 * * ? *)", ScheduleExpressionTimezone="Asia/Tokyo")
    sweep.add("utc", "cron(15 19 * * ? *)")

    assert sweep.look("10:14:59") == []
    assert sweep.look("10:15:00") == [("tokyo", "10:15:00")]
    assert sweep.look("19:15:00") == [("utc", "19:15:00")]


def test_a_one_time_schedule_fires_once_in_its_time_zone(sweep: Sweep) -> None:
    sweep.add("once", "at(2026-03-01T11:05:00)", ScheduleExpressionTimezone="Europe/Berlin")
    sweep.add("missed", PAST, EndDate=1.0)

    assert sweep.look() == [("missed", "00:00:00")]
    assert sweep.look("10:05:00") == [("once", "10:05:00")]
    assert sweep.look("10:06:00") == []
    assert len(sweep.store) == 2


def test_what_is_complete_is_deleted_when_asked(sweep: Sweep) -> None:
    sweep.add("once", PAST, ActionAfterCompletion="DELETE")
    sweep.add("ended", "rate(1 hour)", ActionAfterCompletion="DELETE", EndDate=at("2026-03-01T10:10:00"))

    assert len(sweep.look()) == 2
    assert sweep.look("10:00:40") == []
    assert list(sweep.store) == []


def test_a_disabled_or_unreadable_schedule_does_nothing(sweep: Sweep) -> None:
    sweep.add("off", "rate(1 minute)", State="DISABLED")
    sweep.add("odd", "sometimes")
    sweep.add("never", "at(tomorrow)")

    assert sweep.look() == []
    assert sweep.look("11:00:00") == []


def test_a_changed_schedule_begins_anew(sweep: Sweep) -> None:
    sweep.add("once", PAST)
    assert len(sweep.look()) == 1
    sweep.now += 1
    sweep.add("once", PAST)

    assert len(sweep.look()) == 1


def test_context_attributes_are_filled_in(sweep: Sweep) -> None:
    attributes = "<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time> <aws.scheduler.attempt-number>"
    sweep.add("filled", PAST, Target={"Arn": "a", "Input": attributes})

    assert sweep.look() == [("filled", "arn:filled 2020-01-01T00:00:00Z 1")]


@pytest.fixture(scope="module")
def batch(server: LocalServer) -> tuple[str, str]:
    return server.batch_queue("scheduled")


@pytest.fixture
def letters(server: LocalServer) -> Iterator[tuple[str, str]]:
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName="letters")["QueueUrl"]
    yield url, f"arn:aws:sqs:{server.aws.region}:{server.aws.account}:letters"
    sqs.delete_queue(QueueUrl=url)


def schedule(server: LocalServer, name: str, arn: str, data: Any, **target: Any) -> None:  # noqa: ANN401
    server.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=PAST,
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": arn,
            "RoleArn": f"arn:aws:iam::{server.aws.account}:role/scheduler",
            "Input": json.dumps(data),
            **target,
        },
    )


def test_a_schedule_submits_a_job(server: LocalServer, batch: tuple[str, str]) -> None:
    data = {
        "JobName": "scheduled",
        "JobQueue": batch[0],
        "JobDefinition": batch[1],
        "Parameters": {"when": "<aws.scheduler.scheduled-time>"},
    }
    schedule(server, "submit", "arn:aws:scheduler:::aws-sdk:batch:submitJob", data)

    client = server.client("batch")

    def job() -> str | None:
        filters = [{"name": "JOB_NAME", "values": ["scheduled"]}]
        found = client.list_jobs(jobQueue=batch[0], filters=filters)["jobSummaryList"]
        return str(found[0]["jobId"]) if found else None

    found = client.describe_jobs(jobs=[eventually(job)])["jobs"][0]
    assert found["parameters"] == {"when": "2020-01-01T00:00:00Z"}
    # Nothing is left of a one-time schedule that is to be deleted.
    eventually(lambda: server.client("scheduler").list_schedules()["Schedules"] == [] or None)


def test_a_schedule_changes_an_environment(server: LocalServer, batch: tuple[str, str]) -> None:
    data = {"ComputeEnvironment": "scheduled-environment", "ComputeResources": {"MaxvCpus": 3}}
    schedule(server, "shrink", "arn:aws:scheduler:::aws-sdk:batch:updateComputeEnvironment", data)

    def shrunk() -> bool | None:
        found = server.client("batch").describe_compute_environments(computeEnvironments=["scheduled-environment"])
        return found["computeEnvironments"][0]["computeResources"]["maxvCpus"] == 3 or None

    assert eventually(shrunk)


@pytest.mark.parametrize(
    ("arn", "data", "code", "message"),
    [
        (
            "arn:aws:scheduler:::aws-sdk:batch:submitJob",
            {"JobName": "a", "JobQueue": "missing", "JobDefinition": "missing"},
            "ClientException",
            "missing",
        ),
        ("arn:aws:scheduler:::aws-sdk:batch:toast", {}, "ValidationException", "There is no action toast of batch"),
        ("arn:aws:scheduler:::aws-sdk:batch:cancelJob", [1], "ValidationException", "has to be a JSON object"),
        ("arn:aws:sqs:us-east-1:123456789012:no-such-queue", {}, "NO_RESOURCE", "not found"),
    ],
)
def test_what_fails_becomes_a_dead_letter(
    server: LocalServer,
    letters: tuple[str, str],
    arn: str,
    data: Any,  # noqa: ANN401
    code: str,
    message: str,
) -> None:
    name = f"failing-{len(message)}"
    schedule(server, name, arn, data, DeadLetterConfig={"Arn": letters[1]})
    sqs = server.client("sqs")

    def letter() -> dict[str, Any] | None:
        found = sqs.receive_message(QueueUrl=letters[0], MessageAttributeNames=["All"]).get("Messages")
        return dict(found[0]) if found else None

    found = eventually(letter)
    about = {name: value["StringValue"] for name, value in found["MessageAttributes"].items()}
    assert json.loads(found["Body"]) == data
    assert (about["ERROR_CODE"], about["TARGET_ARN"], about["RETRY_ATTEMPTS"]) == (code, arn, "0")
    assert message in about["ERROR_MESSAGE"]
    assert about["SCHEDULE_ARN"].endswith(f":schedule/default/{name}")
    assert about["SCHEDULED_TIME"] == "2020-01-01T00:00:00Z"
