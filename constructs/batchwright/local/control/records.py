"""Which local AWS servers run on this machine for this user: one small file each."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

from batchwright.local.processes import process_began

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDER: Final = Path("batchwright", "servers")
_READABLE_BY_OWNER: Final = 0o600
_FOLDER_OF_OWNER: Final = 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A server that runs, or ran.

    Attributes:
        pid: Its process.
        began: When that process began, in the system's own count: a later process may get the same number.
        endpoint: URL of the server.
        token: What it wants to hear from who deploys through it.
        account: Account number.
        region: Home region.
        iam: Whether requests are checked against policies.
        docker_host: The engine that jobs run in; None for processes.
        log: File with its output, empty when that went to a terminal.
    """

    pid: int
    began: str
    endpoint: str
    token: str
    account: str
    region: str
    iam: bool
    docker_host: str | None
    log: str = ""

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.endpoint.rpartition(":")[2])

    @property
    def alive(self) -> bool:
        """Whether the process is still that one."""
        return process_began(self.pid) == self.began


class ServerRecords:
    """The folder of records.

    Args:
        folder: Where they lie; `batchwright/servers` below `XDG_STATE_HOME` (`~/.local/state`) unless given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or _state_home() / _FOLDER

    def write(self, record: Record) -> Path:
        """Keep a record, for its owner's eyes only."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=_FOLDER_OF_OWNER)
        path = self._path(record.port)
        unfinished = path.with_suffix(f".{record.pid}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _READABLE_BY_OWNER)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(record), file)
        unfinished.replace(path)
        return path

    def remove(self, record: Record) -> None:
        """Forget a server, unless another one has taken its place."""
        if self._read(self._path(record.port)) == record:
            self._path(record.port).unlink(missing_ok=True)

    def running(self) -> Sequence[Record]:
        """All servers whose process lives, by port; records of dead ones are removed."""
        found = []
        for path in self._folder.glob("*.json") if self._folder.is_dir() else ():
            record = self._read(path)
            if record is not None and record.alive:
                found.append(record)
            else:
                path.unlink(missing_ok=True)
        return sorted(found, key=lambda record: record.port)

    def log_file(self) -> Path:
        """A new file for the output of a server in the background."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=_FOLDER_OF_OWNER)
        return self._folder / f"{os.getpid()}.log"

    def _path(self, port: int) -> Path:
        return self._folder / f"{port}.json"

    def _read(self, path: Path) -> Record | None:
        """Read a record; None for one that is not there, or that another version wrote."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        names = {field.name for field in fields(Record)}
        if not isinstance(data, dict) or data.keys() != names or not isinstance(data["pid"], int):
            return None
        return Record(**data)


def _state_home() -> Path:
    given = os.environ.get("XDG_STATE_HOME", "")
    return Path(given) if given.startswith("/") else Path.home() / ".local" / "state"
