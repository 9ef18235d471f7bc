"""Events of job queues: what AWS Batch tells EventBridge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_cdk import aws_events as events

from batchwright.model import Problem, Problems
from batchwright.model.arguments import choice_problems, like_problems, texts_problems
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from constructs import Construct

# Source: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html
JOB_STATES: Final = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
# Source: https://docs.aws.amazon.com/batch/latest/userguide/service-job-status.html
SERVICE_JOB_STATES: Final = (*JOB_STATES[:3], "SCHEDULED", *JOB_STATES[3:])


def job_state_detail(
    states: Sequence[str], *, queue_arns: Sequence[str] = (), include_array_children: bool = False
) -> dict[str, Any]:
    """Pattern of the detail of job state changes: these states, in these queues or in any.

    Args:
        states: States that jobs get.
        queue_arns: Their queues; any when empty.
        include_array_children: Whether children of arrays match as well as the arrays.
    """
    detail: dict[str, Any] = {"status": list(states)}
    if queue_arns:
        detail["jobQueue"] = list(queue_arns)
    if not include_array_children:
        detail["arrayProperties"] = {"index": [{"exists": False}]}
    return detail


def job_state_rule(
    scope: Construct,
    construct_id: str,
    *,
    states: Sequence[str],
    detail: Callable[[], dict[str, Any]],
    target: events.IRuleTarget | None,
    service: bool = False,
) -> events.Rule:
    """Make a rule of job state changes; their detail is asked for once the states are known to be right.

    Raises:
        ConfigurationError: A state does not exist, or none is given.
    """
    problems = Problems(where(scope))
    choices = SERVICE_JOB_STATES if service else JOB_STATES
    fix = "Leave states out for FAILED."
    problems.extend(texts_problems("states", states, fix=fix) or choice_problems("states", states, choices, fix=fix))
    problems.extend(_target_problems(target))
    problems.raise_if_any()
    kind = "Service Job" if service else "Job"
    return _rule(scope, construct_id, detail_type=f"Batch {kind} State Change", detail=detail(), target=target)


def blocked_rule(
    scope: Construct, construct_id: str, *, queue_arn: str, target: events.IRuleTarget | None, service: bool = False
) -> events.Rule:
    """Make a rule of jobs that stand at the head of a queue and cannot start.

    Sources: https://docs.aws.amazon.com/batch/latest/userguide/batch-job-queue-blocked-events.html
             https://docs.aws.amazon.com/batch/latest/userguide/batch-service-job-queue-blocked-events.html
    """
    problems = Problems(where(scope))
    problems.extend(_target_problems(target))
    problems.raise_if_any()
    kind = "Service Job" if service else "Job"
    detail = {"jobQueue": [queue_arn]}
    return _rule(scope, construct_id, detail_type=f"Batch {kind} Queue Blocked", detail=detail, target=target)


def _target_problems(target: object) -> Sequence[Problem]:
    return like_problems("target", target, "bind", kind="a target", fix="Use one of aws_cdk.aws_events_targets.")


def _rule(
    scope: Construct, construct_id: str, *, detail_type: str, detail: dict[str, Any], target: events.IRuleTarget | None
) -> events.Rule:
    return events.Rule(
        scope,
        construct_id,
        event_pattern=events.EventPattern(source=["aws.batch"], detail_type=[detail_type], detail=detail),
        targets=[target] if target else None,
    )
