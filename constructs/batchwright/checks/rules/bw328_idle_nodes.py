"""BW328: a node of a multi-node job uses its instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, node_ranges
from batchwright.checks.templates import fields, items, text
from batchwright.model.multi_node import idle_node_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        nodes = dict(node_ranges(definition.resource))
        for container in definition.containers:
            node = nodes.get(container.path.removesuffix(".Container"), {})
            types = [fields(node.get("Container")).get("InstanceType"), *items(node.get("InstanceTypes"))]
            for instance_type in filter(None, map(text, types)):
                problems = idle_node_problems(
                    instance_type, vcpus=container.vcpus, memory_mib=container.memory_mib, gpus=container.gpus
                )
                yield from at(definition.resource, container.memory_path, problems)


RULE: Final = Rule(
    id="BW328",
    severity=Severity.WARNING,
    title="A node of a multi-node job uses its instance",
    what="The container of a node range that names its instance type asks for half of its vCPUs or of its memory at "
    "least; the half is Batchwright's own figure. Silent on containers that ask for GPUs, on several containers, and "
    "on what is open.",
    why="Each node has an instance of its own, and memory that its container does not ask for is paid and not used.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/multi-node-parallel-jobs.html",
    check=_check,
)
