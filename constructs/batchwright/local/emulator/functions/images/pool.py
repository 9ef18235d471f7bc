"""Environments of functions, kept warm between invocations."""

from __future__ import annotations

import threading
import time
import uuid
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from docker.errors import DockerException, ImageNotFound

from batchwright.local.emulator import docker_engine
from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.emulator.functions.images.environment import Environment, FunctionError
from batchwright.local.emulator.functions.images.forwarder import Forwarder
from batchwright.local.processes import own_mark
from batchwright.local.runners.docker.janitor import Janitor
from batchwright.local.runners.docker.lifeline import Lifeline
from batchwright.local.runners.docker.owner import OWNER_LABEL, SERVER_LABEL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import docker

    from batchwright.local.emulator.functions.images.environment import Image
    from batchwright.local.emulator.functions.images.runtime_api import Invocation

_IDLE_SECONDS: Final = 600.0
_LOOPBACK: Final = "127.0.0.1"


class Pool:
    """Leases environments; connects to the Docker engine when a function is first called.

    Args:
        port: Port of the server on 127.0.0.1.
        connect: Connects to the engine, or raises LocalAwsError.
        idle_seconds: How long an environment is kept that nobody calls.
    """

    def __init__(
        self,
        port: int,
        connect: Callable[[], docker.DockerClient] = docker_engine.connect,
        *,
        idle_seconds: float = _IDLE_SECONDS,
    ) -> None:
        self._port = port
        self._connect = connect
        self._idle_seconds = idle_seconds
        self._sweep: threading.Timer | None = None
        self._lock = threading.Lock()
        self._site: Site | None = None
        self._idle: dict[str, list[Environment]] = {}
        self._all: set[Environment] = set()
        self._closed = False

    def invoke(self, function: str, image: Image, invocation: Invocation, timeout: float) -> tuple[bool, Any, str]:
        """Call a function; returns whether it failed, its answer, and what it printed.

        Args:
            function: What its environments are kept under; one with another image is not used again.
            image: What to start.
            invocation: The call.
            timeout: Seconds that the call may take.

        Raises:
            FunctionError: it could not be called.
        """
        environment = self._lease(function, image)
        started = time.time()
        try:
            failed, answer = environment.invoke(invocation, timeout)
        except FunctionError as error:
            error.add_note(environment.output(started))
            self._drop(environment)
            raise
        except BaseException:
            self._drop(environment)
            raise
        printed = environment.output(started)
        self._give_back(function, environment)
        return failed, answer, printed

    def endpoint(self) -> str:
        """Return the URL at which containers reach the server."""
        site = self._connected()
        return f"http://{site.host}:{site.forwarder.port}"

    def close(self) -> None:
        """Remove every container. May be called twice."""
        with self._lock:
            self._closed = True
            environments, self._all, self._idle = list(self._all), set(), {}
            site, self._site = self._site, None
            sweep, self._sweep = self._sweep, None
        if sweep is not None:
            sweep.cancel()
        with ExitStack() as steps:
            if site is not None:
                steps.callback(site.client.close)
                steps.callback(site.lifeline.close)
                steps.callback(site.janitor.close)
                steps.callback(site.forwarder.close)
            for environment in environments:
                steps.callback(environment.close)

    def _lease(self, function: str, image: Image) -> Environment:
        site = self._connected()
        wanted = self._resolved(site, image)
        kept, old = self._sorted(function, wanted)
        for environment in old:
            self._drop(environment)
        if kept is not None:
            return kept
        made = Environment(client=site.client, janitor=site.janitor, listen=site.listen, host=site.host, image=wanted)
        with self._lock:
            if not self._closed:
                self._all.add(made)
                return made
        made.close()
        raise FunctionError("Runtime.DockerError", "the local AWS is closed")

    def _sorted(self, function: str, wanted: Image) -> tuple[Environment | None, list[Environment]]:
        """Take an idle environment that serves, and those that never will again."""
        with self._lock:
            idle: list[Environment] = []
            old: list[Environment] = []
            for environment in self._idle.get(function, []):
                fresh = time.monotonic() - environment.used < self._idle_seconds
                serves = environment.image == wanted and environment.alive and fresh
                (idle if serves else old).append(environment)
            found = idle.pop() if idle else None
            self._idle[function] = idle
            return found, old

    def _give_back(self, function: str, environment: Environment) -> None:
        with self._lock:
            if not self._closed:
                self._idle.setdefault(function, []).append(environment)
                self._sweep_later()
                return
        self._drop(environment)

    def _sweep_later(self) -> None:
        if self._sweep is None and not self._closed:
            self._sweep = threading.Timer(self._idle_seconds, self._sweep_idle)
            self._sweep.daemon = True
            self._sweep.start()

    def _sweep_idle(self) -> None:
        """Remove the environments that nobody has called for long."""
        before = time.monotonic() - self._idle_seconds
        with self._lock:
            self._sweep = None
            old = [one for idle in self._idle.values() for one in idle if one.used <= before]
            kept = {name: [one for one in idle if one not in old] for name, idle in self._idle.items()}
            self._idle = {name: idle for name, idle in kept.items() if idle}
            if self._idle:
                self._sweep_later()
        for environment in old:
            self._drop(environment)

    def _drop(self, environment: Environment) -> None:
        with self._lock:
            self._all.discard(environment)
        environment.close()

    def _resolved(self, site: Site, image: Image) -> Image:
        """Name the image by its id: a tag may have been built anew."""
        try:
            found = site.client.images.get(image.name)
        except ImageNotFound as error:
            raise FunctionError(
                "Runtime.InvalidImage",
                f"the Docker engine has no image {image.name}; a deployment builds it there, or tag it yourself",
            ) from error
        except DockerException as error:
            raise FunctionError("Runtime.DockerError", f"the Docker engine failed: {error}") from error
        return replace(image, name=str(found.id), labels=site.labels)

    def _connected(self) -> Site:
        with self._lock:
            if self._closed:
                raise FunctionError("Runtime.DockerError", "the local AWS is closed")
            if self._site is None:
                try:
                    self._site = Site(self._connect(), self._port)
                except LocalAwsError as error:
                    raise FunctionError(
                        "Runtime.DockerUnavailable",
                        f"functions of container images need a Docker engine: {error}",
                    ) from error
            return self._site


class Site:
    """The engine, and the ways between its containers and this process.

    Attributes:
        client: The engine.
        janitor: Removes containers.
        lifeline: Removes them when this process is killed.
        listen: Address of this machine that containers reach.
        host: The same as containers name it.
        forwarder: Leads from there to the server.
        labels: Labels of every container.
    """

    def __init__(self, client: docker.DockerClient, port: int) -> None:
        address = docker_engine.container_address(client)
        self.client = client
        self.listen = address.listen or _LOOPBACK
        self.host = address.host
        try:
            self.forwarder = Forwarder(self.listen, port)
        except OSError as error:
            raise docker_engine.refuse_unreachable(client, self.listen, error) from error
        self.janitor = Janitor(api=client.api)
        self.janitor.remove_abandoned_later()
        self.lifeline = Lifeline()
        self.lifeline.hold()
        self.labels: Mapping[str, str] = {SERVER_LABEL: uuid.uuid4().hex, OWNER_LABEL: own_mark()}
