"""Launch templates against the environment whose hosts start from them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from batchwright.model import Problem
from batchwright.model.instance_choice import has_nvme
from batchwright.model.instances import expand
from batchwright.model.launch_templates import ignored_setting_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2

    from batchwright.environments.hosted.host_options import HostOptions
    from batchwright.environments.instances import Instances
    from batchwright.hosts.launch_template import HostLaunchTemplate


def template_problems(
    *, kind: str, instances: Instances, hosts: HostOptions, security_groups: Sequence[ec2.ISecurityGroup] | None
) -> Sequence[Problem]:
    """Find what hosts would start without, or not at all, for what their launch templates say.

    Args:
        kind: `EC2` or `SPOT`.
        instances: The environment's instances.
        hosts: Its launch templates, each of the right kind.
        security_groups: Its groups, as they were given.
    """
    named = named_templates(hosts, instances)
    return [
        *_adapter_problems(kind, instances, hosts, security_groups),
        *(problem for place, template, types in named for problem in drive_problems(place, template, types)),
        *(
            problem
            for place, template, _ in named
            for problem in (*_ignored_problems(place, template), *_market_problems(place, template, kind))
        ),
        *_group_problems(named),
        *_image_problems(hosts),
    ]


_Named = tuple[str, "HostLaunchTemplate", "Sequence[str]"]


def named_templates(hosts: HostOptions, instances: Instances) -> Sequence[_Named]:
    """All launch templates, with the arguments that they were given as and the types that they are for."""
    overridden = {name for override in hosts.launch_template_overrides for name in override.instances}
    own = hosts.launch_template
    rest = [name for name in instances.types if name not in overridden]
    return [
        *([("hosts.launch_template", own, rest)] if own else []),
        *(
            (f"hosts.launch_template_overrides[{number}].template", override.template, override.instances)
            for number, override in enumerate(hosts.launch_template_overrides)
        ),
    ]


def _adapter_problems(
    kind: str, instances: Instances, hosts: HostOptions, security_groups: Sequence[ec2.ISecurityGroup] | None
) -> Sequence[Problem]:
    wanted, given = instances.efa_interfaces, hosts.launch_template
    if wanted and kind == "SPOT":
        allowed = "On-Demand instances: Batch runs multi-node jobs on no others"
        fix = "Use On-Demand instances, or Instances.of(...) for the same types without adapters."
        return [Problem("instances", "Instances.hpc(...)", allowed, fix)]
    first = given.efa_interfaces if given else wanted
    attached = [first, *(each.template.efa_interfaces for each in hosts.launch_template_overrides)]
    found = []
    if (0 in attached and any(attached)) or (wanted and not 1 <= first <= wanted):
        allowed = f"launch templates of 1 to {wanted or max(attached)} adapters on these instances, each of them"
        fix = "Use HostLaunchTemplate(..., efa_interfaces=..., security_groups=[...]), or other instances."
        found.append(Problem("hosts.launch_template", f"{first} adapters", allowed, fix))
    if given and first and security_groups is None:
        allowed = "the groups of the launch template's network interfaces"
        fix = "Name them here too: the environment takes part in no other."
        found.append(Problem("security_groups", None, allowed, fix))
    return found


def drive_problems(place: str, template: HostLaunchTemplate, types: Sequence[str]) -> Sequence[Problem]:
    """Find types without drives of their own, where a launch template's parts take them for granted.

    Args:
        place: The argument that the parts came by.
        template: The launch template.
        types: The types that start from it.
    """
    if not template.needs_drives or not types:
        return []
    # What the catalogue does not know is not judged; what Batch chooses from a class is nobody's to know.
    classes = [name for name in types if name == "optimal" or name.startswith("default_")]
    lacking = classes or [each.name for each in expand(types) or () if not has_nvme(each)]
    if not lacking:
        return []
    fix = "Use Instances.nvme(...), or make the part optional: NvmeScratch(required=False)."
    allowed = f"types with drives of their own, which {place} takes for granted"
    return [Problem("instances", lacking[0], allowed, fix)]


def _ignored_problems(place: str, template: HostLaunchTemplate) -> Sequence[Problem]:
    if template.instance_profile_arn is None:
        return []
    field, value = f"{place}.instance_profile_arn", template.instance_profile_arn
    fix = "Use HostOptions(role=...) for a role of your own."
    return [replace(each, field=field, value=value, fix=fix) for each in ignored_setting_problems("IamInstanceProfile")]


def _market_problems(place: str, template: HostLaunchTemplate, kind: str) -> Sequence[Problem]:
    reservation = template.capacity_reservation
    if kind != "SPOT" or reservation is None or not reservation.block:
        return []
    fix = "Use an On-Demand environment for the block."
    allowed = "no Capacity Block on Spot: they are two markets, and a host is bought on one"
    return [Problem(f"{place}.capacity_reservation", reservation.reservation_id, allowed, fix)]


def _group_problems(named: Sequence[_Named]) -> Sequence[Problem]:
    """Find groups that only a launch template names: Batch takes the environment's own instead of them."""
    for place, template, _ in named:
        if template.security_groups and not template.efa_interfaces:
            allowed = "nothing in a managed environment: Batch takes the environment's groups"
            fix = "Give them to the environment: security_groups=[...]."
            value = f"{len(template.security_groups)} groups"
            return [Problem(f"{place}.security_groups", value, allowed, fix)]
    return []


def _image_problems(hosts: HostOptions) -> Sequence[Problem]:
    """Source: https://docs.aws.amazon.com/batch/latest/userguide/ami-selection-order.html."""
    own = hosts.launch_template
    if own is None or own.image_id is None or not any(image.is_fixed for image in hosts.images):
        return []
    allowed = "nothing beside images of the environment, which Batch takes before it"
    fix = "Leave one of the two out: it, or hosts.images."
    return [Problem("hosts.launch_template.image_id", own.image_id, allowed, fix)]
