"""Elastic Fabric Adapters of environments and jobs, and the network between their hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.checks.templates import ABSENT, Reference, fields, is_open, items, text
from batchwright.checks.views.launching import all_templates_known
from batchwright.model.efa import DEVICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import Definition, Environment, System
    from batchwright.checks.templates import Resource, Value

_GROUP = "AWS::EC2::SecurityGroup"


def efa_devices(definition: Definition) -> Iterator[tuple[str, dict[str, Value]]]:
    """EFA devices of a definition, each with its path."""
    for container in definition.containers:
        devices = items(fields(container.properties.get("LinuxParameters")).get("Devices"))
        for index, device in enumerate(devices):
            host_path = text(fields(device).get("HostPath"))
            if host_path is not None and host_path.startswith(DEVICES):
                yield f"{container.path}.LinuxParameters.Devices[{index}]", fields(device)


def has_efa(environment: Environment) -> bool | None:
    """Whether an environment's launch template attaches an EFA; None when that is open."""
    if environment.kind not in {"EC2", "SPOT"} or environment.eks:
        return None
    found = [_attaches_efa(template.data) for template in environment.launch_templates]
    if True in found:
        return True
    return None if None in found or not all_templates_known(environment) else False


def open_to_itself(environment: Environment, system: System, *, inbound: bool) -> bool | None:
    """Whether one of an environment's security groups has a rule for its own members; None when that is open."""
    groups = _groups(environment)
    if not groups:
        return None
    inline, resource_type, other_side = (
        ("SecurityGroupIngress", "AWS::EC2::SecurityGroupIngress", "SourceSecurityGroupId")
        if inbound
        else ("SecurityGroupEgress", "AWS::EC2::SecurityGroupEgress", "DestinationSecurityGroupId")
    )
    for group in groups:
        if group.has(inline) and not isinstance(group.get(inline), list):
            return None
    rules = [(rule.get("GroupId"), rule.get(other_side)) for rule in system.of_type(resource_type)]
    for group in groups:
        rules += [(Reference(group), fields(rule).get(other_side)) for rule in items(group.get(inline))]
    verdicts = [_is_own(owner, other, groups) for owner, other in rules]
    return True if True in verdicts else None if None in verdicts else False


def has_placement_group(environment: Environment) -> bool | None:
    """Whether an environment names a placement group; None when its launch template may place hosts together."""
    if environment.resource.has("ComputeResources.PlacementGroup"):
        return True
    # Hosts of a Capacity Block are placed close together by EC2, those of a reservation in its own placement group.
    # Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CapacityBlock.html
    placed = {"Placement", "InstanceMarketOptions", "CapacityReservationSpecification"}
    if any(placed & template.data.keys() for template in environment.launch_templates):
        return None
    return False


def zone_count(environment: Environment) -> int | None:
    """Availability Zones of an environment's subnets; None when one is open."""
    zones = {subnet.zone for subnet in environment.subnets}
    return len(zones) if environment.all_subnets_known and zones and None not in zones else None


def _attaches_efa(data: dict[str, Value]) -> bool | None:
    interfaces = data.get("NetworkInterfaces", [])
    if not isinstance(interfaces, list):
        return None
    kinds = [fields(each).get("InterfaceType", "interface") for each in interfaces]
    if any(text(kind) in {"efa", "efa-only"} for kind in kinds):
        return True
    return None if any(map(is_open, [*interfaces, *kinds])) else False


def _groups(environment: Environment) -> list[Resource] | None:
    values = [environment.resource.get("ComputeResources.SecurityGroupIds")]
    for template in environment.launch_templates:
        values += [fields(each).get("Groups", ABSENT) for each in items(template.data.get("NetworkInterfaces"))]
        values += [template.data.get("SecurityGroupIds", ABSENT), template.data.get("SecurityGroups", ABSENT)]
    found: list[Resource] = []
    for value in values:
        if value is ABSENT:
            continue
        if not isinstance(value, list):
            return None
        for each in value:
            if not isinstance(each, Reference) or each.resource.type != _GROUP:
                return None
            found.append(each.resource)
    return found


def _is_own(owner: object, other: object, groups: list[Resource]) -> bool | None:
    sides = [owner, other]
    if all(isinstance(side, Reference) for side in sides):
        return all(any(side.resource is group for group in groups) for side in sides if isinstance(side, Reference))
    # A rule for addresses names no group; one that names an open group may mean this one.
    return None if any(is_open(side) and not isinstance(side, Reference) for side in sides) else False
