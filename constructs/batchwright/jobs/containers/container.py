"""What one container of a job is made of, whatever the job's shape: values, checks, grants."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aws_cdk import Size

from batchwright.images.job_image import JobImage
from batchwright.jobs.containers.environment import environment_problems, secret_name_problems
from batchwright.jobs.containers.linux_parameters import LinuxParameters
from batchwright.jobs.containers.platforms import platform_problems
from batchwright.jobs.containers.secrets import JobSecret
from batchwright.jobs.containers.security import ContainerSecurity
from batchwright.jobs.storage.volumes import Mount, grant_mounts
from batchwright.jobs.units import memory_unit_problems
from batchwright.model import Platform, Problem, Requirements
from batchwright.model.arguments import (
    item_problems,
    kind_problems,
    mapping_problems,
    number_problems,
    required_problems,
    text_values_problems,
    texts_problems,
)
from batchwright.tokens import known, mebibytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam

    from batchwright.jobs.containers.log_driver import ContainerLog

_MEMORY_FIX: Final = "Use Size.gibibytes(4)."
_SECRET_FIX: Final = "Use JobSecret.from_secrets_manager(secret)."  # noqa: S105 - no password
_DUPLICATE: Final = "paths that differ"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """One container of a job.

    Attributes:
        image: What runs.
        vcpus: vCPUs.
        memory: Memory; the container is killed above it.
        gpus: NVIDIA GPUs.
        command: Arguments for the image's entry point.
        environment: Environment variables.
        secrets: Secrets, by the variables that the container gets them in.
        mounts: Volumes, and where it sees them.
        linux: What Docker sets up around it.
        security: As whom it runs.
        memory_mib: MiB of the memory; None when it is known only at deployment.
    """

    image: JobImage
    vcpus: float
    memory: Size
    gpus: int = 0
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, JobSecret] = field(default_factory=dict)
    mounts: Sequence[Mount] = ()
    linux: LinuxParameters | None = None
    security: ContainerSecurity | None = None
    memory_mib: int | None = field(init=False)

    def __post_init__(self) -> None:
        """Read the memory once; each reading is a message to the CDK."""
        memory: object = self.memory
        object.__setattr__(self, "memory_mib", mebibytes(memory) if isinstance(memory, Size) else None)

    def kind_problems(self, at: str = "") -> Sequence[Problem]:
        """Find arguments of another kind than is meant; until they are right, nothing else can be asked.

        Args:
            at: What comes before the fields' names, such as `containers['app'].`.
        """
        return within(at, self._kind_problems())

    def problems(self, platform: Platform, *, at: str = "") -> Sequence[Problem]:
        """Find what AWS would refuse, sizes and the fit into a queue aside: several containers share one host."""
        found = [
            *memory_unit_problems(self.memory, self.memory_mib),
            *environment_problems(self.environment),
            *secret_name_problems(self.secrets, self.environment),
            *platform_problems(self, platform),
        ]
        for name, secret in self.secrets.items():
            found.extend(secret.problems(f"secrets[{name!r}]"))
        if self.linux is not None:
            found.extend(self.linux.problems(memory_mib=self.memory_mib))
        if self.security is not None:
            found.extend(self.security.problems())
        return within(at, [*found, *self._mount_problems(platform)])

    def requirements(self, platform: Platform) -> Requirements:
        """What it needs, for the checks against queues."""
        return Requirements(
            platform=platform,
            vcpus=known(self.vcpus),
            memory_mib=self.memory_mib,
            architecture=self.image.architecture,
            gpus=known(self.gpus),
        )

    def grant(self, *, job_role: iam.IRole, execution_role: iam.IRole, log: ContainerLog) -> None:
        """Allow both roles what the container needs before its program starts.

        A role from outside gets it too, as far as it can be changed from here: without it no attempt starts.
        """
        self.image.grant_pull(execution_role)
        log.grant_write(execution_role)
        for secret in self.secrets.values():
            secret.grant_read(execution_role)
        grant_mounts(self.mounts, job_role)

    def _kind_problems(self) -> Sequence[Problem]:
        image_fix = "Use JobImage.from_folder(...) or JobImage.from_registry(...)."
        mount_fix = 'Use [Mount(ScratchVolume(), "/scratch")].'
        security_fix = 'Use ContainerSecurity(user="1000").'
        return [
            *required_problems("image", self.image, JobImage, fix=image_fix),
            *number_problems("vcpus", self.vcpus, fix="Use a number, such as 2."),
            *required_problems("memory", self.memory, Size, fix=_MEMORY_FIX),
            *number_problems("gpus", self.gpus, fix="Use a whole number, such as 1."),
            *texts_problems("command", self.command, fix='Use ["python", "main.py"].'),
            *text_values_problems("environment", self.environment),
            *mapping_problems("secrets", self.secrets, JobSecret, fix=_SECRET_FIX),
            *item_problems("mounts", self.mounts, Mount, fix=mount_fix),
            *kind_problems("linux", self.linux, LinuxParameters, fix="Use LinuxParameters(init_process=True)."),
            *kind_problems("security", self.security, ContainerSecurity, fix=security_fix),
        ]

    def _mount_problems(self, platform: Platform) -> Sequence[Problem]:
        found: list[Problem] = []
        seen: set[str] = set()
        for number, mount in enumerate(self.mounts):
            found.extend(mount.problems(f"mounts[{number}]", platform=platform))
            if str(mount.path) in seen:
                fix = "Mount each volume in a folder of its own."
                found.append(Problem(f"mounts[{number}].path", mount.path, _DUPLICATE, fix))
            seen.add(str(mount.path))
        return found


def within(at: str, problems: Sequence[Problem]) -> Sequence[Problem]:
    """Name the fields of problems as parts of something larger, such as `containers['app'].`."""
    return [replace(problem, field=f"{at}{problem.field}") for problem in problems] if at else problems
