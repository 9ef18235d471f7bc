"""BW303: a Fargate job logs with a driver that Fargate has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at
from batchwright.checks.templates import fields, text
from batchwright.model.log_drivers import fargate_log_driver_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        if not definition.fargate:
            continue
        for container in definition.containers:
            driver = text(fields(container.properties.get("LogConfiguration")).get("LogDriver"))
            if driver is not None:
                problems = fargate_log_driver_problems(driver, firelens=container.shape != "container")
                yield from at(definition.resource, f"{container.path}.LogConfiguration.LogDriver", problems)


RULE: Final = Rule(
    id="BW303",
    severity=Severity.ERROR,
    title="A Fargate job logs with awslogs or splunk",
    what="The log driver of a container on Fargate is `awslogs` or `splunk`, in `EcsProperties` also `awsfirelens`. "
    "Silent when it is open.",
    why="AWS refuses the job definition when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_LogConfiguration.html",
    check=_check,
)
