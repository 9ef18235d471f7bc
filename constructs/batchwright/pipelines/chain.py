"""Steps one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.pipelines.step import States, Step

if TYPE_CHECKING:
    from batchwright.pipelines.permissions import Site


class Chain(Step):
    """One step, or chain, after another; made by `>>`.

    A chain keeps the chains that it is made of as they are, so that `catch` on one of them holds for its steps only.

    Attributes:
        first: What runs first.
        second: What runs when the first is done.
    """

    def __init__(self, first: Step, second: Step) -> None:
        self._ends = (_ends(first)[0], _ends(second)[1])
        super().__init__(" to ".join(name[:30] for name in self._ends))
        self.first = first
        self.second = second

    @property
    def entry(self) -> str:
        """Name of the first state of its first step."""
        return self.first.start

    @property
    def parts(self) -> tuple[Step, ...]:
        """The steps in their order."""
        return (self.first, self.second)

    @property
    def own_state_names(self) -> tuple[str, ...]:
        """A chain renders no state by itself."""
        return ()

    def own_states(self, site: Site, then: str | None) -> States:
        """Render both; the first goes on to the second."""
        return self.first.render(site, self.second.start) | self.second.render(site, then)

    @property
    def ends(self) -> tuple[str, str]:
        """Names of the first and the last step, through all chains."""
        return self._ends


def _ends(step: Step) -> tuple[str, str]:
    return step.ends if isinstance(step, Chain) else (step.name, step.name)
