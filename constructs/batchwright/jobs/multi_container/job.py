"""A job of several containers on one host."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from batchwright.contracts import Queue
from batchwright.jobs.definition import DefinitionOptions
from batchwright.jobs.multi_container.checks import containers_problems, log_group_problems
from batchwright.jobs.multi_container.definition import define_containers
from batchwright.jobs.multi_container.task import (
    make_task,
    task_kind_problems,
    task_requirements,
    task_shape,
    task_words,
)
from batchwright.jobs.task_options import TaskOptions
from batchwright.jobs.units import payload_problems
from batchwright.model import Problems
from batchwright.model.arguments import required_problems
from batchwright.places import place_problems
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from aws_cdk import Duration, Size
    from aws_cdk import aws_batch as batch

    from batchwright.jobs.consumable_resource import Consumable
    from batchwright.jobs.multi_container.container import TaskContainer
    from batchwright.jobs.retries import RetryStrategy
    from batchwright.model import Requirements
    from batchwright.model.job_shapes import TaskShape


@jsii.implements(iam.IGrantable)
class MultiContainerJob(Construct):
    """A job definition with 1 to 10 containers that run on one host, their roles, their log group, and their queue.

        MultiContainerJob(
            self,
            "Maze",
            queue=queue,
            containers=[
                TaskContainer(name="model", image=model, vcpus=1, memory=Size.gibibytes(2)),
                TaskContainer(
                    name="agent", image=agent, vcpus=1, memory=Size.gibibytes(2), depends_on={"model": "START"}
                ),
            ],
        )

    The end of an essential container is the end of the job: the others are stopped, so a server needs no end of its
    own. Containers reach each other at `127.0.0.1`, and share the volumes that both mount. `START` says that another
    has been started, not that it is ready: a client tries again until it is.

    On EC2 and Managed Instances that is the host's network, which all jobs on a host share, with its ports: a server on
    a fixed port finds it taken when a host has room for two such jobs. Let each job take a host of its own, or a free
    port that the server writes into a shared volume. On Fargate each job has a network of its own.
    Source: https://docs.aws.amazon.com/batch/latest/userguide/networking-modes-jobs.html

    Programs run with the job role, which has no permission until it is granted one (`bucket.grant_read(job)`). The
    output of all goes to one log group, in a stream for each container: `<job>/<container>/<task>`. Failures that are
    not a program's fault are retried, and each attempt is bounded in time.

    Args:
        scope: The parent.
        construct_id: The id below it.
        containers: What runs, each a `TaskContainer`; one of them at least is essential.
        queue: Where it runs. Decides between EC2, Fargate and Managed Instances, and is checked against the sums of the
            containers and their architecture.
        parameters: Defaults for `Ref::name` in the commands; a submission may give others.
        required_parameters: Names of `Ref::name` in the commands that have no default, because each submission gives
            them. Batch would not refuse one that is missing: the program gets the text `Ref::name`.
        ipc_mode: `task` for shared memory among the containers, `host` with the host too, `none` for each its own; not
            on Fargate. By default as the hosts' Docker does it.
        pid_mode: `task` when containers are to see each other's processes, `host` for all of the host's.
        ephemeral_storage: Disk of a task on Fargate, 21 to 200 GiB; its own 20 GiB by default.
        retries: When to try again; `RetryStrategy.interruptions()` by default. A rule's reason and exit code are those
            of an essential container.
        timeout: How long one attempt may take, a minute or more; 24 hours by default.
        job_role: The programs' role; made when left out.
        execution_role: The role that pulls images, reads secrets and writes logs; made when left out.
        permissions_boundary: A boundary for the roles that are made here.
        log_group: Where output goes; made with `log_retention` when left out, and kept when the stack is deleted.
        log_retention: How long a log group that is made here keeps its output.
        enable_execute_command: Whether ECS Exec may open a shell in the running containers.
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
        containers: Sequence[TaskContainer],
        queue: Queue,
        parameters: Mapping[str, str] | None = None,
        required_parameters: Sequence[str] = (),
        ipc_mode: Literal["host", "task", "none"] | None = None,
        pid_mode: Literal["host", "task"] | None = None,
        ephemeral_storage: Size | None = None,
        retries: RetryStrategy | None = None,
        timeout: Duration | None = None,
        job_role: iam.IRole | None = None,
        execution_role: iam.IRole | None = None,
        permissions_boundary: iam.IManagedPolicy | None = None,
        log_group: logs.ILogGroup | None = None,
        log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
        enable_execute_command: bool = False,
        consumable_resources: Mapping[Consumable, int] | None = None,
        scheduling_priority: int | None = None,
        propagate_tags: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
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
            ephemeral_storage=ephemeral_storage,
            execute_command=enable_execute_command,
        )
        problems = Problems(where(self))
        problems.extend(task_kind_problems(containers, "containers"))
        problems.extend(
            required_problems("queue", queue, Queue, fix="Use a JobQueue, or the queue of a BatchPlatform.")
        )
        problems.extend([*options.kind_problems(), *shared.kind_problems()])
        problems.raise_if_any()
        problems.extend([*containers_problems(containers, queue, ipc_mode=ipc_mode, pid_mode=pid_mode)])
        problems.extend(options.problems(queue, command=task_words(containers)))
        problems.extend([*shared.problems(queue), *log_group_problems(containers, log_group)])
        problems.extend(place_problems("queue", scope, queue))
        problems.extend(payload_problems([text for each in containers for text in each.texts]))
        problems.raise_if_any()
        self._label = construct_id
        self._containers = tuple(containers)
        self._parameters = dict(options.parameters)
        self._requirements = task_requirements(containers, queue.platform)
        self._task = make_task(self, shared, queue, self._containers)
        self._definition = define_containers(
            self,
            self._containers,
            options,
            self._task,
            queue=queue,
            label=construct_id,
            ipc_mode=ipc_mode,
            pid_mode=pid_mode,
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
    def containers(self) -> tuple[TaskContainer, ...]:
        """What runs."""
        return self._containers

    @property
    def parameters(self) -> Mapping[str, str]:
        """Defaults for the `Ref::` placeholders of the commands."""
        return self._parameters

    @property
    def requirements(self) -> Requirements:
        """What one attempt needs: all containers together."""
        return self._requirements

    @property
    def shape(self) -> TaskShape:
        """Its containers, by whose names a submission changes them."""
        return task_shape(self._containers)

    @property
    def job_role(self) -> iam.IRole:
        """The programs' role."""
        return self._task.job_role

    @property
    def execution_role(self) -> iam.IRole:
        """The role that pulls images, reads secrets and writes logs."""
        return self._task.execution_role

    @property
    def log_group(self) -> logs.ILogGroup | None:
        """Where output goes; None when no container has the log driver `awslogs`."""
        return self._task.log_group

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The programs' role, so that a job can be granted permissions directly: `bucket.grant_read(job)`."""
        return self._task.job_role

    def grant_submit(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow submitting every revision of this job to its queue.

        Every revision: a deployment between two submissions makes a new one, and the caller must not lose its right.
        """
        return self._definition.grant_submit(grantee)
