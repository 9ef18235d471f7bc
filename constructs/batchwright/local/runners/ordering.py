"""Which containers of a task may start, can never start, and are to be stopped next."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from batchwright.local.engine import Condition, Container, ContainerDependency

if TYPE_CHECKING:
    from collections.abc import Sequence


class Phase(Enum):
    """How far a container has come."""

    WAITING = auto()
    STARTING = auto()
    RUNNING = auto()
    ENDED = auto()
    NEVER = auto()
    """It could not be started, or what it waits for can no longer happen."""


_OVER = (Phase.ENDED, Phase.NEVER)
_RAN = (Phase.RUNNING, Phase.ENDED)


class Ordering:
    """The `dependsOn` conditions of a task, followed by the rules of the Amazon ECS agent.

    It knows neither time nor containers, only what it is told. Not thread-safe.

    Args:
        containers: The containers of the task, with different names; dependencies name others of them.
    """

    def __init__(self, containers: Sequence[Container]) -> None:
        self._containers = {container.name: container for container in containers}
        self._phases = dict.fromkeys(self._containers, Phase.WAITING)
        self._succeeded: set[str] = set()
        self._timed_out: set[str] = set()

    def take_ready(self) -> list[Container]:
        """Return those whose conditions are met, in the order given; they count as starting from now on."""
        ready = [
            container
            for name, container in self._containers.items()
            if self._phases[name] is Phase.WAITING and all(self._met(one) for one in container.depends_on)
        ]
        for container in ready:
            self._phases[container.name] = Phase.STARTING
        return ready

    def take_hopeless(self) -> list[tuple[Container, str]]:
        """Return those that can never start any more, with the agent's reason; they count as over from now on."""
        found: list[tuple[Container, str]] = []
        before = -1
        while len(found) > before:
            # One that never starts may be what another one waits for.
            before = len(found)
            for name, container in self._containers.items():
                reasons = [self._refusal(container, one) for one in container.depends_on]
                reason = next((text for text in reasons if text), None)
                if self._phases[name] is Phase.WAITING and reason:
                    self._phases[name] = Phase.NEVER
                    found.append((container, f"CannotStartContainerError: dependency graph: {reason}"))
        return found

    def began(self, name: str) -> None:
        """Note that a container runs."""
        self._phases[name] = Phase.RUNNING

    def ended(self, name: str, exit_code: int | None) -> None:
        """Note that a container ended; without an exit code it never ran."""
        ran = exit_code is not None or self._phases[name] is Phase.RUNNING
        self._phases[name] = Phase.ENDED if ran else Phase.NEVER
        if exit_code == 0:
            self._succeeded.add(name)

    def timed_out(self, name: str) -> None:
        """Note that a container's `startTimeout` passed: who waits for its end or success gives up."""
        if self._phases[name] is Phase.RUNNING:
            self._timed_out.add(name)

    def give_up(self) -> list[Container]:
        """Return those that wait, which the end of the task keeps from starting."""
        waiting = [self._containers[name] for name, phase in self._phases.items() if phase is Phase.WAITING]
        for container in waiting:
            self._phases[container.name] = Phase.NEVER
        return waiting

    def last_dependents(self) -> list[Container]:
        """Return those that run and on which none that starts or runs depends: the ones to be stopped first."""
        needed = {
            dependency.name
            for name, container in self._containers.items()
            if self._phases[name] in (Phase.STARTING, Phase.RUNNING)
            for dependency in container.depends_on
        }
        return [c for name, c in self._containers.items() if self._phases[name] is Phase.RUNNING and name not in needed]

    def unfinished(self) -> list[Container]:
        """Return those that start or run."""
        return [c for name, c in self._containers.items() if self._phases[name] in (Phase.STARTING, Phase.RUNNING)]

    def starting(self, name: str) -> bool:
        """Say whether a container is being started."""
        return self._phases[name] is Phase.STARTING

    @property
    def over(self) -> bool:
        """True when none runs or can run any more."""
        return all(phase in _OVER for phase in self._phases.values())

    def _met(self, dependency: ContainerDependency) -> bool:
        if dependency.name in self._timed_out and dependency.condition is not Condition.START:
            return False
        phase = self._phases[dependency.name]
        if dependency.condition is Condition.START:
            return phase in _RAN
        return phase is Phase.ENDED and (
            dependency.condition is Condition.COMPLETE or dependency.name in self._succeeded
        )

    def _refusal(self, container: Container, dependency: ContainerDependency) -> str | None:
        """Return why a dependency can no longer be met, in the words of the agent."""
        phase = self._phases[dependency.name]
        pair = f"container ordering dependency [{dependency.name}] for target [{container.name}]"
        if dependency.name in self._timed_out and dependency.condition is not Condition.START:
            return f"{pair} has timed out."
        if phase is Phase.NEVER:
            return f"failed to resolve {pair} because dependency will never start"
        if (
            dependency.condition is Condition.SUCCESS
            and phase is Phase.ENDED
            and dependency.name not in self._succeeded
        ):
            return f"failed to resolve {pair} as dependency did not exit successfully."
        return None
