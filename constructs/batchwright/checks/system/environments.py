"""Compute environments, with their launch templates and subnets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.system.parts import Environment
from batchwright.checks.templates import ABSENT, fields, items, number, text
from batchwright.model.architecture import architecture_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchwright.checks.system.index import Index
    from batchwright.checks.system.parts import LaunchTemplate, Subnet
    from batchwright.checks.templates import Absent, Resource, Value
    from batchwright.model import Architecture

_TEMPLATE: Final = "ManagedInstancesProvider.InstanceLaunchTemplate"
# Where Managed Instances have their instance types and subnets.
_PLACES: Final = {
    "ECS_MANAGED_INSTANCES": (
        f"{_TEMPLATE}.InstanceRequirements.AllowedInstanceTypes",
        f"{_TEMPLATE}.NetworkConfiguration.Subnets",
    )
}


def environment_of(
    resource: Resource,
    *,
    index: Index,
    launch_templates: Mapping[Resource, LaunchTemplate],
    subnets: Mapping[Resource, Subnet],
) -> Environment:
    """Read a compute environment."""
    kind, capacity = upper(resource.get("Type")), upper(resource.get("ComputeResources.Type"))
    types_at, subnets_at = _PLACES.get(capacity or "", ("InstanceTypes", "Subnets"))
    types = _instance_types(resource.get(f"ComputeResources.{types_at}"))
    listed = resource.get(f"ComputeResources.{subnets_at}")
    found = [index.find(each, "AWS::EC2::Subnet", resource) for each in items(listed)]
    known = tuple(subnets[each] for each in found if each is not None)
    templates = dict.fromkeys(_launch_templates(resource, index))
    return Environment(
        resource=resource,
        managed=None if kind is None else kind == "MANAGED",
        kind=None if kind == "UNMANAGED" else capacity,
        eks=resource.has("EksConfiguration"),
        max_vcpus=number(resource.get("ComputeResources.MaxvCpus")),
        instance_types=types,
        architectures=_architectures(types),
        launch_templates=tuple(launch_templates[each] for each in templates),
        subnets=known,
        all_subnets_known=isinstance(listed, list) and len(known) == len(listed),
    )


def upper(value: Value | Absent) -> str | None:
    """Read a constant in upper case, as Batch takes any: `managed` as well as `MANAGED`."""
    return value.upper() if isinstance(value, str) else None


def _instance_types(value: Value | Absent) -> tuple[str, ...] | None:
    found = [text(each) for each in items(value)]
    known = tuple(each for each in found if each is not None)
    return known if found and len(known) == len(found) else None


def _architectures(types: tuple[str, ...] | None) -> frozenset[Architecture] | None:
    found = [architecture_of(each) for each in types or ()]
    known = frozenset(each for each in found if each is not None)
    return known if known and None not in found else None


def _launch_templates(resource: Resource, index: Index) -> Iterator[Resource]:
    named = resource.get("ComputeResources.LaunchTemplate")
    for each in [named, *items(fields(named).get("Overrides"))]:
        entry = fields(each)
        name = entry.get("LaunchTemplateId", entry.get("LaunchTemplateName", ABSENT))
        found = index.find(name, "AWS::EC2::LaunchTemplate", resource)
        if found is not None:
            yield found
