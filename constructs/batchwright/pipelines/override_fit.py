"""Whether what a submission asks for fits into its queue."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from batchwright.jobs.sizes import fit_problems, size_problems
from batchwright.model import Platform, Problem, Requirements
from batchwright.model.eks import eks_cpu_problems
from batchwright.model.job_shapes import NodesShape, TaskForm, TaskShape
from batchwright.model.multi_node import node_vcpu_problems
from batchwright.model.sizes import ec2_vcpu_problems
from batchwright.tokens import known, mebibytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aws_cdk import Size

    from batchwright.contracts import Job, Queue
    from batchwright.model import Capacity
    from batchwright.pipelines.container_override import ContainerOverride
    from batchwright.pipelines.overrides import Change, Overrides

# What an override calls an amount, and what requirements call it.
_AMOUNTS: Final = {"vcpus": "vcpus", "memory": "memory_mib", "gpus": "gpus"}


def override_fit_problems(job: Job, queue: Queue, overrides: Overrides) -> Iterable[Problem]:
    """Find amounts that a platform refuses, or that no environment of the queue has.

    Args:
        job: The job.
        queue: Where it is submitted to.
        overrides: What the submission changes, each change right by itself.
    """
    changes = [each for each in overrides.changes if any(getattr(each.override, name) is not None for name in _AMOUNTS)]
    if not changes and overrides.nodes is None:
        return
    needs = job.requirements
    if queue.platform is not needs.platform:
        return
    capacities: Sequence[Capacity] = queue.capacities
    if isinstance(overrides.shape, NodesShape):
        # Those that nodes run on; an open kind is not judged.
        capacities = [each for each in capacities if each.kind == "EC2"]
        yield from _nodes_problems(overrides, overrides.shape, needs, capacities)
    for change in changes:
        yield from _named(change, _change_problems(change.override, overrides.shape, needs, capacities))


def _change_problems(
    override: ContainerOverride, shape: TaskShape | NodesShape, needs: Requirements, capacities: Sequence[Capacity]
) -> Iterable[Problem]:
    asked = replace(needs, vcpus=_number(override.vcpus), memory_mib=_mib(override.memory), gpus=_number(override.gpus))
    if needs.platform is Platform.EKS:
        found = [] if asked.vcpus is None else eks_cpu_problems(asked.vcpus)
        return [*(replace(each, field="vcpus") for each in found), *fit_problems(asked, capacities, broken=set())]
    if isinstance(shape, TaskShape) and len(shape.containers) == 1:
        # What is not changed stays as the definition has it.
        kept = {own: getattr(needs, own) for name, own in _AMOUNTS.items() if getattr(override, name) is None}
        return size_problems(replace(asked, **kept), capacities)
    # A container of several needs this at least, beside the others.
    alone = isinstance(shape, NodesShape) and all(each.task.form is TaskForm.CONTAINER for each in shape.groups)
    found = ec2_vcpu_problems(asked.vcpus) if alone else []
    return [*found, *fit_problems(asked, capacities, broken={each.field for each in found})]


def _nodes_problems(
    overrides: Overrides, shape: NodesShape, needs: Requirements, capacities: Sequence[Capacity]
) -> Iterable[Problem]:
    """Find more nodes than the queue grows to; of several groups it is open which node needs how much."""
    nodes = overrides.nodes
    if not isinstance(nodes, int) or len(shape.groups) > 1 or needs.vcpus is None:
        return
    if any(change.override.vcpus is not None for change in overrides.changes):
        return
    amount = known(nodes)
    together = None if amount is None else amount * needs.vcpus
    for problem in node_vcpu_problems(together, [each.max_vcpus for each in capacities]):
        yield replace(problem, field=overrides.nodes_at, value=f"{nodes} nodes, {problem.value} in all")


def _named(change: Change, problems: Iterable[Problem]) -> Iterable[Problem]:
    return (replace(problem, field=f"{change.at}.{problem.field}") for problem in problems)


def _number(amount: float | str | None) -> float | None:
    """An amount that is known now; None for one that the state or the deployment says."""
    return None if amount is None or isinstance(amount, str) else known(amount)


def _mib(memory: Size | None) -> int | None:
    return None if memory is None else mebibytes(memory)
