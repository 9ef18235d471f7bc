"""When Batch tries a job again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aws_cdk import aws_batch as batch

from batchwright.jobs import defaults
from batchwright.model import Problem
from batchwright.model.retries import (
    action_problems,
    attempts_problems,
    exit_code_pattern_problems,
    reason_pattern_problems,
    rule_count_problems,
)
from batchwright.tokens import is_token, known

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """One rule of a retry strategy; it applies when all of its patterns match.

    Attributes:
        action: RETRY or EXIT.
        on_exit_code: The container's exit code: digits, or their beginning and a `*`.
        on_reason: The container's reason, such as `CannotPullContainerError*`: letters, digits, `.`, `:`, white space
            and a trailing `*`.
        on_status_reason: The attempt's status reason, such as `Host EC2*`: the same characters.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html
    """

    action: Literal["RETRY", "EXIT"]
    on_exit_code: str | None = None
    on_reason: str | None = None
    on_status_reason: str | None = None

    def problems(self, field: str) -> Sequence[Problem]:
        """Find patterns that AWS would refuse."""
        patterns = {
            "on_exit_code": (self.on_exit_code, exit_code_pattern_problems),
            "on_reason": (self.on_reason, reason_pattern_problems),
            "on_status_reason": (self.on_status_reason, reason_pattern_problems),
        }
        found = [*action_problems(self.action, field=f"{field}.action")]
        for name, (value, judge) in patterns.items():
            if value is not None and not is_token(value):
                found.extend(judge(value, field=f"{field}.{name}"))
        if all(value is None for value, _ in patterns.values()):
            found.append(Problem(field, self, "at least one pattern", "Use on_reason='*' to match everything."))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryStrategy:
    """How often Batch tries a job, and after which failures.

    Batch retries when **no** rule matches, so a list ends with a rule for everything (`on_reason="*"`).

    Attributes:
        attempts: 1 to 10, the first one included.
        rules: Up to five, read in order; the first that matches decides.
    """

    attempts: int
    rules: tuple[RetryRule, ...] = ()

    @classmethod
    def interruptions(cls, *, attempts: int = defaults.ATTEMPTS) -> RetryStrategy:
        """Retry what is not the job's fault, and nothing else.

        A host that AWS took back, a Fargate Spot task that it interrupted, an image that could not be pulled, a Docker
        daemon that did not answer in time. A program that fails is not run again: it would fail again.
        """
        return cls(
            attempts=attempts,
            rules=(
                RetryRule(action="RETRY", on_status_reason="Host EC2*"),
                RetryRule(action="RETRY", on_status_reason="Your Spot Task was interrupted*"),
                RetryRule(action="RETRY", on_reason="CannotPullContainerError*"),
                RetryRule(action="RETRY", on_reason="DockerTimeoutError*"),
                RetryRule(action="EXIT", on_reason="*"),
            ),
        )

    @classmethod
    def always(cls, *, attempts: int = defaults.ATTEMPTS) -> RetryStrategy:
        """Retry after any failure."""
        return cls(attempts=attempts)

    @classmethod
    def never(cls) -> RetryStrategy:
        """Run once."""
        return cls(attempts=1)

    def problems(self) -> Sequence[Problem]:
        """Find what AWS would refuse."""
        found = [*attempts_problems(known(self.attempts)), *rule_count_problems(len(self.rules))]
        for number, rule in enumerate(self.rules):
            found.extend(rule.problems(f"retries.rules[{number}]"))
        return found

    def render(self) -> batch.CfnJobDefinition.RetryStrategyProperty:
        """Render as the job definition's `RetryStrategy`."""
        return batch.CfnJobDefinition.RetryStrategyProperty(
            attempts=self.attempts,
            evaluate_on_exit=[
                batch.CfnJobDefinition.EvaluateOnExitProperty(
                    action=rule.action,
                    on_exit_code=rule.on_exit_code,
                    on_reason=rule.on_reason,
                    on_status_reason=rule.on_status_reason,
                )
                for rule in self.rules
            ]
            or None,
        )
