"""Steps at the same time."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from batchwright.model import Problem
from batchwright.pipelines.paths import MAX_NESTED_INTRINSICS, state_path_problems
from batchwright.pipelines.step import State, States, Step, go_on, scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchwright.pipelines.permissions import Site


class Parallel(Step):
    """Runs branches at the same time and goes on when all are done.

    Each branch starts with the whole state. Afterwards their states are merged, so that what follows finds the
    results of all steps under their own names; for a key that several branches wrote, the last branch wins. (Every
    branch must end with an object then, as all steps do unless a function returns something else.) With
    `result_path` the state stays as it was, and a list of the branches' final states goes there.

    When a branch fails, the others are stopped, their Batch jobs too, and the step fails with that error.

    Args:
        branches: Steps or chains. Merging takes up to 11, `result_path` any number.
        name: The step's name.
        result_path: Where in the state the list of the branches' states goes; default: they are merged.

    Attributes:
        branches: The branches in their order.
    """

    def __init__(self, *branches: Step, name: str, result_path: str | None = None) -> None:
        super().__init__(name)
        self.branches = branches
        self._result_path = result_path

    @property
    def is_task(self) -> bool:
        """It is one state around its branches, which catches errors itself."""
        return True

    @property
    def parts(self) -> tuple[Step, ...]:
        """The branches."""
        return self.branches

    def own_states(self, site: Site, then: str | None) -> States:
        """Render one state with a scope for each branch."""
        branches = [scope(branch, site) for branch in self.branches]
        return {self.name: {"Type": "Parallel", "Branches": branches} | self._result() | go_on(then)}

    def own_problems(self) -> Iterable[Problem]:
        """Find what Step Functions would refuse."""
        count = len(self.branches)
        if not count:
            yield Problem(f"{self.name}.branches", "none", "1 or more", "Give the step at least one branch.")
        if self._result_path is not None:
            yield from state_path_problems(f"{self.name}.result_path", self._result_path)
        elif count > MAX_NESTED_INTRINSICS + 1:
            fix = f'Keep the results apart with result_path="$.{self.name}", or nest parallel steps.'
            allowed = f"{MAX_NESTED_INTRINSICS + 1} at most when results are merged"
            yield Problem(f"{self.name}.branches", f"{count} branches", allowed, fix)

    def _result(self) -> State:
        if self._result_path is not None:
            return {"ResultPath": self._result_path}
        if len(self.branches) == 1:
            return {"OutputPath": "$[0]"}
        states = [f"$[{number}]" for number in range(len(self.branches))]
        merged = reduce(lambda left, right: f"States.JsonMerge({left}, {right}, false)", states)
        return {"ResultSelector": {"merged.$": merged}, "OutputPath": "$.merged"}
