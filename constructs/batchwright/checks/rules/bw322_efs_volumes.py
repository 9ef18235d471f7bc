"""BW322: an EFS volume is mounted as EFS allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, each, tasks
from batchwright.checks.templates import Unknown, fields, number, text
from batchwright.model.storage import (
    efs_encryption_problems,
    efs_platform_problems,
    efs_port_problems,
    efs_role_problems,
    efs_root_problems,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.rules.places import Task
    from batchwright.checks.system import System
    from batchwright.checks.templates import Resource, Value


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for task in tasks(definition.resource):
            mounts = False
            for path, volume in each(task.properties.get("Volumes"), f"{task.path}.Volumes"):
                efs = fields(volume.get("EfsVolumeConfiguration"))
                if efs:
                    mounts = True
                    yield from _of_volume(definition.resource, task, f"{path}.EfsVolumeConfiguration", efs)
            if mounts and definition.fargate:
                yield from _platform(definition.resource, task)


def _of_volume(resource: Resource, task: Task, path: str, efs: dict[str, Value]) -> Iterator[Violation]:
    access = fields(efs.get("AuthorizationConfig"))
    by_iam = (text(access.get("Iam")) or "").upper() == "ENABLED"
    point = access.get("AccessPointId")
    # What a condition or a parameter decides may turn out to be none.
    by_point = not isinstance(point, Unknown) and point not in (None, "")
    if by_point:
        yield from at(resource, f"{path}.RootDirectory", efs_root_problems(text(efs.get("RootDirectory")) or ""))
    if by_iam or by_point:
        # Left out, it is DISABLED.
        encryption = "DISABLED" if efs.get("TransitEncryption") is None else text(efs["TransitEncryption"])
        if encryption is not None:
            reason = "IAM authorization" if by_iam else "an access point"
            yield from at(resource, f"{path}.TransitEncryption", efs_encryption_problems(encryption, reason=reason))
    if by_iam and task.properties.get(task.role) in (None, ""):
        yield from at(resource, f"{task.path}.{task.role}", efs_role_problems())
    port = number(efs.get("TransitEncryptionPort"))
    if port is not None:
        yield from at(resource, f"{path}.TransitEncryptionPort", efs_port_problems(port))


def _platform(resource: Resource, task: Task) -> Iterator[Violation]:
    owner = task.properties if task.multiple else fields(task.properties.get("FargatePlatformConfiguration"))
    version = text(owner.get("PlatformVersion"))
    if version is not None:
        path = "PlatformVersion" if task.multiple else "FargatePlatformConfiguration.PlatformVersion"
        yield from at(resource, f"{task.path}.{path}", efs_platform_problems(version))


RULE: Final = Rule(
    id="BW322",
    severity=Severity.ERROR,
    title="EFS volumes are mounted as EFS allows it",
    what="With an access point, the root directory of an EFS volume is `/` or left out, and its traffic is encrypted; "
    "with IAM authorization its traffic is encrypted, and the job has a role; its port is 0 to 65535; on Fargate the "
    "platform is 1.4.0 or later. Silent on what is open.",
    why="AWS refuses the job definition, or the task that would mount the volume does not start.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_EFSVolumeConfiguration.html",
    check=_check,
)
