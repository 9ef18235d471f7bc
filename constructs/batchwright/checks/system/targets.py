"""Targets of EventBridge rules, schedules and pipes that submit jobs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.checks.system.arguments import JSONATA, PIPE_PATH, SCHEDULER_CONTEXT, arguments
from batchwright.checks.system.json_text import JsonText
from batchwright.checks.templates import Text, Unknown, fields, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.templates import Resource, Value

_SCHEDULED: Final = re.compile(r".*:scheduler:::aws-sdk:batch:submitJob", re.DOTALL)
# What the input of a rule's target may set beside its parameters.
# Source: https://docs.aws.amazon.com/batch/latest/userguide/batch-cwe-target.html
_FROM_INPUT: Final = ("ContainerOverrides", "Parameters", "SchedulingPriorityOverride", "ShareIdentifier", "Timeout")


@dataclass(frozen=True, slots=True)
class Target:
    """A target that submits a job.

    Attributes:
        path: Where it is, such as `Targets[0]`.
        request_path: Where its arguments are, such as `Targets[0].BatchParameters`.
        request: Its arguments, with the queue as `JobQueue`.
    """

    path: str
    request_path: str
    request: dict[str, Value]


def rule_targets(resource: Resource) -> Iterator[Target]:
    """Find the targets of an EventBridge rule that submit jobs."""
    for position, each in enumerate(items(resource.get("Targets"))):
        target = fields(each)
        parameters = target.get("BatchParameters")
        if isinstance(parameters, dict):
            request = arguments(parameters, JSONATA)
            request["JobQueue"] = target.get("Arn")
            if any(name in target for name in ("Input", "InputPath", "InputTransformer")):
                for name in _FROM_INPUT:
                    request.setdefault(name, Unknown("set by the target's input"))
            path = f"Targets[{position}]"
            yield Target(path, f"{path}.BatchParameters", request)


def schedule_targets(resource: Resource) -> Iterator[Target]:
    """Find the target of a schedule, where it calls `SubmitJob`."""
    target = resource.object("Target")
    arn = target.get("Arn")
    last = arn.parts[-1] if isinstance(arn, Text) else arn
    if isinstance(last, str) and _SCHEDULED.fullmatch(last):
        written = JsonText(target.get("Input"))
        request = arguments(written.restore(written.value), SCHEDULER_CONTEXT)
        if request:
            yield Target("Target", "Target.Input", request)


def pipe_targets(resource: Resource) -> Iterator[Target]:
    """Find the target of a pipe, where it is a job queue."""
    parameters = resource.get("TargetParameters.BatchJobParameters")
    if isinstance(parameters, dict):
        request = arguments(parameters, PIPE_PATH)
        request["JobQueue"] = resource.properties.get("Target")
        if resource.has("TargetParameters.InputTemplate"):
            for name in _FROM_INPUT:
                request.setdefault(name, Unknown("set by the pipe's input template"))
        path = "TargetParameters.BatchJobParameters"
        yield Target(path, path, request)
