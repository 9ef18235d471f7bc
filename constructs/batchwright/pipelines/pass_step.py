"""A step that only changes the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.pipelines.paths import state_path_problems, template, template_problems
from batchwright.pipelines.step import States, Step, go_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batchwright.model import Problem
    from batchwright.pipelines.permissions import Site


class Pass(Step):
    """Writes values into the state, without any work; AWS's `Pass` state.

    Args:
        name: The step's name.
        values: The values: text that starts with `$.` or `$$.` is a JSONPath, at any depth; a key that ends in `.$`
            holds an intrinsic function.
        result_path: Where in the state they go; `$` replaces the state.
    """

    def __init__(self, name: str, *, values: Mapping[str, object], result_path: str = "$") -> None:
        super().__init__(name)
        self._values = values
        self._result_path = result_path

    def own_states(self, site: Site, then: str | None) -> States:
        """Render one state."""
        del site
        state = {"Type": "Pass", "Parameters": template(self._values), "ResultPath": self._result_path}
        return {self.name: state | go_on(then)}

    def own_problems(self) -> Iterable[Problem]:
        """Find what Step Functions would refuse."""
        yield from template_problems(f"{self.name}.values", self._values)
        yield from state_path_problems(f"{self.name}.result_path", self._result_path)
