"""Deregisters revisions of job definitions that nobody needs any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from batchwright.contracts import Job, Queue
from batchwright.functions import ShippedFunction
from batchwright.model import Problem, Problems
from batchwright.model.arguments import item_problems, kind_problems, required_problems
from batchwright.model.revisions import (
    MAX_JANITOR_JOBS,
    MAX_JANITOR_QUEUES,
    MAX_PINNED,
    count_problems,
    kept_for_problems,
    kept_revisions_problems,
    revision_arn_problems,
    schedule_rate_problems,
)
from batchwright.tokens import is_token, known, open_unit_problems, seconds, where

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aws_cdk import aws_cloudwatch as cloudwatch

NAMESPACE: Final = "Batchwright/RevisionJanitor"
WARNING_ID: Final = "batchwright:janitorOfAnotherStack"


class RevisionJanitor(Construct):
    """Deregisters old revisions of job definitions, on a schedule, and never one that may still be needed.

    Jobs keep their earlier revisions active, so that pipelines under way go on after a deployment; somebody has to
    clean up. A revision goes when all of this holds: it is not among the newest `keep`; it is neither the current one
    nor pinned; it was superseded `keep_for` ago or longer; no job from SUBMITTED to RUNNING uses it.

    When a revision was superseded is what the first run that finds it so writes into its tag `batchwright:superseded`,
    as Batch keeps no such time. Make `keep_for` longer than any execution of a pipeline that submits the jobs: an
    execution submits the revision that it was deployed with, even after a later deployment.

    Each decision is a line of its log. It may deregister and tag revisions of these definitions, and nothing else.

    Args:
        scope: The parent.
        construct_id: The id below it.
        jobs: Whose revisions: 1 to 20 jobs of this stack.
        queues: Where live jobs are looked for, up to 10; default: every queue of the Region, so that none is missed.
        keep: How many of the newest revisions stay, whatever their age: 10 by default, enough to go back by hand.
        keep_for: How long others stay after they were superseded; a week by default: executions of a pipeline end after
            a day unless it says otherwise.
        pinned: ARNs of revisions that stay, up to 10.
        every: How often it looks, in whole minutes; once a day by default.
        dry_run: Whether it only reports what it would deregister. It still notes what is superseded.
        log_retention: How long its log is kept.

    Raises:
        ConfigurationError: A number is out of its range, or an argument of a wrong kind.

    Attributes:
        function: The function.
        rule: Its schedule.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        jobs: Sequence[Job],
        queues: Sequence[Queue] = (),
        keep: int = 10,
        keep_for: cdk.Duration | None = None,
        pinned: Sequence[str] = (),
        every: cdk.Duration | None = None,
        dry_run: bool = False,
        log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(where(self))
        problems.extend([*_kind_problems(jobs, queues, keep, keep_for, pinned, every, dry_run)])
        fix = "Use logs.RetentionDays.ONE_MONTH."
        problems.extend(required_problems("log_retention", log_retention, logs.RetentionDays, fix=fix))
        problems.raise_if_any()
        keep_for = keep_for or cdk.Duration.days(7)
        every = every or cdk.Duration.days(1)
        problems.extend([*_value_problems(jobs, queues, keep, keep_for, pinned, every)])
        problems.raise_if_any()
        self._warn_of_foreign_jobs(jobs)
        self.function = ShippedFunction(
            self, "Function", name="deregister_revisions", timeout_minutes=15, log_retention=log_retention
        )
        self._allow(jobs)
        request = {
            "definitions": [job.job_definition_arn for job in jobs],
            "queues": [queue.job_queue_arn for queue in queues],
            "keep": keep,
            "keep_for_seconds": keep_for.to_seconds(),
            "pinned": list(pinned),
            "dry_run": dry_run,
        }
        self.rule = self._schedule(every, request)

    def metric_deregistered(self, *, period: cdk.Duration | None = None) -> cloudwatch.Metric:
        """Count deregistered revisions (sum; period default: 5 minutes)."""
        from aws_cdk import aws_cloudwatch as cloudwatch

        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name="Deregistered",
            dimensions_map={"Janitor": self.function.function.function_name},
            statistic="Sum",
            period=period,
        )

    def metric_failed(self, *, period: cdk.Duration | None = None) -> cloudwatch.Metric:
        """Count runs that failed: a read was refused, or a change (sum; period default: 5 minutes)."""
        return self.function.function.metric_errors(period=period)

    def _allow(self, jobs: Sequence[Job]) -> None:
        stack = cdk.Stack.of(self)
        revisions = [
            stack.format_arn(service="batch", resource="job-definition", resource_name=f"{job.job_definition_name}:*")
            for job in jobs
        ]
        iam.Grant.add_to_principal(
            grantee=self.function,
            actions=["batch:DeregisterJobDefinition", "batch:TagResource", "batch:UntagResource"],
            resource_arns=revisions,
        )
        iam.Grant.add_to_principal(
            grantee=self.function,
            actions=[
                "batch:DescribeJobDefinitions",
                "batch:DescribeJobQueues",
                "batch:DescribeJobs",
                "batch:ListJobs",
            ],
            resource_arns=["*"],
        )

    def _schedule(self, every: cdk.Duration, request: dict[str, object]) -> events.Rule:
        from aws_cdk import aws_events_targets as targets

        target = targets.LambdaFunction(
            self.function.function,
            event=events.RuleTargetInput.from_object(request),
            # A run that failed is not worth repeating the next day at the same minute as another.
            retry_attempts=2,
        )
        return events.Rule(self, "Schedule", schedule=events.Schedule.rate(every), targets=[target])

    def _warn_of_foreign_jobs(self, jobs: Sequence[Job]) -> None:
        """Warn of an export that changes with each revision, which CloudFormation refuses while it is used.

        Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
        """
        stack = cdk.Stack.of(self)
        foreign = [job.node.path for job in jobs if isinstance(job, Construct) and cdk.Stack.of(job) is not stack]
        if foreign:
            cdk.Annotations.of(self).add_warning_v2(
                WARNING_ID,
                f"{', '.join(foreign)}: of another stack, so a change of the job cannot be deployed while this janitor "
                "uses it. Make a janitor in the stack of the jobs.",
            )


def _kind_problems(
    jobs: object, queues: object, keep: object, keep_for: object, pinned: object, every: object, dry_run: object
) -> Iterable[Problem]:
    yield from _protocol_problems("jobs", jobs, Job, fix="Use [job], with a ContainerJob or an EksJob.")
    yield from _protocol_problems("queues", queues, Queue, fix="Use [queue], with a JobQueue.")
    if keep is None or isinstance(keep, bool) or not isinstance(keep, int | float):
        yield Problem("keep", keep, "a whole number from 1", "10 is the default.")
    yield from kind_problems("keep_for", keep_for, cdk.Duration, fix="Use Duration.days(7).")
    yield from item_problems("pinned", pinned, str, fix="Use a list of ARNs of revisions.")
    yield from kind_problems("every", every, cdk.Duration, fix="Use Duration.days(1).")
    if not isinstance(dry_run, bool):
        yield Problem("dry_run", dry_run, "True or False", "Leave it out to deregister.")


def _protocol_problems(field: str, values: object, wanted: type, *, fix: str) -> Iterable[Problem]:
    if not isinstance(values, list | tuple):
        yield Problem(field, values, f"a list of {field}", fix)
        return
    for number, value in enumerate(values):
        if not isinstance(value, wanted):
            yield Problem(f"{field}[{number}]", value, f"one of the {field}", fix)


def _value_problems(
    jobs: Sequence[Job],
    queues: Sequence[Queue],
    keep: int,
    keep_for: cdk.Duration,
    pinned: Sequence[str],
    every: cdk.Duration,
) -> Iterable[Problem]:
    more = "Make another janitor for the rest."
    yield from count_problems("jobs", len(jobs), least=1, most=MAX_JANITOR_JOBS, fix=more)
    fewer = "Leave queues out for all of the Region."
    yield from count_problems("queues", len(queues), least=0, most=MAX_JANITOR_QUEUES, fix=fewer)
    yield from count_problems("pinned", len(pinned), least=0, most=MAX_PINNED, fix="Raise keep instead.")
    newest, kept, period = known(keep), seconds(keep_for), seconds(every)
    if newest is not None:
        yield from kept_revisions_problems(newest)
    yield from open_unit_problems("keep_for", keep_for) if kept is None else kept_for_problems(kept)
    for number, arn in enumerate(pinned):
        if not is_token(arn):
            yield from revision_arn_problems(f"pinned[{number}]", arn)
    if period is None:
        # It becomes part of a text, `rate(1 day)`, whose unit depends on the number.
        yield Problem("every", "a parameter", "a time that is known now", "Use Duration.days(1).")
    else:
        yield from schedule_rate_problems(period, field="every")
