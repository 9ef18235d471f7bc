"""The settings that EC2 and Spot environments share, and what AWS would refuse of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from batchwright.environments.container_insights import insights_problems
from batchwright.environments.durations import whole_minutes
from batchwright.environments.hosted.host_image import HostImage
from batchwright.environments.hosted.host_options import HostOptions
from batchwright.environments.hosted.templates import template_problems
from batchwright.environments.instances import Instances
from batchwright.environments.static_tags import environment_tag_problems
from batchwright.environments.updates import Updates
from batchwright.environments.vcpus import is_count, vcpu_problems
from batchwright.model import Problem, has_gpus
from batchwright.model.accelerators import has_neuron
from batchwright.model.arguments import like_problems, required_problems
from batchwright.model.environment_settings import desired_vcpu_problems
from batchwright.model.environment_updates import in_place_problems, scale_down_delay_problems
from batchwright.model.host_images import fixed_image_problems, image_count_problems, image_type_problems
from batchwright.model.strategies import AllocationStrategy, bid_problems, strategy_problems
from batchwright.tokens import is_token, known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import aws_cdk as cdk
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam

    from batchwright.environments.container_insights import ContainerInsights


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedSettings:
    """Settings of an EC2 or Spot environment; the constructs' docstrings explain them."""

    kind: str
    vpc: ec2.IVpc
    strategy: AllocationStrategy
    instances: Instances
    min_vcpus: int
    max_vcpus: int
    scale_down_delay: cdk.Duration | None
    subnets: ec2.SubnetSelection | None
    security_groups: Sequence[ec2.ISecurityGroup] | None
    hosts: HostOptions
    updates: Updates
    container_insights: ContainerInsights | None
    service_role: iam.IRole | None
    tags: Mapping[str, str] | None
    enabled: bool
    bid_percentage: int | None = None
    spot_fleet_role: iam.IRole | None = None

    @property
    def efa_interfaces(self) -> int:
        """Adapters of each host."""
        given = self.hosts.launch_template
        return given.efa_interfaces if given else self.instances.efa_interfaces

    @property
    def images(self) -> Sequence[HostImage]:
        """The hosts' images: those asked for, each with the type that it is for, or Batch's newest for the types."""
        if not self.hosts.images:
            # Batch takes an image named here before a launch template's, so none is where one of those has its own.
            given = self.hosts.launch_template is not None and self.hosts.launch_template.image_id is not None
            neuron = has_neuron(self.instances.types[0]) and not given
            return [HostImage.neuron()] if neuron else self._newest
        types = [image.image_type for image in self._newest]
        return [
            image if image.image_type else HostImage(image_type=types[0], image=image.image)
            for image in self.hosts.images
        ]

    @property
    def _newest(self) -> Sequence[HostImage]:
        """One image for the types with NVIDIA GPUs, one for those without."""
        with_gpus = [has_gpus(name) for name in self.instances.types]
        return [
            *([] if all(with_gpus) else [HostImage.newest("ECS_AL2023")]),
            *([HostImage.newest("ECS_AL2023_NVIDIA")] if any(with_gpus) else []),
        ]

    @property
    def image_is_fixed(self) -> bool:
        """Whether hosts start from one image, whatever newer ones there are."""
        return any(image.is_fixed for image in self.images) or any(
            template.image_id is not None for template in self.hosts.templates
        )

    def problems(self) -> Sequence[Problem]:
        """Find what AWS would refuse, or take and ignore."""
        kinds = self._kind_problems()
        found = [
            *kinds,
            *vcpu_problems(minimum=self.min_vcpus, maximum=self.max_vcpus),
            *whole_minutes("scale_down_delay", self.scale_down_delay, scale_down_delay_problems),
            *environment_tag_problems(self.tags),
            *self._bid_problems(),
        ]
        return found if kinds else [*found, *self._joint_problems()]

    def _kind_problems(self) -> Sequence[Problem]:
        role = "an iam.IRole"
        return [
            *required_problems("instances", self.instances, Instances, fix="Use Instances.of('c7i', 'm7i')."),
            *required_problems("hosts", self.hosts, HostOptions, fix="Use HostOptions(...)."),
            *required_problems("updates", self.updates, Updates, fix="Use Updates(...)."),
            *_strategy_problems(self.strategy),
            *insights_problems(self.container_insights),
            *required_problems("enabled", self.enabled, bool, fix="Use True, or False to drain it."),
            *like_problems("service_role", self.service_role, "role_arn", kind=role, fix="Use iam.Role(...)."),
            *like_problems("spot_fleet_role", self.spot_fleet_role, "role_arn", kind=role, fix="Use iam.Role(...)."),
        ]

    def _bid_problems(self) -> Sequence[Problem]:
        if self.bid_percentage is None or known(self.bid_percentage) is None:
            return []
        if not is_count(self.bid_percentage):
            return [Problem("bid_percentage", self.bid_percentage, "a whole number, 0 to 100", "Leave it out.")]
        return bid_problems(self.bid_percentage)

    def _joint_problems(self) -> Sequence[Problem]:
        """Find what does not go together, of settings that are each of the right kind."""
        types = self.instances.types
        hosts = self.hosts.problems(types)
        strategy = strategy_problems(kind=self.kind, strategy=self.strategy, eks=False)
        found = [
            *[replace(problem, field="strategy") for problem in strategy],
            *hosts,
            *self.updates.problems(),
            *self._update_problems(),
            *self._desired_problems(),
            *self._fleet_role_problems(),
        ]
        if hosts:
            return found
        return [
            *found,
            *self._image_problems(),
            *template_problems(
                kind=self.kind, instances=self.instances, hosts=self.hosts, security_groups=self.security_groups
            ),
        ]

    def _update_problems(self) -> Sequence[Problem]:
        if self.updates.replace:
            return []
        found = in_place_problems(
            strategy=self.strategy, own_role=self.service_role is not None, why="updates.replace is False"
        )
        names = {"allocation_strategy": "strategy", "service_role": "service_role"}
        other = "Or take a new environment for each such change: updates=Updates(replace=True)."
        return [replace(each, field=names[each.field], fix=f"{each.fix} {other}") for each in found]

    def _desired_problems(self) -> Sequence[Problem]:
        desired, low, high = self.hosts.desired_vcpus, self.min_vcpus, self.max_vcpus
        if desired is None or not (is_count(low) and is_count(high)):
            return []
        if not is_count(desired):
            return [Problem("hosts.desired_vcpus", desired, "a whole number", "Leave it out.")]
        if any(map(is_token, (desired, low, high))):
            return []
        found = desired_vcpu_problems(desired=desired, minimum=low, maximum=high)
        return [replace(problem, field="hosts.desired_vcpus") for problem in found]

    def _fleet_role_problems(self) -> Sequence[Problem]:
        if self.spot_fleet_role is None or self.strategy == AllocationStrategy.BEST_FIT:
            return []
        allowed = f"nothing with the strategy {self.strategy}, which needs no Spot Fleet"
        return [Problem("spot_fleet_role", "a role", allowed, "Leave it out.")]

    def _image_problems(self) -> Sequence[Problem]:
        images, types = self.images, self.instances.types
        field = "hosts.images"
        found = [replace(problem, field=field) for problem in image_count_problems(len(images))]
        names = [image.image_type for image in images]
        if len(set(names)) < len(names):
            fix = "Say which each is for: HostImage.ami(..., image_type='ECS_AL2023_NVIDIA')."
            found.append(Problem(field, names, "one image of each type", fix))
        newest = [image.image_type for image in images if not image.is_fixed and image.image_type]
        if len(newest) == len(images):
            found.extend(replace(problem, field=field) for problem in image_type_problems(types, newest))
        if not self.hosts.images and len({has_neuron(name) for name in types}) > 1:
            fix = "Make an environment for each, or give the image that runs on both."
            found.append(Problem("instances", list(types), "Inferentia and Trainium types only, or none", fix))
        if self.updates.latest_image and self.image_is_fixed:
            fixed = fixed_image_problems("hosts")
            found.extend(replace(problem, field="updates.latest_image") for problem in fixed)
        return found


def _strategy_problems(value: object) -> Sequence[Problem]:
    if isinstance(value, str) and value in set(AllocationStrategy):
        return []
    fix = "Use AllocationStrategy.BEST_FIT_PROGRESSIVE, or leave it out."
    return [Problem("strategy", value, ", ".join(AllocationStrategy), fix)]
