"""Submissions of a job `Job` to a queue `Queue`, written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.checks import system_of

if TYPE_CHECKING:
    from batchwright.checks.system import Submission

PARTS: dict[str, Any] = {
    "Job": {"Type": "AWS::Batch::JobDefinition", "Properties": {"JobDefinitionName": "job"}},
    "Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"JobQueueName": "queue"}},
}
JOB, QUEUE = {"Ref": "Job"}, {"Fn::GetAtt": ["Queue", "JobQueueArn"]}
SUBMIT = "arn:aws:states:::batch:submitJob.sync"


def submissions(kind: str, **properties: object) -> list[Submission]:
    template = {"Resources": {**PARTS, "It": {"Type": kind, "Properties": properties}}}
    return list(system_of(template).submissions)


def the_submission(kind: str, **properties: object) -> Submission:
    (found,) = submissions(kind, **properties)
    assert found.resource.logical_id == "It"
    return found


def is_linked(found: Submission) -> bool:
    return found.definition is not None and found.queue is not None and found in found.definition.submissions


def state_machine(**properties: object) -> Submission:
    return the_submission("AWS::StepFunctions::StateMachine", **properties)


def task(job: object, queue: object, **arguments: object) -> dict[str, object]:
    parameters = {"JobName": "x", "JobDefinition": job, "JobQueue": queue, **arguments}
    return {"Type": "Task", "Resource": SUBMIT, "Parameters": parameters, "End": True}


def machine(state: object) -> dict[str, object]:
    return {"StartAt": "Run", "States": {"Run": state}}


def cut(text: str, **parts: object) -> dict[str, object]:
    """`Fn::Join` of a text with values in place of `<name>`."""
    pieces: list[object] = [text]
    for name, value in parts.items():
        pieces = [
            each
            for piece in pieces
            for each in (
                [part for pair in zip(piece.split(f"<{name}>"), [value] * 99, strict=False) for part in pair][:-1]
                if isinstance(piece, str)
                else [piece]
            )
        ]
    return {"Fn::Join": ["", pieces]}
