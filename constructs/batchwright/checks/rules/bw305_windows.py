"""BW305: a Windows job has none of the settings that only Linux containers have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, each, known_count, tasks
from batchwright.checks.templates import fields, flag, text
from batchwright.model.windows import is_windows, windows_architecture_problems, windows_setting_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.rules.places import Task
    from batchwright.checks.system import System
    from batchwright.checks.templates import Resource, Value


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        if not definition.fargate:
            continue
        for task in tasks(definition.resource):
            platform = fields(task.properties.get("RuntimePlatform"))
            if not is_windows(text(platform.get("OperatingSystemFamily")) or ""):
                continue
            yield from _of_task(definition.resource, task, text(platform.get("CpuArchitecture")))
            containers = [(task.path, task.properties)]
            if task.multiple:
                containers = list(each(task.properties.get("Containers"), f"{task.path}.Containers"))
            for path, container in containers:
                yield from _of_container(definition.resource, path, container)


def _of_task(resource: Resource, task: Task, architecture: str | None) -> Iterator[Violation]:
    if architecture is not None:
        problems = windows_architecture_problems(architecture)
        yield from at(resource, f"{task.path}.RuntimePlatform.CpuArchitecture", problems)
    for path, volume in each(task.properties.get("Volumes"), f"{task.path}.Volumes"):
        if fields(volume.get("EfsVolumeConfiguration")):
            problems = windows_setting_problems("efs_volume", text(volume.get("Name")))
            yield from at(resource, f"{path}.EfsVolumeConfiguration", problems)


def _of_container(resource: Resource, path: str, container: dict[str, Value]) -> Iterator[Violation]:
    user = text(container.get("User"))
    limits = known_count(container.get("Ulimits"))
    found: dict[str, tuple[str, object]] = {
        "User": ("user", user),
        "Ulimits": ("ulimits", f"{limits} in the list" if limits else None),
        "ReadonlyRootFilesystem": ("read_only_root", flag(container.get("ReadonlyRootFilesystem")) or None),
        "LinuxParameters": ("linux_parameters", ", ".join(fields(container.get("LinuxParameters"))) or None),
    }
    for name, (setting, value) in found.items():
        if value:
            yield from at(resource, f"{path}.{name}", windows_setting_problems(setting, value))


RULE: Final = Rule(
    id="BW305",
    severity=Severity.ERROR,
    title="A Windows job has no Linux settings",
    what="A Fargate job whose `RuntimePlatform` is a Windows family is for X86_64, and sets none of "
    "`LinuxParameters`, `User`, `Ulimits`, `ReadonlyRootFilesystem` and EFS volumes. (Privileged mode is BW302's.) "
    "Silent on what is open.",
    why="AWS refuses the job definition when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_RuntimePlatform.html",
    check=_check,
)
