"""Removes containers and volumes in the background."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING

import requests
from docker.errors import DockerException, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    import docker

_log = logging.getLogger(__name__)


class Janitor:
    """One thread that removes what attempts leave, so that the end of a job does not wait for it.

    What cannot be removed, because the engine is away, is tried again with the next removal and at the end.

    Args:
        api: The Docker engine.
    """

    def __init__(self, *, api: docker.APIClient) -> None:
        self._api = api
        self._waiting: queue.SimpleQueue[tuple[str | None, tuple[str, ...]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="batchwright-janitor", daemon=True)
        self._thread.start()

    def remove_later(self, container: str | None, volumes: tuple[str, ...]) -> None:
        """Remove a container and the volumes that go with it, soon."""
        self._waiting.put((container, volumes))

    def remove_container(self, container: str) -> bool:
        """Remove a container and its anonymous volumes, running or not; False, with a warning, when that failed."""
        return _removed("container", container, lambda: self._api.remove_container(container, force=True, v=True))

    def remove_volume(self, volume: str) -> bool:
        """Remove a volume; False, with a warning, when that failed."""
        return _removed("volume", volume, lambda: self._api.remove_volume(volume, force=True))

    def close(self) -> None:
        """Remove everything that waits, then end the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        left: list[tuple[str | None, tuple[str, ...]]] = []
        while (item := self._waiting.get()) is not None:
            left = [one for one in (*left, item) if not self._remove(*one)]
        for one in left:
            self._remove(*one)

    def _remove(self, container: str | None, volumes: tuple[str, ...]) -> bool:
        done = container is None or self.remove_container(container)
        return all([done, *(self.remove_volume(volume) for volume in volumes)])


def _removed(kind: str, name: str, remove: Callable[[], object]) -> bool:
    try:
        remove()
    except NotFound:
        return True
    except (DockerException, requests.RequestException, OSError) as error:
        _log.warning("%s %s could not be removed: %s", kind, name, error)
        return False
    return True
