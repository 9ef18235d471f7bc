"""One of several ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from batchwright.model import Problem
from batchwright.pipelines.step import States, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchwright.pipelines.conditions import Condition
    from batchwright.pipelines.permissions import Site


class Choice(Step):
    """Goes the way of the first condition that is true; all ways meet again in what follows.

    Without `otherwise` and with no condition true it goes on directly.

    Example:
        ```python
        resize = Choice("Large?").when(When.greater_than("$.megapixels", 50), tile).otherwise(shrink)
        Pipeline(self, "Run", steps=read >> resize >> embed)
        ```

    Args:
        name: The step's name; a question reads well.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._ways: list[tuple[Condition, Step]] = []
        self._otherwise: Step | None = None

    def when(self, condition: Condition, step: Step) -> Self:
        """Add a way; conditions are tried in the order of these calls. Returns this choice."""
        self.refuse_change("when")
        self._ways.append((condition, step))
        return self

    def otherwise(self, step: Step) -> Self:
        """Set the way for when no condition is true. Returns this choice."""
        self.refuse_change("otherwise")
        self._otherwise = step
        return self

    @property
    def parts(self) -> tuple[Step, ...]:
        """The steps of all ways."""
        steps = tuple(step for _, step in self._ways)
        return steps if self._otherwise is None else (*steps, self._otherwise)

    @property
    def own_state_names(self) -> tuple[str, ...]:
        """The choice, and where it ends when no condition is true and nothing follows."""
        return (self.name,) if self._otherwise else (self.name, self._nothing)

    def own_states(self, site: Site, then: str | None) -> States:
        """Render the choice and its ways."""
        choices = [{**condition.rule, "Next": step.start} for condition, step in self._ways]
        default = self._otherwise.start if self._otherwise else then or self._nothing
        states: States = {self.name: {"Type": "Choice", "Choices": choices, "Default": default}}
        for step in self.parts:
            states |= step.render(site, then)
        if default == self._nothing:
            states[self._nothing] = {"Type": "Succeed"}
        return states

    def own_problems(self) -> Iterable[Problem]:
        """Find what Step Functions would refuse."""
        if not self._ways:
            yield Problem(f"{self.name}.when", "not called", "1 condition or more", "Call when(condition, step).")
        for condition, _ in self._ways:
            for problem in condition.problems:
                yield Problem(f"{self.name}: {problem.field}", problem.value, problem.allowed, problem.fix)

    @property
    def _nothing(self) -> str:
        return f"{self.name}: nothing to do"
