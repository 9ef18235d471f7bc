from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.checks import system_of
from support.submissions import (
    JOB,
    PARTS,
    QUEUE,
    cut,
    is_linked,
    machine,
    submissions,
    task,
    the_submission,
)

from batchwright.checks.templates import Unknown

if TYPE_CHECKING:
    from batchwright.checks.system import Submission


def test_rules_of_eventbridge() -> None:
    batch = {"JobDefinition": JOB, "JobName": "x", "ArrayProperties": {"Size": 5}}
    targets = [{"Id": "other", "Arn": "arn"}, {"Id": "job", "Arn": QUEUE, "BatchParameters": batch}]
    found = the_submission("AWS::Events::Rule", Targets=targets)
    assert is_linked(found)
    assert (found.kind, found.path, found.state) == ("rule", "Targets[1]", {})
    assert found.request["ArrayProperties"] == {"Size": 5}
    assert "ShareIdentifier" not in found.request


def test_the_input_of_a_rules_target_may_set_more() -> None:
    target = {"Arn": QUEUE, "BatchParameters": {"JobDefinition": JOB}, "InputTransformer": {"InputTemplate": "{}"}}
    found = the_submission("AWS::Events::Rule", Targets=[target])
    assert isinstance(found.request["ShareIdentifier"], Unknown)
    assert isinstance(found.request["ContainerOverrides"], Unknown)


@pytest.mark.parametrize("partition", ["aws", "${AWS::Partition}"])
def test_schedules(partition: str) -> None:
    text = '{"JobName": "<aws.scheduler.execution-id>", "JobDefinition": "<job>", "JobQueue": "<queue>"}'
    target = {
        "Arn": {"Fn::Sub": f"arn:{partition}:scheduler:::aws-sdk:batch:submitJob"},
        "Input": cut(text, job=JOB, queue=QUEUE),
    }
    found = the_submission("AWS::Scheduler::Schedule", Target=target)
    assert is_linked(found)
    assert (found.kind, found.path) == ("schedule", "Target")
    assert isinstance(found.request["JobName"], Unknown)


def test_schedules_of_something_else() -> None:
    for target in ({"Arn": "arn:aws:lambda"}, {"Arn": "arn:aws:scheduler:::aws-sdk:batch:submitJob"}, 3, {"Ref": "X"}):
        assert submissions("AWS::Scheduler::Schedule", Target=target) == []


def test_pipes() -> None:
    batch = {"JobDefinition": JOB, "JobName": "$.body.name", "Parameters": {"key": "$.body.key", "fixed": "v"}}
    found = the_submission("AWS::Pipes::Pipe", Target=QUEUE, TargetParameters={"BatchJobParameters": batch})
    assert is_linked(found)
    assert found.kind == "pipe"
    assert isinstance(found.request["JobName"], Unknown)
    assert found.request["Parameters"] == {"key": Unknown("decided when the job is submitted"), "fixed": "v"}


def with_metadata(*resources: dict[str, Any]) -> list[Submission]:
    job = PARTS["Job"] | {"Metadata": {"batchwright": {"queue": QUEUE, "architecture": "arm64"}}}
    more = {f"More{number}": each for number, each in enumerate(resources)}
    return list(system_of({"Resources": {**PARTS, "Job": job, **more}}).submissions)


def test_a_job_tells_its_queue_in_its_metadata() -> None:
    (found,) = with_metadata()
    assert is_linked(found)
    assert (found.kind, found.path, found.request) == ("metadata", "Metadata.batchwright", {})
    assert found.resource.logical_id == "Job"


def test_a_state_that_submits_there_tells_more_than_metadata() -> None:
    state = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": machine(task(JOB, QUEUE))}}
    (found,) = with_metadata(state)
    assert found.kind == "state"
