"""The arguments of an `EksEnvironment`, checked before anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from batchwright.environments.durations import whole_minutes
from batchwright.environments.eks.namespace import EksNamespace, authentication_mode
from batchwright.environments.hosted.host_image import HostImage
from batchwright.environments.hosted.host_options import HostOptions
from batchwright.environments.hosted.templates import named_templates, template_problems
from batchwright.environments.instances import Instances
from batchwright.environments.static_tags import environment_tag_problems
from batchwright.environments.updates import Updates
from batchwright.environments.vcpus import is_count, vcpu_problems
from batchwright.model import Problem, has_gpus
from batchwright.model.arguments import flags_problems, kind_problems, option_problems, required_problems
from batchwright.model.eks import EksAccess, access_problems, kubernetes_version_problems
from batchwright.model.environment_settings import desired_vcpu_problems
from batchwright.model.environment_updates import scale_down_delay_problems
from batchwright.model.host_images import fixed_image_problems
from batchwright.model.strategies import AllocationStrategy, bid_problems, strategy_problems
from batchwright.tokens import is_token, known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import aws_cdk as cdk
    from aws_cdk import aws_ec2 as ec2

_IMAGE_TYPE: Final = "EKS_AL2023"
_GPU_IMAGE_TYPE: Final = "EKS_AL2023_NVIDIA"


@dataclass(frozen=True, slots=True, kw_only=True)
class EksSettings:
    """Settings of an EKS environment; the construct's docstring explains them."""

    namespace: EksNamespace
    spot: bool
    instances: Instances
    min_vcpus: int
    max_vcpus: int
    scale_down_delay: cdk.Duration | None
    strategy: AllocationStrategy | None
    access: EksAccess | None
    node_access: bool
    kubernetes_version: str | None
    security_groups: Sequence[ec2.ISecurityGroup] | None
    hosts: HostOptions
    updates: Updates
    bid_percentage: int | None
    tags: Mapping[str, str] | None
    enabled: bool

    @property
    def kind(self) -> str:
        """The environment's resource type."""
        return "SPOT" if self.spot else "EC2"

    @property
    def chosen_strategy(self) -> AllocationStrategy:
        """How Batch chooses among the instances."""
        if self.strategy:
            return AllocationStrategy(self.strategy)
        on_spot = AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED
        return on_spot if self.spot else AllocationStrategy.BEST_FIT_PROGRESSIVE

    @property
    def chosen_access(self) -> EksAccess:
        """How Batch gets into the cluster: by an access entry, unless the cluster is known to take none."""
        if self.access:
            return EksAccess(self.access)
        by_config_map = authentication_mode(self.namespace.cluster) == "CONFIG_MAP"
        return EksAccess.DISABLED if by_config_map else EksAccess.ENABLED

    @property
    def images(self) -> Sequence[HostImage]:
        """The nodes' images: those asked for, or one for types with NVIDIA GPUs and one for those without."""
        with_gpus = [has_gpus(name) for name in self.instances.types]
        types = [*([] if all(with_gpus) else [_IMAGE_TYPE]), *([_GPU_IMAGE_TYPE] if any(with_gpus) else [])]
        if not self.hosts.images:
            return [HostImage(image_type=each) for each in types]
        return [HostImage(image_type=types[0], image=image.image) for image in self.hosts.images]

    @property
    def image_is_fixed(self) -> bool:
        """Whether some nodes start from one image, whatever newer ones there are."""
        return bool(self.hosts.images) or any(each.image_id is not None for each in self.hosts.templates)

    @property
    def efa_interfaces(self) -> int:
        """Adapters of each node."""
        return self.hosts.launch_template.efa_interfaces if self.hosts.launch_template else 0

    def problems(self) -> Sequence[Problem]:
        """Find what AWS would refuse, or take and ignore."""
        kinds = self._kind_problems()
        found = [
            *kinds,
            *vcpu_problems(minimum=self.min_vcpus, maximum=self.max_vcpus),
            *whole_minutes("scale_down_delay", self.scale_down_delay, scale_down_delay_problems),
            *environment_tag_problems(self.tags),
        ]
        return found if kinds else [*found, *self._joint_problems()]

    def _kind_problems(self) -> Sequence[Problem]:
        wanted = {
            "namespace": (self.namespace, EksNamespace, "Use EksNamespace(self, 'Jobs', cluster=cluster)."),
            "instances": (self.instances, Instances, "Use Instances.of('c7i', 'm7i')."),
            "hosts": (self.hosts, HostOptions, "Use HostOptions(...)."),
            "updates": (self.updates, Updates, "Use Updates(...)."),
        }
        found: list[Problem] = []
        for field, (value, kind, fix) in wanted.items():
            found.extend(required_problems(field, value, kind, fix=fix))
        found.extend(flags_problems(spot=self.spot, node_access=self.node_access, enabled=self.enabled))
        found.extend(kind_problems("kubernetes_version", self.kubernetes_version, str, fix="Use '1.33'."))
        if self.strategy is not None:
            found.extend(option_problems("strategy", self.strategy, AllocationStrategy))
        if self.access is not None:
            found.extend(option_problems("access", self.access, EksAccess))
        return found

    def _joint_problems(self) -> Sequence[Problem]:
        strategy = strategy_problems(kind=self.kind, strategy=self.chosen_strategy, eks=True)
        access = access_problems(self.chosen_access, authentication_mode(self.namespace.cluster))
        version, hosts = self.kubernetes_version, self.hosts.problems(self.instances.types)
        found = [
            *(replace(problem, field="strategy") for problem in strategy),
            *access,
            *hosts,
            *self.updates.problems(),
            *self._number_problems(),
        ]
        if hosts:
            return found
        return [
            *found,
            *self._profile_problems(),
            *self._template_problems(),
            *self._image_problems(),
            *([] if version is None else kubernetes_version_problems(version, fixed_image=self.image_is_fixed)),
        ]

    def _profile_problems(self) -> Sequence[Problem]:
        """Find profiles whose extras are for hosts of ECS."""
        needs = self.instances.efa_interfaces or self.instances.nvme_scratch
        if not needs or self.hosts.launch_template:
            return []
        fix = "Use Instances.of(...), or give a HostLaunchTemplate(..., ecs_agent=False) with what nodes need."
        allowed = "instances without adapters or scratch disks, unless a launch template sets those up"
        return [Problem("instances", ", ".join(self.instances.types), allowed, fix)]

    def _template_problems(self) -> Sequence[Problem]:
        fix = "Use HostLaunchTemplate(..., ecs_agent=False)."
        on_ecs = [
            Problem(f"{place}.ecs_agent", True, "False: nodes of EKS run no ECS agent", fix)
            for place, template, _ in named_templates(self.hosts, self.instances)
            if template.ecs_agent
        ]
        groups = self.security_groups
        found = template_problems(kind=self.kind, instances=self.instances, hosts=self.hosts, security_groups=groups)
        return [*on_ecs, *found]

    def _image_problems(self) -> Sequence[Problem]:
        images = self.hosts.images
        if len(images) > 1:
            return [Problem("hosts.images", f"{len(images)} images", "one image", "Make an environment for each.")]
        latest = fixed_image_problems("hosts") if self.updates.latest_image and self.image_is_fixed else []
        return [replace(problem, field="updates.latest_image") for problem in latest] + [
            Problem(
                "hosts.images",
                image.image_type,
                "an image of your own, without a type of ECS",
                "Use HostImage.ami('ami-...') of an EKS node; Batch's newest EKS images are the default.",
            )
            for image in images
            if image.image_type is not None or not image.is_fixed
        ]

    def _number_problems(self) -> Sequence[Problem]:
        bid, desired = self.bid_percentage, self.hosts.desired_vcpus
        found: list[Problem] = []
        if bid is not None and not self.spot:
            found.append(Problem("bid_percentage", bid, "nothing without spot=True", "Leave it out."))
        elif bid is not None and known(bid) is not None:
            found.extend(bid_problems(bid) if is_count(bid) else [_no_count("bid_percentage", bid)])
        if desired is not None and not is_count(desired):
            found.append(_no_count("hosts.desired_vcpus", desired))
        elif desired is not None and not any(map(is_token, (desired, self.min_vcpus, self.max_vcpus))):
            wrong = desired_vcpu_problems(desired=desired, minimum=self.min_vcpus, maximum=self.max_vcpus)
            found.extend(replace(problem, field="hosts.desired_vcpus") for problem in wrong)
        return found


def _no_count(field: str, value: object) -> Problem:
    return Problem(field, value, "a whole number", "Leave it out.")
