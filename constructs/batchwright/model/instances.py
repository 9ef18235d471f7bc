"""EC2 instance types: what each has, from a table that lies beside this file and is read on first use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from batchwright.model.architecture import Architecture

if TYPE_CHECKING:
    from collections.abc import Iterable

# Says in its first lines where its facts come from and of which day. `tools/instance_types.py` writes it.
TABLE: Final = Path(__file__).with_name("instance_types.csv")
_COMMENT: Final = "#"

# What Batch sets aside for the ECS agent on each host.
# Source: https://docs.aws.amazon.com/batch/latest/userguide/ecs-reserved-memory.html
_AGENT_MIB: Final = 32
# A host offers what its kernel reports, which is below the type's memory: an m4.large of 8192 MiB registers 7985, 2.5 %
# less; 5 % less is there on every type. Source: https://docs.aws.amazon.com/batch/latest/userguide/memory-management.html
_KEPT_PERCENT: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The most of each that a set of instance types has; not always on the same type.

    Attributes:
        vcpus: vCPUs.
        memory_mib: Memory in MiB, as EC2 gives it.
        gpus: NVIDIA GPUs.
    """

    vcpus: int
    memory_mib: int
    gpus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceType:
    """One EC2 instance type.

    Attributes:
        name: Its name, such as `m7g.large`.
        vcpus: vCPUs.
        memory_mib: Memory in MiB, as EC2 gives it; `usable_memory_mib` says what is left for jobs.
        gpus: NVIDIA GPUs, also a part of one; AMD's and other accelerators are not counted.
        gpu_memory_mib: Memory of all of them together.
        architecture: CPU architecture.
        efa_interfaces: Elastic Fabric Adapters that it takes; 0 when it takes none.
        disks: Disks of its own (instance store), of which some old families have hard disks.
        disk_gb: Space of all of them together, in GB.
        network_gbps: Network bandwidth in Gbit/s; many smaller types hold it for minutes only.
        current: Whether EC2 counts it among its current generation.
        bare_metal: Whether it has no hypervisor.
    """

    name: str
    vcpus: int
    memory_mib: int
    gpus: int
    gpu_memory_mib: int
    architecture: Architecture
    efa_interfaces: int
    disks: int
    disk_gb: int
    network_gbps: float
    current: bool
    bare_metal: bool


def instance_type(name: str) -> InstanceType | None:
    """Look a type up by name; None when the table does not have it."""
    line = _table()[0].get(name)
    return None if line is None else _parse(line)


def all_types() -> tuple[str, ...]:
    """Names of all types of the table."""
    return tuple(_table()[0])


def named(name: str) -> tuple[InstanceType, ...]:
    """Types that a name stands for in an environment: a type itself, or all of a family (`m7g`) by size.

    Returns:
        The types; none for Batch's classes (`default_x86_64`, `optimal`), whose families AWS changes when it likes, and
        for names that the table does not have.
    """
    lines, families = _table()
    members = [_parse(lines[member]) for member in families.get(name, [name] if name in lines else [])]
    return tuple(sorted(members, key=lambda member: (member.vcpus, member.memory_mib, member.name)))


def expand(names: Iterable[str]) -> tuple[InstanceType, ...] | None:
    """All types that an environment's instance types stand for; None when one of them is a class or not known."""
    found: dict[str, InstanceType] = {}
    for name in names:
        members = named(name)
        if not members:
            return None
        found.update((member.name, member) for member in members)
    return tuple(found.values())


def largest(names: Iterable[str]) -> Size | None:
    """Find the most vCPUs, memory and GPUs of an environment's instance types.

    Returns:
        The most of each; None when nothing is named, or a class or a type that the table does not have is among them.
    """
    types = expand(names)
    if not types:
        return None
    return Size(
        vcpus=max(each.vcpus for each in types),
        memory_mib=max(each.memory_mib for each in types),
        gpus=max(each.gpus for each in types),
    )


def usable_memory_mib(memory_mib: int) -> int:
    """MiB that jobs can surely have on a host of so much memory: 95 % of it, less 32 MiB for the ECS agent."""
    return memory_mib * (100 - _KEPT_PERCENT) // 100 - _AGENT_MIB


def memory_ceiling_mib(memory_mib: int) -> int:
    """MiB that jobs can never exceed on a host of so much memory, however little its system keeps for itself."""
    return memory_mib - _AGENT_MIB


@cache
def _table() -> tuple[dict[str, str], dict[str, list[str]]]:
    """Lines by name, and names by family. Lines are parsed one by one when they are asked for."""
    lines: dict[str, str] = {}
    families: dict[str, list[str]] = {}
    rows = [row for row in TABLE.read_text(encoding="utf-8").splitlines() if not row.startswith(_COMMENT)]
    for row in rows[1:]:
        name = row[: row.index(",")]
        lines[name] = row
        families.setdefault(name.partition(".")[0], []).append(name)
    return lines, families


def _parse(line: str) -> InstanceType:
    name, *numbers, network, architecture, current, bare_metal = line.split(",")
    vcpus, memory, gpus, gpu_memory, efa, disks, disk_gb = map(int, numbers)
    return InstanceType(
        name=name,
        vcpus=vcpus,
        memory_mib=memory,
        gpus=gpus,
        gpu_memory_mib=gpu_memory,
        efa_interfaces=efa,
        disks=disks,
        disk_gb=disk_gb,
        network_gbps=float(network),
        architecture=Architecture(architecture),
        current=current == "1",
        bare_metal=bare_metal == "1",
    )
