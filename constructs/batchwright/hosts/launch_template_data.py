"""Properties of a launch template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.hosts.block_device import BlockDevice
    from batchwright.hosts.capacity_reservation import CapacityReservation
    from batchwright.hosts.root_volume import RootVolume

_Mapping = ec2.CfnLaunchTemplate.BlockDeviceMappingProperty
_Interface = ec2.CfnLaunchTemplate.NetworkInterfaceProperty


def block_device_mappings(root: RootVolume, volumes: Sequence[BlockDevice]) -> list[_Mapping]:
    """Describe the root disk and the other volumes: encrypted gp3, deleted with the host."""
    return [_mapping(root.device_name, root), *(_mapping(each.device_name, each, each.snapshot_id) for each in volumes)]


def network_interfaces(efa_interfaces: int, groups: Sequence[ec2.ISecurityGroup]) -> list[_Interface] | None:
    """Describe Elastic Fabric Adapters, one a network card; None for hosts without.

    The first carries the host's own traffic too. The others need no address: hosts with several would get no public
    one, and each would take one of the subnet's.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
    """
    if not efa_interfaces:
        return None
    group_ids = [group.security_group_id for group in groups]
    return [
        _Interface(
            device_index=0 if card == 0 else 1,
            network_card_index=card,
            interface_type="efa" if card == 0 else "efa-only",
            groups=group_ids,
            delete_on_termination=True,
        )
        for card in range(efa_interfaces)
    ]


def capacity_reservation_specification(
    reservation: CapacityReservation | None,
) -> ec2.CfnLaunchTemplate.CapacityReservationSpecificationProperty | None:
    """Describe the reserved capacity; None to leave it to EC2."""
    if reservation is None:
        return None
    if reservation.preference is not None:
        return ec2.CfnLaunchTemplate.CapacityReservationSpecificationProperty(
            capacity_reservation_preference=reservation.preference
        )
    return ec2.CfnLaunchTemplate.CapacityReservationSpecificationProperty(
        capacity_reservation_target=ec2.CfnLaunchTemplate.CapacityReservationTargetProperty(
            capacity_reservation_id=reservation.reservation_id,
            capacity_reservation_resource_group_arn=reservation.resource_group_arn,
        )
    )


def market_options(
    reservation: CapacityReservation | None,
) -> ec2.CfnLaunchTemplate.InstanceMarketOptionsProperty | None:
    """Describe the market of a Capacity Block; None for all others, which the environment chooses."""
    if reservation is None or not reservation.block:
        return None
    return ec2.CfnLaunchTemplate.InstanceMarketOptionsProperty(market_type="capacity-block")


def volume_tag_specifications(
    tags: Mapping[str, str],
) -> list[ec2.CfnLaunchTemplate.TagSpecificationProperty] | None:
    """Tag the volumes of the host; None without tags."""
    if not tags:
        return None
    return [
        ec2.CfnLaunchTemplate.TagSpecificationProperty(
            resource_type="volume", tags=[CfnTag(key=key, value=value) for key, value in tags.items()]
        )
    ]


def _mapping(device_name: str, volume: RootVolume | BlockDevice, snapshot_id: str | None = None) -> _Mapping:
    key = volume.encryption_key
    return _Mapping(
        device_name=device_name,
        ebs=ec2.CfnLaunchTemplate.EbsProperty(
            volume_type="gp3",
            volume_size=volume.gibibytes,
            iops=volume.iops,
            throughput=volume.throughput_mibps,
            encrypted=True,
            delete_on_termination=True,
            kms_key_id=None if key is None else key.key_arn,
            snapshot_id=snapshot_id,
        ),
    )
