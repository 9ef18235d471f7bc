"""What runs together: the containers of one attempt, or of one node."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from batchwright.local.engine.tasks.container import main_container

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.tasks.container import Container
    from batchwright.local.engine.tasks.volumes import Volume

Shape = Literal["container", "ecs", "eks"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """An ECS task or a pod, after everything was brought together; shared by all jobs of an array.

    Attributes:
        shape: Which properties described it: `containerProperties`, `ecsProperties` or `eksProperties`.
        containers: One or more; init containers first.
        volumes: What the containers share.
        raw: The properties as DescribeJobs shows them: the container, the task or the pod.
        ipc_mode: `host`, `task` or `none`, or None.
        pid_mode: `host` or `task`, or None.
        host_network: True for a pod in the host's network.
        execute_command: True when `ecs execute-command` was asked for.
        service_account: The pod's service account, or None.
        image_pull_secrets: Names of the pod's secrets for registries.
        namespace: The pod's namespace, None for the environment's.
        overrides_length: Characters of what ECS is told to change of the definition; 0 of a pod.
    """

    shape: Shape
    containers: tuple[Container, ...]
    volumes: tuple[Volume, ...]
    raw: Mapping[str, Any]
    ipc_mode: str | None = None
    pid_mode: str | None = None
    host_network: bool = False
    execute_command: bool = False
    service_account: str | None = None
    image_pull_secrets: tuple[str, ...] = ()
    namespace: str | None = None
    overrides_length: int = 0

    @cached_property
    def milli_vcpus(self) -> int:
        """Thousandths of a vCPU: the sum of the containers, or what the largest init container asks for."""
        together = sum(_milli(container) for container in self.containers if not container.init)
        return max(together, *(_milli(container) for container in self.containers if container.init), 0)

    @cached_property
    def memory_mib(self) -> int:
        """Memory in MiB, summed up like vCPUs."""
        together = sum(container.memory_mib for container in self.containers if not container.init)
        return max(together, *(container.memory_mib for container in self.containers if container.init), 0)

    @cached_property
    def gpus(self) -> int:
        """GPUs of all containers; init containers use those of the others."""
        return sum(container.gpus for container in self.containers if not container.init)

    @cached_property
    def main(self) -> Container:
        """The container that speaks for the task."""
        return main_container(self.containers)


def _milli(container: Container) -> int:
    return round(container.vcpus * 1000)
