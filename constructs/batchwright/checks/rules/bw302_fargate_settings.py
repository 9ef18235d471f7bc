"""BW302: a Fargate job has an execution role, and no setting that only hosts have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, each, known_count, tasks
from batchwright.checks.templates import fields, flag, number, text
from batchwright.model.fargate_settings import fargate_gpu_problems, fargate_role_problems, fargate_setting_problems
from batchwright.model.numbers import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.rules.places import Task
    from batchwright.checks.system import Container, System
    from batchwright.checks.templates import Resource

_LISTS: Final = {"Devices": "devices", "Tmpfs": "tmpfs"}
_NUMBERS: Final = {"SharedMemorySize": "shared_memory_size", "MaxSwap": "max_swap", "Swappiness": "swappiness"}
_OLD: Final = {"Vcpus": "vcpus", "Memory": "memory"}


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        if not definition.fargate or definition.shape not in ("container", "ecs"):
            continue
        for task in tasks(definition.resource):
            yield from _of_task(definition.resource, task)
        for container in definition.containers:
            yield from _of_container(definition.resource, container)


def _of_task(resource: Resource, task: Task) -> Iterator[Violation]:
    if task.properties.get("ExecutionRoleArn") in (None, ""):
        yield from at(resource, f"{task.path}.ExecutionRoleArn", fargate_role_problems())
    ipc_mode = text(task.properties.get("IpcMode"))
    if ipc_mode:
        yield from at(resource, f"{task.path}.IpcMode", fargate_setting_problems("ipc_mode", ipc_mode))
    for path, volume in each(task.properties.get("Volumes"), f"{task.path}.Volumes"):
        source = text(fields(volume.get("Host")).get("SourcePath"))
        if source:
            yield from at(resource, f"{path}.Host.SourcePath", fargate_setting_problems("host_path", source))


def _of_container(resource: Resource, container: Container) -> Iterator[Violation]:
    properties, path = container.properties, container.path
    yield from at(resource, container.gpus_path, fargate_gpu_problems(container.gpus))
    if flag(properties.get("Privileged")):
        yield from at(resource, f"{path}.Privileged", fargate_setting_problems("privileged", True))
    yield from _of_linux_parameters(resource, container)
    if container.shape != "container":
        return
    # Containers of `EcsProperties` may have ulimits on Fargate, and never had the old fields.
    limits = known_count(properties.get("Ulimits"))
    if limits:
        yield from at(resource, f"{path}.Ulimits", fargate_setting_problems("ulimits", f"{limits} in the list"))
    for name, setting in _OLD.items():
        amount = number(properties.get(name))
        if amount is not None:
            yield from at(resource, f"{path}.{name}", fargate_setting_problems(setting, tidy(amount)))


def _of_linux_parameters(resource: Resource, container: Container) -> Iterator[Violation]:
    parameters = fields(container.properties.get("LinuxParameters"))
    path = f"{container.path}.LinuxParameters"
    for name, setting in _LISTS.items():
        count = known_count(parameters.get(name))
        if count:
            yield from at(resource, f"{path}.{name}", fargate_setting_problems(setting, f"{count} in the list"))
    for name, setting in _NUMBERS.items():
        amount = number(parameters.get(name))
        if amount is not None:
            yield from at(resource, f"{path}.{name}", fargate_setting_problems(setting, tidy(amount)))


RULE: Final = Rule(
    id="BW302",
    severity=Severity.ERROR,
    title="A Fargate job has an execution role, and nothing that only EC2 hosts have",
    what="A job definition for Fargate has an execution role, and none of: privileged mode, ulimits (in "
    "`ContainerProperties`), devices, shared memory, tmpfs, swap, host volumes, IPC mode, GPUs, and the old fields "
    "`Vcpus` and `Memory`. Silent on what is open, empty or false.",
    why="AWS refuses the job definition when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/fargate-job-definitions.html",
    check=_check,
)
