"""Removes containers and volumes in the background."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING

import requests
from docker.errors import APIError, DockerException, NotFound

if TYPE_CHECKING:
    import docker

_log = logging.getLogger(__name__)


class Janitor:
    """One thread that removes what attempts leave, so that the end of a job does not wait for it.

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

    def remove_container(self, container: str) -> None:
        """Remove a container and its anonymous volumes, running or not. A failure is logged."""
        try:
            self._api.remove_container(container, force=True, v=True)
        except NotFound:
            pass
        except (APIError, DockerException, requests.RequestException) as error:
            _log.warning("container %s could not be removed: %s", container, error)

    def remove_volume(self, volume: str) -> None:
        """Remove a volume. A failure is logged."""
        try:
            self._api.remove_volume(volume, force=True)
        except NotFound:
            pass
        except (APIError, DockerException, requests.RequestException) as error:
            _log.warning("volume %s could not be removed: %s", volume, error)

    def close(self) -> None:
        """Remove everything that waits, then end the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            container, volumes = item
            if container is not None:
                self.remove_container(container)
            for volume in volumes:
                self.remove_volume(volume)
