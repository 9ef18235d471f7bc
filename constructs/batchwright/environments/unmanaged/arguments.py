"""The arguments of an `UnmanagedEnvironment`, checked before anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import Duration

from batchwright.environments.container_insights import insights_problems
from batchwright.environments.hosted.host_image import HostImage
from batchwright.environments.instances import Instances
from batchwright.environments.managed_instances.arguments import role_kind_problems
from batchwright.environments.static_tags import environment_tag_problems
from batchwright.environments.vcpus import is_count
from batchwright.hosts.composition import part_problems
from batchwright.hosts.nvme_scratch import NvmeScratch
from batchwright.hosts.root_volume import RootVolume
from batchwright.hosts.user_data import setting_problems
from batchwright.model import Architecture, Problem, has_gpus
from batchwright.model.accelerators import has_neuron
from batchwright.model.arguments import (
    flags_problems,
    kind_problems,
    number_problems,
    required_problems,
)
from batchwright.model.environment_types import (
    drain_problems,
    host_count_problems,
    own_host_type_problems,
)
from batchwright.tokens import known, open_unit_problems, seconds, within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam

    from batchwright.environments.container_insights import ContainerInsights
    from batchwright.hosts.part import HostPart

# Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
_IMAGES: Final = "/aws/service/ecs/optimized-ami/amazon-linux-2023/{}recommended/image_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmanagedSettings:
    """The arguments; the construct's docstring explains them."""

    vpc: ec2.IVpc
    instances: Instances
    min_hosts: int
    max_hosts: int | None
    spot: bool
    image: HostImage | None
    root_volume: RootVolume | None
    agent_settings: Mapping[str, str] | None
    parts: Sequence[HostPart]
    subnets: ec2.SubnetSelection | None
    security_groups: Sequence[ec2.ISecurityGroup] | None
    instance_role: iam.IRole | None
    service_role: iam.IRole | None
    unmanaged_vcpus: int | None
    drain_for: Duration
    replace_hosts: bool
    container_insights: ContainerInsights | None
    tags: Mapping[str, str] | None
    enabled: bool

    @property
    def most_hosts(self) -> int:
        """Hosts that there are at most."""
        return self.max_hosts if self.max_hosts is not None else self.min_hosts or 1

    @property
    def host_image(self) -> HostImage:
        """The image that was given, or AWS's newest for the instances."""
        if self.image:
            return self.image
        types = self.instances.types
        if any(map(has_neuron, types)):
            return HostImage.neuron()
        kind = "gpu/" if any(map(has_gpus, types)) else ""
        arm = "arm64/" if self.instances.architecture is Architecture.ARM64 else ""
        return HostImage.parameter(_IMAGES.format(kind or arm))

    @property
    def all_parts(self) -> Sequence[HostPart]:
        """The parts that were given, and what the instances' profile needs."""
        own = any(isinstance(part, NvmeScratch) for part in self.parts)
        return [*self.parts, *([NvmeScratch()] if self.instances.nvme_scratch and not own else [])]

    def problems(self) -> Sequence[Problem]:
        """Find what AWS would refuse."""
        return self._kind_problems() or self._joint_problems()

    def _kind_problems(self) -> Sequence[Problem]:
        """Find arguments of another kind than is meant."""
        numbers = {"min_hosts": self.min_hosts, "max_hosts": self.max_hosts, "unmanaged_vcpus": self.unmanaged_vcpus}
        volume = self.root_volume
        return [
            *required_problems("instances", self.instances, Instances, fix="Use Instances.of('m7i.2xlarge')."),
            *(
                problem
                for name, value in numbers.items()
                if value is not None or name == "min_hosts"
                for problem in number_problems(name, value, fix="Use 2.")
            ),
            *setting_problems(self.agent_settings),
            *part_problems(self.parts, ()),
            *kind_problems("root_volume", volume, RootVolume, fix="Use RootVolume(gibibytes=200)."),
            *(volume.problems() if isinstance(volume, RootVolume) else ()),
            *kind_problems("image", self.image, HostImage, fix="Use HostImage.ami('ami-...')."),
            *role_kind_problems("instance_role", self.instance_role),
            *role_kind_problems("service_role", self.service_role),
            *required_problems("drain_for", self.drain_for, Duration, fix="Use Duration.minutes(30)."),
            *insights_problems(self.container_insights),
            *flags_problems(spot=self.spot, replace_hosts=self.replace_hosts, enabled=self.enabled),
            *environment_tag_problems(self.tags),
        ]

    def _joint_problems(self) -> Sequence[Problem]:
        """Find what AWS would refuse, in arguments of the right kinds."""
        vcpus, drain = self.unmanaged_vcpus, seconds(self.drain_for)
        found = [
            *own_host_type_problems(self.instances.types),
            *host_count_problems(
                least=known(self.min_hosts), most=None if self.max_hosts is None else known(self.max_hosts)
            ),
            *(open_unit_problems("drain_for", self.drain_for) if drain is None else drain_problems(drain)),
            *(self.image.problems() if self.image and self.image.is_fixed else ()),
            *_adapter_problems(self.instances),
            *_mixed_image_problems(self.instances.types, self.image),
            *_cluster_problems(self.agent_settings or {}),
        ]
        if vcpus is not None and not (within(vcpus, 1) and is_count(vcpus)):
            found.append(Problem("unmanaged_vcpus", vcpus, "a whole number from 1", "Leave it out without fair share."))
        if self.image and not self.image.is_fixed:
            fix = "Use HostImage.ami(...) or HostImage.parameter(...), or leave it out."
            found.append(Problem("image", self.image.image_type, "an image: Batch chooses none for these hosts", fix))
        return found


def _mixed_image_problems(types: Sequence[str], image: HostImage | None) -> Sequence[Problem]:
    """Find types that need different images: a group has one."""
    if image or len({(has_gpus(name), has_neuron(name)) for name in types}) < 2:
        return []
    fix = "Make an environment for each, or give an image for all."
    allowed = "all with NVIDIA GPUs, all of Inferentia and Trainium, or all without: hosts have one image"
    return [Problem("instances", ", ".join(types), allowed, fix)]


def _adapter_problems(instances: Instances) -> Sequence[Problem]:
    if not instances.efa_interfaces:
        return []
    allowed = "instances without adapters: Batch runs multi-node jobs on no unmanaged environment"
    fix = "Use an Ec2Environment, or Instances.of(...) for the same types."
    return [Problem("instances", ", ".join(instances.types), allowed, fix)]


def _cluster_problems(agent_settings: Mapping[str, str]) -> Sequence[Problem]:
    if "ECS_CLUSTER" not in agent_settings:
        return []
    allowed = "nothing: hosts join the cluster that Batch makes for the environment"
    return [Problem("agent_settings['ECS_CLUSTER']", agent_settings["ECS_CLUSTER"], allowed, "Leave it out.")]
