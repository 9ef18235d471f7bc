from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from batchwright.local.engine import Attempt, BatchEngine, Exit, Started
from batchwright.local.engine.api.requests import service_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pytest
    from local.engine.harness import Batch


def test_an_event_has_the_shape_of_eventbridge_and_the_detail_of_describe_jobs(batch: Batch) -> None:
    job = batch.submit(tags={"k": "v"})
    batch.clock.run()
    event = batch.events[-1]
    assert event["source"] == "aws.batch"
    assert event["detail-type"] == "Batch Job State Change"
    assert (event["account"], event["region"]) == ("123456789012", "us-east-1")
    assert event["resources"] == [event["detail"]["jobArn"]]
    assert event["time"] == "2023-11-14T22:13:31Z"
    assert event["detail"] == batch.job(job)
    assert len({event["id"] for event in batch.events}) == len(batch.events)


def test_every_event_tells_of_the_state_it_was_made_in(batch: Batch) -> None:
    parent = batch.submit(arrayProperties={"size": 2})
    batch.clock.run()
    details = [event["detail"] for event in batch.events]
    assert next(d["status"] for d in details if d["jobId"] == f"{parent}:0") == "RUNNABLE"
    first = next(d for d in details if d["jobId"] == parent)
    assert first["arrayProperties"]["statusSummary"]["SUBMITTED"] == 2
    assert first["status"] == "PENDING"
    running = next(d for d in details if d["status"] == "RUNNING")
    assert "logStreamName" in running["container"]
    assert "exitCode" not in running["container"]
    assert running["attempts"] == []


def test_details_match_awss_model(batch: Batch, make_batch: Callable[..., Batch]) -> None:
    batch.runner.exits(1, 0)
    batch.submit(arrayProperties={"size": 2}, retryStrategy={"attempts": 2}, timeout={"attemptDurationSeconds": 60})
    batch.clock.run()
    known = set(service_model().shape_for("JobDetail").members)
    for event in batch.events:
        assert set(event["detail"]) <= known


class InstantRunner:
    """Ends every attempt at once, on a thread of its own."""

    def start(
        self, attempt: Attempt, *, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> InstantRunner:
        def go() -> None:
            on_started(Started())
            on_exit(Exit(exit_code=0))

        threading.Thread(target=go, name=attempt.job_id).start()
        return self

    def stop(self, reason: str, grace: float) -> None:
        """Nothing to stop."""


def real_engine(emit: Callable[[Mapping[str, Any]], None]) -> BatchEngine:
    engine = BatchEngine(account="123456789012", region="us-east-1", runner=InstantRunner(), emit=emit)
    resources = {"type": "EC2", "maxvCpus": 8, "subnets": ["s"]}
    engine.handle(
        "CreateComputeEnvironment", {"computeEnvironmentName": "e", "type": "MANAGED", "computeResources": resources}
    )
    order = [{"order": 1, "computeEnvironment": "e"}]
    engine.handle("CreateJobQueue", {"jobQueueName": "q", "priority": 1, "computeEnvironmentOrder": order})
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "4"}]
    container = {"image": "i", "resourceRequirements": needs}
    engine.handle(
        "RegisterJobDefinition", {"jobDefinitionName": "d", "type": "container", "containerProperties": container}
    )
    return engine


def test_with_real_threads_every_transition_is_told_in_order_and_close_delivers_the_rest() -> None:
    told: dict[str, list[str]] = {}

    def emit(event: Mapping[str, Any]) -> None:
        told.setdefault(event["detail"]["jobId"], []).append(event["detail"]["status"])

    engine = real_engine(emit)
    request = {"jobName": "a", "jobQueue": "q", "jobDefinition": "d", "arrayProperties": {"size": 200}}
    parent = engine.handle("SubmitJob", request)["jobId"]
    done = engine.wait(parent, 60)
    engine.close()
    assert done is not None
    assert done["status"] == "SUCCEEDED"
    assert told.pop(parent) == ["PENDING", "SUCCEEDED"]
    assert len(told) == 200
    assert all(s == ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"] for s in told.values())


def test_a_listener_that_fails_or_calls_back_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []

    def emit(event: Mapping[str, Any]) -> None:
        seen.append(event["detail"]["status"])
        engine.handle("DescribeJobs", {"jobs": [event["detail"]["jobId"]]})
        raise ValueError("listener")

    engine = real_engine(emit)
    with caplog.at_level(logging.ERROR):
        job = engine.handle("SubmitJob", {"jobName": "a", "jobQueue": "q", "jobDefinition": "d"})["jobId"]
        assert engine.wait(job, 60) is not None
        # Not close(): after it the engine answers nothing, and this listener asks.
        engine._events.close()
    engine.close()
    assert seen == ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]
    assert "delivering the event" in caplog.text
