"""Job definitions: what those of every shape have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import Duration, Stack, Token
from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam

from batchwright.jobs import defaults
from batchwright.jobs.consumable_resource import consumable_problems, render_consumables
from batchwright.jobs.containers.environment import parameter_problems
from batchwright.jobs.retries import RetryStrategy
from batchwright.jobs.units import timeout_problems
from batchwright.model.arguments import (
    kind_problems,
    number_problems,
    required_problems,
    text_values_problems,
    texts_problems,
)
from batchwright.model.submissions import scheduling_priority_problems, share_priority_problems
from batchwright.tokens import known, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from batchwright.contracts import Queue
    from batchwright.jobs.consumable_resource import Consumable
    from batchwright.model import Architecture, Platform, Problem


_SECONDS_AN_HOUR: Final = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionOptions:
    """What job definitions of every shape have.

    Attributes:
        parameters: Defaults for `Ref::name` in commands.
        required_parameters: Names that each submission gives a value for.
        retries: When to try again; None for `RetryStrategy.interruptions()`.
        timeout: How long one attempt may take; None for 24 hours.
        scheduling_priority: 0 to 9999.
        propagate_tags: Whether tasks get the tags of definition and job.
        consumable_resources: What one job holds while it runs, and how much of it.
        timeout_seconds: Seconds of the timeout; None when it is known only at deployment.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    required_parameters: Sequence[str] = ()
    retries: RetryStrategy | None = None
    timeout: Duration | None = None
    scheduling_priority: int | None = None
    propagate_tags: bool = True
    consumable_resources: Mapping[Consumable, int] = field(default_factory=dict)
    timeout_seconds: float | None = field(init=False)

    def __post_init__(self) -> None:
        """Read the timeout once; each reading is a message to the CDK."""
        limit: float | None = defaults.TIMEOUT_HOURS * _SECONDS_AN_HOUR
        given: object = self.timeout
        if given is not None:
            limit = seconds(given) if isinstance(given, Duration) else None
        object.__setattr__(self, "timeout_seconds", limit)

    def kind_problems(self) -> Sequence[Problem]:
        """Find arguments of another kind than is meant; until they are right, nothing else can be asked."""
        priority = self.scheduling_priority
        return [
            *kind_problems("timeout", self.timeout, Duration, fix="Use Duration.hours(1)."),
            *kind_problems("retries", self.retries, RetryStrategy, fix="Use RetryStrategy.interruptions(attempts=3)."),
            *text_values_problems("parameters", self.parameters),
            *texts_problems("required_parameters", self.required_parameters, fix='Use ["input"].'),
            *required_problems("propagate_tags", self.propagate_tags, bool, fix="Use True or False."),
            *([] if priority is None else number_problems("scheduling_priority", priority, fix="Use 0.")),
            *kind_problems("consumable_resources", self.consumable_resources, Mapping, fix="Use {licenses: 1}."),
        ]

    def problems(self, queue: Queue, *, command: Sequence[str] = ()) -> Sequence[Problem]:
        """Find what AWS would refuse, now or when the job is submitted to its queue.

        Args:
            queue: Where it runs.
            command: The commands of all its containers, one after another.
        """
        priority = None if self.scheduling_priority is None else known(self.scheduling_priority)
        has_priority = self.scheduling_priority is not None
        return [
            *parameter_problems(command, self.parameters, self.required_parameters),
            *self._retries.problems(),
            *([] if self.timeout is None else timeout_problems(self.timeout, self.timeout_seconds)),
            *scheduling_priority_problems(priority),
            *share_priority_problems(fair_share=queue.fair_share, has_priority=has_priority),
            *consumable_problems(self.consumable_resources),
        ]

    def render(self, platform: Platform | None) -> dict[str, Any]:
        """Render as properties of a job definition of any shape; `platform` is None on EKS."""
        limit = self.timeout_seconds
        if limit is None and self.timeout is not None:
            limit = self.timeout.to_seconds()
        return {
            "parameters": dict(self.parameters) or None,
            "retry_strategy": self._retries.render(platform),
            "timeout": batch.CfnJobDefinition.TimeoutProperty(attempt_duration_seconds=limit),
            "scheduling_priority": self.scheduling_priority,
        }

    @property
    def _retries(self) -> RetryStrategy:
        return self.retries or RetryStrategy.interruptions()


class Definition:
    """A job definition in the template; a job of any shape has one and passes on what it says.

    Attributes:
        resource: The L1 resource.
        arn: ARN of the current revision.
        queue: Where it runs unless a submission says otherwise.
    """

    def __init__(self, resource: batch.CfnJobDefinition, queue: Queue) -> None:
        self.resource = resource
        self.arn: str = resource.ref
        self.queue = queue

    @cached_property
    def name(self) -> str:
        """Name without the revision; submitting by it always takes the newest active revision."""
        with_revision = {"Fn::Select": [1, {"Fn::Split": ["/", self.arn]}]}
        return Token.as_string({"Fn::Select": [0, {"Fn::Split": [":", with_revision]}]})

    def interface(self, scope: Construct) -> batch.IJobDefinition:
        """The definition as CDK's own interface, for code that takes one."""
        return batch.EcsJobDefinition.from_job_definition_arn(scope, "Interface", self.arn)

    def grant_submit(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow submitting every revision to the queue.

        Every revision: a deployment between two submissions makes a new one, and the caller must not lose its right.
        """
        stack = Stack.of(self.resource)
        every = stack.format_arn(service="batch", resource="job-definition", resource_name=self.name)
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["batch:SubmitJob"],
            resource_arns=[every, f"{every}:*", self.queue.job_queue_arn],
        )


def make_definition(
    scope: Construct,
    options: DefinitionOptions,
    *,
    queue: Queue,
    platform: Platform | None,
    architecture: Architecture | None,
    container: batch.CfnJobDefinition.ContainerPropertiesProperty | None = None,
    ecs: batch.CfnJobDefinition.EcsPropertiesProperty | None = None,
    eks: batch.CfnJobDefinition.EksPropertiesProperty | None = None,
    nodes: batch.CfnJobDefinition.NodePropertiesProperty | None = None,
) -> Definition:
    """Create the job definition below `scope`; earlier revisions stay active when it changes.

    Args:
        scope: The job.
        options: What definitions of every shape have.
        queue: Where it runs.
        platform: What it runs on; None on EKS, whose definitions have neither a platform nor propagated tags.
        architecture: The images' architecture, for the rules; None for images of several.
        container: The shape of one container; or
        ecs: of containers of one task; or
        eks: of a pod; or
        nodes: of several hosts.
    """
    definition = batch.CfnJobDefinition
    # A multi-node job says for each group of nodes what it holds.
    consumables = None if nodes is not None else render_consumables(options.consumable_resources)
    resource = definition(
        scope,
        "Resource",
        type="container" if nodes is None else "multinode",
        platform_capabilities=None if platform is None else [platform.value],
        container_properties=container,
        ecs_properties=ecs,
        eks_properties=eks,
        node_properties=nodes,
        propagate_tags=None if platform is None else options.propagate_tags,
        consumable_resource_properties=consumables,
        resource_retention_policy=definition.ResourceRetentionPolicyProperty(skip_deregister_on_update=True),
        **options.render(platform),
    )
    # What the rules compare a job with, when no pipeline of the template submits it.
    known_parts = {"queue": queue.job_queue_arn}
    if architecture is not None:
        known_parts["architecture"] = architecture.value
    resource.add_metadata("batchwright", known_parts)
    return Definition(resource, queue)
