"""BW202: a queue's environments have places of their own, and service environments their type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import fields, items, number
from batchwright.checks.views.settings import constant, count, is_set
from batchwright.model.queues import order_problems, service_queue_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System


_ORDERS: Final = ("ComputeEnvironmentOrder", "ServiceEnvironmentOrder")
_PATHS: Final = {"job_queue_type": "JobQueueType"}


def _check(system: System) -> Iterator[Violation]:
    for queue in system.queues:
        resource = queue.resource
        for path in _ORDERS:
            found = [number(fields(entry).get("Order")) for entry in items(resource.get(path))]
            for problem in order_problems([order for order in found if order is not None]):
                yield Violation(resource=resource, path=path, problem=problem)
        for problem in service_queue_problems(
            services=count(resource.get("ServiceEnvironmentOrder")),
            environments=is_set(resource.get("ComputeEnvironmentOrder")),
            queue_type=constant(resource.get("JobQueueType"), absent=""),
        ):
            path = _PATHS.get(problem.field, "ServiceEnvironmentOrder")
            yield Violation(resource=resource, path=path, problem=problem)


RULE: Final = Rule(
    id="BW202",
    severity=Severity.ERROR,
    title="A queue's environments are in one order, and of one sort",
    what=(
        "No two environments have the same Order; a queue has compute environments or one service environment, the "
        "latter with the type SAGEMAKER_TRAINING. Silent on what is open."
    ),
    why="AWS refuses the queue when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html",
    check=_check,
)
