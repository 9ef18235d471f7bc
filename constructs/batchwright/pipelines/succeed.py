"""The end, in good order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.pipelines.step import States, Step

if TYPE_CHECKING:
    from batchwright.pipelines.permissions import Site


class Succeed(Step):
    """Ends the pipeline as SUCCEEDED before its last step: the early way out of a choice.

    Inside a branch of `Parallel`, or of a chain whose errors are caught together, it ends that part only.

    Args:
        name: The step's name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)

    def own_states(self, site: Site, then: str | None) -> States:
        """Render one state; nothing comes after it."""
        del site, then
        return {self.name: {"Type": "Succeed"}}
