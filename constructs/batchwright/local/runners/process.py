"""Runs the attempts of Batch jobs as processes of this machine."""

from __future__ import annotations

import functools
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from batchwright.local.engine import Attempt, Exit, Handle, Started, SystemClock
from batchwright.local.runners.interpreters import Interpreters
from batchwright.local.runners.logs import LogShipper
from batchwright.local.runners.pool import AttemptPool, PooledAttempt
from batchwright.local.runners.process_work import ProcessWork
from batchwright.local.runners.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batchwright.local.runners.launch import Clients
    from batchwright.local.runners.programs import ProgramRegistry

_CLOSE_GRACE_SECONDS: Final = 2.0


class ProcessRunner:
    """Runs each attempt as one process, where there is no Docker.

    A program gets its own process group, which is stopped as a whole and does not outlive this process, an empty
    working folder, which is removed after it, and this process's environment without its `AWS_` variables. It is no
    container: memory, vCPUs, user, volumes and the other container settings are not enforced, and it sees the machine's
    files.

    Args:
        client: Service name to boto3 client (`logs`, `sts`, `secretsmanager`, `ssm`).
        region: The region that programs see.
        endpoint: URL of the local AWS.
        programs: Which image stands for which program.
        max_processes: Most programs at once, by default one a CPU and at least two; further attempts stay STARTING.
        cache: Where Python environments of programs are kept; by default in the user's cache folder.
    """

    def __init__(
        self,
        *,
        client: Clients,
        region: str,
        endpoint: str,
        programs: ProgramRegistry,
        max_processes: int | None = None,
        cache: Path | None = None,
    ) -> None:
        self._client = functools.cache(client)
        self._region = region
        self._endpoint = endpoint
        self._programs = programs
        self._interpreters = Interpreters(cache=cache)
        self._shipper = LogShipper(client=self._client)
        self._watchdog = Watchdog()
        self._clock = SystemClock(name="batchwright-process-clock")
        self._pool = AttemptPool(name="batchwright-process", size=max_processes or max(2, os.cpu_count() or 2))
        self._closed = False

    def start(
        self, attempt: Attempt, *, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> Handle:
        """Begin an attempt and return at once."""
        work = ProcessWork(
            attempt=attempt,
            client=self._client,
            region=self._region,
            endpoint=self._endpoint,
            programs=self._programs,
            interpreters=self._interpreters,
            shipper=self._shipper,
            watchdog=self._watchdog,
        )
        handle = PooledAttempt(work=work, clock=self._clock, on_started=on_started, on_exit=on_exit)
        self._pool.submit(handle)
        return handle

    def close(self) -> None:
        """Stop what runs, wait for it, and remove every working folder. Idempotent."""
        if self._closed:
            return
        self._closed = True
        with ExitStack() as steps:
            # Each is done even when the one before fails or is interrupted; the last one first.
            steps.callback(self._watchdog.close)
            steps.callback(self._clock.close)
            steps.callback(self._shipper.close)
            self._pool.close("The local AWS was closed", grace=_CLOSE_GRACE_SECONDS)
