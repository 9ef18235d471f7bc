"""What a job runs, from its definition and the overrides of its submission; kept for the next one like it."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from batchwright.local.engine.tasks.merging import build_task
from batchwright.local.engine.tasks.node_tasks import Nodes, build_nodes
from batchwright.local.engine.tasks.sizes import Size, Sizes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.definitions.registry import JobDefinition
    from batchwright.local.engine.tasks.task import Task

_SHAPING: Final = (
    "parameters",
    "containerOverrides",
    "ecsPropertiesOverride",
    "eksPropertiesOverride",
    "nodeOverrides",
)
_MOST: Final = 1_024


class Program(NamedTuple):
    """What a job runs.

    Attributes:
        parameters: The definition's, with the submission's on top.
        task: What runs, of a multi-node parallel job on the main node.
        nodes: The nodes of a multi-node parallel job.
        sizes: What each of its hosts must have.
    """

    parameters: Mapping[str, Any]
    task: Task
    nodes: Nodes | None
    sizes: Sizes


class Programs:
    """Makes programs. Jobs that differ in nothing that shapes them share one, which saves time and memory."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], Program] = OrderedDict()

    def of(self, request: Mapping[str, Any], definition: JobDefinition) -> Program:
        """Return the program of a SubmitJob request, or raise BatchError when its overrides are refused."""
        shaping = {member: request[member] for member in _SHAPING if member in request}
        # A revision never changes in what a job runs, so its ARN stands for it.
        key = (definition.arn, json.dumps(shaping, sort_keys=True) if shaping else "")
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _made(request, definition)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return found


def _made(request: Mapping[str, Any], definition: JobDefinition) -> Program:
    record, name, platform = definition.record, definition.name, definition.platform
    parameters = {**record["parameters"], **request.get("parameters", {})}
    nodes = None
    if definition.multi_node:
        nodes = build_nodes(record["nodeProperties"], request, parameters, definition=name, platform=platform)
        task = nodes.tasks[nodes.main_index]
    else:
        task = build_task(record, request, parameters, definition=name, platform=platform)
    tasks = (task,) if nodes is None else nodes.tasks
    sizes = tuple(Size(each.milli_vcpus, each.memory_mib, each.gpus) for each in tasks)
    return Program(parameters, task, nodes, sizes)
