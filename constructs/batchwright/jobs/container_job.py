"""A job of one container."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import jsii
from aws_cdk import Duration, Stack, Token
from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from batchwright.jobs import defaults
from batchwright.jobs.arguments import argument_problems
from batchwright.jobs.container_environment import environment_problems
from batchwright.jobs.definition import ContainerSettings, make_definition
from batchwright.jobs.retries import RetryStrategy
from batchwright.jobs.sizes import size_problems
from batchwright.jobs.units import memory_unit_problems, timeout_problems
from batchwright.model import Problems, Requirements
from batchwright.model.fit import architecture_fit_problems
from batchwright.model.submissions import scheduling_priority_problems
from batchwright.tokens import known, mebibytes, seconds, where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Size

    from batchwright.contracts import Queue
    from batchwright.images import JobImage


@jsii.implements(iam.IGrantable)
class ContainerJob(Construct):
    """A job definition with one container, its roles, its log group, and the queue it runs on.

    The program runs with the job role, which has no permission until it is granted one (`bucket.grant_read(job)`);
    pulling the image and writing the log is the execution role's business. Failures that are not the program's fault
    are retried, and each attempt is bounded in time.

    `AWS_REGION` and `AWS_DEFAULT_REGION` are set for the container, because EC2 hosts do not pass them on.

    Args:
        scope: The parent.
        construct_id: The id below it.
        image: What runs, with its architecture: a `JobImage`.
        queue: Where it runs, such as `platform.queue`. Decides between EC2 and Fargate, and is checked against size and
            architecture.
        vcpus: vCPUs: whole numbers on EC2; 0.25, 0.5, 1, 2, 4, 8, 16 or 32 on Fargate.
        memory: Memory; the container is killed above it. On EC2 leave the host about 5 %: a job that asks for all of
            an instance never starts. On Fargate, one of the sizes that go with the vCPUs.
        gpus: NVIDIA GPUs, on EC2.
        command: Arguments for the image's entry point, one list item each: no shell splits them. `Ref::name` takes a
            parameter.
        environment: Environment variables. Never a secret: anybody who may describe jobs can read them.
        parameters: Defaults for `Ref::name` in the command. A submission may give others; it must give those that have
            no default here, or the program gets the text `Ref::name`.
        retries: When to try again; `RetryStrategy.interruptions()` by default.
        timeout: How long one attempt may take, a minute or more; 24 hours by default.
        job_role: The program's role; made when left out.
        execution_role: The role that pulls the image and writes the log; made when left out. It is granted both,
            unless it is imported as one that may not be changed.
        log_group: Where its output goes; made with `log_retention` when left out, and kept when the stack is deleted.
        log_retention: How long a log group that is made here keeps its output.
        scheduling_priority: 0 to 9999; needed on a queue with a fair-share policy.

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
        parameters: Mapping[str, str] | None = None,
        retries: RetryStrategy | None = None,
        timeout: Duration | None = None,
        job_role: iam.IRole | None = None,
        execution_role: iam.IRole | None = None,
        log_group: logs.ILogGroup | None = None,
        log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
        scheduling_priority: int | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(where(self))
        problems.extend(
            argument_problems(
                image=image,
                queue=queue,
                vcpus=vcpus,
                memory=memory,
                timeout=timeout,
                retries=retries,
                command=command,
                environment=environment or {},
                parameters=parameters or {},
            )
        )
        problems.raise_if_any()
        self._label = construct_id
        self._queue = queue
        self._image = image
        self._requirements = Requirements(
            platform=queue.platform,
            vcpus=known(vcpus),
            memory_mib=mebibytes(memory),
            architecture=image.architecture,
            gpus=known(gpus),
        )
        self._command = tuple(command)
        self._environment = dict(environment or {})
        self._parameters = dict(parameters or {})
        self._retries = retries or RetryStrategy.interruptions()
        self._timeout = timeout or Duration.hours(defaults.TIMEOUT_HOURS)
        self._timeout_seconds = seconds(self._timeout)
        self._check(memory, scheduling_priority)
        self._job_role = job_role or self._role("JobRole", "The program of a Batch job")
        self._log_group = log_group or logs.LogGroup(self, "Logs", retention=log_retention)
        self._execution_role = execution_role or self._role(
            "ExecutionRole", "Pulls the image and writes the log of a Batch job"
        )
        # A role from outside gets them too, as far as it can be changed from here: without them no attempt starts.
        self._image.grant_pull(self._execution_role)
        self._log_group.grant_write(self._execution_role)
        # A log stream's name may hold neither of them.
        log_prefix = re.sub("[:*]", "-", construct_id)
        self._resource = self._definition(vcpus, memory, gpus, log_prefix, scheduling_priority)
        self._arn = self._resource.ref

    @property
    def label(self) -> str:
        """What a step that runs it is called, unless it is named: the construct id."""
        return self._label

    @property
    def job_definition_arn(self) -> str:
        """ARN of the current revision. Earlier revisions stay active, so that pipelines under way go on."""
        return self._arn

    @cached_property
    def job_definition_name(self) -> str:
        """Name without the revision; submitting by it always takes the newest active revision."""
        with_revision = {"Fn::Select": [1, {"Fn::Split": ["/", self._arn]}]}
        return Token.as_string({"Fn::Select": [0, {"Fn::Split": [":", with_revision]}]})

    @cached_property
    def job_definition(self) -> batch.IJobDefinition:
        """The definition as CDK's own interface, for code that takes one."""
        return batch.EcsJobDefinition.from_job_definition_arn(self, "Interface", self.job_definition_arn)

    @property
    def resource(self) -> batch.CfnJobDefinition:
        """The L1 resource, for properties that this construct does not cover."""
        return self._resource

    @property
    def queue(self) -> Queue:
        """Where it runs unless a submission says otherwise."""
        return self._queue

    @property
    def image(self) -> JobImage:
        """What runs."""
        return self._image

    @property
    def command(self) -> Sequence[str]:
        """Arguments for the image's entry point."""
        return self._command

    @property
    def parameters(self) -> Mapping[str, str]:
        """Defaults for the `Ref::` placeholders of the command."""
        return self._parameters

    @property
    def requirements(self) -> Requirements:
        """What one attempt needs."""
        return self._requirements

    @property
    def job_role(self) -> iam.IRole:
        """The program's role."""
        return self._job_role

    @property
    def execution_role(self) -> iam.IRole:
        """The role that pulls the image and writes the log."""
        return self._execution_role

    @property
    def log_group(self) -> logs.ILogGroup:
        """Where the container's output goes."""
        return self._log_group

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The program's role, so that a job can be granted permissions directly: `bucket.grant_read(job)`."""
        return self._job_role

    def grant_submit(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow submitting every revision of this job to its queue.

        Every revision: a deployment between two submissions makes a new one, and the caller must not lose its right.
        """
        definition = Stack.of(self).format_arn(
            service="batch", resource="job-definition", resource_name=self.job_definition_name
        )
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["batch:SubmitJob"],
            resource_arns=[definition, f"{definition}:*", self._queue.job_queue_arn],
        )

    def _check(self, memory: Size, scheduling_priority: int | None) -> None:
        problems = Problems(where(self))
        problems.extend(size_problems(self._requirements, self._queue.capacities))
        problems.extend(architecture_fit_problems(self._image.architecture, self._queue.capacities))
        problems.extend(environment_problems(self._environment))
        problems.extend(self._retries.problems())
        problems.extend(timeout_problems(self._timeout, self._timeout_seconds))
        problems.extend(memory_unit_problems(memory, self._requirements.memory_mib))
        priority = None if scheduling_priority is None else known(scheduling_priority)
        problems.extend(scheduling_priority_problems(priority))
        problems.raise_if_any()

    def _role(self, construct_id: str, description: str) -> iam.Role:
        return iam.Role(
            self, construct_id, assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"), description=description
        )

    def _definition(
        self, vcpus: float, memory: Size, gpus: float, log_prefix: str, scheduling_priority: int | None
    ) -> batch.CfnJobDefinition:
        settings = ContainerSettings(
            image=self._image,
            platform=self._requirements.platform,
            public_ip=any(capacity.public_ip for capacity in self._queue.capacities),
            vcpus=vcpus,
            memory_mib=self._requirements.memory_mib or memory.to_mebibytes(),
            gpus=gpus,
            command=self._command,
            environment=self._environment,
            job_role=self._job_role,
            execution_role=self._execution_role,
            log_group=self._log_group,
            log_prefix=log_prefix,
        )
        resource = make_definition(
            self,
            settings,
            parameters=self._parameters,
            retries=self._retries,
            timeout_seconds=self._timeout_seconds or self._timeout.to_seconds(),
            scheduling_priority=scheduling_priority,
            queue_arn=self._queue.job_queue_arn,
        )
        # The execution role's policy is there before the first job is.
        resource.node.add_dependency(self._execution_role)
        return resource
