"""Everything that is checked before anything is made of a multi-node job."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_ec2 as ec2

from batchwright.contracts import Queue
from batchwright.jobs.containers.container import within
from batchwright.jobs.multi_container.checks import log_group_problems
from batchwright.jobs.multi_node.efa import Efa
from batchwright.jobs.multi_node.group import NodeGroup
from batchwright.jobs.registries import registries_problems
from batchwright.jobs.sizes import fit_problems
from batchwright.jobs.units import payload_problems
from batchwright.model import Platform, Problem
from batchwright.model.arguments import item_problems, kind_problems, required_problems
from batchwright.model.fit import architecture_fit_problems
from batchwright.model.instances import instance_type as type_named
from batchwright.model.linux_parameters import shared_memory_problems
from batchwright.model.multi_node import (
    efa_count_problems,
    main_node_problems,
    node_efa_problems,
    node_group_count_problems,
    node_type_name_problems,
    node_type_problems,
    node_vcpu_problems,
)
from batchwright.model.queue_kinds import multi_node_queue_problems
from batchwright.tokens import is_token, mebibytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batchwright.jobs.definition import DefinitionOptions
    from batchwright.jobs.task_options import TaskOptions
    from batchwright.model import Capacity

HOSTED: Final = "EC2"
"""The one kind of environment that takes multi-node jobs."""


def group_kind_problems(groups: object) -> Sequence[Problem]:
    """Find what is no list of groups, and arguments of another kind than a group takes."""
    found = item_problems("groups", groups, NodeGroup, fix="Use [NodeGroup(nodes=4, runs=TaskContainer(...))].")
    if found or not isinstance(groups, list | tuple):
        return found
    if not groups:
        return [Problem("groups", "none", "1 to 5 groups", "Add a NodeGroup.")]
    return [problem for number, each in enumerate(groups) for problem in each.kind_problems(f"groups[{number}]")]


def job_kind_problems(queue: object, main_node: object, instance_type: object, efa: object) -> Iterable[Problem]:
    """Find arguments of another kind than a multi-node job takes."""
    yield from required_problems("queue", queue, Queue, fix="Use a JobQueue over an On-Demand EC2 environment.")
    if isinstance(main_node, bool) or not isinstance(main_node, int):
        yield Problem("main_node", main_node, "a whole number", "Use 0, the first node.")
    yield from kind_problems("instance_type", instance_type, (str, ec2.InstanceType), fix='Use "c5n.18xlarge".')
    if not isinstance(efa, bool | Efa):
        yield Problem("efa", efa, "True, False or an Efa", "Use True for one device.")


def nodes_problems(
    groups: Sequence[NodeGroup], queue: Queue, *, main_node: int, instance_type: str | None, efa: Efa | None
) -> Iterable[Problem]:
    """Find what AWS would refuse of groups of nodes, or accept and never run."""
    broken = [problem for number, each in enumerate(groups) for problem in each.problems(f"groups[{number}]")]
    total = sum(each.nodes for each in groups)
    yield from broken
    for problem in node_group_count_problems(len(groups)):
        yield replace(problem, field="groups")
    if not any(problem.field.endswith(".nodes") for problem in broken):
        yield from main_node_problems(main_node, total)
    wrong_queue = [*_queue_problems(groups, queue)]
    yield from wrong_queue
    if wrong_queue:
        return
    capacities = [each for each in queue.capacities if each.kind == HOSTED]
    wrong_type = _type_problems(instance_type, capacities)
    yield from wrong_type
    yield from _efa_problems(efa, groups, capacities, None if wrong_type else instance_type)
    # What is wrong anyhow is not compared with the queue.
    if not broken and not wrong_type:
        yield from _fit_problems(groups, instance_type, capacities)
        for number, group in enumerate(groups):
            yield from registries_problems(group.images(f"groups[{number}]"), capacities)


def _queue_problems(groups: Sequence[NodeGroup], queue: Queue) -> Iterable[Problem]:
    found = multi_node_queue_problems([each.kind for each in queue.capacities])
    yield from found
    if found:
        return
    on_eks = queue.platform is Platform.EKS
    for number, group in enumerate(groups):
        if on_eks and group.pod is None:
            fix = "Use a PodContainer or a Pod."
            yield Problem(f"groups[{number}].runs", "containers of a task", "pods on a queue over EKS", fix)
        if not on_eks and group.pod is not None:
            fix = "Use a TaskContainer, or a list of them."
            yield Problem(f"groups[{number}].runs", "a pod", "containers of a task on a queue over ECS", fix)


def _type_problems(instance_type: str | None, capacities: Sequence[Capacity]) -> Sequence[Problem]:
    """Find an instance type that is none, or that no environment launches."""
    if instance_type is None or is_token(instance_type):
        return []
    offered = [each.instance_types for each in capacities]
    return node_type_name_problems(instance_type) or node_type_problems(instance_type, offered)


def _efa_problems(
    efa: Efa | None, groups: Sequence[NodeGroup], capacities: Sequence[Capacity], instance_type: str | None
) -> Iterable[Problem]:
    """Find EFA devices that nodes cannot have.

    Source for pods: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksContainerResourceRequirements.html
    """
    if efa is None:
        return
    if any(group.pod is not None for group in groups):
        fix = "Leave it out; Batch gives pods CPUs, memory and NVIDIA GPUs only."
        yield Problem("efa", efa, "nothing on EKS", fix)
        return
    lacking = [] if instance_type is None else node_efa_problems(efa.devices, instance_type)
    yield from _shared_memory_problems(efa, groups)
    yield from lacking or efa_count_problems(efa.devices, [each.efa_interfaces for each in capacities])


def _shared_memory_problems(efa: Efa, groups: Sequence[NodeGroup]) -> Sequence[Problem]:
    """Find shared memory for the exchange within a node that is more than the smallest container has in all."""
    containers = [each for group in groups for each in group.containers if each.essential]
    own = [each for each in containers if each.linux is not None and each.linux.shared_memory is not None]
    memory = [each.spec.memory_mib for each in containers if each not in own and each.spec.memory_mib is not None]
    size = mebibytes(efa.shared_memory)
    if size is None or not memory:
        return []
    return shared_memory_problems(size, min(memory), field="efa.shared_memory")


def _fit_problems(
    groups: Sequence[NodeGroup], instance_type: str | None, capacities: Sequence[Capacity]
) -> Iterable[Problem]:
    hosts = list(capacities)
    if instance_type is not None:
        hosts = [_only(instance_type, each) for each in capacities]
    for number, group in enumerate(groups):
        needs = group.requirements()
        found = [*fit_problems(needs, hosts, broken=set()), *architecture_fit_problems(needs.architecture, hosts)]
        yield from within(f"groups[{number}].runs.", found)
    asked = [(group.nodes, group.requirements().vcpus) for group in groups]
    known = [nodes * vcpus for nodes, vcpus in asked if vcpus is not None]
    together = sum(known) if len(known) == len(asked) else None
    yield from node_vcpu_problems(together, [each.max_vcpus for each in capacities])


def _only(instance_type: str, capacity: Capacity) -> Capacity:
    """What an environment offers when it may launch one type only."""
    host = type_named(instance_type)
    architecture = capacity.architecture if host is None else host.architecture
    return replace(capacity, instance_types=(instance_type,), architecture=architecture)


def definition_problems(
    groups: Sequence[NodeGroup], queue: Queue, options: DefinitionOptions, shared: TaskOptions
) -> Iterable[Problem]:
    """Find what is wrong with what all groups share."""
    sound = all(group.pod is None or not group.pod.problems("") for group in groups)
    if not sound:
        # Commands of a wrong pod are not asked which parameters they take.
        options = replace(options, parameters={}, required_parameters=())
    words = [word for group in groups for word in group.words] if sound else []
    yield from options.problems(queue, command=words)
    yield from payload_problems([text for group in groups for text in group.texts] if sound else [])
    if queue.platform is Platform.EKS:
        yield from _pod_problems(shared)
        return
    yield from shared.problems(queue)
    yield from log_group_problems([each for group in groups for each in group.containers], shared.log_group)


def _pod_problems(shared: TaskOptions) -> Iterable[Problem]:
    """Find options that pods do not have."""
    fix = "Leave it out: the service account has the permissions, and the cluster's log agent the output."
    for name in ("job_role", "execution_role", "permissions_boundary", "log_group"):
        if getattr(shared, name) is not None:
            yield Problem(name, "given", "nothing on EKS", fix)
    if shared.execute_command:
        yield Problem("enable_execute_command", True, "nothing on EKS", "Use kubectl exec.")
