"""The definition of a job on several hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.jobs.containers.log_driver import stream_prefix
from batchwright.jobs.definition import Definition, DefinitionOptions, make_definition
from batchwright.jobs.eks.render import complete_pod
from batchwright.jobs.multi_node.group import greediest
from batchwright.jobs.multi_node.render import render_nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from batchwright.contracts import Queue
    from batchwright.jobs.containers.rendering import TaskSettings
    from batchwright.jobs.multi_node.group import NodeGroup
    from batchwright.model.job_shapes import NodesShape


def define_nodes(
    scope: Construct,
    groups: Sequence[NodeGroup],
    options: DefinitionOptions,
    task: TaskSettings | None,
    *,
    queue: Queue,
    shape: NodesShape,
    label: str,
    instance_type: str | None,
) -> Definition:
    """Make the definition below `scope`; `task` is what containers share, None of pods."""
    prefix = stream_prefix(label)
    definition = make_definition(
        scope,
        options,
        queue=queue,
        platform=None if task is None else task.platform,
        architecture=greediest(groups).architecture,
        nodes=render_nodes(groups, shape, instance_type=instance_type, task=task, prefix=prefix),
    )
    for number, group in enumerate(groups):
        if group.pod is not None:
            place = f"NodeProperties.NodeRangeProperties.{number}.EksProperties"
            complete_pod(definition.resource, group.pod, place=place)
    if task is not None:
        # The execution role's policy is there before the first job is.
        definition.resource.node.add_dependency(task.execution_role)
    return definition
