"""Runs the attempts of Batch jobs as processes of this machine."""

from __future__ import annotations

import functools
import logging
import os
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from batchwright.local.runners.logs import LogShipper
from batchwright.local.runners.memory import MachineMemory
from batchwright.local.runners.notices import Notices
from batchwright.local.runners.pool import AttemptPool, PooledAttempt, places_for
from batchwright.local.runners.process.folders import SharedFolders
from batchwright.local.runners.process.home import Home, remove_abandoned
from batchwright.local.runners.process.interpreters import Interpreters
from batchwright.local.runners.process.site import ProcessSite, ProcessTools
from batchwright.local.runners.process.unenforced import unenforced
from batchwright.local.runners.process.watchdog import Watchdog
from batchwright.local.runners.roles import Connect, Roles
from batchwright.local.runners.task import Task

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batchwright.local.engine import Attempt, Exit, Handle, Started
    from batchwright.local.runners.process.programs import ProgramRegistry
    from batchwright.local.runners.roles import Clients

_log = logging.getLogger(__name__)
_CLOSE_GRACE_SECONDS: Final = 2.0


class ProcessRunner:
    """Runs each container of an attempt as a process, where there is no Docker.

    A program gets its own process group, which is stopped as a whole and does not outlive this process, an empty
    working folder, which is removed after it, and this process's environment without its `AWS_` variables. Volumes are
    folders; in a container's own variables and its command, words that begin with a mount's path get the folder's. It
    is no container: it sees the machine's files and network, and memory, vCPUs, users and the other settings are not
    enforced. A warning names each of those that jobs ask for, once.

    Args:
        client: Service name to boto3 client (`logs`, `sts`, `secretsmanager`, `ssm`, `efs`).
        region: The region that programs see.
        endpoint: URL of the local AWS.
        programs: Which image stands for which program.
        max_processes: Most programs at once, by default one a CPU and at least two; further attempts stay STARTING.
        cache: Where Python environments of programs are kept; by default in the user's cache folder.
        connect: Makes clients with the keys of a role; by default with botocore.
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
        connect: Connect | None = None,
    ) -> None:
        cached = functools.cache(client)
        self._shipper = LogShipper(client=cached)
        self._watchdog = Watchdog()
        self._home = Home(self._watchdog)
        self._tools = ProcessTools(
            region=region,
            endpoint=endpoint,
            roles=Roles(client=cached, connect=connect),
            programs=programs,
            interpreters=Interpreters(cache=cache),
            shipper=self._shipper,
            watchdog=self._watchdog,
            folders=SharedFolders(client=cached, home=self._home),
            home=self._home,
        )
        size = max_processes or max(2, os.cpu_count() or 2)
        self._pool = AttemptPool(name="batchwright-process", size=size, notices=Notices(), memory=MachineMemory())
        self._told: set[str] = set()
        self._lock = threading.Lock()
        self._closed = False
        remove_abandoned()

    def start(
        self, attempt: Attempt, *, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> Handle:
        """Begin an attempt and return at once."""
        self._say_what_is_missing(attempt)
        work = Task(attempt=attempt, site=ProcessSite(attempt=attempt, tools=self._tools))
        handle = PooledAttempt(work=work, on_started=on_started, on_exit=on_exit)
        self._pool.submit(handle, places=places_for(attempt))
        return handle

    def release(self, network: str) -> None:
        """Do nothing: processes share the machine's network."""

    def close(self) -> None:
        """Stop what runs, wait for it, and remove every folder. Idempotent."""
        if self._closed:
            return
        self._closed = True
        with ExitStack() as steps:
            # Each is done even when the one before fails or is interrupted; the last one first.
            steps.callback(self._home.close)
            steps.callback(self._watchdog.close)
            steps.callback(self._shipper.close)
            self._pool.close("The local AWS was closed", grace=_CLOSE_GRACE_SECONDS)

    def _say_what_is_missing(self, attempt: Attempt) -> None:
        with self._lock:
            new = [thing for thing in unenforced(attempt) if thing not in self._told]
            self._told.update(new)
        if new:
            _log.warning("jobs run as processes of this machine, without Docker there is no: %s", ", ".join(new))
