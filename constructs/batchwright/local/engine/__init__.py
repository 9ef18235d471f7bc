"""AWS Batch on this machine: an engine that takes the API's requests and runs the jobs with a runner.

`BatchEngine` is the way in. A runner (`Runner`) runs attempts; a clock (`SystemClock`, `SimulatedClock`) gives time.
`resources` names the operation behind each name of the API. Rooms, each of which knows only those after it:

- `archive`: an engine in plain values; `running`: the lives of jobs, from placement over attempts to their end.
- `queues`: lines, shares and the scheduler; `cloud`: simulated hosts; `consumables`.
- `environments`; `jobs`: what is known of each, submission, lists and events.
- `definitions`; `tasks`: what runs, with overrides brought in; `api`, `clocks`: what all of them share.
"""

from __future__ import annotations

from batchwright.local.engine.clocks.clock import Clock, Timer
from batchwright.local.engine.clocks.simulated_clock import SimulatedClock
from batchwright.local.engine.clocks.system_clock import SystemClock
from batchwright.local.engine.cloud.model import API_TPS, CloudModel, HostUse
from batchwright.local.engine.engine import BatchEngine
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.jobs.transition import Transition
from batchwright.local.engine.limits import EngineLimits
from batchwright.local.engine.runner import Attempt, ContainerExit, Exit, Handle, Node, Runner, Started
from batchwright.local.engine.tasks.container import (
    Condition,
    Container,
    ContainerDependency,
    LogTarget,
    Platform,
    Router,
)
from batchwright.local.engine.tasks.volumes import (
    ClaimVolume,
    EmptyVolume,
    FileSystemVolume,
    HostVolume,
    Mount,
    SecretVolume,
    Volume,
)

__all__ = [
    "API_TPS",
    "Attempt",
    "BatchEngine",
    "BatchError",
    "ClaimVolume",
    "Clock",
    "CloudModel",
    "Condition",
    "Container",
    "ContainerDependency",
    "ContainerExit",
    "EmptyVolume",
    "EngineLimits",
    "Exit",
    "FileSystemVolume",
    "Handle",
    "HostUse",
    "HostVolume",
    "LogTarget",
    "Mount",
    "Node",
    "Platform",
    "Router",
    "Runner",
    "SecretVolume",
    "SimulatedClock",
    "Started",
    "SystemClock",
    "Timer",
    "Transition",
    "Volume",
]
