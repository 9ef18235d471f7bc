"""A step that runs one Batch job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.contracts import Job
from batchwright.model.arguments import flag_problems
from batchwright.pipelines.paths import state_path_problems
from batchwright.pipelines.retries import batch_retry
from batchwright.pipelines.step import States, Step, go_on, result_key
from batchwright.pipelines.submission import Submission
from batchwright.pipelines.submit_options import SubmitOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from batchwright.model import Problem
    from batchwright.pipelines.permissions import Permission, Site
    from batchwright.pipelines.step import State

# Only what every kind of job reports: a field that is missing would fail the execution after the job has succeeded.
_DONE: Final = {"JobId.$": "$.JobId", "JobName.$": "$.JobName", "Status.$": "$.Status"}
_SUBMITTED: Final = {"JobId.$": "$.JobId", "JobName.$": "$.JobName"}


class BatchStep(Step):
    """Submits a job and, unless told otherwise, waits until it has succeeded.

    A failed job fails the step with `States.TaskFailed`; its retries are the job definition's (Batch keeps a job's
    attempts together, a new submission starts at the end of the queue). The step itself only repeats calls that Batch
    throttles or cannot answer: up to ten times over some six minutes. When the execution is stopped, so is the job.

    Text that starts with `$.` or `$$.` is a JSONPath into the state or the context object; everything else is
    literal. A number or a boolean found there becomes text, as Batch wants it.

    Args:
        job: What to run.
        name: The step's name; default: the job's construct id.
        environment: Environment variables, over those of the definition. Names must not start with `AWS_BATCH`.
        command: The container's command, in place of the definition's. In a job of several containers, this and
            `environment` are for the one that `options.container` names.
        parameters: Values for the `Ref::` placeholders of the definition's command.
        options: Everything else that a submission may change.
        result_path: Where in the state the result goes; default: `$.<Name>`.
        wait: Whether to wait for the job. Without, the step ends when Batch has taken the job.

    Attributes:
        job: What it runs.
        result_path: Where in the state its result is: `JobId`, `JobName` and, with `wait`, `Status`.
    """

    def __init__(
        self,
        job: Job,
        *,
        name: str | None = None,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = (),
        parameters: Mapping[str, str] | None = None,
        options: SubmitOptions | None = None,
        result_path: str | None = None,
        wait: bool = True,
    ) -> None:
        super().__init__(job_step_name(job, name))
        self.job = job
        self.result_path = result_path or f"$.{result_key(self.name)}"
        self._wait = wait
        self._submission = Submission(
            step=self.name,
            job=job,
            environment={} if environment is None else environment,
            command=command,
            parameters={} if parameters is None else parameters,
            options=SubmitOptions() if options is None else options,
        )

    @property
    def is_task(self) -> bool:
        """It is one task state."""
        return True

    def own_states(self, site: Site, then: str | None) -> States:
        """Render one task."""
        arguments = self._submission.arguments()
        return {self.name: submit_state(site, arguments, result_path=self.result_path, wait=self._wait, then=then)}

    def own_problems(self) -> Iterable[Problem]:
        """Find what Batch would refuse."""
        yield from self._submission.problems()
        yield from state_path_problems(f"{self.name}.result_path", self.result_path)
        yield from flag_problems(f"{self.name}.wait", self._wait)

    def permissions(self, site: Site) -> Iterable[Permission]:
        """Submit this job and, with `wait`, follow and end it."""
        return self._submission.permissions(site, wait=self._wait)


def job_step_name(job: object, name: str | None) -> str:
    """Name a step after its job; what is no job gives an empty name, refused later."""
    if name is not None:
        return name
    return job.label if isinstance(job, Job) else ""


def submit_state(site: Site, arguments: Mapping[str, Any], *, result_path: str, wait: bool, then: str | None) -> State:
    """Render a task that submits a job."""
    return {
        "Type": "Task",
        "Resource": site.integration("batch:submitJob.sync" if wait else "batch:submitJob"),
        "Parameters": dict(arguments),
        "ResultSelector": dict(_DONE if wait else _SUBMITTED),
        "ResultPath": result_path,
        "Retry": batch_retry(),
    } | go_on(then)
