"""Options of an environment's hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchwright.environments.hosted.host_image import HostImage
from batchwright.environments.hosted.launch_overrides import LaunchTemplateOverride, override_problems
from batchwright.hosts.launch_template import HostLaunchTemplate
from batchwright.model import Problem
from batchwright.model.arguments import item_problems, kind_problems, like_problems, mapping_problems
from batchwright.model.environment_settings import tag_problems
from batchwright.model.tags import tag_count_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam


@dataclass(frozen=True, slots=True, kw_only=True)
class HostOptions:
    """What the hosts of an environment are made of; each has a default that holds.

    Attributes:
        launch_template: Disks, user data and network interfaces; made when left out.
        launch_template_overrides: Other launch templates for some of the instances, up to ten.
        images: The machine image, or two: one for instances without NVIDIA GPUs, one for those with. By default
            Batch's newest images of Amazon Linux 2023, and the ECS image with the Neuron driver on Inferentia and
            Trainium.
        role: The hosts' role, with `AmazonEC2ContainerServiceforEC2Role`; made when left out.
        placement_group: Where hosts stand to each other. `Instances.hpc` brings a cluster placement group of its own.
        key_pair: Whose holder may log in by SSH. Session Manager needs none.
        tags: Tags of instances and their disks, for cost reports. Keep them as they are: a changed one replaces every
            host. Tags that the CDK puts on the whole app do not get here.
        desired_vcpus: vCPUs to begin with, `min_vcpus` to `max_vcpus`. Discouraged: Batch sets the number by the jobs
            that wait, and each deployment sets it back.
    """

    launch_template: HostLaunchTemplate | None = None
    launch_template_overrides: Sequence[LaunchTemplateOverride] = ()
    images: Sequence[HostImage] = ()
    role: iam.IRole | None = None
    placement_group: ec2.IPlacementGroup | None = None
    key_pair: ec2.IKeyPair | None = None
    tags: Mapping[str, str] | None = None
    desired_vcpus: int | None = None

    @property
    def templates(self) -> Sequence[HostLaunchTemplate]:
        """All launch templates that were given."""
        own = [self.launch_template] if self.launch_template else []
        return [*own, *(override.template for override in self.launch_template_overrides)]

    def problems(self, instance_types: Sequence[str]) -> Sequence[Problem]:
        """Find what AWS would refuse, on an environment of these instance types."""
        template_fix = "Make one with HostLaunchTemplate(self, 'Hosts')."
        return [
            *kind_problems("hosts.launch_template", self.launch_template, HostLaunchTemplate, fix=template_fix),
            *override_problems("hosts.launch_template_overrides", self.launch_template_overrides, instance_types),
            *self._image_problems(),
            *like_problems("hosts.role", self.role, "role_arn", kind="a role of the CDK", fix="Use iam.Role(...)."),
            *like_problems(
                "hosts.placement_group",
                self.placement_group,
                "placement_group_name",
                kind="a placement group of the CDK",
                fix="Use ec2.PlacementGroup(...).",
            ),
            *like_problems(
                "hosts.key_pair",
                self.key_pair,
                "key_pair_name",
                kind="a key pair of the CDK",
                fix="Use ec2.KeyPair.from_key_pair_name(...).",
            ),
            *self._tag_problems(),
        ]

    def _image_problems(self) -> Sequence[Problem]:
        kinds = item_problems("hosts.images", self.images, HostImage, fix="Use [HostImage.ami('ami-...')].")
        if kinds:
            return kinds
        return [
            Problem(f"hosts.images[{number}].{each.field}", each.value, each.allowed, each.fix)
            for number, image in enumerate(self.images)
            for each in image.problems()
        ]

    def _tag_problems(self) -> Sequence[Problem]:
        if self.tags is None:
            return []
        kinds = mapping_problems("hosts.tags", self.tags, str, fix="Use {'team': 'imaging'}.")
        if kinds:
            return kinds
        return [
            *tag_count_problems(len(self.tags), field="hosts.tags"),
            *tag_problems(dict(self.tags), field="hosts.tags"),
        ]
