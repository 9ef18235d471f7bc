"""A job of one container."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from batchwright.jobs.checks import job_kind_problems, job_problems
from batchwright.jobs.containers.container import ContainerSpec
from batchwright.jobs.containers.definition import NAME, define_container
from batchwright.jobs.containers.log_driver import LogDriver
from batchwright.jobs.definition import DefinitionOptions
from batchwright.jobs.task_options import TaskOptions
from batchwright.model import Platform, Problems
from batchwright.model.job_shapes import ContainerPart, TaskForm, TaskShape
from batchwright.places import place_problems
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration, Size
    from aws_cdk import aws_batch as batch

    from batchwright.contracts import Queue
    from batchwright.images.job_image import JobImage
    from batchwright.jobs.consumable_resource import Consumable
    from batchwright.jobs.containers.linux_parameters import LinuxParameters
    from batchwright.jobs.containers.secrets import JobSecret
    from batchwright.jobs.containers.security import ContainerSecurity
    from batchwright.jobs.retries import RetryStrategy
    from batchwright.jobs.storage.volumes import Mount
    from batchwright.model import Requirements


@jsii.implements(iam.IGrantable)
class ContainerJob(Construct):
    """A job definition with one container, its roles, its log group, and the queue it runs on.

    The program runs with the job role, which has no permission until it is granted one (`bucket.grant_read(job)`);
    pulling the image, reading secrets and writing the log is the execution role's business. Failures that are not the
    program's fault are retried, and each attempt is bounded in time.

    `AWS_REGION` and `AWS_DEFAULT_REGION` are set for the container, because EC2 hosts do not pass them on.

    Args:
        scope: The parent.
        construct_id: The id below it.
        image: What runs, with its architecture: a `JobImage`.
        queue: Where it runs, such as `platform.queue`. Decides between EC2, Fargate and Managed Instances, and is
            checked against size and architecture.
        vcpus: vCPUs: whole numbers on EC2; 0.25, 0.5, 1, 2, 4, 8, 16 or 32 on Fargate. `JobSize.fit(...)` divides a
            host.
        memory: Memory; the container is killed above it. On EC2 leave the host about 5 %: a job that asks for all of
            an instance never starts. On Fargate, one of the sizes that go with the vCPUs.
        gpus: NVIDIA GPUs; not on Fargate.
        command: Arguments for the image's entry point, one list item each: no shell splits them. `Ref::name` takes a
            parameter.
        environment: Environment variables. Never a secret: anybody who may describe jobs can read them.
        secrets: Secrets, by the environment variables that the container gets them in: `JobSecret`.
        parameters: Defaults for `Ref::name` in the command; a submission may give others.
        required_parameters: Names of `Ref::name` in the command that have no default, because each submission gives
            them. Batch would not refuse one that is missing: the program gets the text `Ref::name`.
        mounts: Volumes, and where the container sees them.
        linux: Shared memory, tmpfs, swap, devices, limits and the init process.
        security: User, privileges and whether the root file system can be written.
        ephemeral_storage: Disk of a task on Fargate, 21 to 200 GiB; its own 20 GiB by default.
        retries: When to try again; `RetryStrategy.interruptions()` by default.
        timeout: How long one attempt may take, a minute or more; 24 hours by default.
        job_role: The program's role; made when left out.
        execution_role: The role that pulls the image, reads secrets and writes the log; made when left out. It is
            granted all of it, unless it is imported as one that may not be changed.
        permissions_boundary: A boundary for the roles that are made here.
        log_group: Where its output goes; made with `log_retention` when left out, and kept when the stack is deleted.
        log_retention: How long a log group that is made here keeps its output.
        log_driver: More options for the log, or another log driver; then there is no log group.
        enable_execute_command: Whether ECS Exec may open a shell in the running container. The job role is allowed
            the channels that it needs.
        consumable_resources: What one job holds while it runs, and how much of it: `{licenses: 1}`.
        scheduling_priority: 0 to 9999; needed on a queue with a fair-share policy.
        propagate_tags: Whether the task gets the tags of definition and job, for the bill; 50 at most in all.

    Raises:
        ConfigurationError: Something that AWS would refuse, or that would wait for ever; all of it at once.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        image: JobImage,
        queue: Queue,
        vcpus: float,
        memory: Size,
        gpus: int = 0,
        command: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        secrets: Mapping[str, JobSecret] | None = None,
        parameters: Mapping[str, str] | None = None,
        required_parameters: Sequence[str] = (),
        mounts: Sequence[Mount] = (),
        linux: LinuxParameters | None = None,
        security: ContainerSecurity | None = None,
        ephemeral_storage: Size | None = None,
        retries: RetryStrategy | None = None,
        timeout: Duration | None = None,
        job_role: iam.IRole | None = None,
        execution_role: iam.IRole | None = None,
        permissions_boundary: iam.IManagedPolicy | None = None,
        log_group: logs.ILogGroup | None = None,
        log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
        log_driver: LogDriver | None = None,
        enable_execute_command: bool = False,
        consumable_resources: Mapping[Consumable, int] | None = None,
        scheduling_priority: int | None = None,
        propagate_tags: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        container = ContainerSpec(
            image=image,
            vcpus=vcpus,
            memory=memory,
            gpus=gpus,
            command=command,
            environment={} if environment is None else environment,
            secrets={} if secrets is None else secrets,
            mounts=mounts,
            linux=linux,
            security=security,
        )
        options = DefinitionOptions(
            parameters={} if parameters is None else parameters,
            required_parameters=required_parameters,
            retries=retries,
            timeout=timeout,
            scheduling_priority=scheduling_priority,
            propagate_tags=propagate_tags,
            consumable_resources={} if consumable_resources is None else consumable_resources,
        )
        shared = TaskOptions(
            job_role=job_role,
            execution_role=execution_role,
            permissions_boundary=permissions_boundary,
            log_group=log_group,
            log_retention=log_retention,
            log_driver=LogDriver() if log_driver is None else log_driver,
            ephemeral_storage=ephemeral_storage,
            execute_command=enable_execute_command,
        )
        problems = Problems(where(self))
        problems.extend(job_kind_problems(container, options, shared, queue))
        problems.raise_if_any()
        problems.extend([*job_problems(container, options, shared, queue), *place_problems("queue", scope, queue)])
        problems.raise_if_any()
        self._label = construct_id
        self._container = container
        self._parameters = dict(options.parameters)
        self._requirements = container.requirements(queue.platform)
        self._task = shared.make(self, queue, image, mounts)
        self._definition = define_container(
            self, container, options, self._task, queue=queue, label=construct_id, driver=shared.log_driver
        )

    @property
    def label(self) -> str:
        """What a step that runs it is called, unless it is named: the construct id."""
        return self._label

    @property
    def job_definition_arn(self) -> str:
        """ARN of the current revision. Earlier revisions stay active, so that pipelines under way go on."""
        return self._definition.arn

    @property
    def job_definition_name(self) -> str:
        """Name without the revision; submitting by it always takes the newest active revision."""
        return self._definition.name

    @cached_property
    def job_definition(self) -> batch.IJobDefinition:
        """The definition as CDK's own interface, for code that takes one."""
        return self._definition.interface(self)

    @property
    def resource(self) -> batch.CfnJobDefinition:
        """The L1 resource, for properties that this construct does not cover."""
        return self._definition.resource

    @property
    def queue(self) -> Queue:
        """Where it runs unless a submission says otherwise."""
        return self._definition.queue

    @property
    def image(self) -> JobImage:
        """What runs."""
        return self._container.image

    @property
    def command(self) -> tuple[str, ...]:
        """Arguments for the image's entry point."""
        return tuple(self._container.command)

    @property
    def parameters(self) -> Mapping[str, str]:
        """Defaults for the `Ref::` placeholders of the command."""
        return self._parameters

    @property
    def requirements(self) -> Requirements:
        """What one attempt needs."""
        return self._requirements

    @property
    def shape(self) -> TaskShape:
        """Its one container, as a submission changes it."""
        form = TaskForm.ECS if self._task.platform is Platform.MANAGED_INSTANCES else TaskForm.CONTAINER
        return TaskShape(form, (ContainerPart(NAME, self.command),))

    @property
    def job_role(self) -> iam.IRole:
        """The program's role."""
        return self._task.job_role

    @property
    def execution_role(self) -> iam.IRole:
        """The role that pulls the image, reads secrets and writes the log."""
        return self._task.execution_role

    @property
    def log_group(self) -> logs.ILogGroup | None:
        """Where the container's output goes; None with another log driver than `awslogs`."""
        return self._task.log_group

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The program's role, so that a job can be granted permissions directly: `bucket.grant_read(job)`."""
        return self._task.job_role

    def grant_submit(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow submitting every revision of this job to its queue.

        Every revision: a deployment between two submissions makes a new one, and the caller must not lose its right.
        """
        return self._definition.grant_submit(grantee)
