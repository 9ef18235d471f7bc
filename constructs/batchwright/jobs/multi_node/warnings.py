"""What AWS takes of a multi-node job, but is hardly meant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aws_cdk import Annotations

from batchwright.jobs.containers.container import within
from batchwright.jobs.containers.warnings import warn_of_variables
from batchwright.jobs.eks.job import warn_of_namespace
from batchwright.jobs.multi_node.checks import HOSTED
from batchwright.jobs.registries import warn_of_registries
from batchwright.model.multi_node import idle_node_problems, many_nodes_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from constructs import Construct

    from batchwright.contracts import Queue
    from batchwright.jobs.multi_node.group import NodeGroup
    from batchwright.model import Problem

IDLE_WARNING: Final = "batchwright:idleNodes"


def warn_of_nodes(scope: Construct, groups: Sequence[NodeGroup], queue: Queue, *, instance_type: str | None) -> None:
    """Warn of nodes that leave most of their hosts idle, of very many, and of pods in an unusual namespace."""
    for problem in _wasteful_problems(groups, instance_type):
        Annotations.of(scope).add_warning_v2(IDLE_WARNING, str(problem))
    hosted = [each for each in queue.capacities if each.kind == HOSTED]
    for number, group in enumerate(groups):
        warn_of_registries(scope, group.images(f"groups[{number}]"), hosted)
        warn_of_variables(scope, group.environments(f"groups[{number}]"))
        if group.pod is not None:
            warn_of_namespace(scope, group.pod, queue, field=f"groups[{number}].runs")


def _wasteful_problems(groups: Sequence[NodeGroup], instance_type: str | None) -> Iterable[Problem]:
    """Find nodes that leave most of their instances idle, and more of them than an account usually may have."""
    for problem in many_nodes_problems(sum(each.nodes for each in groups)):
        yield replace(problem, field="groups")
    for number, group in enumerate(groups):
        needs = group.requirements()
        if instance_type is None:
            continue
        yield from within(
            f"groups[{number}].runs.",
            idle_node_problems(instance_type, vcpus=needs.vcpus, memory_mib=needs.memory_mib, gpus=needs.gpus),
        )
