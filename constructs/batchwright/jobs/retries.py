"""When Batch tries a job again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from aws_cdk import aws_batch as batch

from batchwright.jobs import defaults
from batchwright.model import Problem
from batchwright.tokens import within

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_ATTEMPTS: Final = 10
_MAX_RULES: Final = 5
_EXIT_CODE: Final = re.compile(r"[0-9]{0,512}\*?")
_REASON: Final = re.compile(r"[A-Za-z0-9.:\s]{0,512}\*?")


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
            "on_exit_code": (self.on_exit_code, _EXIT_CODE, "digits and a trailing *"),
            "on_reason": (self.on_reason, _REASON, "letters, digits, . : white space and a trailing *"),
            "on_status_reason": (self.on_status_reason, _REASON, "letters, digits, . : white space and a trailing *"),
        }
        found = []
        if self.action not in ("RETRY", "EXIT"):
            found.append(Problem(f"{field}.action", self.action, "RETRY or EXIT", "Use one of them."))
        found += [
            Problem(f"{field}.{name}", value, f"{allowed}, up to 512", "Cut it before the first other character.")
            for name, (value, pattern, allowed) in patterns.items()
            if value is not None and (not value or len(value) > 512 or not pattern.fullmatch(value))
        ]
        if all(value is None for value, _, _ in patterns.values()):
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
        found = []
        if not within(self.attempts, 1, _MAX_ATTEMPTS):
            found.append(
                Problem("retries.attempts", self.attempts, f"1 to {_MAX_ATTEMPTS}", "Three suit most Spot work.")
            )
        if len(self.rules) > _MAX_RULES:
            found.append(
                Problem("retries.rules", f"{len(self.rules)} rules", f"up to {_MAX_RULES}", "Merge some with a *.")
            )
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
