"""Chooses instance types by what one job needs, from the catalogue."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from batchwright.model.accelerators import has_gpus, is_accelerated
from batchwright.model.architecture import Architecture
from batchwright.model.efa import takes_first_adapter
from batchwright.model.host_images import unbootable_problems
from batchwright.model.instances import InstanceType, all_types, instance_type, usable_memory_mib
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Burstable types slow down under load, HPC types and those with many hard disks are for one purpose, Macs run no
# container of Batch.
_NOT_GENERAL: Final = re.compile(r"(?:[tdh]\d|hpc|mac)")
# Their own disks are hard disks or older than NVMe. Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/so.html
_NOT_NVME: Final = re.compile(r"(?:d\d|h1|x1e?|c1|c3|g2|i2|m1|m2|m3|r3)\b")
_FAMILY: Final = re.compile(r"[a-z]+(?:-\d+tb)?(\d+)[agi]?([a-z]*)")
# What On-Demand prices of common families come to: 1 vCPU costs as much as 11 GiB, each option about a seventh more.
_GIBIBYTES_A_VCPU: Final = 11
_OPTION: Final = 1.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one host has to have, so that one job fits on it.

    Attributes:
        vcpus: vCPUs.
        memory_mib: MiB for jobs, after what the system and the ECS agent keep.
        gpus: NVIDIA GPUs; with 0, types with accelerators are left out.
        gpu_memory_mib: MiB of each GPU.
        efa: Whether it takes Elastic Fabric Adapters; HPC types are offered only then.
        nvme: Whether it has disks of its own.
        current: Whether it is of EC2's current generation.
        architecture: Its CPU architecture.
    """

    vcpus: float = 0
    memory_mib: float = 0
    gpus: int = 0
    gpu_memory_mib: float = 0
    efa: bool = False
    nvme: bool = False
    current: bool = True
    architecture: Architecture = Architecture.X86_64


def has_nvme(host: InstanceType) -> bool:
    """Whether a type has NVMe disks of its own, not hard disks or what came before NVMe."""
    return host.disks > 0 and not _NOT_NVME.match(host.name)


def _takes_adapters(host: InstanceType) -> bool:
    return host.efa_interfaces > 0 and takes_first_adapter(host.name)


def fitting_types(wish: Wish, most: int) -> tuple[str, ...]:
    """Choose the smallest fitting type of each family, the closest fits first.

    One type a family: Batch gets several pools of capacity to choose from, and no host is larger than it must be.
    """
    by_family: dict[str, InstanceType] = {}
    for candidate in sorted(filter(lambda each: _fits(each, wish), _candidates()), key=_size):
        by_family.setdefault(candidate.name.partition(".")[0], candidate)
    return tuple(candidate.name for candidate in list(by_family.values())[:most])


def unmet_problems(wish: Wish, written: dict[str, object]) -> Sequence[Problem]:
    """Find which part of a wish no type meets.

    Args:
        wish: The wish.
        written: Its parts as the caller named them and wrote their values, by the names that `Wish` has for them.
    """
    if fitting_types(wish, 1):
        return []
    bare = Wish(current=wish.current, architecture=wish.architecture)
    alone = [name for name in written if _differs(wish, name) and not fitting_types(_only(bare, wish, name), 1)]
    # Each can be had, but not all together: those without which the rest can be had.
    together = [name for name in written if _differs(wish, name) and fitting_types(_without(wish, name), 1)]
    at_fault = alone or together or [name for name in written if _differs(wish, name)]
    allowed = f"what some {wish.architecture} type of the catalogue has{'' if alone else ' together with the rest'}"
    fix = "Ask for less, or name types with Instances.of(...)."
    return [Problem(_FIELDS.get(name, name), written[name], allowed, fix) for name in at_fault]


_FIELDS: Final = {"memory_mib": "memory", "gpu_memory_mib": "gpu_memory"}
_BARE: Final = Wish()


def _differs(wish: Wish, name: str) -> bool:
    return bool(getattr(wish, name) != getattr(_BARE, name))


def _only(bare: Wish, wish: Wish, name: str) -> Wish:
    # A GPU's memory needs a GPU.
    gpus = {"gpus": max(1, wish.gpus)} if name == "gpu_memory_mib" else {}
    return replace(bare, **{**gpus, name: getattr(wish, name)})


def _without(wish: Wish, name: str) -> Wish:
    if name == "gpus":
        return replace(wish, gpus=0, gpu_memory_mib=0)
    return replace(wish, **{name: getattr(_BARE, name)})


def _candidates() -> Sequence[InstanceType]:
    found = (instance_type(name) for name in all_types())
    return [each for each in found if each and not each.bare_metal and not unbootable_problems(each.name)]


def _fits(host: InstanceType, wish: Wish) -> bool:
    return (
        host.architecture is wish.architecture
        and host.vcpus >= wish.vcpus
        and usable_memory_mib(host.memory_mib) >= wish.memory_mib
        and (host.current or not wish.current)
        and (has_nvme(host) or not wish.nvme)
        and (_takes_adapters(host) if wish.efa else not _NOT_GENERAL.match(host.name))
        and _has_gpus(host, wish)
    )


def _has_gpus(host: InstanceType, wish: Wish) -> bool:
    if not wish.gpus:
        return not is_accelerated(host.name)
    return has_gpus(host.name) and host.gpus >= wish.gpus and host.gpu_memory_mib >= wish.gpu_memory_mib * host.gpus


def _size(host: InstanceType) -> tuple[float, ...]:
    """Rank by cost, roughly: GPUs first, then vCPUs and memory, and the newer of two alike."""
    family = _FAMILY.match(host.name)
    generation, options = (int(family[1]), len(family[2])) if family else (0, 0)
    cost = (host.vcpus + host.memory_mib / 1024 / _GIBIBYTES_A_VCPU) * _OPTION**options
    return (host.gpus, host.gpu_memory_mib, round(cost, 1), -generation)
