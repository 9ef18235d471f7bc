"""Networks of multi-node parallel jobs in the Docker engine."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import docker

    from batchwright.local.runners.docker.janitor import Janitor


class Networks:
    """Makes a network with the first node that joins it; it goes when the job is over and the last node has left.

    Thread-safe.

    Args:
        api: The Docker engine.
        janitor: Removes networks.
        labels: Labels of the networks.
        prefix: Beginning of their names, which keeps those of two servers apart.
    """

    def __init__(self, *, api: docker.APIClient, janitor: Janitor, labels: Mapping[str, str], prefix: str) -> None:
        self._api = api
        self._janitor = janitor
        self._labels = labels
        self._prefix = prefix
        self._ids: dict[str, str] = {}
        self._members: Counter[str] = Counter()
        self._released: set[str] = set()
        self._lock = threading.Lock()

    def join(self, name: str) -> str:
        """Return the engine's id of a network, made if need be. Call `leave` afterwards."""
        with self._lock:
            if name not in self._ids:
                made = self._api.create_network(f"{self._prefix}-{name}", driver="bridge", labels=dict(self._labels))
                self._ids[name] = str(made["Id"])
            self._members[name] += 1
            return self._ids[name]

    def leave(self, name: str) -> None:
        """Note that a node's containers are gone, or are about to be removed."""
        with self._lock:
            self._members[name] -= 1
            self._remove_if_over(name)

    def release(self, name: str) -> None:
        """Note that no further node will join."""
        with self._lock:
            if name in self._ids:
                self._released.add(name)
                self._remove_if_over(name)

    def _remove_if_over(self, name: str) -> None:
        if name in self._released and self._members[name] <= 0:
            self._released.discard(name)
            del self._members[name]
            self._janitor.remove_later(("network", self._ids.pop(name)))
