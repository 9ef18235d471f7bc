"""The launch template of Batch hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Fn
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from batchwright.hosts.capacity_reservation import CapacityReservation
from batchwright.hosts.composition import compose, part_problems
from batchwright.hosts.efa_driver import EfaDriver
from batchwright.hosts.launch_template_data import (
    block_device_mappings,
    capacity_reservation_specification,
    market_options,
    network_interfaces,
    volume_tag_specifications,
)
from batchwright.hosts.part import HostAccess
from batchwright.hosts.root_volume import RootVolume
from batchwright.hosts.user_data import AGENT_SETTINGS, render, setting_problems
from batchwright.model import Problems
from batchwright.model.arguments import flags_problems, kind_problems, like_item_problems
from batchwright.model.host_arguments import is_list, missing_problems
from batchwright.model.host_settings import (
    efa_count_problems,
    efa_driver_problems,
    efa_group_problems,
    image_problems,
    profile_problems,
)
from batchwright.model.volumes import whole_number_problems
from batchwright.tokens import is_token, known, where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam

    from batchwright.hosts.block_device import BlockDevice
    from batchwright.hosts.part import HostPart
    from batchwright.model import Problem

_MAX_HOPS: Final = 64


class HostLaunchTemplate(Construct):
    """A launch template with IMDSv2, an encrypted root disk, the ECS agent's settings and parts of your choice.

    An environment that uses it names its latest version number, so that every edit reaches the hosts. Parts run in the
    order that they need, whatever the order of the list: drives, Docker, network mounts, agent, other programs.

    Args:
        scope: The parent.
        construct_id: The id below it.
        root_volume: The root disk.
        metadata_hop_limit: Network hops that instance metadata answers over, 1 to 64. One by default: containers get
            their role from ECS and have no business with the host's.
        agent_settings: Further lines of the ECS agent's configuration, or other values for those set by default.
        parts: What hosts have beside that: `NvmeScratch`, `EbsScratch`, `GrowingScratch`, `EfsMount`, `LustreMount`,
            `RegistryLogin`, `DockerSettings`, `CloudWatchAgent`, `EfaDriver`, `HostScript` or parts of your own.
        block_devices: Further EBS volumes, as EBS delivers them.
        efa_interfaces: Elastic Fabric Adapters of each host, 0 to 32 and not more than the instance type has network
            cards. The first is the host's network interface, on card 0; the others, each on a card of its own, are
            for EFA alone.
        security_groups: Groups of the network interfaces; needed with `efa_interfaces`, and for hosts that Batch does
            not launch. Otherwise the environment's own are used.
        capacity_reservation: Reserved capacity to launch in; any open reservation that matches by default.
        detailed_monitoring: Whether EC2's metrics come every minute, billed, instead of every five.
        metadata_tags: Whether hosts see their own tags in the instance metadata.
        ecs_agent: Whether the hosts run the ECS agent; False for EKS nodes, which need none of its settings.
        image_id: The image; by default the environment's choice, which AWS keeps up to date.
        instance_profile_arn: The hosts' profile, for hosts that Batch does not launch. Batch takes its environment's.

    Raises:
        ConfigurationError: A number is outside its range, a setting cannot stand in the configuration, or two parts
            take the same path, device name or program.

    Attributes:
        template: The L1 launch template.
        launch_template_id: Its id.
        latest_version: Its latest version number, resolved at deployment.
        image_id: The image; None for the environment's choice.
        efa_interfaces: Elastic Fabric Adapters of each host.
        instance_profile_arn: The hosts' profile; None for the environment's.
        security_groups: Groups that it names; empty for the environment's.
        capacity_reservation: Reserved capacity; None for any.
        needs_drives: Whether hosts without instance-store drives take no jobs.
        ecs_agent: Whether the hosts run the ECS agent.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        root_volume: RootVolume | None = None,
        metadata_hop_limit: int = 1,
        agent_settings: Mapping[str, str] | None = None,
        parts: Sequence[HostPart] = (),
        block_devices: Sequence[BlockDevice] = (),
        efa_interfaces: int = 0,
        security_groups: Sequence[ec2.ISecurityGroup] = (),
        capacity_reservation: CapacityReservation | None = None,
        detailed_monitoring: bool = False,
        metadata_tags: bool = False,
        ecs_agent: bool = True,
        image_id: str | None = None,
        instance_profile_arn: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        volume = RootVolume() if root_volume is None else root_volume
        problems = Problems(where(self))
        problems.extend(_root_problems(volume))
        problems.extend(whole_number_problems("metadata_hop_limit", known(metadata_hop_limit), 1, _MAX_HOPS))
        problems.extend(setting_problems(agent_settings, ecs_agent=ecs_agent))
        problems.extend(part_problems(parts, block_devices))
        problems.extend(_network_problems(efa_interfaces, security_groups, parts))
        problems.extend(_capacity_problems(capacity_reservation))
        problems.extend(image_problems(_given(image_id)))
        problems.extend(profile_problems(_given(instance_profile_arn)))
        problems.extend(missing_problems(metadata_hop_limit=metadata_hop_limit, efa_interfaces=efa_interfaces))
        flags = {"detailed_monitoring": detailed_monitoring, "metadata_tags": metadata_tags, "ecs_agent": ecs_agent}
        problems.extend(flags_problems(**flags))
        problems.raise_if_any()
        settings = {**(AGENT_SETTINGS if ecs_agent else {}), **(agent_settings or {})}
        self._parts = tuple(parts)
        self._composition = compose(self, self._parts, block_devices)
        problems.extend(self._composition.problems(settings=settings, ecs_agent=ecs_agent))
        problems.raise_if_any()
        self.ecs_agent = ecs_agent
        self.efa_interfaces = efa_interfaces
        self.image_id = image_id
        self.instance_profile_arn = instance_profile_arn
        self.security_groups = tuple(security_groups)
        self.capacity_reservation = capacity_reservation
        self.needs_drives = self._composition.needs_drives
        group_ids = [group.security_group_id for group in security_groups]
        self.template = ec2.CfnLaunchTemplate(
            self,
            "Template",
            launch_template_data=ec2.CfnLaunchTemplate.LaunchTemplateDataProperty(
                block_device_mappings=block_device_mappings(volume, self._composition.volumes),
                capacity_reservation_specification=capacity_reservation_specification(capacity_reservation),
                iam_instance_profile=None
                if instance_profile_arn is None
                else ec2.CfnLaunchTemplate.IamInstanceProfileProperty(arn=instance_profile_arn),
                image_id=image_id,
                instance_market_options=market_options(capacity_reservation),
                metadata_options=ec2.CfnLaunchTemplate.MetadataOptionsProperty(
                    http_tokens="required",
                    http_put_response_hop_limit=metadata_hop_limit,
                    instance_metadata_tags="enabled" if metadata_tags else None,
                ),
                monitoring=ec2.CfnLaunchTemplate.MonitoringProperty(enabled=True) if detailed_monitoring else None,
                network_interfaces=network_interfaces(efa_interfaces, security_groups),
                security_group_ids=group_ids if group_ids and not efa_interfaces else None,
                tag_specifications=volume_tag_specifications(self._composition.volume_tags),
                user_data=self._user_data(settings),
            ),
        )
        self.launch_template_id = self.template.ref
        self.latest_version = self.template.attr_latest_version_number

    def permit(self, *, role: iam.IRole, connections: ec2.Connections) -> None:
        """Let hosts do and reach what the parts need; environments call it for theirs.

        Args:
            role: The hosts' role.
            connections: The hosts' security groups.
        """
        access = HostAccess(self, role, connections)
        for part in self._parts:
            part.permit(access)

    def _user_data(self, settings: Mapping[str, str]) -> str | None:
        sections = self._composition.sections
        # Encoded at deployment: readable in the template, and a setting may be known only then.
        return Fn.base64(render(settings, sections)) if settings or sections else None


def _given(text: str | None) -> str | None:
    """Return a text as it is; None when it is left out or known only at deployment."""
    given: object = text
    return None if isinstance(given, str) and is_token(given) else text


def _root_problems(volume: RootVolume) -> Sequence[Problem]:
    return kind_problems("root_volume", volume, RootVolume, fix="Use RootVolume(gibibytes=200).") or volume.problems()


def _network_problems(
    interfaces: int, groups: Sequence[ec2.ISecurityGroup], parts: Sequence[HostPart]
) -> Sequence[Problem]:
    fix = "Use [ec2.SecurityGroup(...)]."
    wrong = like_item_problems("security_groups", groups, "security_group_id", kind="a security group", fix=fix)
    found = [*efa_count_problems(interfaces), *wrong]
    driver = is_list(parts) and any(isinstance(part, EfaDriver) for part in parts)
    return found or [
        *efa_group_problems(interfaces=interfaces, groups=len(groups)),
        *efa_driver_problems(interfaces=interfaces, driver=driver),
    ]


def _capacity_problems(reservation: CapacityReservation | None) -> Sequence[Problem]:
    fix = "Use CapacityReservation.of('cr-...')."
    found = kind_problems("capacity_reservation", reservation, CapacityReservation, fix=fix)
    return found or ([] if reservation is None else reservation.problems())
