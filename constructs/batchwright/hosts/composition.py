"""Parts of hosts, put together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from batchwright.hosts.block_device import BlockDevice
from batchwright.hosts.part import Contribution, HostPart, Stage
from batchwright.hosts.sections import section_problems
from batchwright.hosts.user_data import size_problems
from batchwright.model import Problem
from batchwright.model.host_arguments import is_a, is_list
from batchwright.model.host_paths import claim_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from batchwright.hosts.part import Section


@dataclass(frozen=True, slots=True)
class Composition:
    """What all parts of a launch template add to it, each with its part's name.

    Attributes:
        contributions: Pairs of a part's name and what it adds.
        block_devices: Volumes given beside the parts.
    """

    contributions: Sequence[tuple[str, Contribution]]
    block_devices: Sequence[BlockDevice]

    @property
    def sections(self) -> Sequence[tuple[str, Section]]:
        """All scripts."""
        return [(name, each) for name, contribution in self.contributions for each in contribution.sections]

    @property
    def volumes(self) -> Sequence[BlockDevice]:
        """All volumes beside the root disk."""
        return [*(volume for _, each in self.contributions for volume in each.block_devices), *self.block_devices]

    @property
    def volume_tags(self) -> Mapping[str, str]:
        """Tags of all volumes."""
        return {key: value for _, each in self.contributions for key, value in each.volume_tags.items()}

    @property
    def needs_drives(self) -> bool:
        """Whether a part takes instance-store drives for granted."""
        return any(each.needs_drives for _, each in self.contributions)

    def problems(self, *, settings: Mapping[str, str], ecs_agent: bool) -> Sequence[Problem]:
        """Find parts that do not go together, and user data that is too long."""
        found = [
            replace(problem, field=f"{name}.{problem.field}")
            for name, each in self.sections
            for problem in section_problems(each)
        ]
        claims = [
            *((name, [*each.claims, *_devices(each.block_devices)]) for name, each in self.contributions),
            *(("block_devices", _devices([volume])) for volume in self.block_devices),
        ]
        found += claim_problems(claims)
        found += [
            Problem("parts", name, "parts without settings of the ECS agent, with ecs_agent=False", "Leave it out.")
            for name, each in self.sections
            if not ecs_agent and each.stage is Stage.AGENT
        ]
        # A script that cannot be rendered has no size.
        return found or size_problems(settings, self.sections)


def compose(scope: Construct, parts: Sequence[HostPart], block_devices: Sequence[BlockDevice]) -> Composition:
    """Ask each part for what it adds."""
    return Composition([(type(part).__name__, part.contribution(scope)) for part in parts], block_devices)


def part_problems(parts: Sequence[HostPart], block_devices: Sequence[BlockDevice]) -> Sequence[Problem]:
    """Find what is wrong about each part and volume by itself."""
    found: list[Problem] = []
    lists: list[tuple[str, Sequence[HostPart | BlockDevice], type, str]] = [
        ("parts", parts, HostPart, "Use [NvmeScratch()]."),
        ("block_devices", block_devices, BlockDevice, "Use [BlockDevice(gibibytes=100)]."),
    ]
    for field, given, wanted, fix in lists:
        if not is_list(given):
            found.append(Problem(field, given, f"a list of {wanted.__name__}", fix))
            continue
        for index, each in enumerate(given):
            if not is_a(each, wanted):
                found.append(Problem(f"{field}[{index}]", each, f"a {wanted.__name__}", fix))
                continue
            found += [replace(problem, field=f"{field}[{index}].{problem.field}") for problem in each.problems()]
    return found


def _devices(volumes: Sequence[BlockDevice]) -> list[str]:
    return [volume.device_name for volume in volumes]
