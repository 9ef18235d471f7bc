"""Elastic Fabric Adapters: what a job and its hosts need for the fast network between nodes.

Source: https://docs.aws.amazon.com/batch/latest/userguide/efa.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

DEVICES: Final = "/dev/infiniband/uverbs"


def takes_first_adapter(instance_type: str) -> bool:
    """Whether an instance type or family with several network cards takes an adapter on the first of them.

    P6-B300 has 17 cards for 16 adapters: its first card is for other traffic alone.
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
    """
    return not instance_type.startswith("p6-b300")


def efa_device_problems(*, host_path: str, container_path: str | None) -> Sequence[Problem]:
    """Find an EFA device that the container has under another name.

    Args:
        host_path: The device on the host.
        container_path: Its path in the container; None when not given, and then it is the same.
    """
    if not host_path.startswith(DEVICES) or container_path in (None, host_path):
        return []
    return [Problem("devices.container_path", container_path, host_path, f"Use {host_path}, or leave it out.")]


def efa_interface_problems(interfaces: Sequence[bool | None]) -> Sequence[Problem]:
    """Find a job with an EFA device on a queue whose hosts have none.

    Args:
        interfaces: For each environment of the queue, whether its launch template attaches an EFA; None when open.
    """
    if not interfaces or any(each is not False for each in interfaces):
        return []
    fix = "Give a network interface of the environment's launch template InterfaceType: efa."
    return [Problem("devices", DEVICES, "EFA devices on a queue whose hosts have an EFA interface", fix)]


def efa_network_problems(
    *,
    inbound_from_itself: bool | None,
    outbound_to_itself: bool | None,
    placement_group: bool | None,
    zones: int | None,
) -> Sequence[Problem]:
    """Find what keeps EFA traffic from flowing between the hosts of an environment; None is not judged."""
    found: list[Problem] = []
    for open_to_itself, direction in ((inbound_from_itself, "inbound"), (outbound_to_itself, "outbound")):
        if open_to_itself is False:
            fix = f"Add an {direction} rule for all traffic whose other side is the group itself; a CIDR does not do."
            allowed = f"all {direction} traffic between members of the group"
            found.append(Problem("security_groups", f"no {direction} rule for itself", allowed, fix))
    if placement_group is False:
        fix = "Make an AWS::EC2::PlacementGroup of strategy cluster, and name it in the environment."
        found.append(Problem("placement_group", None, "a cluster placement group for hosts with EFA", fix))
    if zones is not None and zones > 1:
        fix = "Keep one subnet, or several of one zone."
        found.append(Problem("subnets", f"{zones} Availability Zones", "one zone for hosts with EFA", fix))
    return found
