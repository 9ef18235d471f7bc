"""A runner of attempts that only last."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from batchwright.local.engine import Exit, Started
from batchwright.local.simulation.draws import Draws

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine import Attempt, SimulatedClock, Timer
    from batchwright.local.simulation.workload import Stream

_SUCCESS: Final = Exit(exit_code=0)
_TERMINATED: Final = Exit(exit_code=143)
_STARTED: Final = Started(address="10.0.0.1")
_TAKEN_BACK: Final = ("Host EC2", "Your Spot Task")
"""How the engine's status reasons begin of attempts whose host was taken back
(https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html)."""


class Lasting:
    """An attempt that runs. Asked to stop, it does at once."""

    __slots__ = ("_clock", "_exited", "_lost", "_on_exit", "_timer")

    def __init__(
        self, clock: SimulatedClock, on_exit: Callable[[Exit], None], exited: Exit, lost: Callable[[], None]
    ) -> None:
        self._clock = clock
        self._lost = lost
        self._on_exit = on_exit
        self._exited = exited
        self._timer: Timer | None = None

    def last(self, seconds: float) -> None:
        """End by itself after a while."""
        self._timer = self._clock.call_later(seconds, self._end)

    def stop(self, reason: str, grace: float) -> None:  # noqa: ARG002 - the engine's signature
        """End now, as a program does on SIGTERM."""
        if self._exited is _TERMINATED:
            return
        if reason.startswith(_TAKEN_BACK):
            self._lost()
        self._exited = _TERMINATED
        if self._timer is not None:
            self._timer.cancel()
        self._clock.call_later(0.0, self._end)

    def _end(self) -> None:
        exited, self._exited = self._exited, _TERMINATED
        self._on_exit(exited)


class DurationRunner:
    """Runs nothing: an attempt lasts as long, and ends as, its stream says.

    The same job of the same workload and seed lasts equally long in every simulation, in each of its attempts. Nodes of
    a multi-node parallel job other than the main one run until that ends.

    Args:
        clock: Ends the attempts.
        streams: The streams, by the name of their jobs.
        number: Gives the number of a job in its stream, from its id.
        seed: Of what is drawn.
        lost: Told the stream of each attempt whose host was taken back.
    """

    def __init__(
        self,
        *,
        clock: SimulatedClock,
        streams: Mapping[str, Stream],
        number: Callable[[str], int],
        seed: int,
        lost: Callable[[str], None],
    ) -> None:
        self._clock = clock
        self._number = number
        self._plans = {name: _Plan(stream, seed, partial(lost, name)) for name, stream in streams.items()}

    def start(
        self, attempt: Attempt, *, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> Lasting:
        """Begin an attempt."""
        on_started(_STARTED)
        node = attempt.node
        if node is not None and not node.is_main:
            return Lasting(self._clock, on_exit, _SUCCESS, _nobody_cares)
        plan = self._plans[attempt.job_name]
        number = self._number(attempt.job_id)
        exited = plan.exit(number, attempt.number) if plan.fails else _SUCCESS
        lasting = Lasting(self._clock, on_exit, exited, plan.lost)
        lasting.last(plan.duration(plan.lengths.number(number)))
        return lasting

    def release(self, network: str) -> None:
        """Do nothing: there are no networks."""


class _Plan:
    """How the attempts of a stream go."""

    def __init__(self, stream: Stream, seed: int, lost: Callable[[], None]) -> None:
        self.lost = lost
        self.duration = stream.duration.at
        self.fails = bool(stream.exit_codes)
        self.lengths = Draws(seed, stream.name, "duration")
        self._ends = Draws(seed, stream.name, "exit")
        self._codes = tuple((Exit(exit_code=code), share) for code, share in stream.exit_codes.items())

    def exit(self, number: int, attempt: int) -> Exit:
        drawn = self._ends.number(number, attempt)
        for exited, share in self._codes:
            drawn -= share
            if drawn < 0:
                return exited
        return _SUCCESS


def _nobody_cares() -> None:
    """Hear of another node than the main one: its job is lost with the main node."""
