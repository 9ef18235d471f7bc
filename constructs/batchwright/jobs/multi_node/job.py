"""A job that runs on several hosts at the same time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from batchwright.jobs import defaults
from batchwright.jobs.definition import DefinitionOptions
from batchwright.jobs.multi_container.task import make_task
from batchwright.jobs.multi_node.checks import (
    definition_problems,
    group_kind_problems,
    job_kind_problems,
    nodes_problems,
)
from batchwright.jobs.multi_node.definition import define_nodes
from batchwright.jobs.multi_node.efa import Efa
from batchwright.jobs.multi_node.group import greediest
from batchwright.jobs.multi_node.render import nodes_shape
from batchwright.jobs.multi_node.warnings import warn_of_nodes
from batchwright.jobs.retries import RetryStrategy
from batchwright.jobs.task_options import TaskOptions
from batchwright.model import ConfigurationError, Problem, Problems
from batchwright.places import place_problems
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_batch as batch

    from batchwright.contracts import Queue
    from batchwright.jobs.multi_node.group import NodeGroup
    from batchwright.model import Requirements
    from batchwright.model.job_shapes import NodesShape


@jsii.implements(iam.IGrantable)
class MultiNodeJob(Construct):
    """A job definition for several hosts that work together: MPI, distributed training, a cluster of its own.

        MultiNodeJob(
            self,
            "Dynamics",
            queue=queue,
            instance_type="c5n.18xlarge",
            groups=[NodeGroup(nodes=4, runs=TaskContainer(image=gromacs, vcpus=72, memory=Size.gibibytes(170)))],
            efa=True,
        )

    All nodes start together or not at all, each alone on its host, with a network interface of its own and the security
    groups of the environment, which must let the nodes reach each other. A program finds the nodes' number in
    `AWS_BATCH_JOB_NUM_NODES`, its own in `AWS_BATCH_JOB_NODE_INDEX`, the main node's in
    `AWS_BATCH_JOB_MAIN_NODE_INDEX`, and on all others the main node's address in
    `AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS`. The main node's end is the job's end.

    It runs on On-Demand EC2 environments, on ECS or EKS. Keep them in one zone and in a cluster placement group, or
    the nodes' network is as slow as any.

    Args:
        scope: The parent.
        construct_id: The id below it.
        groups: 1 to 5 groups of nodes, in the order of the nodes' indexes.
        queue: Where it runs; one of its environments is On-Demand EC2. Checked against size and architecture of the
            nodes.
        main_node: Index of the node whose end is the job's end, from 0.
        instance_type: The instance type of all nodes, of which each has one alone; by default what the environment
            chooses. A node that asks for less than half of it is warned of.
        efa: EFA devices for all essential containers, with what MPI and NCCL need beside them; True for one device.
            Not on EKS.
        parameters: Defaults for `Ref::name` in the commands; a submission may give others.
        required_parameters: Names of `Ref::name` in the commands that have no default, because each submission gives
            them. Batch would not refuse one that is missing: the program gets the text `Ref::name`.
        retries: When to try again; `RetryStrategy.interruptions(attempts=2)` by default. Only a failure of the main
            node is retried, and each attempt starts all nodes again.
        timeout: How long one attempt of the whole job may take, a minute or more; 24 hours by default. A main node that
            waits for a lost one waits as long.
        job_role: The programs' role; made when left out. Not on EKS, and so the next five.
        execution_role: The role that pulls images, reads secrets and writes logs; made when left out.
        permissions_boundary: A boundary for the roles that are made here.
        log_group: Where output goes; made with `log_retention` when left out, and kept when the stack is deleted.
        log_retention: How long a log group that is made here keeps its output.
        enable_execute_command: Whether ECS Exec may open a shell in the running containers.
        scheduling_priority: 0 to 9999; needed on a queue with a fair-share policy.
        propagate_tags: Whether the tasks get the tags of definition and job, for the bill; 50 at most in all. On EKS
            there are none.

    Raises:
        ConfigurationError: Something that AWS would refuse, or that would wait for ever; all of it at once.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        groups: Sequence[NodeGroup],
        queue: Queue,
        main_node: int = 0,
        instance_type: str | ec2.InstanceType | None = None,
        efa: bool | Efa = False,
        parameters: Mapping[str, str] | None = None,
        required_parameters: Sequence[str] = (),
        retries: RetryStrategy | None = None,
        timeout: Duration | None = None,
        job_role: iam.IRole | None = None,
        execution_role: iam.IRole | None = None,
        permissions_boundary: iam.IManagedPolicy | None = None,
        log_group: logs.ILogGroup | None = None,
        log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
        enable_execute_command: bool = False,
        scheduling_priority: int | None = None,
        propagate_tags: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        options = DefinitionOptions(
            parameters={} if parameters is None else parameters,
            required_parameters=required_parameters,
            retries=RetryStrategy.interruptions(attempts=defaults.NODES_ATTEMPTS) if retries is None else retries,
            timeout=timeout,
            scheduling_priority=scheduling_priority,
            propagate_tags=propagate_tags,
        )
        shared = TaskOptions(
            job_role=job_role,
            execution_role=execution_role,
            permissions_boundary=permissions_boundary,
            log_group=log_group,
            log_retention=log_retention,
            execute_command=enable_execute_command,
        )
        problems = Problems(where(self))
        problems.extend(group_kind_problems(groups))
        problems.extend([*job_kind_problems(queue, main_node, instance_type, efa)])
        problems.extend([*options.kind_problems(), *shared.kind_problems()])
        problems.raise_if_any()
        adapters = Efa() if efa is True else efa or None
        problems.extend(adapters.problems() if adapters else [])
        problems.raise_if_any()
        host = instance_type.to_string() if isinstance(instance_type, ec2.InstanceType) else instance_type
        problems.extend([*nodes_problems(groups, queue, main_node=main_node, instance_type=host, efa=adapters)])
        problems.extend([*definition_problems(groups, queue, options, shared), *place_problems("queue", scope, queue)])
        problems.raise_if_any()
        self._label = construct_id
        self._groups = tuple(groups if adapters is None else [group.with_efa(adapters) for group in groups])
        self._parameters = dict(options.parameters)
        self._shape = nodes_shape(self._groups, main_node)
        containers = [each for group in groups for each in group.containers]
        self._task = make_task(self, shared, queue, containers) if containers else None
        self._definition = define_nodes(
            self,
            self._groups,
            options,
            self._task,
            queue=queue,
            label=construct_id,
            shape=self._shape,
            instance_type=host,
        )
        warn_of_nodes(self, groups, queue, instance_type=host)

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
    def groups(self) -> tuple[NodeGroup, ...]:
        """Its groups of nodes; with EFA, what their containers get for it is in them."""
        return self._groups

    @property
    def parameters(self) -> Mapping[str, str]:
        """Defaults for the `Ref::` placeholders of the commands."""
        return self._parameters

    @cached_property
    def requirements(self) -> Requirements:
        """What one attempt needs of the host of its greediest node: the most vCPUs, memory and GPUs of any group."""
        return greediest(self._groups)

    @property
    def shape(self) -> NodesShape:
        """Its groups and their containers, by which a submission changes them."""
        return self._shape

    @property
    def job_role(self) -> iam.IRole | None:
        """The programs' role; None on EKS, where pods have a service account."""
        return None if self._task is None else self._task.job_role

    @property
    def execution_role(self) -> iam.IRole | None:
        """The role that pulls images, reads secrets and writes logs; None on EKS."""
        return None if self._task is None else self._task.execution_role

    @property
    def log_group(self) -> logs.ILogGroup | None:
        """Where output goes; None on EKS, and when no container has the log driver `awslogs`."""
        return None if self._task is None else self._task.log_group

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The programs' role, so that a job can be granted permissions directly: `bucket.grant_read(job)`.

        Raises:
            ConfigurationError: It runs pods, whose permissions are those of their service account.
        """
        if self._task is None:
            fix = "Grant it to the role of the pods' service account."
            raise ConfigurationError(str(where(self)), [Problem("grant", "to a job on EKS", "jobs on ECS", fix)])
        return self._task.job_role

    def grant_submit(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow submitting every revision of this job to its queue.

        Every revision: a deployment between two submissions makes a new one, and the caller must not lose its right.
        """
        return self._definition.grant_submit(grantee)
