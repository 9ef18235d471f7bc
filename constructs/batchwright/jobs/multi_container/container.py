"""A container of a job that has several, or of a node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from aws_cdk import Duration, Size
from aws_cdk import aws_batch as batch

from batchwright.jobs.containers.container import ContainerSpec, within
from batchwright.jobs.containers.log_driver import ContainerLog, LogDriver
from batchwright.jobs.containers.rendering import TaskSettings, task_container
from batchwright.jobs.multi_container.firelens import FireLens
from batchwright.model import Platform, Problem
from batchwright.model.arguments import kind_problems, required_problems
from batchwright.model.multi_container import (
    condition_problems,
    container_timeout_problems,
    task_container_name_problems,
)
from batchwright.tokens import open_unit_problems, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.images.job_image import JobImage
    from batchwright.jobs.containers.linux_parameters import LinuxParameters
    from batchwright.jobs.containers.secrets import JobSecret
    from batchwright.jobs.containers.security import ContainerSecurity
    from batchwright.jobs.storage.volumes import Mount

_TIMEOUT_FIX: Final = "Use Duration.seconds(60)."


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContainer:
    """A container of a `MultiContainerJob`, or what a node of a `MultiNodeJob` runs.

    Containers of a task run on one host and reach each other at `127.0.0.1`. Where that is the host's own network (a
    `MultiContainerJob` on EC2 or Managed Instances), other jobs on the host hold ports of it too.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_TaskContainerProperties.html

    Attributes:
        image: What runs, with its architecture.
        vcpus: vCPUs; a job needs those of all its containers.
        memory: Memory; the container is killed above it.
        name: Its name, by which others wait for it and a submission changes it.
        gpus: NVIDIA GPUs; not on Fargate.
        command: Arguments for the image's entry point, one list item each: no shell splits them. `Ref::name` takes a
            parameter.
        environment: Environment variables. Never a secret: anybody who may describe jobs can read them.
        secrets: Secrets, by the environment variables that the container gets them in.
        mounts: Volumes, and where it sees them. Containers share a volume when they mount the same one.
        linux: Shared memory, tmpfs, swap, devices, limits and the init process.
        security: User, privileges and whether the root file system can be written.
        essential: Whether its end is the job's end, with its exit code. A sidecar's is not.
        depends_on: Containers that it waits for, each with what it waits for: that it has started (`START`), has ended
            (`COMPLETE`), or has ended with the code 0 (`SUCCESS`). A container that has started need not be ready.
        start_timeout: How long it waits for them before the job fails, 2 seconds or more; 2 minutes at most on Fargate.
        stop_timeout: How long it may take to end before it is killed, with the same limits; 30 seconds by default.
        log_driver: More options for its log, or another log driver, such as `awsfirelens` with a router beside.
        firelens: Makes it the router of the logs of the containers with the log driver `awsfirelens`.
    """

    image: JobImage
    vcpus: float
    memory: Size
    name: str = "main"
    gpus: int = 0
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, JobSecret] = field(default_factory=dict)
    mounts: Sequence[Mount] = ()
    linux: LinuxParameters | None = None
    security: ContainerSecurity | None = None
    essential: bool = True
    depends_on: Mapping[str, Literal["START", "COMPLETE", "SUCCESS"]] = field(default_factory=dict)
    start_timeout: Duration | None = None
    stop_timeout: Duration | None = None
    log_driver: LogDriver = field(default_factory=LogDriver)
    firelens: FireLens | None = None
    spec: ContainerSpec = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keep what any container has in the value that knows how to check and render it."""
        names = ("image", "vcpus", "memory", "gpus", "command", "environment", "secrets", "mounts", "linux", "security")
        object.__setattr__(self, "spec", ContainerSpec(**{name: getattr(self, name) for name in names}))

    @property
    def needs_task(self) -> bool:
        """Whether it has something that only containers of a task have, even when it is alone."""
        given = (self.depends_on, self.start_timeout, self.stop_timeout, self.firelens)
        return any(given) or not self.essential

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that may be long: command and environment."""
        return (*self.command, *(text for pair in self.environment.items() for text in pair))

    def kind_problems(self, at: str) -> Sequence[Problem]:
        """Find arguments of another kind than is meant; until they are right, nothing else can be asked.

        Args:
            at: What comes before the fields' names, such as `containers[0].`.
        """
        waits: object = self.depends_on
        found = [
            *required_problems("name", self.name, str, fix='Use a text, such as "agent".'),
            *required_problems("essential", self.essential, bool, fix="Use True or False."),
            *kind_problems("start_timeout", self.start_timeout, Duration, fix=_TIMEOUT_FIX),
            *kind_problems("stop_timeout", self.stop_timeout, Duration, fix=_TIMEOUT_FIX),
            *required_problems("log_driver", self.log_driver, LogDriver, fix='Use LogDriver(name="awsfirelens").'),
            *kind_problems("firelens", self.firelens, FireLens, fix="Use FireLens()."),
        ]
        if not isinstance(waits, Mapping):
            fix = 'Use {"model": "START"}.'
            found.append(Problem("depends_on", waits, "a mapping of containers to conditions", fix))
        return [*self.spec.kind_problems(at), *within(at, found)]

    def problems(self, at: str, *, platform: Platform) -> Sequence[Problem]:
        """Find what AWS would refuse, sizes and what it owes other containers aside.

        Args:
            at: What comes before the fields' names.
            platform: What it runs on.
        """
        found = [
            *task_container_name_problems(self.name),
            *self.log_driver.problems(platform=platform, firelens=True),
            *(() if self.firelens is None else self.firelens.problems(platform=platform)),
        ]
        for target, condition in self.depends_on.items():
            found.extend(condition_problems(condition, field=f"depends_on[{target!r}]"))
        for name, timeout in (("start_timeout", self.start_timeout), ("stop_timeout", self.stop_timeout)):
            found.extend(_timeout_problems(name, timeout, fargate=platform is Platform.FARGATE))
        return [*self.spec.problems(platform, at=at), *within(at, found)]

    def log(self, task: TaskSettings, prefix: str) -> ContainerLog:
        """Say where its output goes."""
        group = task.log_group if self.log_driver.to_cloudwatch else None
        return ContainerLog(driver=self.log_driver, group=group, prefix=prefix)

    def grant(self, task: TaskSettings, log: ContainerLog) -> None:
        """Allow both roles of the task what it needs before its program starts."""
        self.spec.grant(job_role=task.job_role, execution_role=task.execution_role, log=log)
        if self.firelens is not None:
            self.firelens.grant(task.execution_role)

    def render(self, task: TaskSettings, log: ContainerLog) -> batch.CfnJobDefinition.TaskContainerPropertiesProperty:
        """Render as a container of `EcsProperties`."""
        dependency = batch.CfnJobDefinition.TaskContainerDependencyProperty
        return task_container(
            self.spec,
            log,
            task,
            name=self.name,
            essential=self.essential,
            depends_on=[dependency(container_name=name, condition=each) for name, each in self.depends_on.items()],
            firelens=None if self.firelens is None else self.firelens.render(),
            start_timeout=None if self.start_timeout is None else self.start_timeout.to_seconds(),
            stop_timeout=None if self.stop_timeout is None else self.stop_timeout.to_seconds(),
        )


def _timeout_problems(field: str, timeout: Duration | None, *, fargate: bool) -> Sequence[Problem]:
    if timeout is None:
        return []
    length = seconds(timeout)
    if length is None:
        return open_unit_problems(field, timeout)
    if length != int(length):
        return [Problem(field, f"{length} s", "whole seconds", f"Use {int(length) + 1}.")]
    return container_timeout_problems(length, field=field, fargate=fargate)
