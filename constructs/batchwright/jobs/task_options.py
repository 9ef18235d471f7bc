"""What all containers of a job on ECS share: roles, log group, disk, and whether a shell may be opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aws_cdk import Size
from aws_cdk import aws_logs as logs

from batchwright.jobs.containers.log_driver import LogDriver
from batchwright.jobs.containers.rendering import TaskSettings, needs_public_ip
from batchwright.jobs.roles import grant_execute_command, make_execution_role, make_job_role
from batchwright.jobs.storage.volumes import volume_names
from batchwright.jobs.units import ephemeral_problems
from batchwright.model import Problem
from batchwright.model.arguments import kind_problems, like_problems, required_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from batchwright.contracts import Queue
    from batchwright.images.job_image import JobImage
    from batchwright.jobs.storage.volumes import Mount


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOptions:
    """What all containers of a job share, as the user gave it.

    Attributes:
        job_role: The programs' role; None to make one.
        execution_role: The role that pulls images, reads secrets and writes logs; None to make one.
        permissions_boundary: A boundary for the roles that are made here.
        log_group: Where output goes; None to make one.
        log_retention: How long a log group that is made here keeps its output.
        log_driver: The log driver.
        ephemeral_storage: Disk of a task on Fargate.
        execute_command: Whether ECS Exec may open a shell.
    """

    job_role: iam.IRole | None = None
    execution_role: iam.IRole | None = None
    permissions_boundary: iam.IManagedPolicy | None = None
    log_group: logs.ILogGroup | None = None
    log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS
    log_driver: LogDriver = field(default_factory=LogDriver)
    ephemeral_storage: Size | None = None
    execute_command: bool = False

    def kind_problems(self) -> Sequence[Problem]:
        """Find arguments of another kind than is meant; until they are right, nothing else can be asked."""
        role_fix = "Use an iam.Role."
        policy_fix = "Use iam.ManagedPolicy.from_managed_policy_name(...)."
        group_fix, retention_fix = "Use a logs.LogGroup.", "Use logs.RetentionDays.ONE_MONTH."
        boundary, retention, exec_flag = self.permissions_boundary, self.log_retention, self.execute_command
        return [
            *like_problems("job_role", self.job_role, "role_arn", kind="a role", fix=role_fix),
            *like_problems("execution_role", self.execution_role, "role_arn", kind="a role", fix=role_fix),
            *like_problems(
                "permissions_boundary", boundary, "managed_policy_arn", kind="a managed policy", fix=policy_fix
            ),
            *like_problems("log_group", self.log_group, "log_group_name", kind="a log group", fix=group_fix),
            *required_problems("log_retention", retention, logs.RetentionDays, fix=retention_fix),
            *required_problems("log_driver", self.log_driver, LogDriver, fix='Use LogDriver(name="splunk").'),
            *kind_problems("ephemeral_storage", self.ephemeral_storage, Size, fix="Use Size.gibibytes(100)."),
            *required_problems("enable_execute_command", exec_flag, bool, fix="Use True or False."),
        ]

    def problems(self, queue: Queue) -> Sequence[Problem]:
        """Find what AWS would refuse, and options that would do nothing."""
        driver = self.log_driver
        found = [
            *driver.problems(platform=queue.platform),
            *ephemeral_problems(self.ephemeral_storage, queue.platform),
        ]
        if self.log_group is not None and not driver.to_cloudwatch:
            allowed, fix = f"none with the log driver {driver.name}", "Leave one of them out."
            found.append(Problem("log_group", "a log group", allowed, fix))
        if self.permissions_boundary is not None and self.job_role is not None and self.execution_role is not None:
            allowed = "a boundary for roles that are made here; both are given"
            fix = "Set it where the roles are made."
            found.append(Problem("permissions_boundary", "a managed policy", allowed, fix))
        return found

    def make(
        self,
        scope: Construct,
        queue: Queue,
        image: JobImage,
        mounts: Iterable[Mount],
        *,
        to_cloudwatch: bool | None = None,
    ) -> TaskSettings:
        """Make what is not given, below `scope`.

        Args:
            scope: The job.
            queue: Where it runs.
            image: The image of its container, or one of several that are all for the same architecture.
            mounts: The mounts of all containers.
            to_cloudwatch: Whether any output goes to a log group; by default what the log driver says.
        """
        if to_cloudwatch is None:
            to_cloudwatch = self.log_driver.to_cloudwatch
        job_role = self.job_role or make_job_role(scope, self.permissions_boundary)
        group = self.log_group
        if group is None and to_cloudwatch:
            group = logs.LogGroup(scope, "Logs", retention=self.log_retention)
        if self.execute_command:
            grant_execute_command(job_role)
        return TaskSettings(
            platform=queue.platform,
            job_role=job_role,
            execution_role=self.execution_role or make_execution_role(scope, self.permissions_boundary),
            log_group=group,
            public_ip=needs_public_ip(queue),
            architecture=image.architecture,
            operating_system=image.operating_system,
            volumes=volume_names(mounts),
            ephemeral_storage=self.ephemeral_storage,
            execute_command=self.execute_command,
        )
