"""The engine and the process runner together, on the machine's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.runners.harness import PATIENCE, RecordingAws

from batchwright.local.engine import BatchEngine, EngineLimits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchwright.local.runners.process.runner import ProcessRunner


class Service:
    """An engine with one queue, and the statuses it told of."""

    def __init__(self, runner: ProcessRunner) -> None:
        self.told: dict[str, list[str]] = {}
        limits = EngineLimits(min_timeout_seconds=1, stop_grace_seconds=0.1)
        self.engine = BatchEngine(
            account="123456789012", region="us-east-1", runner=runner, emit=self.emit, limits=limits
        )
        resources = {"type": "EC2", "maxvCpus": 8, "subnets": ["subnet-1"]}
        self.engine.handle(
            "CreateComputeEnvironment",
            {"computeEnvironmentName": "e", "type": "MANAGED", "computeResources": resources},
        )
        order = [{"order": 1, "computeEnvironment": "e"}]
        self.engine.handle("CreateJobQueue", {"jobQueueName": "q", "priority": 1, "computeEnvironmentOrder": order})

    def emit(self, event: Mapping[str, Any]) -> None:
        self.told.setdefault(event["detail"]["jobId"], []).append(event["detail"]["status"])

    def submit(self, program: str, **members: object) -> str:
        container = {
            "image": "image",
            "command": [program],
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/mine"}},
        }
        self.engine.handle(
            "RegisterJobDefinition", {"jobDefinitionName": "d", "type": "container", "containerProperties": container}
        )
        job = self.engine.handle("SubmitJob", {"jobName": "job", "jobQueue": "q", "jobDefinition": "d", **members})
        return str(job["jobId"])

    def ended(self, job: str) -> dict[str, Any]:
        detail = self.engine.wait(job, PATIENCE)
        assert detail is not None
        return detail


@pytest.fixture
def service(process_runner: ProcessRunner) -> Iterator[Service]:
    made = Service(process_runner)
    yield made
    made.engine.close()


def test_an_array_with_its_logs_and_events(service: Service, aws: RecordingAws) -> None:
    program = "import os; print('child', os.environ['AWS_BATCH_JOB_ARRAY_INDEX'])"
    parent = service.submit(program, arrayProperties={"size": 5})
    assert service.ended(parent)["status"] == "SUCCEEDED"
    for index in range(5):
        detail = service.ended(f"{parent}:{index}")
        assert aws.lines[detail["container"]["logStreamName"]] == [f"child {index}"]
    service.engine.close()
    assert service.told[parent] == ["PENDING", "SUCCEEDED"]
    assert service.told[f"{parent}:0"] == ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]


def test_retries_see_the_exit_code(service: Service) -> None:
    program = "import os, sys; sys.exit({'1': 9, '2': 8, '3': 0}[os.environ['AWS_BATCH_JOB_ATTEMPT']])"
    conditions = [{"onExitCode": "9", "action": "RETRY"}, {"onExitCode": "8", "action": "EXIT"}]
    job = service.submit(program, retryStrategy={"attempts": 5, "evaluateOnExit": conditions})
    detail = service.ended(job)
    assert [a["container"]["exitCode"] for a in detail["attempts"]] == [9, 8]
    assert detail["status"] == "FAILED"


def test_a_timeout_kills_a_program_that_does_not_stop(service: Service) -> None:
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    job = service.submit(program, timeout={"attemptDurationSeconds": 1}, retryStrategy={"attempts": 3})
    detail = service.ended(job)
    assert detail["statusReason"] == "Job attempt duration exceeded timeout"
    assert detail["container"]["exitCode"] in (137, 143)
    assert len(detail["attempts"]) == 1


def test_closing_the_engine_ends_what_runs(service: Service, aws: RecordingAws) -> None:
    job = service.submit("import time; print('up'); time.sleep(600)")
    with aws.changed:
        assert aws.changed.wait_for(lambda: ["up"] in aws.lines.values(), PATIENCE)
    service.engine.close()
    detail = service.ended(job)
    assert (detail["status"], detail["statusReason"]) == ("FAILED", "The local AWS was closed")
    assert detail["container"]["exitCode"] == 143
