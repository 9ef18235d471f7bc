"""Whether this machine has memory left to start another job."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_MEMINFO: Final = Path("/proc/meminfo")
_KEPT: Final = 0.05
"""Of all memory: below that Linux begins to swap, or to kill processes that have nothing to do with the jobs."""
_KIB_PER_MIB: Final = 1024


class MachineMemory:
    """Watches the machine's memory, as Linux tells of it; elsewhere there always is enough.

    Jobs are not held back for what they ask: locally they mostly use a small part of it.

    Args:
        source: Linux's own table.
    """

    def __init__(self, source: Path = _MEMINFO) -> None:
        self._source = source

    def shortage(self) -> str | None:
        """Say how little is left, None while there is enough."""
        try:
            table = dict(line.split(":", 1) for line in self._source.read_text().splitlines())
            total, available = (int(table[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
        except (OSError, KeyError, ValueError):
            return None
        if available >= total * _KEPT:
            return None
        return f"{available // _KIB_PER_MIB} of {total // _KIB_PER_MIB} MiB of this machine's memory are left"
