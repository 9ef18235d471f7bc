from __future__ import annotations

from typing import TYPE_CHECKING

from local.engine.harness import FakeRunner

from batchwright.local.engine import BatchEngine, SimulatedClock, Transition

if TYPE_CHECKING:
    from local.engine.harness import Batch


def test_every_transition_is_told_with_the_submission(batch: Batch) -> None:
    parent = batch.submit("a", arrayProperties={"size": 2})
    batch.clock.run()
    told = [t for t in batch.transitions if t.job_id == f"{parent}:1"]
    assert [t.status for t in told] == ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]
    assert [t.before for t in told] == [None, *[t.status for t in told[:-1]]]
    assert [t.at - told[0].at for t in told] == [0, 0, 0, 1, 11]
    assert {(t.job_name, t.queue, t.vcpus, t.parent) for t in told} == {("a", "queue", 1.0, False)}
    assert [t.environment for t in told] == [None, None, *["environment"] * 3]
    assert all(t.parent for t in batch.transitions if t.job_id == parent)


def test_events_are_the_transitions_without_the_submission(batch: Batch) -> None:
    batch.runner.exits(1, 0)
    batch.submit(arrayProperties={"size": 50}, retryStrategy={"attempts": 2})
    batch.clock.run()
    told = [(t.job_id, t.status) for t in batch.transitions if t.before is not None]
    assert told == [(e["detail"]["jobId"], e["detail"]["status"]) for e in batch.of_kind()]


def test_attempts_are_numbered(batch: Batch) -> None:
    batch.runner.exits(1, 1, 0)
    batch.submit(retryStrategy={"attempts": 3})
    batch.clock.run()
    running = [t.attempt for t in batch.transitions if t.status == "RUNNING"]
    assert running == [1, 2, 3]
    assert batch.transitions[-1].attempt == 3


def test_an_engine_without_events() -> None:
    clock = SimulatedClock()
    told: list[Transition] = []
    engine = BatchEngine(
        account="1" * 12, region="us-east-1", runner=FakeRunner(clock), emit=None, clock=clock, observe=told.append
    )
    engine.handle("CreateComputeEnvironment", {"computeEnvironmentName": "e", "type": "UNMANAGED", "serviceRole": "r"})
    order = [{"order": 1, "computeEnvironment": "e"}]
    engine.handle("CreateJobQueue", {"jobQueueName": "q", "priority": 1, "computeEnvironmentOrder": order})
    container = {"image": "i", "vcpus": 1, "memory": 4}
    engine.handle(
        "RegisterJobDefinition", {"jobDefinitionName": "d", "type": "container", "containerProperties": container}
    )
    job = engine.handle("SubmitJob", {"jobName": "j", "jobQueue": "q", "jobDefinition": "d"})["jobId"]
    clock.run()
    assert engine.handle("DescribeJobs", {"jobs": [job]})["jobs"][0]["status"] == "SUCCEEDED"
    assert len(told) == 5
    engine.close()
