"""What the containers of one attempt share in the Docker engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.local.runners.docker.engine import AWAY, FAULTS, Return, said
from batchwright.local.runners.docker.options import Shared, container_name
from batchwright.local.runners.docker.owner import JOB_LABEL
from batchwright.local.runners.docker.work import ContainerWork
from batchwright.local.runners.launch import LaunchError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    import docker

    from batchwright.local.engine import Attempt, Container
    from batchwright.local.runners.docker.images import Images
    from batchwright.local.runners.docker.janitor import Janitor, Thing
    from batchwright.local.runners.docker.networks import Networks
    from batchwright.local.runners.docker.pause import PauseImage
    from batchwright.local.runners.docker.volumes import Place, Volumes
    from batchwright.local.runners.logs import LogShipper
    from batchwright.local.runners.roles import Roles

_KEPT: Final = "/batchwright"
_SHARED_MODES: Final = ("host", "task")


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerTools:
    """What all attempts of a runner use.

    Attributes:
        api: The Docker engine.
        region: The region that programs see.
        endpoint: URL of the local AWS as seen from containers.
        labels: Labels of everything that is made.
        roles: Assumes roles.
        shipper: Ships output.
        janitor: Removes what is left.
        images: Finds images.
        networks: Networks of multi-node jobs.
        pause: The image of what holds a task together.
        volumes: Finds places for volumes.
        host_cpus: CPUs of the engine's machine.
        direct: Variables that keep calls to the local AWS off proxies.
    """

    api: docker.APIClient
    region: str
    endpoint: str
    labels: Mapping[str, str]
    roles: Roles
    shipper: LogShipper
    janitor: Janitor
    images: Images
    networks: Networks
    pause: PauseImage
    volumes: Volumes
    host_cpus: Callable[[], int]
    direct: Callable[[], Mapping[str, str]]


class DockerSite:
    """Network and volumes of an attempt.

    An attempt of one container has the network that the engine gives it. Several containers, and nodes of a multi-node
    job, join the network of a container that only waits, so that each of them may end before the others.

    Args:
        attempt: The attempt.
        tools: What all attempts use.
    """

    def __init__(self, *, attempt: Attempt, tools: DockerTools) -> None:
        self._attempt = attempt
        self._tools = tools
        self._labels = {**tools.labels, JOB_LABEL: attempt.job_id}
        self._places: dict[str, Place] = {}
        self._shared = Shared(path=self._path)
        self._name = container_name(attempt, "task")
        self._network: str | None = None

    def prepare(self) -> str | None:
        """Make it; return the address in the job's network."""
        back: Return | None = None
        while True:
            try:
                return self._make()
            except AWAY as error:
                back = back or Return(self._tools.api)
                if not back.came():
                    raise LaunchError(f"CannotCreateContainerError: {said(error)}") from error
            except FAULTS as error:
                raise LaunchError(f"CannotCreateContainerError: {said(error)}") from error
            # The answer was lost, not always the request.
            self._tools.janitor.remove("container", self._name)

    def unit(self, container: Container, cancelled: threading.Event) -> ContainerWork:
        """Return what runs a container."""
        return ContainerWork(
            attempt=self._attempt,
            container=container,
            shared=self._shared,
            tools=self._tools,
            labels=self._labels,
            cancelled=cancelled,
        )

    def clean_up(self) -> None:
        """Have it removed."""
        things: list[Thing] = [("container", self._shared.pause)] if self._shared.pause is not None else []
        things += [("volume", place.source) for place in self._places.values() if place.own]
        self._tools.janitor.remove_later(*things)
        if self._network is not None and self._attempt.network is not None:
            self._tools.networks.leave(self._attempt.network)

    def _make(self) -> str | None:
        self._places = self._tools.volumes.places(self._attempt, self._labels) if self._attempt.volumes else {}
        self._shared = Shared(places=self._places, path=self._path)
        if len(self._attempt.containers) == 1 and self._attempt.network is None:
            return None
        return self._hold()

    def _path(self, place: Place, folder: str) -> str:
        return self._tools.volumes.path(place, folder, self._labels if place.own else self._tools.labels)

    def _hold(self) -> str | None:
        """Start the container that holds the others together."""
        api, attempt = self._tools.api, self._attempt
        if attempt.network is not None and self._network is None:
            self._network = self._tools.networks.join(attempt.network)
        network = self._network
        ipc, pid = attempt.ipc_mode in _SHARED_MODES, attempt.pid_mode in _SHARED_MODES
        memory = [c.linux_parameters["sharedMemorySize"] for c in attempt.containers if self._has_shared_memory(c)]
        host_config = api.create_host_config(
            network_mode=network or "bridge",
            ipc_mode="shareable" if ipc else None,
            shm_size=f"{max(memory)}m" if ipc and memory else None,
            # What is kept in memory lasts as long as somebody has it mounted.
            binds=[f"{place.source}:{_KEPT}/{name}:rw" for name, place in self._places.items() if place.in_memory],
        )
        pause = self._tools.pause.create(host_config=host_config, labels=self._labels, name=self._name)
        self._shared = Shared(pause=pause, ipc=ipc, pid=pid, places=self._places, path=self._path)
        api.start(pause)
        if network is None:
            return None
        ends = api.inspect_container(pause)["NetworkSettings"]["Networks"].values()
        return next(str(end["IPAddress"]) for end in ends if end["NetworkID"] == network)

    @staticmethod
    def _has_shared_memory(container: Container) -> bool:
        return "sharedMemorySize" in container.linux_parameters
