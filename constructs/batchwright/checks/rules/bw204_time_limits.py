"""BW204: time limits of a queue are ones that AWS takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import ABSENT, fields, items, number
from batchwright.checks.views.settings import constant, is_set
from batchwright.model.time_limits import time_limit_action_problems, time_limit_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import Queue, System
    from batchwright.checks.templates import Value
    from batchwright.model import Problem


_PATH: Final = "JobStateTimeLimitActions"
_PATHS: Final = {"action": "Action", "state": "State"}


def _check(system: System) -> Iterator[Violation]:
    for queue in system.queues:
        service = _is_for_services(queue)
        for position, entry in enumerate(items(queue.resource.get(_PATH))):
            path = f"{_PATH}[{position}]"
            for problem in _problems(fields(entry), service):
                name = _PATHS.get(problem.field, "MaxTimeSeconds")
                yield Violation(resource=queue.resource, path=f"{path}.{name}", problem=problem)


def _problems(entry: dict[str, Value], service: bool | None) -> Iterator[Problem]:
    seconds = number(entry.get("MaxTimeSeconds"))
    reason = constant(entry.get("Reason", ABSENT), absent="") or ""
    if seconds is not None:
        yield from time_limit_problems(seconds, misconfigured=reason.startswith("MISCONFIGURATION"))
    action, state = (constant(entry.get(name, ABSENT)) for name in ("Action", "State"))
    yield from time_limit_action_problems(action=action, state=state, service=service)


def _is_for_services(queue: Queue) -> bool | None:
    """Whether the queue is for service jobs; None when that is open."""
    services = is_set(queue.resource.get("ServiceEnvironmentOrder"))
    containers = is_set(queue.resource.get("ComputeEnvironmentOrder"))
    return services if services != containers else None


RULE: Final = Rule(
    id="BW204",
    severity=Severity.ERROR,
    title="Time limits of a queue are 10 minutes to a day, and cancel RUNNABLE jobs",
    what=(
        "MaxTimeSeconds is 600 to 86400, State is RUNNABLE and Action is CANCEL, or TERMINATE with a service "
        "environment. Silent on what is open."
    ),
    why="AWS refuses the queue when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_JobStateTimeLimitAction.html",
    check=_check,
)
