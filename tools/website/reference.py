"""Pages of the public names, by room."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from batchwright.rooms import ROOMS as HOMES

# The order of a reader, not of imports.
ROOMS: Final = {
    "platform": "Start",
    "network": "Networks",
    "environments": "Environments",
    "hosts": "Hosts",
    "queues": "Queues",
    "images": "Images",
    "jobs": "Jobs",
    "pipelines": "Pipelines",
    "triggers": "Triggers",
    "notifications": "Notifications",
    "model": "Values and errors",
    "batch_rules": "Checks",
    "functions": "Functions",
    "assets": "Shipped folders",
}
LOCAL: Final = {
    "LocalAws": "batchwright.local.server.LocalAws",
    "Execution": "batchwright.local.executions.execution.Execution",
    "JobRun": "batchwright.local.executions.execution.JobRun",
    "fixtures": "batchwright.local.pytest_plugin",
}


def reference() -> dict[str, tuple[str, str]]:
    """Return the pages: by file name their title and text."""
    rooms: defaultdict[str, list[str]] = defaultdict(list)
    for name, module in HOMES.items():
        rooms[module.partition(".")[0]].append(f"batchwright.{module}.{name}")
    pages = {f"{room}.md": (title, _page(title, rooms.pop(room))) for room, title in ROOMS.items()}
    if rooms:
        raise ValueError(f"tools/website/reference.py has no title for the rooms {', '.join(sorted(rooms))}")
    return {**pages, "local.md": ("Local AWS", _page("Local AWS", list(LOCAL.values())))}


def _page(title: str, names: list[str]) -> str:
    return f"# {title}\n\n" + "\n\n".join(f"::: {name}" for name in names) + "\n"
