"""Removes containers, volumes and networks in the background."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING, Any, Literal

from docker.errors import NotFound

from batchwright.local.processes import is_gone
from batchwright.local.runners.docker.engine import FAULTS
from batchwright.local.runners.docker.leftovers import IN_PROGRESS
from batchwright.local.runners.docker.owner import OWNER_LABEL, SERVER_LABEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import docker

_log = logging.getLogger(__name__)
Kind = Literal["container", "volume", "network", "image"]
Thing = tuple[Kind, str]


class Janitor:
    """One thread that removes what attempts leave, so that the end of a job does not wait for it.

    What cannot be removed, because the engine is away, is tried again after the next removal and at the end.

    Args:
        api: The Docker engine.
    """

    def __init__(self, *, api: docker.APIClient) -> None:
        self._api = api
        self._waiting: queue.SimpleQueue[tuple[Thing, ...] | Literal["abandoned"] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="batchwright-janitor", daemon=True)
        self._thread.start()

    def remove_later(self, *things: Thing) -> None:
        """Remove these soon, in this order."""
        if things:
            self._waiting.put(things)

    def remove_abandoned_later(self) -> None:
        """Remove soon what servers left whose process is gone, such as one that was killed."""
        self._waiting.put("abandoned")

    def remove_labelled(self, label: str) -> int:
        """Remove all that carries a value of the server's label; return how much was found."""
        found = self._find(f"{SERVER_LABEL}={label}")
        for thing, _ in found:
            self.remove(*thing)
        return len(found)

    def remove_abandoned(self) -> int:
        """Remove all that carries the label of a process that is gone; return how much was found."""
        found = [thing for thing, labels in self._find(OWNER_LABEL) if is_gone(labels.get(OWNER_LABEL, ""))]
        for thing in found:
            self.remove(*thing)
        return len(found)

    def remove(self, kind: Kind, name: str) -> bool:
        """Remove one thing, in use or not; False, with a warning, when that failed."""
        try:
            if kind == "container":
                self._api.remove_container(name, force=True, v=True)
            elif kind == "volume":
                self._api.remove_volume(name, force=True)
            elif kind == "network":
                self._api.remove_network(name)
            else:
                self._api.remove_image(name, force=True)
        except NotFound:
            return True
        except FAULTS as error:
            if IN_PROGRESS in str(error):
                # Somebody else removes it, such as the reaper of a server that was killed.
                return True
            _log.warning("%s %s could not be removed: %s", kind, name, error)
            return False
        return True

    def close(self) -> None:
        """Remove everything that waits, then end the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        left: list[Thing] = []
        while (item := self._waiting.get()) is not None:
            if item == "abandoned":
                self._remove_abandoned()
            else:
                left = [thing for thing in (*item, *left) if not self.remove(*thing)]
        for thing in left:
            self.remove(*thing)

    def _remove_abandoned(self) -> None:
        try:
            count = self.remove_abandoned()
        except FAULTS as error:
            _log.debug("what other servers left was not looked for: %s", error)
            return
        if count:
            _log.info("%d containers, volumes, networks and images of servers that are gone were removed", count)

    def _find(self, label: str) -> list[tuple[Thing, Mapping[str, str]]]:
        """Find what carries a label, in an order in which it can be removed."""
        filters = {"label": label}
        api = self._api
        volumes = api.volumes(filters=filters).get("Volumes") or []
        lists: tuple[tuple[Kind, str, Sequence[Mapping[str, Any]]], ...] = (
            ("container", "Id", api.containers(all=True, filters=filters)),
            ("volume", "Name", volumes),
            ("network", "Id", api.networks(filters=filters)),
            ("image", "Id", api.images(filters=filters)),
        )
        return [((kind, one[key]), one.get("Labels") or {}) for kind, key, found in lists for one in found]
