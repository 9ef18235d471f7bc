"""Removes what ran for a server that is gone, before its jobs run again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from docker.errors import APIError, DockerException, NotFound

from batchwright.local.runners.docker.owner import SERVER_LABEL

if TYPE_CHECKING:
    import docker

IN_PROGRESS: Final = "already in progress"
"""What the engine answers when somebody else removes the same thing at this moment."""
_PATIENCE_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.05


def remove_containers(api: docker.APIClient, label: str, *, patience: float = _PATIENCE_SECONDS) -> None:
    """Remove the containers of a server, and return when there is none left: its reaper may be at them, too.

    Args:
        api: The Docker engine.
        label: The server's value of the label.
        patience: Seconds for what others remove.

    Raises:
        DockerException: They cannot be removed, or some are still there.
    """
    deadline = time.monotonic() + patience
    while found := api.containers(all=True, filters={"label": f"{SERVER_LABEL}={label}"}):
        removed = [_removed(api, one["Id"]) for one in found]
        if time.monotonic() > deadline:
            raise DockerException(f"{len(found)} are still there after {patience:.0f} s")
        if not all(removed):
            time.sleep(_PAUSE_SECONDS)


def _removed(api: docker.APIClient, name: str) -> bool:
    """Remove a container; False when somebody else is removing it."""
    try:
        api.remove_container(name, force=True, v=True)
    except NotFound:
        return True
    except APIError as error:
        if IN_PROGRESS not in str(error):
            raise
        return False
    return True
