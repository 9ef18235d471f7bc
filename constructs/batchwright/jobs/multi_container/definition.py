"""The definition of a job of several containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.jobs.containers.log_driver import stream_prefix
from batchwright.jobs.containers.rendering import TaskSettings, ecs_properties
from batchwright.jobs.containers.warnings import warn_of_variables
from batchwright.jobs.definition import Definition, DefinitionOptions, make_definition
from batchwright.jobs.multi_container.task import task_environments, task_images
from batchwright.jobs.registries import warn_of_registries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from batchwright.contracts import Queue
    from batchwright.jobs.multi_container.container import TaskContainer


def define_containers(
    scope: Construct,
    containers: Sequence[TaskContainer],
    options: DefinitionOptions,
    task: TaskSettings,
    *,
    queue: Queue,
    label: str,
    ipc_mode: str | None,
    pid_mode: str | None,
) -> Definition:
    """Make the definition below `scope`, and allow its roles what the containers need before their programs start."""
    rendered = []
    for container in containers:
        log = container.log(task, stream_prefix(label))
        container.grant(task, log)
        rendered.append(container.render(task, log))
    definition = make_definition(
        scope,
        options,
        queue=queue,
        platform=task.platform,
        architecture=task.architecture,
        ecs=ecs_properties(rendered, task, ipc_mode=ipc_mode, pid_mode=pid_mode),
    )
    # The execution role's policy is there before the first job is.
    definition.resource.node.add_dependency(task.execution_role)
    warn_of_registries(scope, task_images(containers, "containers"), queue.capacities)
    warn_of_variables(scope, task_environments(containers, "containers"))
    return definition
