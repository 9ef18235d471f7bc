"""The statuses of executions, and the message about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import aws_events as events

from batchwright.model import Problems
from batchwright.model.arguments import choice_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
STATUSES: Final = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE")
FINAL_STATUSES: Final = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")


def check_statuses(where: object, field: str, statuses: Sequence[str]) -> None:
    """Raise a `ConfigurationError` when there is no status, or one that does not exist."""
    problems = Problems(where)
    problems.extend(choice_problems(field, statuses, STATUSES, fix=f"Leave {field} out for the final ones."))
    problems.raise_if_any()


def status_message(pipeline: str) -> events.RuleTargetInput:
    """Say in one sentence which status an execution has reached.

    It holds only values without quotes, because EventBridge does not escape what it puts into a text; an error's
    cause is mostly JSON, and a run that went well has no error, so the sentence says how to get both.
    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    detail = events.EventField.from_path
    return events.RuleTargetInput.from_text(
        f"Pipeline {pipeline}: execution {detail('$.detail.name')} changed to {detail('$.detail.status')} "
        f"at {events.EventField.time}. For error and history: "
        f"aws stepfunctions get-execution-history --reverse-order --execution-arn {detail('$.detail.executionArn')}"
    )
