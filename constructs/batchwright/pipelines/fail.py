"""The end, with an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model.arguments import required_problems
from batchwright.pipelines.paths import is_path, path_problems
from batchwright.pipelines.step import State, States, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchwright.model import Problem
    from batchwright.pipelines.permissions import Site


class Fail(Step):
    """Ends the pipeline as FAILED, or the branch it is in, with an error that `catch` around it can handle.

    Args:
        name: The step's name.
        error: The error's name, or a JSONPath to text (`$.error.Error` in a handler passes on what was caught).
        cause: What happened, or a JSONPath to text.
    """

    def __init__(self, name: str, *, error: str, cause: str) -> None:
        super().__init__(name)
        self._error = error
        self._cause = cause

    def own_states(self, site: Site, then: str | None) -> States:
        """Render one state; nothing comes after it."""
        del site, then
        state: State = {"Type": "Fail"}
        for key, value in (("Error", self._error), ("Cause", self._cause)):
            state[f"{key}Path" if is_path(value) else key] = value
        return {self.name: state}

    def own_problems(self) -> Iterable[Problem]:
        """Find what Step Functions would refuse."""
        for field, value in (("error", self._error), ("cause", self._cause)):
            wrong = required_problems(f"{self.name}.{field}", value, str, fix="Use a text, or $.error.Error.")
            yield from wrong
            if not wrong and is_path(value):
                yield from path_problems(f"{self.name}.{field}", value, single=True)
