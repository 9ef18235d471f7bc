"""The seam between the engine, which decides, and a runner, which runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from batchwright.local.engine.tasks.container import main_container

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine.tasks.container import Container, Platform
    from batchwright.local.engine.tasks.volumes import Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Which node of a multi-node parallel job an attempt is.

    Attributes:
        index: Its index, from 0.
        count: Number of nodes of the job.
        main_index: Index of the main node.
        main_address: Address of the main node as the others reach it; None on the main node itself.
    """

    index: int
    count: int
    main_index: int
    main_address: str | None = None

    @property
    def is_main(self) -> bool:
        """True for the main node, whose end is the job's."""
        return self.index == self.main_index


class Attempt(NamedTuple):
    """One attempt of one job, or of one node of a job, with everything that a runner needs.

    The containers share volumes, credentials and a network (`localhost`). Each starts when its dependencies are met;
    those without any start in the order given. The attempt is over when an essential container ended or can never run
    (the others are then stopped, in the reverse order of their dependencies), or when none runs or can run any more.

    Attributes:
        job_id: The job's id; an array's child ends in `:index`, a node in `#index`.
        job_arn: The job's ARN.
        job_name: The job's name.
        number: 1 for the first attempt.
        queue_name: Name of the job queue.
        environment_name: Name of the compute environment the job was placed in.
        task_id: A new id for each attempt, the last part of the log streams' names.
        task_arn: ARN of the ECS task (or the name of the pod) that would run it.
        containers: What to run: one or more. Init containers come first, in their order.
        volumes: What the containers' mounts name.
        array_index: Index in the array, None for other jobs.
        array_size: Number of children of the array, None for other jobs.
        node: The node, None for other jobs than multi-node parallel ones.
        network: Name of the network that the attempts of all nodes share, new with each attempt of the job; None
            where there is none. The first attempt that names it makes it, `Runner.release` ends it.
        ipc_mode: `host`, `task` or `none`; None for each container's own.
        pid_mode: `host` or `task`; None for each container's own. `task` also for a pod with a shared namespace.
        host_network: True for a pod in the host's network.
        execute_command: True when `ecs execute-command` was asked for.
        service_account: The pod's service account, or None.
        image_pull_secrets: Names of the Kubernetes secrets with registry credentials.
        tags: Tags of the task: the job's and the definition's when they are propagated, else none.

    A tuple, because that is made in half the time of a frozen dataclass, and a simulation makes a million of them.
    """

    job_id: str
    job_arn: str
    job_name: str
    number: int
    queue_name: str
    environment_name: str
    task_id: str
    task_arn: str
    containers: tuple[Container, ...]
    tags: Mapping[str, str]
    volumes: tuple[Volume, ...] = ()
    array_index: int | None = None
    array_size: int | None = None
    node: Node | None = None
    network: str | None = None
    ipc_mode: str | None = None
    pid_mode: str | None = None
    host_network: bool = False
    execute_command: bool = False
    service_account: str | None = None
    image_pull_secrets: tuple[str, ...] = ()

    @property
    def container(self) -> Container:
        """The main container: the first essential one, or the first of a pod that is no init container."""
        return main_container(self.containers)

    @property
    def platform(self) -> Platform:
        """The platform that the job was defined for."""
        return self.containers[0].platform

    def log_stream_name(self, container: Container) -> str:
        """Return the name of a container's log stream, as AWS Batch forms it: `prefix/container/task id`."""
        return f"{container.log.prefix}/{container.name}/{self.task_id}"

    def environment(self, container: Container) -> dict[str, str]:
        """Return a container's variables with those that AWS Batch sets on top.

        They are listed at https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html.
        """
        variables = {
            **container.environment,
            "AWS_BATCH_JOB_ID": self.job_id,
            "AWS_BATCH_JOB_ATTEMPT": str(self.number),
            "AWS_BATCH_JQ_NAME": self.queue_name,
            "AWS_BATCH_CE_NAME": self.environment_name,
        }
        if self.platform != "EKS":
            variables["AWS_EXECUTION_ENV"] = f"AWS_ECS_{self.platform}"
        if self.array_index is not None:
            variables["AWS_BATCH_JOB_ARRAY_INDEX"] = str(self.array_index)
            variables["AWS_BATCH_JOB_ARRAY_SIZE"] = str(self.array_size)
        if self.node is not None:
            variables["AWS_BATCH_JOB_NODE_INDEX"] = str(self.node.index)
            variables["AWS_BATCH_JOB_NUM_NODES"] = str(self.node.count)
            variables["AWS_BATCH_JOB_MAIN_NODE_INDEX"] = str(self.node.main_index)
            if self.node.main_address is not None:
                variables["AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS"] = self.node.main_address
        return variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Told once when the main container of an attempt runs.

    Attributes:
        log_stream_name: The stream that receives its output, `attempt.log_stream_name(attempt.container)`; None when
            the output goes elsewhere. The streams of the other containers are named alike.
        address: Address in the attempt's network, needed of the main node of a multi-node parallel job.
    """

    log_stream_name: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerExit:
    """How one container of an attempt ended.

    Attributes:
        name: The container's name.
        exit_code: Its exit code (128 + n after signal n); None when it never ran.
        reason: Its own reason, such as `OutOfMemoryError: Container killed due to memory usage`.
    """

    name: str
    exit_code: int | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How an attempt ended.

    Attributes:
        exit_code: Exit code (128 + n after signal n) of the container that decided: the essential one that ended
            first; in a pod, which has none, the first that failed, else the main one. None when it never ran.
        reason: That container's reason, such as `OutOfMemoryError: Container killed due to memory usage`.
        status_reason: The task's reason, which becomes the job's.
        containers: The end of every container; may be left out for an attempt of one.
    """

    exit_code: int | None
    reason: str | None = None
    status_reason: str = "Essential container in task exited"
    containers: tuple[ContainerExit, ...] = ()


class Handle(Protocol):
    """An attempt that was handed to a runner."""

    def stop(self, reason: str, grace: float) -> None:
        """Ask for SIGTERM now and SIGKILL after `grace` seconds, and return; prevents a start that is to come.

        May be called again: the first reason counts, and a shorter `grace`.
        """


class Runner(Protocol):
    """Runs attempts: containers, processes, or nothing but durations."""

    def start(
        self, attempt: Attempt, *, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> Handle:
        """Begin an attempt and return at once.

        `on_exit` is called exactly once for every start, also when the start fails, and after the output was shipped.
        `on_started` is called at most once and before it. Both may be called on any thread, also before this returns.
        """

    def release(self, network: str) -> None:
        """Have the network of that name removed.

        Called once for every `Attempt.network`, after `on_exit` of each attempt that named it, and never again after.
        Must return soon, as it is called on the clock's thread.
        """
