"""What is checked of a pipeline's own arguments; its steps say themselves what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn

from batchwright.model import Problem
from batchwright.model.arguments import flags_problems, kind_problems, like_problems, required_problems
from batchwright.pipelines.step import Step
from batchwright.pipelines.tree import MAX_DEFINITION_BYTES
from batchwright.tokens import open_unit_problems, seconds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A year: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MAX_TIMEOUT_SECONDS: Final = 31_536_000


def pipeline_kind_problems(given: Mapping[str, Any]) -> Sequence[Problem]:
    """Find arguments of another kind than is meant, by their names."""
    steps_fix, level_fix = "Use BatchStep(job) >> BatchStep(other).", "Use sfn.LogLevel.ERROR."
    retention_fix = "Use logs.RetentionDays.ONE_MONTH."
    return [
        *required_problems("steps", given["steps"], Step, fix=steps_fix),
        *kind_problems("comment", given["comment"], str, fix="Use a text."),
        *kind_problems("timeout", given["timeout"], cdk.Duration, fix="Use Duration.hours(1)."),
        *like_problems("role", given["role"], "role_arn", kind="a role", fix="Use an iam.Role."),
        *like_problems(
            "log_group", given["log_group"], "log_group_name", kind="a log group", fix="Use a logs.LogGroup."
        ),
        *required_problems("log_retention", given["log_retention"], logs.RetentionDays, fix=retention_fix),
        *required_problems("log_level", given["log_level"], sfn.LogLevel, fix=level_fix),
        *flags_problems(log_execution_data=given["log_execution_data"], tracing=given["tracing"]),
    ]


def pipeline_timeout_problems(timeout: cdk.Duration | None) -> Sequence[Problem]:
    """Find a time that no execution can have."""
    if timeout is None:
        return []
    limit = seconds(timeout)
    if limit is None:
        return open_unit_problems("timeout", timeout)
    if 1 <= limit <= MAX_TIMEOUT_SECONDS and limit == int(limit):
        return []
    allowed = "whole seconds, 1 to 365 days of them"
    return [Problem("timeout", f"{limit} seconds", allowed, "Leave timeout out for a day.")]


def definition_text_problems(definition: str) -> Sequence[Problem]:
    """Find a state machine that Step Functions would refuse as a whole."""
    found: list[Problem] = []
    size = len(definition.encode())
    if size > MAX_DEFINITION_BYTES:
        fix = "Move long values into a file in S3, or split the pipeline."
        found.append(Problem("steps", f"{size} bytes of definition", f"{MAX_DEFINITION_BYTES} bytes", fix))
    if "#{Token[" in definition:
        value, allowed = "a list that is known only at deployment", "lists that are known now"
        found.append(Problem("steps", value, allowed, "Join the list to text with Fn.join."))
    return found
