"""Shapes of jobs: the containers that a submission may change, and what Batch calls the change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class TaskForm(StrEnum):
    """How a definition describes what runs together on one host; the value is what a submission changes it by.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
    """

    CONTAINER = "ContainerOverrides"
    ECS = "EcsPropertiesOverride"
    EKS = "EksPropertiesOverride"


@dataclass(frozen=True, slots=True)
class ContainerPart:
    """A container as far as submissions care.

    Attributes:
        name: Its name in the task or pod.
        command: Its command in the definition.
        args: Its arguments in the definition; only containers of pods have them apart from the command.
    """

    name: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskShape:
    """What runs together on one host.

    Attributes:
        form: How the definition describes it.
        containers: Its containers.
        init_containers: What runs before them; only pods have any.
    """

    form: TaskForm
    containers: tuple[ContainerPart, ...]
    init_containers: tuple[ContainerPart, ...] = ()

    @property
    def all_containers(self) -> tuple[ContainerPart, ...]:
        """Those that run before, and those that run together."""
        return (*self.init_containers, *self.containers)


@dataclass(frozen=True, slots=True)
class NodeRange:
    """A group of nodes that run the same.

    Attributes:
        first: Index of its first node.
        target_nodes: Its nodes, as Batch writes them: `0:3`, or `4:` for all from the fifth.
        task: What runs on each of them.
    """

    first: int
    target_nodes: str
    task: TaskShape


@dataclass(frozen=True, slots=True)
class NodesShape:
    """What runs on several hosts at the same time.

    Attributes:
        groups: Its groups of nodes, in their order; the last one has no upper bound.
        main_node: Index of the node whose end is the job's end.
    """

    groups: tuple[NodeRange, ...]
    main_node: int

    @property
    def fewest_nodes(self) -> int:
        """Nodes that a submission must leave it: one in the last group, and the main node."""
        return max(self.groups[-1].first, self.main_node) + 1


JobShape: TypeAlias = TaskShape | NodesShape
