"""A Step Functions state machine made of steps."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, Self

import aws_cdk as cdk
import jsii
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from batchwright.model import Problems
from batchwright.notifications.topic_target import topic_target
from batchwright.pipelines.definition import Definition, to_definition
from batchwright.pipelines.foreign_jobs import warn_of_foreign_jobs
from batchwright.pipelines.permissions import Site, statements
from batchwright.pipelines.pipeline_checks import (
    definition_text_problems,
    pipeline_kind_problems,
    pipeline_timeout_problems,
)
from batchwright.pipelines.status import FINAL_STATUSES, check_statuses, status_message
from batchwright.pipelines.step import scope
from batchwright.pipelines.tree import tree_problems, unreachable_problems, walk
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_sns as sns

    from batchwright.pipelines.step import State, Step

# Batch may keep a job waiting for capacity for hours; a pipeline that never ends would hide that for a year.
DEFAULT_TIMEOUT_SECONDS: Final = 86_400


@jsii.implements(iam.IGrantable)
class Pipeline(Construct):
    """Steps that run as one Step Functions execution: Batch jobs, arrays, Lambda functions, choices, branches.

    What flows between steps: the state, one JSON object that begins as the execution's input. A Batch or array step
    adds its result (`JobId`, `JobName`, `Status`) under its own name and leaves the rest as it was: a step named
    `Embed` writes `$.Embed`, one named `Make the index` writes `$.MakeTheIndex` (`result_path` says otherwise). A
    Lambda step replaces the state by what the function returns, or writes it to `result_path`. `Parallel` merges the
    states of its branches; the ways of a `Choice` meet in what follows it. The whole state may have 256 KiB.

    Wherever a step takes values, text that starts with `$.` (state) or `$$.` (context object) is a JSONPath and
    everything else is literal.

    It is a Standard state machine: Express ones end after five minutes and cannot wait for a job. Its role may do
    what the steps need, on exactly their resources (`batchwright.wildcards` lists the exceptions). Every event of an
    execution is logged; inputs and outputs are not, as they may hold personal data and stay visible in the
    execution's history for 90 days anyway.

    Args:
        scope: The parent.
        construct_id: The id below it; notifications call the pipeline by it.
        steps: The steps, composed with `>>`.
        comment: What the pipeline is for; shown in the console.
        timeout: How long an execution may take, up to a year; then its jobs are ended too. Default: a day.
        role: A role to use instead of a new one; gets what the steps need, unless it is imported as one that may not be
            changed.
        log_group: A log group to use instead of a new one.
        log_retention: How long the new log group keeps events. Default: three months, like executions themselves. The
            group is deleted with the stack.
        log_level: Which events are logged. Default: all.
        log_execution_data: Whether inputs and outputs are logged too.
        tracing: Whether X-Ray traces executions.

    Raises:
        ConfigurationError: Something in the steps would be refused by AWS; it lists every problem found.

    Attributes:
        state_machine: The state machine.
        role: What it runs as.
        log_group: Where its executions are logged.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        steps: Step,
        comment: str | None = None,
        timeout: cdk.Duration | None = None,
        role: iam.IRole | None = None,
        log_group: logs.ILogGroup | None = None,
        log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
        log_level: sfn.LogLevel = sfn.LogLevel.ALL,
        log_execution_data: bool = False,
        tracing: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        stack = cdk.Stack.of(self)
        self._site = Site(stack.partition, stack.region, stack.account)
        self._name = construct_id
        self._notifications = 0
        problems = Problems(where(self))
        given = {
            "steps": steps,
            "comment": comment,
            "timeout": timeout,
            "role": role,
            "log_group": log_group,
            "log_retention": log_retention,
            "log_level": log_level,
            "log_execution_data": log_execution_data,
            "tracing": tracing,
        }
        problems.extend(pipeline_kind_problems(given))
        problems.raise_if_any()
        definition = self._define(steps, comment, timeout)
        warn_of_foreign_jobs(self, stack, steps)
        self.role = self._allow(steps, role)
        self.log_group = log_group or logs.LogGroup(
            self, "Logs", retention=log_retention, removal_policy=cdk.RemovalPolicy.DESTROY
        )
        self.state_machine = sfn.StateMachine(
            self,
            "StateMachine",
            definition_body=sfn.DefinitionBody.from_string(definition.text),
            definition_substitutions=definition.substitutions or None,
            role=self.role,
            logs=sfn.LogOptions(destination=self.log_group, level=log_level, include_execution_data=log_execution_data),
            tracing_enabled=tracing,
        )
        policy = None if role is None else self.node.try_find_child("Steps")
        if policy is not None:
            # No execution before the role may do what the steps need.
            self.state_machine.node.add_dependency(policy)
        for step in walk(steps):
            step.seal()

    @cached_property
    def state_machine_arn(self) -> str:
        """ARN of the state machine."""
        return self.state_machine.state_machine_arn

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The role, so that other constructs can grant the pipeline something (`bucket.grant_read(pipeline)`)."""
        return self.role.grant_principal

    def grant_start_execution(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow starting executions."""
        return self.state_machine.grant_start_execution(grantee)

    def on_status_change(
        self, construct_id: str, *, target: events.IRuleTarget, statuses: Sequence[str] = FINAL_STATUSES
    ) -> events.Rule:
        """Send an event to a target whenever an execution gets one of the statuses.

        Args:
            construct_id: Id of the rule below the pipeline.
            target: Where the event goes.
            statuses: Any of RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE; default: the final ones.

        Raises:
            ConfigurationError: A status does not exist.
        """
        check_statuses(where(self), "statuses", statuses)
        return events.Rule(
            self,
            construct_id,
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": [self.state_machine_arn], "status": list(statuses)},
            ),
            targets=[target],
        )

    def notify(self, topic: sns.ITopic, *, on: Sequence[str] = FINAL_STATUSES) -> Self:
        """Publish a readable message to a topic whenever an execution gets one of the statuses.

        EventBridge publishes with a role of its own, which may also use the topic's key; the topic's and the key's
        policies need nothing for it, unless they are in another account or were imported without their key.

        Args:
            topic: Where the message goes.
            on: The statuses, as for `on_status_change`.

        Returns:
            The pipeline.
        """
        check_statuses(where(self), "on", on)
        target = topic_target(topic, message=status_message(self._name))
        self.on_status_change(f"Notify{self._notifications or ''}", target=target, statuses=on)
        self._notifications += 1
        return self

    def metric_started(self, *, period: cdk.Duration | None = None) -> cloudwatch.Metric:
        """Count started executions (sum; period default: 5 minutes)."""
        return self.state_machine.metric_started(period=period)

    def metric_succeeded(self, *, period: cdk.Duration | None = None) -> cloudwatch.Metric:
        """Count executions that ended well (sum; period default: 5 minutes)."""
        return self.state_machine.metric_succeeded(period=period)

    def metric_failed(self, *, period: cdk.Duration | None = None) -> cloudwatch.Metric:
        """Count failed executions (sum; period default: 5 minutes)."""
        return self.state_machine.metric_failed(period=period)

    def metric_timed_out(self, *, period: cdk.Duration | None = None) -> cloudwatch.Metric:
        """Count executions that took longer than the timeout (sum; period default: 5 minutes)."""
        return self.state_machine.metric_timed_out(period=period)

    def metric_aborted(self, *, period: cdk.Duration | None = None) -> cloudwatch.Metric:
        """Count executions that were stopped (sum; period default: 5 minutes)."""
        return self.state_machine.metric_aborted(period=period)

    def metric_time(self, *, period: cdk.Duration | None = None) -> cloudwatch.Metric:
        """Measure how long executions take, in milliseconds (average; period default: 5 minutes)."""
        return self.state_machine.metric_time(period=period)

    def _define(self, steps: Step, comment: str | None, timeout: cdk.Duration | None) -> Definition:
        problems = Problems(where(self))
        problems.extend([*pipeline_timeout_problems(timeout), *tree_problems(steps)])
        problems.raise_if_any()
        machine: State = {"Comment": comment} if comment else {}
        machine |= scope(steps, self._site)
        machine["TimeoutSeconds"] = DEFAULT_TIMEOUT_SECONDS if timeout is None else timeout.to_seconds()
        problems.extend(unreachable_problems(machine))
        definition = to_definition(machine, known=self._site.names())
        problems.extend(definition_text_problems(definition.text))
        problems.raise_if_any()
        return definition

    def _allow(self, steps: Step, role: iam.IRole | None) -> iam.IRole:
        found = list(walk(steps))
        needed = statements(permission for step in found for permission in step.permissions(self._site))
        document = iam.PolicyDocument.from_json({"Statement": needed})
        given = [statement for step in found for statement in step.policies]
        if given:
            document.add_statements(*given)
        if role is None:
            policies = {"Steps": document} if needed or given else None
            principal = iam.ServicePrincipal("states.amazonaws.com")
            return iam.Role(self, "Role", assumed_by=principal, inline_policies=policies)
        if needed or given:
            # Through the role, which leaves one alone that is imported as not mutable.
            role.attach_inline_policy(iam.Policy(self, "Steps", document=document))
        return role
