"""The seam between the engine, which decides, and a runner, which runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine.container import Container, Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt of one job, with everything that a runner needs.

    Attributes:
        job_id: The job's id; a child's ends in `:index`.
        job_arn: The job's ARN.
        job_name: The job's name.
        number: 1 for the first attempt.
        queue_name: Name of the job queue.
        environment_name: Name of the compute environment the job was placed in.
        task_id: A new id for each attempt, the last part of the log stream's name.
        task_arn: ARN of the ECS task that would run it.
        container: What to run.
        array_index: Index in the array, None for other jobs.
        array_size: Number of children of the array, None for other jobs.
        tags: Tags of the task: the job's and the definition's when they are propagated, else none.
    """

    job_id: str
    job_arn: str
    job_name: str
    number: int
    queue_name: str
    environment_name: str
    task_id: str
    task_arn: str
    container: Container
    array_index: int | None = None
    array_size: int | None = None
    tags: Mapping[str, str]

    @property
    def log_stream_name(self) -> str:
        """The log stream's name, as AWS Batch forms it: `prefix/container/task id`."""
        return f"{self.container.log.prefix}/{self.container.name}/{self.task_id}"

    @property
    def platform(self) -> Platform:
        """The platform that the job was defined for."""
        return self.container.platform

    def environment(self) -> dict[str, str]:
        """Return the container's variables with those that AWS Batch sets on top.

        They are listed at https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html.
        """
        variables = {
            **self.container.environment,
            "AWS_BATCH_JOB_ID": self.job_id,
            "AWS_BATCH_JOB_ATTEMPT": str(self.number),
            "AWS_BATCH_JQ_NAME": self.queue_name,
            "AWS_BATCH_CE_NAME": self.environment_name,
            "AWS_EXECUTION_ENV": f"AWS_ECS_{self.platform}",
        }
        if self.array_index is not None:
            variables["AWS_BATCH_JOB_ARRAY_INDEX"] = str(self.array_index)
            variables["AWS_BATCH_JOB_ARRAY_SIZE"] = str(self.array_size)
        return variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Told once when the program of an attempt runs.

    Attributes:
        log_stream_name: The stream that receives its output.
    """

    log_stream_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How an attempt ended.

    Attributes:
        exit_code: The program's exit code (128 + n after signal n); None when it never ran.
        reason: The container's reason, such as `OutOfMemoryError: Container killed due to memory usage`.
        status_reason: The task's reason, which becomes the job's.
    """

    exit_code: int | None
    reason: str | None = None
    status_reason: str = "Essential container in task exited"


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
