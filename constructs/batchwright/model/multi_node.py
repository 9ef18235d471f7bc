"""Multi-node parallel jobs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.instances import expand
from batchwright.model.instances import instance_type as type_named
from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/userguide/mnp-node-groups.html
MAX_NODE_GROUPS: Final = 5
# An account may have it raised.
_USUAL_NODES: Final = 1_000
# Below this part of both vCPUs and memory most of a node is idle: our own figure.
_USED: Final = 0.5
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_NodeRangeProperty.html (targetNodes)
_TYPE: Final = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")
_RANGE: Final = re.compile(r"([0-9]{0,9}):([0-9]{0,9})")


def node_count_problems(nodes: float) -> Sequence[Problem]:
    """Find a number of nodes that is none."""
    if nodes >= 1 and is_whole(nodes):
        return []
    return [Problem("num_nodes", tidy(nodes), "whole numbers from 1", "Say how many hosts the job needs.")]


def main_node_problems(main_node: float, nodes: float) -> Sequence[Problem]:
    """Find a main node that is not one of the nodes; they are counted from 0."""
    if 0 <= main_node < nodes:
        return []
    return [Problem("main_node", tidy(main_node), f"0 to {tidy(nodes - 1)}", "Use 0, the first node.")]


def node_group_count_problems(count: int) -> Sequence[Problem]:
    """Find more node ranges than a job may have."""
    if count <= MAX_NODE_GROUPS:
        return []
    return [Problem("node_ranges", f"{count} ranges", f"up to {MAX_NODE_GROUPS}", "Merge some of them.")]


def is_node_range(target_nodes: str) -> bool:
    """Whether a text is a range of nodes, such as `0:3`, `4:` or `:`."""
    return bool(_RANGE.fullmatch(target_nodes))


def node_coverage_problems(ranges: Sequence[str], nodes: float) -> Sequence[Problem]:
    """Find nodes that are in no range; ranges may overlap, and their ends count in.

    Args:
        ranges: The ranges of nodes, all of them as `is_node_range` wants them.
        nodes: Number of nodes.
    """
    reached = 0
    for first, last in sorted(_bounds(each, nodes) for each in ranges):
        if first > reached:
            break
        reached = max(reached, last + 1)
    if reached >= nodes:
        return []
    allowed = f"ranges that cover all nodes, 0 to {tidy(nodes - 1)}"
    value = ", ".join(ranges) or "no range"
    return [Problem("node_ranges", value, allowed, f"Node {reached} is in none; end the last range with a colon.")]


def node_instance_type_problems(instance_types: Sequence[str]) -> Sequence[Problem]:
    """Find node ranges on different instance types."""
    distinct = sorted(set(instance_types))
    if len(distinct) <= 1:
        return []
    return [Problem("instance_type", ", ".join(distinct), "one for all nodes of a job", "Use the largest for all.")]


def idle_node_problems(
    instance_type: str, *, vcpus: float | None, memory_mib: float | None, gpus: float | None
) -> Sequence[Problem]:
    """Find a node that leaves most of its instance idle: no other container shares it.

    Args:
        instance_type: The instance type of the node.
        vcpus: vCPUs of its container; None when open, and so the others.
        memory_mib: Its memory in MiB.
        gpus: Its GPUs; a type that is chosen for them is not judged.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/multi-node-parallel-jobs.html
    """
    host = type_named(instance_type)
    if host is None or vcpus is None or memory_mib is None or gpus != 0:
        return []
    if vcpus >= _USED * host.vcpus or memory_mib >= _USED * host.memory_mib:
        return []
    value = f"{tidy(vcpus)} vCPUs and {tidy(memory_mib)} MiB on {instance_type}"
    allowed = f"most of the {host.vcpus} vCPUs and {host.memory_mib} MiB of a node, which runs nothing else"
    return [Problem("memory", value, allowed, "Take a smaller instance type, or ask for more of this one.")]


def many_nodes_problems(nodes: float) -> Sequence[Problem]:
    """Find more nodes than an account may have in one job unless its quota has been raised."""
    if nodes <= _USUAL_NODES:
        return []
    fix = "Ask AWS to raise the quota of instances in an ECS cluster, or take fewer and larger nodes."
    return [Problem("nodes", tidy(nodes), f"up to {_USUAL_NODES:,} in all by AWS's default quota", fix)]


def node_vcpu_problems(vcpus: float | None, max_vcpus: Sequence[int | None]) -> Sequence[Problem]:
    """Find nodes that together ask for more vCPUs than any environment grows to: they start together or never.

    Args:
        vcpus: vCPUs of all nodes; None when open.
        max_vcpus: What each environment grows to; None when open.
    """
    limits = [limit for limit in max_vcpus if limit is not None]
    if vcpus is None or not limits or len(limits) < len(max_vcpus) or vcpus <= max(limits):
        return []
    allowed = f"up to the queue's largest max_vcpus ({max(limits)}) for all nodes together"
    fix = "Raise max_vcpus of an environment, or take fewer nodes; the job would wait for ever."
    return [Problem("groups", f"{tidy(vcpus)} vCPUs", allowed, fix)]


def node_type_problems(instance_type: str, offered: Sequence[Sequence[str]]) -> Sequence[Problem]:
    """Find an instance type that no environment of the queue launches.

    Args:
        instance_type: The type that all nodes ask for.
        offered: Types, families or classes of each environment.
    """
    launched = [expand(tuple(each)) for each in offered]
    if not launched or any(not each or instance_type in {host.name for host in each} for each in launched):
        return []
    value = " and ".join(", ".join(each) for each in offered)
    allowed = f"a type that an environment of the queue launches ({value})"
    return [Problem("instance_type", instance_type, allowed, "Use one of them; the job would wait for ever.")]


def node_type_name_problems(instance_type: str) -> Sequence[Problem]:
    """Find what is no single instance type: a family, a class, or another text.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_NodeRangeProperty.html (instanceTypes)
    """
    if _TYPE.fullmatch(instance_type):
        return []
    return [Problem("instance_type", instance_type, "one instance type, as all nodes share it", 'Use "c5n.18xlarge".')]


def node_efa_problems(wanted: int, instance_type: str, *, field: str = "efa") -> Sequence[Problem]:
    """Find more EFA devices than an instance type takes; a type that is not known is not judged."""
    host = type_named(instance_type)
    if host is None or wanted <= host.efa_interfaces:
        return []
    fix = f"Use Efa(devices={host.efa_interfaces})." if host.efa_interfaces else "Use a type with EFA, or leave it out."
    return [Problem(field, f"{wanted} EFA devices", f"up to {host.efa_interfaces}, as a {instance_type} has", fix)]


def efa_count_problems(wanted: int, interfaces: Sequence[int], *, field: str = "efa") -> Sequence[Problem]:
    """Find more EFA devices than the hosts of any environment of the queue have.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/efa.html
    """
    most = max(interfaces, default=wanted)
    if wanted <= most:
        return []
    value = f"{wanted} device" if wanted == 1 else f"{wanted} devices"
    if most == 0:
        fix = "Give the environment's HostLaunchTemplate efa_interfaces=1; without the device no node starts."
        return [Problem(field, value, "EFA on a queue whose hosts have an EFA interface", fix)]
    fix = f"Use Efa(devices={most}), or give the hosts more interfaces."
    return [Problem(field, value, f"up to {most}, what the queue's hosts have", fix)]


def fewest_nodes_problems(nodes: float, fewest: int, *, field: str) -> Sequence[Problem]:
    """Find a submission with fewer nodes than leave one for each group, and the main node.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_NodeOverrides.html (numNodes)
    """
    if nodes >= fewest and is_whole(nodes):
        return []
    allowed = f"whole numbers from {fewest}, which leaves a node for each group, and the main node"
    return [Problem(field, tidy(nodes), allowed, f"Use {fewest} or more.")]


def multi_node_platform_problems(platform: str) -> Sequence[Problem]:
    """Say that only EC2 has multi-node jobs."""
    fix = "Leave PlatformCapabilities out, and use an EC2 environment."
    return [Problem("platform", platform, "EC2 for multi-node jobs", fix)]


def _bounds(target_nodes: str, nodes: float) -> tuple[int, int]:
    first, _, last = target_nodes.partition(":")
    return int(first or 0), int(last) if last else int(nodes) - 1
