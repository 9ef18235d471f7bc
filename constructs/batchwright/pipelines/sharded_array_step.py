"""A step that runs more jobs than one array may have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model import Problem
from batchwright.model.sharding import (
    MAX_CONCURRENT_ITERATIONS,
    MAX_SHARDED_SIZE,
    shards,
)
from batchwright.model.submissions import MAX_ARRAY_SIZE
from batchwright.pipelines.array_step import array_shape_problems
from batchwright.pipelines.batch_step import job_step_name, submit_state
from batchwright.pipelines.paths import format_template, state_path_problems
from batchwright.pipelines.sharded_array_checks import (
    are_named,
    array_count_problems,
    offset_variable_problems,
    size_problems,
)
from batchwright.pipelines.step import State, States, Step, go_on, result_key
from batchwright.pipelines.submission import Submission
from batchwright.pipelines.submit_options import SubmitOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from batchwright.contracts import Job
    from batchwright.pipelines.permissions import Permission, Site

_FIELD: Final = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\['([^'\\]+)'\]|(\[\d+\])")


class ShardedArrayStep(Step):
    """Runs 1 to 1,000,000 jobs as arrays of up to 10,000 each, and waits until all have succeeded.

    The jobs are divided into as few arrays as possible, of nearly equal sizes. A program finds its number in all of
    them, from 0, as the sum of two variables:

        number = int(os.environ["ARRAY_OFFSET"]) + int(os.environ.get("AWS_BATCH_JOB_ARRAY_INDEX", "0"))

    (The second is missing when `size` is 1, as Batch has no arrays of one job.) A submission's values may take
    `$.<Name>.Offset` and `$.<Name>.Size` of their array, too.

    When one array fails, the step fails and the others are ended. A size below 1, above 1,000,000, missing or not a
    number ends in the error `Batchwright.ArraySize`, whose cause names the value. Everything else is as in `ArrayStep`.

    Args:
        job: What each child runs.
        size: Number of jobs, or a JSONPath to it, such as `$.size`.
        name: The step's name; default: the job's construct id.
        offset_variable: The environment variable with the number of an array's first job.
        max_arrays: How many arrays are in work at the same time, 1 to 40, the most that a Map state runs at once. Each
            is one call of `SubmitJob`, of which an account may make 50 a second.
        environment: Environment variables of every child.
        command: The container's command, in place of the definition's. In a job of several containers, this and
            `environment` are for the one that `options.container` names.
        parameters: Values for the `Ref::` placeholders of the definition's command.
        options: Everything else that a submission may change.
        result_path: Where in the state the result goes; default: `$.<Name>`. It cannot be `$`.

    Attributes:
        job: What it runs.
        result_path: Where in the state its result is: a list with `JobId`, `JobName` and `Status` of each array.
    """

    ERROR: Final = "Batchwright.ArraySize"

    def __init__(
        self,
        job: Job,
        *,
        size: int | str,
        name: str | None = None,
        offset_variable: str = "ARRAY_OFFSET",
        max_arrays: int = MAX_CONCURRENT_ITERATIONS,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = (),
        parameters: Mapping[str, str] | None = None,
        options: SubmitOptions | None = None,
        result_path: str | None = None,
    ) -> None:
        super().__init__(job_step_name(job, name))
        self.job = job
        self.result_path = result_path or f"$.{result_key(self.name)}"
        self._size = size
        self._offset_variable = offset_variable
        self._max_arrays = max_arrays
        self._given = {} if environment is None else environment
        self._submission = Submission(
            step=self.name,
            job=job,
            environment=self._environment(),
            command=command,
            parameters={} if parameters is None else parameters,
            options=SubmitOptions() if options is None else options,
        )

    def _environment(self) -> Mapping[str, str]:
        """What is given, with the offset; as it is when either is of another kind, which is refused later."""
        given, variable = self._given, self._offset_variable
        return {**given, variable: f"{self.result_path}.Offset"} if are_named(given, variable) else given

    @property
    def entry(self) -> str:
        """The state that divides the jobs, or the choice before it when their number is read from the state."""
        return self._inner("size" if self._is_dynamic else "shards")

    @property
    def own_state_names(self) -> tuple[str, ...]:
        """The map over the arrays, what goes before it, and what it does for each."""
        roles = ["shards", "shard"]
        if self._is_dynamic:
            roles += ["size", "size missing", "size refused", "array or job"]
        if self._is_dynamic or self._size == 1:
            roles.append("single job")
        if self._size != 1:
            roles.append("array")
        return (self.name, *map(self._inner, roles))

    def own_states(self, site: Site, then: str | None) -> States:
        """Render a list of arrays and a map over it."""
        if not isinstance(self._size, str):
            return {self.entry: self._divided(self._size), self.name: self._map(site, then)}
        return {
            self.entry: self._choice(self._size),
            self._inner("shards"): self._divide(self._size),
            self.name: self._map(site, then),
            self._inner("size missing"): self._refusal(
                {"Cause": f"{self.name}: there is no {self._size} in the state"}
            ),
            self._inner("size refused"): self._refusal({"CausePath": self._cause(self._size)}),
        }

    def own_problems(self) -> Iterable[Problem]:
        """Find what Batch or Step Functions would refuse."""
        yield from self._submission.problems()
        yield from array_shape_problems(f"{self.name}.job", self.job)
        field = f"{self.name}.result_path"
        if self.result_path == "$":
            yield Problem(
                field, "$", "a path below $, such as $.embed", "The arrays' offsets need a place of their own."
            )
        yield from state_path_problems(field, self.result_path)
        yield from size_problems(f"{self.name}.size", self._size)
        yield from array_count_problems(f"{self.name}.max_arrays", self._max_arrays)
        field = f"{self.name}.offset_variable"
        yield from offset_variable_problems(field, self._offset_variable, self._given)

    def permissions(self, site: Site) -> Iterable[Permission]:
        """Submit this job, follow and end it."""
        return self._submission.permissions(site, wait=True)

    @property
    def _is_dynamic(self) -> bool:
        return isinstance(self._size, str)

    def _inner(self, role: str) -> str:
        return f"{self.name}: {role}"

    def _divided(self, size: int) -> State:
        """The arrays beside the state, when the number of jobs is known now."""
        divided = [{"Offset": each.offset, "Size": each.size} for each in shards(size)]
        return {"Type": "Pass", "Parameters": {"state.$": "$", "shards": divided}, "Next": self.name}

    def _choice(self, path: str) -> State:
        size = {"Variable": path}
        limits = ({"NumericGreaterThanEquals": 1}, {"NumericLessThanEquals": MAX_SHARDED_SIZE})
        return {
            "Type": "Choice",
            "Choices": [
                size | {"IsPresent": False, "Next": self._inner("size missing")},
                {"And": [size | limit for limit in limits], "Next": self._inner("shards")},
            ],
            "Default": self._inner("size refused"),
        }

    def _divide(self, path: str) -> State:
        """The arrays beside the state, divided as `shards` does: in JSONata, as JSONPath has no division."""
        count = f"$ceil($size / {MAX_ARRAY_SIZE})"
        first, after = "$floor($ * $size / $count)", "$floor(($ + 1) * $size / $count)"
        divided = f'[[0..$count - 1].{{"Offset": {first}, "Size": {after} - {first}}}]'
        numbers = f"$size := {_jsonata(path)}; $count := {count}"
        output = f'{{% ({numbers}; {{"state": $states.input, "shards": {divided}}}) %}}'
        return {"Type": "Pass", "QueryLanguage": "JSONata", "Output": output, "Next": self.name}

    def _map(self, site: Site, then: str | None) -> State:
        return {
            "Type": "Map",
            "ItemsPath": "$.shards",
            "ItemSelector": {"state.$": "$.state", "shard.$": "$$.Map.Item.Value"},
            "MaxConcurrency": self._max_arrays,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": self._inner("shard"),
                "States": self._each(site),
            },
            "ResultPath": f"$.state{self.result_path[1:]}",
            "OutputPath": "$.state",
        } | go_on(then)

    def _each(self, site: Site) -> States:
        """What happens for one array: the state as it was, with the array's own numbers at the result's place."""
        alone = self._submission.arguments()
        array = alone | {"ArrayProperties": {"Size.$": f"{self.result_path}.Size"}}
        names = {role: self._inner(role) for role in ("array", "single job", "array or job")}
        begin = names["array or job"] if self._is_dynamic else names["single job" if self._size == 1 else "array"]
        placed = f"$.state{self.result_path[1:]}"
        states: States = {
            self._inner("shard"): {
                "Type": "Pass",
                "InputPath": "$.shard",
                "ResultPath": placed,
                "OutputPath": "$.state",
                "Next": begin,
            }
        }
        if self._is_dynamic:
            one = {"Variable": f"{self.result_path}.Size", "NumericEquals": 1, "Next": names["single job"]}
            states[begin] = {"Type": "Choice", "Choices": [one], "Default": names["array"]}
        if self._is_dynamic or self._size == 1:
            states[names["single job"]] = submit_state(site, alone, result_path="$", wait=True, then=None)
        if self._size != 1:
            states[names["array"]] = submit_state(site, array, result_path="$", wait=True, then=None)
        return states

    def _refusal(self, cause: State) -> State:
        return {"Type": "Fail", "Error": self.ERROR} | cause

    def _cause(self, path: str) -> str:
        prefix = format_template(f"{self.name}: {path} is ")
        suffix = format_template(f"; it may be 1 to {MAX_SHARDED_SIZE} jobs")
        return f"States.Format('{prefix}{{}}{suffix}', States.JsonToString({path}))"


def _jsonata(path: str) -> str:
    """Write a JSONPath to one place as JSONata."""
    return ("$states.context" if path.startswith("$$") else "$states.input") + "".join(
        index or f".`{name or quoted}`" for name, quoted, index in _FIELD.findall(path)
    )
