"""What the children of an array wait for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from batchwright.model import Problem
from batchwright.model.arguments import item_problems
from batchwright.model.array_dependencies import n_to_n_problems, repeated_sequential_problems
from batchwright.model.submissions import dependency_problems
from batchwright.pipelines.batch_step import BatchStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batchwright.pipelines.array_step import ArrayStep

_FIX: Final = "Use [Dependency.n_to_n(step)], [Dependency.on(step)] or [Dependency.sequential()]."


@dataclass(frozen=True, slots=True)
class Dependency:
    """What the children of an array wait for; made by `on`, `n_to_n` or `sequential`.

    Batch itself waits, so the pipeline goes on: submit the first array with `wait=False`, and the children of the
    second start as soon as those that they depend on have succeeded. A job whose dependency fails, fails.
    Source: https://docs.aws.amazon.com/batch/latest/userguide/job_dependencies.html

    Attributes:
        kind: None, `N_TO_N` or `SEQUENTIAL`, as Batch calls it.
        step: The step whose job is waited for; None with `SEQUENTIAL`.
    """

    kind: Literal["N_TO_N", "SEQUENTIAL"] | None
    step: BatchStep | ArrayStep | None

    @classmethod
    def on(cls, step: BatchStep | ArrayStep) -> Dependency:
        """Let every child wait for the whole job of an earlier step."""
        return cls(None, step)

    @classmethod
    def n_to_n(cls, step: ArrayStep) -> Dependency:
        """Let child n wait for child n of an earlier array of the same size: no barrier between the two."""
        return cls("N_TO_N", step)

    @classmethod
    def sequential(cls) -> Dependency:
        """Let each child wait for the one before it in the same array."""
        return cls("SEQUENTIAL", None)

    def render(self, *, alone: bool = False) -> dict[str, Any] | None:
        """Render as an entry of `DependsOn`.

        Args:
            alone: For a single job, which stands for an array of one: types are for arrays only.

        Returns:
            The entry; None when there is nothing to wait for.
        """
        kind = {} if alone or self.kind is None else {"Type": self.kind}
        if self.step is None:
            return kind or None
        return {"JobId.$": f"{self.step.result_path}.JobId", **kind}


def render_dependencies(dependencies: Sequence[Dependency], *, alone: bool = False) -> dict[str, Any]:
    """Render as the argument of `SubmitJob`; nothing when there is none."""
    entries = [entry for each in dependencies if (entry := each.render(alone=alone))]
    return {"DependsOn": entries} if entries else {}


def depends_on_problems(step: ArrayStep, dependencies: object) -> Iterable[Problem]:
    """Find dependencies that Batch would refuse.

    Args:
        step: The array that waits.
        dependencies: What was given.
    """
    field = f"{step.name}.depends_on"
    yield from item_problems(field, dependencies, Dependency, fix=_FIX)
    given = (
        [each for each in dependencies if isinstance(each, Dependency)]
        if isinstance(dependencies, list | tuple)
        else []
    )
    for problem in dependency_problems(len(given)):
        yield Problem(field, problem.value, problem.allowed, problem.fix)
    yield from repeated_sequential_problems(field, sum(each.step is None for each in given))
    for number, each in enumerate(given):
        if each.step is not None:
            yield from _step_problems(f"{field}[{number}]", each, step)


def _step_problems(field: str, dependency: Dependency, step: ArrayStep) -> Iterable[Problem]:
    from batchwright.pipelines.array_step import ArrayStep

    other = dependency.step
    if other is step:
        yield Problem(field, step.name, "an earlier step", "Use Dependency.sequential() for the array itself.")
    elif isinstance(other, ArrayStep):
        if dependency.kind == "N_TO_N":
            yield from n_to_n_problems(field, size=_known(step.size), other=_known(other.size))
    elif not isinstance(other, BatchStep):
        yield Problem(field, other, "a BatchStep or an ArrayStep", "Name the step that submits the job.")
    elif dependency.kind == "N_TO_N":
        yield Problem(field, other.name, "an ArrayStep for n_to_n", "Use Dependency.on(step) for a single job.")


def _known(size: object) -> int | None:
    return size if isinstance(size, int) and size > 0 else None
