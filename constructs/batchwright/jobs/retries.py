"""When Batch tries a job again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aws_cdk import aws_batch as batch

from batchwright.jobs import defaults
from batchwright.model import Platform, Problem
from batchwright.model.arguments import item_problems, kind_problems, number_problems
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
            wrong = kind_problems(f"{field}.{name}", value, str, fix="Use a text, such as '137'.")
            found.extend(wrong)
            if value is not None and not wrong and not is_token(value):
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
        fargate_rules: Up to five in place of `rules` for jobs on Fargate, which gives other reasons than hosts do; the
            same when left out.
    """

    attempts: int
    rules: tuple[RetryRule, ...] = ()
    fargate_rules: tuple[RetryRule, ...] | None = None

    @classmethod
    def interruptions(cls, *, attempts: int = defaults.ATTEMPTS, out_of_memory: bool = False) -> RetryStrategy:
        """Retry what is not the job's fault, and nothing else.

        A host that AWS took back, a Fargate Spot task that it interrupted, an image that could not be pulled, a Docker
        daemon that did not answer in time, a task on Fargate that got no network interface in time. A program that
        fails is not run again: it would fail again.

        Args:
            attempts: 1 to 10, the first one included.
            out_of_memory: Retry a container that was killed for its memory too, for programs whose need differs from
                run to run. Batch reads five rules, too few to name that as well; so the program's own end is named
                instead, and every other failure is retried.
        """
        if out_of_memory:
            return cls(
                attempts=attempts,
                rules=(
                    RetryRule(action="RETRY", on_reason="OutOfMemoryError*"),
                    RetryRule(action="EXIT", on_status_reason="Essential container in task exited*"),
                    RetryRule(action="RETRY", on_reason="*"),
                ),
            )
        return cls(
            attempts=attempts,
            rules=(
                RetryRule(action="RETRY", on_status_reason="Host EC2*"),
                RetryRule(action="RETRY", on_status_reason="Your Spot Task was interrupted*"),
                RetryRule(action="RETRY", on_reason="CannotPullContainerError*"),
                RetryRule(action="RETRY", on_reason="DockerTimeoutError*"),
                RetryRule(action="EXIT", on_reason="*"),
            ),
            # There a pull that failed is the status reason, not the container's reason.
            # Sources: https://github.com/nextflow-io/nextflow/issues/5681
            #          https://repost.aws/knowledge-center/ecs-fargate-network-interface-errors
            fargate_rules=(
                RetryRule(action="RETRY", on_status_reason="Your Spot Task was interrupted*"),
                RetryRule(action="RETRY", on_status_reason="CannotPullContainerError*"),
                RetryRule(action="RETRY", on_reason="CannotPullContainerError*"),
                RetryRule(action="RETRY", on_status_reason="Timeout waiting for network interface*"),
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

    def rules_on(self, platform: Platform | None) -> tuple[RetryRule, ...]:
        """The rules that Batch reads for a job on a platform."""
        if platform is Platform.FARGATE and self.fargate_rules is not None:
            return self.fargate_rules
        return self.rules

    def problems(self, field: str = "retries") -> Sequence[Problem]:
        """Find what AWS would refuse; `field` is what the caller calls it."""
        lists = {"rules": self.rules, "fargate_rules": () if self.fargate_rules is None else self.fargate_rules}
        kinds = [*number_problems(f"{field}.attempts", self.attempts, fix="Use a whole number from 1 to 10.")]
        for name, rules in lists.items():
            kinds.extend(item_problems(f"{field}.{name}", rules, RetryRule, fix="Use RetryRule(...)."))
        if kinds:
            return kinds
        found = [*attempts_problems(known(self.attempts), field=f"{field}.attempts")]
        for name, rules in lists.items():
            found.extend(rule_count_problems(len(rules), field=f"{field}.{name}"))
            for number, rule in enumerate(rules):
                found.extend(rule.problems(f"{field}.{name}[{number}]"))
        return found

    def render(self, platform: Platform | None) -> batch.CfnJobDefinition.RetryStrategyProperty:
        """Render as the `RetryStrategy` of a job definition for a platform; None on EKS."""
        return batch.CfnJobDefinition.RetryStrategyProperty(
            attempts=self.attempts,
            evaluate_on_exit=[
                batch.CfnJobDefinition.EvaluateOnExitProperty(
                    action=rule.action,
                    on_exit_code=rule.on_exit_code,
                    on_reason=rule.on_reason,
                    on_status_reason=rule.on_status_reason,
                )
                for rule in self.rules_on(platform)
            ]
            or None,
        )
