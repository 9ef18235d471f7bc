"""What the processes of one attempt share."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.local.runners.process.folders import Paths
from batchwright.local.runners.process.orphans import end_strays
from batchwright.local.runners.process.work import ProcessWork

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from batchwright.local.engine import Attempt, Container
    from batchwright.local.runners.logs import LogShipper
    from batchwright.local.runners.process.folders import SharedFolders
    from batchwright.local.runners.process.home import Home
    from batchwright.local.runners.process.interpreters import Interpreters
    from batchwright.local.runners.process.programs import ProgramRegistry
    from batchwright.local.runners.process.watchdog import Watchdog
    from batchwright.local.runners.roles import Roles

_LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessTools:
    """What all attempts of a runner use.

    Attributes:
        region: The region that programs see.
        endpoint: URL of the local AWS.
        roles: Assumes roles.
        programs: Which image stands for which program.
        interpreters: Python environments of programs.
        shipper: Ships output.
        watchdog: Ends programs when this process is killed.
        folders: Folders that jobs share.
        home: Where everything lies.
    """

    region: str
    endpoint: str
    roles: Roles
    programs: ProgramRegistry
    interpreters: Interpreters
    shipper: LogShipper
    watchdog: Watchdog
    folders: SharedFolders
    home: Home


class ProcessSite:
    """The folder of an attempt: working folders of its programs, and its volumes.

    Programs share the machine's network: `localhost` reaches the other containers of a task, and the address of every
    node of a multi-node job is 127.0.0.1.

    Args:
        attempt: The attempt.
        tools: What all attempts use.
    """

    def __init__(self, *, attempt: Attempt, tools: ProcessTools) -> None:
        self._attempt = attempt
        self._tools = tools
        self._root: Path | None = None
        self._folders: dict[str, Path] = {}

    def prepare(self) -> str | None:
        """Make it; return the address in the job's network."""
        self._root = self._tools.home.attempt()
        self._folders = self._tools.folders.folders(self._attempt, self._root / "volumes")
        return _LOOPBACK if self._attempt.network is not None else None

    def unit(self, container: Container, cancelled: threading.Event) -> ProcessWork:
        """Return what runs a container's program."""
        if self._root is None:
            raise RuntimeError("the attempt has no folder yet")
        folder = self._root / "work" / container.name
        folder.mkdir(parents=True)
        return ProcessWork(
            attempt=self._attempt,
            container=container,
            tools=self._tools,
            folder=folder,
            paths=Paths(container, self._folders),
            cancelled=cancelled,
        )

    def clean_up(self) -> None:
        """Remove it."""
        if self._root is not None:
            end_strays(f"{self._root}/")
            shutil.rmtree(self._root, ignore_errors=True)
