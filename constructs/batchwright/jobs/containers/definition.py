"""The definition of a job of one container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.jobs.containers.log_driver import ContainerLog, LogDriver, stream_prefix
from batchwright.jobs.containers.rendering import TaskSettings, container_properties, ecs_properties, task_container
from batchwright.jobs.containers.warnings import warn_of_variables
from batchwright.jobs.definition import Definition, DefinitionOptions, make_definition
from batchwright.jobs.registries import warn_of_registries
from batchwright.model import Platform

if TYPE_CHECKING:
    from constructs import Construct

    from batchwright.contracts import Queue
    from batchwright.jobs.containers.container import ContainerSpec

NAME: Final = "main"
"""What the container is called."""


def define_container(
    scope: Construct,
    container: ContainerSpec,
    options: DefinitionOptions,
    task: TaskSettings,
    *,
    queue: Queue,
    label: str,
    driver: LogDriver,
) -> Definition:
    """Make the definition below `scope`, and allow its roles what the container needs before its program starts."""
    log = ContainerLog(driver=driver, group=task.log_group, prefix=stream_prefix(label))
    container.grant(job_role=task.job_role, execution_role=task.execution_role, log=log)
    # Managed Instances take the newer form only, even for one container.
    managed = task.platform is Platform.MANAGED_INSTANCES
    definition = make_definition(
        scope,
        options,
        queue=queue,
        platform=task.platform,
        architecture=task.architecture,
        container=None if managed else container_properties(container, log, task),
        ecs=ecs_properties([task_container(container, log, task, name=NAME)], task) if managed else None,
    )
    # The execution role's policy is there before the first job is.
    definition.resource.node.add_dependency(task.execution_role)
    warn_of_registries(scope, {"image": container.image}, queue.capacities)
    warn_of_variables(scope, {"environment": container.environment})
    return definition
