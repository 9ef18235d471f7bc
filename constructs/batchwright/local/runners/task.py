"""One attempt: its containers started in order, watched, stopped, and judged together."""

from __future__ import annotations

import logging
import queue
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from batchwright.local.engine import Attempt, Container, ContainerExit, Exit, Started
from batchwright.local.runners.launch import LaunchError, failed_start
from batchwright.local.runners.ordering import Ordering

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)
STOP_SECONDS: Final = 30.0
"""Time between SIGTERM and SIGKILL where nothing else is said: the default of the Amazon ECS agent."""
_KILL_SECONDS: Final = 30.0
"""What a killed container may take to end, before it is given up."""
_GIVEN_UP: Final = f"DockerTimeoutError: Could not transition to stopped; timed out after waiting {_KILL_SECONDS:.0f}s"


class Unit(Protocol):
    """One container as a runner does it."""

    def run(self, started: Callable[[], None]) -> Exit:
        """Run the program to its end, its output shipped; call `started` once it runs. Raises LaunchError."""

    def signal(self, *, kill: bool) -> None:
        """Send SIGTERM or SIGKILL. Only called after `started`; the program may be gone."""

    def clean_up(self) -> None:
        """Remove what is left. Called once, after the attempt's end was told."""


class Site(Protocol):
    """What the containers of an attempt share: network, volumes."""

    def prepare(self) -> str | None:
        """Make it; return its address in the attempt's network, if there is one. Raises LaunchError."""

    def unit(self, container: Container, cancelled: threading.Event) -> Unit:
        """Return what runs a container; once `cancelled` is set it need not start any more."""

    def clean_up(self) -> None:
        """Remove what is left. Called once, after the units'."""


@dataclass(frozen=True, slots=True)
class _Stop:
    grace: float
    at_most: bool


@dataclass(frozen=True, slots=True)
class _Began:
    name: str


@dataclass(frozen=True, slots=True)
class _Ended:
    name: str
    exited: Exit


class Task:
    """Runs the containers of an attempt, each on a thread of its own; what happens to them is decided on one.

    So no call to an engine that hangs holds up any other attempt, and a container that survives SIGKILL is given up
    after 30 seconds.

    Args:
        attempt: The attempt.
        site: Where its containers run.
    """

    def __init__(self, *, attempt: Attempt, site: Site) -> None:
        self._attempt = attempt
        self._site = site
        self._ordering = Ordering(attempt.containers)
        self._inbox: queue.SimpleQueue[_Stop | _Began | _Ended] = queue.SimpleQueue()
        self._cancelled = threading.Event()
        self._units: dict[str, Unit] = {}
        self._ends: dict[str, Exit] = {}
        self._decisive: str | None = None
        self._address: str | None = None
        self._grace = STOP_SECONDS
        self._at_most: float | None = None
        self._requests = 0
        self._stopping_since: float | None = None
        self._asked: dict[str, float] = {}
        self._killed: dict[str, float] = {}
        self._timeouts: dict[str, float] = {}

    def run(self, started: Callable[[Started], None]) -> Exit:
        """Run the attempt to its end; call `started` once its main container runs. Raises LaunchError."""
        self._address = self._site.prepare()
        self._go_on()
        while not self._ordering.over:
            try:
                self._take(self._inbox.get(timeout=self._patience()), started)
            except queue.Empty:
                self._on_time()
            self._go_on()
        return self._judge()

    def stop(self, grace: float, *, at_most: bool = False) -> None:
        """Ask for SIGTERM now and SIGKILL after `grace` seconds; with `at_most` also where a container asks for more.

        May be called at any time, on any thread, and again.
        """
        self._cancelled.set()
        self._inbox.put(_Stop(grace, at_most))

    def clean_up(self) -> None:
        """Remove what the containers, and then what they shared, leave."""
        for unit in self._units.values():
            unit.clean_up()
        self._site.clean_up()

    def _take(self, message: _Stop | _Began | _Ended, started: Callable[[Started], None]) -> None:
        if isinstance(message, _Stop):
            self._grace = message.grace
            self._requests += 1
            if message.at_most or self._requests > 1:
                # A second request is there to end sooner what the first one did not.
                self._at_most = message.grace
            self._stop_all()
        elif isinstance(message, _Began):
            self._began(message.name, started)
        elif message.name not in self._ends:
            self._end(message.name, message.exited)

    def _began(self, name: str, started: Callable[[Started], None]) -> None:
        if name in self._ends:
            return
        self._ordering.began(name)
        container = self._attempt.container
        if name == container.name:
            started(Started(log_stream_name=self._attempt.log_stream_name(container), address=self._address))
        seconds = next(c.start_timeout for c in self._attempt.containers if c.name == name)
        if seconds is not None:
            self._timeouts[name] = time.monotonic() + seconds

    def _end(self, name: str, exited: Exit) -> None:
        self._ends[name] = exited
        self._ordering.ended(name, exited.exit_code)
        self._timeouts.pop(name, None)
        essential = any(c.essential for c in self._attempt.containers if c.name == name)
        if essential and self._decisive is None:
            self._decisive = name
            self._stop_all()

    def _stop_all(self) -> None:
        self._cancelled.set()
        if self._stopping_since is None:
            self._stopping_since = time.monotonic()

    def _go_on(self) -> None:
        """Start what may start, give up what never can, and stop what is to be stopped."""
        if self._stopping_since is None:
            for container in self._ordering.take_ready():
                self._launch(container)
            for container, reason in self._ordering.take_hopeless():
                self._end(container.name, failed_start(reason))
        if self._stopping_since is not None:
            for container in self._ordering.give_up():
                self._ends[container.name] = failed_start(None)
            for container in self._ordering.last_dependents():
                if container.name not in self._asked:
                    self._asked[container.name] = time.monotonic()
                    self._signal(container.name, kill=False)
            self._on_time()

    def _launch(self, container: Container) -> None:
        self._units[container.name] = unit = self._site.unit(container, self._cancelled)
        name = f"batchwright-{self._attempt.task_id[:8]}-{container.name}"
        threading.Thread(target=self._run_unit, args=(container.name, unit), name=name, daemon=True).start()

    def _run_unit(self, name: str, unit: Unit) -> None:
        try:
            exited = unit.run(lambda: self._inbox.put(_Began(name)))
        except LaunchError as error:
            exited = failed_start(str(error))
        except Exception as error:
            _log.exception("a container failed for a reason of the runner's own")
            exited = failed_start(f"CannotStartContainerError: {type(error).__name__}: {error}")
        self._inbox.put(_Ended(name, exited))

    def _due(self, container: Container) -> tuple[float, bool] | None:
        """Return when a container that is to stop is to be killed, or (True) given up; None when it was not asked."""
        killed, asked = self._killed.get(container.name), self._asked.get(container.name)
        if killed is not None:
            return killed + _KILL_SECONDS, True
        if asked is not None:
            seconds = self._grace if container.stop_timeout is None else container.stop_timeout
            return asked + (seconds if self._at_most is None else min(seconds, self._at_most)), False
        if self._stopping_since is not None and self._ordering.starting(container.name):
            return self._stopping_since + self._grace + _KILL_SECONDS, True
        return None

    def _on_time(self) -> None:
        """Do what is due: timeouts of dependencies, SIGKILL, giving up."""
        now = time.monotonic()
        for name, timeout in list(self._timeouts.items()):
            if timeout <= now:
                del self._timeouts[name]
                self._ordering.timed_out(name)
        for container in self._ordering.unfinished():
            due = self._due(container)
            if due is None or due[0] > now:
                continue
            if due[1]:
                self._end(container.name, Exit(exit_code=None, reason=_GIVEN_UP, status_reason=_GIVEN_UP))
            else:
                self._signal(container.name, kill=True)
                self._killed[container.name] = time.monotonic()

    def _patience(self) -> float | None:
        """Return the seconds until something is due, None when nothing is."""
        due = [due[0] for due in map(self._due, self._ordering.unfinished()) if due is not None]
        due += self._timeouts.values()
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _signal(self, name: str, *, kill: bool) -> None:
        """Send a signal on a thread of its own: an engine that hangs must not hold up what is due next."""
        unit = self._units[name]

        def send() -> None:
            try:
                unit.signal(kill=kill)
            except Exception:
                _log.exception("sending %s failed", "SIGKILL" if kill else "SIGTERM")

        threading.Thread(target=send, name=f"batchwright-signal-{self._attempt.task_id[:8]}", daemon=True).start()

    def _judge(self) -> Exit:
        containers = self._attempt.containers
        main = self._attempt.container.name
        failed = next((name for name, exited in self._ends.items() if exited.exit_code != 0), main)
        decisive = self._ends[self._decisive or failed]
        if len(containers) == 1:
            return decisive
        ends = [(container.name, self._ends[container.name]) for container in containers]
        told = tuple(ContainerExit(name=name, exit_code=end.exit_code, reason=end.reason) for name, end in ends)
        return replace(decisive, containers=told)
