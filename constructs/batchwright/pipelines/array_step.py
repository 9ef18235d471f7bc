"""A step that runs an array of Batch jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.model import Problem
from batchwright.model.arguments import flag_problems
from batchwright.model.job_shapes import NodesShape
from batchwright.model.submissions import MAX_ARRAY_SIZE, MIN_ARRAY_SIZE, array_size_problems
from batchwright.pipelines.batch_step import job_step_name, submit_state
from batchwright.pipelines.dependency import depends_on_problems, render_dependencies
from batchwright.pipelines.paths import format_template, path_problems, state_path_problems
from batchwright.pipelines.step import State, States, Step, result_key
from batchwright.pipelines.submission import Submission
from batchwright.pipelines.submit_options import SubmitOptions
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from batchwright.contracts import Job
    from batchwright.pipelines.dependency import Dependency
    from batchwright.pipelines.permissions import Permission, Site


class ArrayStep(Step):
    """Submits a job as an array and, unless told otherwise, waits until all its children have succeeded.

    Each child finds its number, from 0, in `AWS_BATCH_JOB_ARRAY_INDEX`. Batch refuses an array of one; a size that
    is read from the state may still be 1, and then the same job is submitted alone: `AWS_BATCH_JOB_ARRAY_INDEX` is
    not set there, so a program should take 0 for it. A size below 1, above 10,000, missing or not a number ends in
    the error `Batchwright.ArraySize`, whose cause names the value.

    Errors, retries and JSONPaths are as in `BatchStep`; `attempts` and `timeout` hold for each child. For more than
    10,000 jobs there is `ShardedArrayStep`.

    Children of one array may wait for those of another, or for each other, without a barrier between the steps:

        first = ArrayStep(extract, size=100, wait=False)
        first >> ArrayStep(embed, size=100, depends_on=[Dependency.n_to_n(first)])

    Args:
        job: What each child runs.
        size: Number of children, 2 to 10,000, or a JSONPath to it (1 to 10,000), such as `$.size`.
        name: The step's name; default: the job's construct id.
        environment: Environment variables of every child.
        command: The container's command, in place of the definition's. In a job of several containers, this and
            `environment` are for the one that `options.container` names.
        parameters: Values for the `Ref::` placeholders of the definition's command.
        options: Everything else that a submission may change.
        result_path: Where in the state the result goes; default: `$.<Name>`.
        depends_on: What its children wait for in Batch, up to 20: jobs of earlier steps, or each other.
        wait: Whether to wait for the array. Without, the step ends when Batch has taken it, and it goes on when the
            execution is stopped.

    Attributes:
        job: What it runs.
        size: Number of children, or the path to it.
        result_path: Where in the state its result is: `JobId`, `JobName` and, with `wait`, `Status` of the array.
    """

    ERROR: Final = "Batchwright.ArraySize"

    def __init__(
        self,
        job: Job,
        *,
        size: int | str,
        name: str | None = None,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = (),
        parameters: Mapping[str, str] | None = None,
        options: SubmitOptions | None = None,
        result_path: str | None = None,
        depends_on: Sequence[Dependency] = (),
        wait: bool = True,
    ) -> None:
        super().__init__(job_step_name(job, name))
        self.job = job
        self.size = size
        self.result_path = result_path or f"$.{result_key(self.name)}"
        self._depends_on = depends_on
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
    def entry(self) -> str:
        """The task itself, or the choice before it when the size is read from the state."""
        return self._inner("size") if self._is_dynamic else self.name

    @property
    def is_task(self) -> bool:
        """With a fixed size it is one task state."""
        return not self._is_dynamic

    @property
    def own_state_names(self) -> tuple[str, ...]:
        """The task, and with a size from the state what decides about it."""
        inner = ("size", "single job", "size missing", "size refused") if self._is_dynamic else ()
        return (self.name, *map(self._inner, inner))

    def own_states(self, site: Site, then: str | None) -> States:
        """Render the task, and with a size from the state the choice between array, single job and refusal."""
        arguments = self._submission.arguments()
        single = arguments | render_dependencies(self._depends_on, alone=True)
        array = arguments | render_dependencies(self._depends_on)
        if not self._is_dynamic:
            return {self.name: self._submit(site, array | {"ArrayProperties": {"Size": self.size}}, then)}
        return {
            self.entry: self._choice(),
            self.name: self._submit(site, array | {"ArrayProperties": {"Size.$": self.size}}, then),
            self._inner("single job"): self._submit(site, single, then),
            self._inner("size missing"): self._refusal({"Cause": f"{self.name}: there is no {self.size} in the state"}),
            self._inner("size refused"): self._refusal({"CausePath": self._cause()}),
        }

    def own_problems(self) -> Iterable[Problem]:
        """Find what Batch would refuse."""
        yield from self._submission.problems()
        yield from array_shape_problems(f"{self.name}.job", self.job)
        yield from state_path_problems(f"{self.name}.result_path", self.result_path)
        yield from flag_problems(f"{self.name}.wait", self._wait)
        field = f"{self.name}.size"
        if isinstance(self.size, str):
            yield from path_problems(field, self.size, single=True)
        elif not is_token(self.size):
            yield from _size_problems(field, self.size)
        yield from depends_on_problems(self, self._depends_on)

    def permissions(self, site: Site) -> Iterable[Permission]:
        """Submit this job and, with `wait`, follow and end it."""
        return self._submission.permissions(site, wait=self._wait)

    @property
    def _is_dynamic(self) -> bool:
        return isinstance(self.size, str)

    def _inner(self, role: str) -> str:
        return f"{self.name}: {role}"

    def _submit(self, site: Site, arguments: Mapping[str, Any], then: str | None) -> State:
        return submit_state(site, arguments, result_path=self.result_path, wait=self._wait, then=then)

    def _choice(self) -> State:
        size = {"Variable": self.size}
        in_range = [
            size | {"NumericGreaterThanEquals": MIN_ARRAY_SIZE},
            size | {"NumericLessThanEquals": MAX_ARRAY_SIZE},
        ]
        return {
            "Type": "Choice",
            "Choices": [
                size | {"IsPresent": False, "Next": self._inner("size missing")},
                size | {"NumericEquals": 1, "Next": self._inner("single job")},
                {"And": in_range, "Next": self.name},
            ],
            "Default": self._inner("size refused"),
        }

    def _refusal(self, cause: State) -> State:
        return {"Type": "Fail", "Error": self.ERROR} | cause

    def _cause(self) -> str:
        prefix = format_template(f"{self.name}: {self.size} is ")
        suffix = format_template(f"; an array has 1 to {MAX_ARRAY_SIZE} jobs")
        return f"States.Format('{prefix}{{}}{suffix}', States.JsonToString({self.size}))"


def _size_problems(field: str, size: object) -> Sequence[Problem]:
    if isinstance(size, int) and not isinstance(size, bool):
        return array_size_problems(size, field=field)
    fix = "Give a whole number, or a path to one such as $.size."
    return [Problem(field, size, f"{MIN_ARRAY_SIZE} to {MAX_ARRAY_SIZE}, whole", fix)]


def array_shape_problems(field: str, job: Job) -> Sequence[Problem]:
    """Find a multi-node job, of which Batch makes no arrays."""
    if not isinstance(getattr(job, "shape", None), NodesShape):
        return []
    fix = "Use a BatchStep; for several of them, one step each."
    return [Problem(field, f"the multi-node job {job.label}", "jobs on one host for an array", fix)]
