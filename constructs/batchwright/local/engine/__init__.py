"""AWS Batch on this machine: an engine that takes the API's requests and runs the jobs with a runner.

`BatchEngine` is the way in. A runner (`Runner`) runs attempts; a clock (`SystemClock`, `SimulatedClock`) gives time.
"""

from __future__ import annotations

from batchwright.local.engine.clock import Clock, Timer
from batchwright.local.engine.container import Container, LogTarget, Platform
from batchwright.local.engine.engine import BatchEngine
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.limits import EngineLimits
from batchwright.local.engine.runner import Attempt, Exit, Handle, Runner, Started
from batchwright.local.engine.simulated_clock import SimulatedClock
from batchwright.local.engine.system_clock import SystemClock

__all__ = [
    "Attempt",
    "BatchEngine",
    "BatchError",
    "Clock",
    "Container",
    "EngineLimits",
    "Exit",
    "Handle",
    "LogTarget",
    "Platform",
    "Runner",
    "SimulatedClock",
    "Started",
    "SystemClock",
    "Timer",
]
