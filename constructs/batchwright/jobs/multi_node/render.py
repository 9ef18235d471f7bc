"""Renders groups of nodes to the `NodeProperties` of a job definition."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from aws_cdk import aws_batch as batch

from batchwright.jobs.consumable_resource import render_consumables
from batchwright.jobs.containers.rendering import container_properties
from batchwright.jobs.eks.render import render_pod
from batchwright.jobs.storage.volumes import render_volumes, volume_names
from batchwright.model.job_shapes import NodeRange, NodesShape, TaskForm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.jobs.containers.rendering import TaskSettings
    from batchwright.jobs.multi_node.group import NodeGroup

_Definition: TypeAlias = batch.CfnJobDefinition


def nodes_shape(groups: Sequence[NodeGroup], main_node: int) -> NodesShape:
    """Put groups one after the other; the last one is open, so that a submission may give it more or fewer nodes.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_NodeOverrides.html (numNodes)
    """
    ranges: list[NodeRange] = []
    first = 0
    for group in groups:
        after = first + group.nodes
        last = "" if len(ranges) == len(groups) - 1 else after - 1
        ranges.append(NodeRange(first, f"{first}:{last}", group.shape))
        first = after
    return NodesShape(tuple(ranges), main_node)


def render_nodes(
    groups: Sequence[NodeGroup], shape: NodesShape, *, instance_type: str | None, task: TaskSettings | None, prefix: str
) -> batch.CfnJobDefinition.NodePropertiesProperty:
    """Render groups of nodes, and allow the roles what their containers need before they start.

    Args:
        groups: The groups.
        shape: Where in the job they are.
        instance_type: The instance type of all nodes; None for what the environments have.
        task: What containers on ECS share; None on EKS.
        prefix: What log streams begin with.
    """
    types = None if instance_type is None else [instance_type]
    return _Definition.NodePropertiesProperty(
        main_node=shape.main_node,
        num_nodes=sum(group.nodes for group in groups),
        node_range_properties=[
            _range(group, placed.target_nodes, types, task, prefix)
            for group, placed in zip(groups, shape.groups, strict=True)
        ],
    )


def _range(
    group: NodeGroup, target_nodes: str, types: list[str] | None, task: TaskSettings | None, prefix: str
) -> batch.CfnJobDefinition.NodeRangePropertyProperty:
    container, ecs, eks = None, None, None
    if group.pod is not None:
        eks = render_pod(group.pod)
    elif task is not None:
        mounts = [mount for each in group.containers for mount in each.mounts]
        own = replace(task, volumes=volume_names(mounts))
        if group.form is TaskForm.CONTAINER:
            container = _container(group, own, prefix)
        else:
            ecs = _ecs(group, own, prefix)
    return _Definition.NodeRangePropertyProperty(
        target_nodes=target_nodes,
        instance_types=types,
        container=container,
        ecs_properties=ecs,
        eks_properties=eks,
        consumable_resource_properties=render_consumables(group.consumable_resources),
    )


def _container(group: NodeGroup, task: TaskSettings, prefix: str) -> batch.CfnJobDefinition.ContainerPropertiesProperty:
    (only,) = group.containers
    log = only.log(task, prefix)
    only.grant(task, log)
    return container_properties(only.spec, log, task)


def _ecs(group: NodeGroup, task: TaskSettings, prefix: str) -> batch.CfnJobDefinition.MultiNodeEcsPropertiesProperty:
    rendered = []
    for container in group.containers:
        log = container.log(task, prefix)
        container.grant(task, log)
        rendered.append(container.render(task, log))
    properties = _Definition.MultiNodeEcsTaskPropertiesProperty(
        containers=rendered,
        task_role_arn=task.job_role.role_arn,
        execution_role_arn=task.execution_role.role_arn,
        volumes=render_volumes(task.volumes),
        enable_execute_command=task.execute_command or None,
        ipc_mode=group.ipc_mode,
        pid_mode=group.pid_mode,
    )
    return _Definition.MultiNodeEcsPropertiesProperty(task_properties=[properties])
