"""The Batch parts of an application, linked: what rules are written against.

Everything that a template leaves open is None here (or an empty link); rules stay silent on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchwright.checks.templates import Resource, Value
    from batchwright.model import Architecture


@dataclass(eq=False, slots=True, kw_only=True)
class LaunchTemplate:
    """A launch template that an environment names.

    Attributes:
        resource: The `AWS::EC2::LaunchTemplate`.
        data: Its `LaunchTemplateData`.
        user_data: Its user data, decoded; None when it has none or it is open.
        user_data_start: The user data as far as it is known from its beginning: up to the first part that a deployment
            decides. None when it has none, begins open, or is not text.
    """

    resource: Resource
    data: dict[str, Value]
    user_data: str | None
    user_data_start: str | None = None


@dataclass(eq=False, slots=True, kw_only=True)
class Subnet:
    """A subnet of the same application.

    Attributes:
        resource: The `AWS::EC2::Subnet`.
        vpc: Its VPC, where that is in the application.
        internet: Whether its default route goes to an internet gateway; None when routes are open.
        nat: Whether its default route goes to a NAT gateway, an instance or a transit gateway; None when open.
        zone: Its Availability Zone; None when open.
    """

    resource: Resource
    vpc: Resource | None
    internet: bool | None
    nat: bool | None
    zone: str | None


@dataclass(eq=False, slots=True, kw_only=True)
class Environment:
    """A compute environment.

    Attributes:
        resource: The `AWS::Batch::ComputeEnvironment`.
        managed: Whether Batch manages its capacity.
        kind: `EC2`, `SPOT`, `FARGATE`, `FARGATE_SPOT` or `ECS_MANAGED_INSTANCES`; None for unmanaged or open.
        eks: Whether it is on EKS.
        max_vcpus: What it grows to at most.
        instance_types: Types, families and classes; None when open or not set.
        architectures: CPU architectures of those; None when one of them is not known.
        launch_templates: The launch template and those of the overrides, as far as they are in the application.
        subnets: Its subnets that are in the application.
        all_subnets_known: Whether these are all of its subnets.
    """

    resource: Resource
    managed: bool | None
    kind: str | None
    eks: bool
    max_vcpus: float | None
    instance_types: tuple[str, ...] | None
    architectures: frozenset[Architecture] | None
    launch_templates: tuple[LaunchTemplate, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    all_subnets_known: bool = False

    @property
    def fargate(self) -> bool | None:
        """Whether it is on Fargate; None when its kind is open."""
        if self.kind is None:
            return False if self.managed is False else None
        return self.kind in {"FARGATE", "FARGATE_SPOT"}

    @property
    def spot(self) -> bool | None:
        """Whether it runs on Spot capacity; None when its kind is open."""
        return None if self.kind is None else self.kind in {"SPOT", "FARGATE_SPOT"}


@dataclass(eq=False, slots=True, kw_only=True)
class Queue:
    """A job queue.

    Attributes:
        resource: The `AWS::Batch::JobQueue`.
        environments: Its environments that are in the application, in their order.
        complete: Whether these are all of its environments.
        policy: Its scheduling policy, where that is in the application.
        fair_share: Whether it has a scheduling policy at all; None when open.
    """

    resource: Resource
    environments: tuple[Environment, ...]
    complete: bool
    policy: Resource | None
    fair_share: bool | None


@dataclass(eq=False, slots=True, kw_only=True)
class Container:
    """One container of a job definition, of whatever shape.

    Attributes:
        path: Path of its object in the definition, such as `ContainerProperties`, `EcsProperties.TaskProperties[0].
            Containers[1]` or `NodeProperties.NodeRangeProperties[0].Container`.
        shape: `container`, `ecs` (of `EcsProperties`), `node` (of `NodeProperties`), `eks` or `eks_init`.
        properties: Its object.
        image: Its image; None when open.
        vcpus: vCPUs; None when open or not set. For EKS the limit, else the request.
        vcpus_path: Path of that value.
        memory_mib: Memory in MiB, likewise.
        memory_path: Path of that value.
        gpus: GPUs; 0 when not set, None when open.
        gpus_path: Path of that value.
    """

    path: str
    shape: str
    properties: dict[str, Value]
    image: str | None
    vcpus: float | None
    vcpus_path: str
    memory_mib: float | None
    memory_path: str
    gpus: float | None
    gpus_path: str


@dataclass(eq=False, slots=True, kw_only=True)
class Definition:
    """A job definition.

    Attributes:
        resource: The `AWS::Batch::JobDefinition`.
        shape: `container`, `ecs`, `node` or `eks`; None when open or broken.
        platforms: `EC2`, `FARGATE`, `MANAGED_INSTANCES`; `EC2` when the template says nothing; None when open.
        containers: All containers.
        architecture: CPU architecture of its images, where the template tells: `RuntimePlatform`, or the metadata that
            Batchwright's `ContainerJob` leaves.
        submissions: Where it is submitted.
    """

    resource: Resource
    shape: str | None
    platforms: frozenset[str] | None
    containers: tuple[Container, ...]
    architecture: Architecture | None
    submissions: list[Submission] = field(default_factory=list)

    @property
    def fargate(self) -> bool | None:
        """Whether it runs on Fargate only; None when open."""
        return None if self.platforms is None else self.platforms == {"FARGATE"}

    @property
    def queues(self) -> tuple[Queue, ...]:
        """The queues that it is known to be submitted to, each once."""
        return tuple(dict.fromkeys(each.queue for each in self.submissions if each.queue is not None))


@dataclass(eq=False, slots=True, kw_only=True)
class Submission:
    """One place that submits jobs: a state, a rule's target, a schedule, a pipe, or a job's own metadata.

    Attributes:
        resource: What submits: the state machine, the rule, the schedule, the pipe, or the job definition itself.
        kind: `state`, `rule`, `schedule`, `pipe` or `metadata`.
        path: Where in it: `DefinitionString.States.Embed`, `Targets[0]`, ...
        request_path: Where in it the arguments stand: `DefinitionString.States.Embed.Parameters`, ...
        definition: What is submitted, where that is in the application.
        queue: Where to, likewise.
        request: The arguments as Batch's `SubmitJob` calls them, upper-case first (`ArrayProperties`,
            `ContainerOverrides`, `ShareIdentifier`, ...); JSONPath and JSONata values are `Unknown`. Empty for
            `metadata`, which tells the queue and nothing of the request.
        state: The whole state of a state machine (with `Retry`, `Resource`); empty for the others.
    """

    resource: Resource
    kind: str
    path: str
    request_path: str
    definition: Definition | None
    queue: Queue | None
    request: dict[str, Value]
    state: dict[str, Value] = field(default_factory=dict)
