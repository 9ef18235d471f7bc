"""Where jobs run: the Batch engine of each region, its runner, and what stands for images."""

from __future__ import annotations

import logging
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batchwright.local.deployer.images import DockerImages, ProcessImages, UnusedImages
from batchwright.local.emulator import docker_engine
from batchwright.local.emulator.engines import Engines
from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.engine import BatchEngine
from batchwright.local.runners.docker import DockerRunner
from batchwright.local.runners.process import ProcessRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import docker

    from batchwright.local.deployer.assets import ImageAsset
    from batchwright.local.deployer.images import ImagePublisher
    from batchwright.local.engine import Runner
    from batchwright.local.runners.programs import ProgramRegistry

_log = logging.getLogger("batchwright.local")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The server as its jobs see it.

    Attributes:
        account: Account number.
        client: Makes a boto3 client: service name and region.
        endpoint: URL of the server from processes of this machine.
        container_endpoint: URL of the server from containers.
        emit: Receives the events of a region's engine.
    """

    account: str
    client: Callable[[str, str], Any]
    endpoint: str
    container_endpoint: str
    emit: Callable[[str, Mapping[str, Any]], None]


class Workplace:
    """Makes engines, runners and publishers of images for one server.

    Args:
        site: The server.
        docker_client: The engine that jobs run in; None for processes.
        runner: A runner of the caller's own in place of both.
        programs: Which folder stands for which image when jobs run as processes.
    """

    def __init__(
        self,
        *,
        site: Site,
        docker_client: docker.DockerClient | None,
        runner: Runner | None,
        programs: ProgramRegistry,
    ) -> None:
        self._site = site
        self._docker = docker_client
        self._runner = runner
        self._programs = programs
        self._label = uuid.uuid4().hex
        self._runners: list[DockerRunner | ProcessRunner] = []
        self._made: dict[str, BatchEngine] = {}
        self._images = _Noted(self._publisher())
        self._engines = Engines(self._engine)

    @property
    def images(self) -> ImagePublisher:
        """Makes images available to jobs."""
        return self._images

    def engine(self, region: str) -> BatchEngine:
        """Return the engine of a region, or raise BatchError when they were closed."""
        return self._engines.of(region)

    def close_engines(self) -> None:
        """End all jobs. May be called twice."""
        self._engines.close()

    def close_runners(self) -> None:
        """Remove what jobs left."""
        with ExitStack() as steps:
            for runner in self._runners:
                steps.callback(runner.close)

    def restore(self, region: str, archive: Mapping[str, Any]) -> None:
        """Put resources and jobs into the engine of a region.

        Raises:
            LocalAwsError: They do not fit together.
        """
        try:
            self.engine(region).restore(archive)
        except Exception as error:
            raise LocalAwsError(f"state: that of Batch in {region} cannot be restored: {error!r}") from error

    def archives(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each region with its resources and jobs, also after the engines were closed."""
        for region, engine in self._made.items():
            yield region, engine.archive()

    def images_known(self) -> dict[str, Any]:
        """Return the names of deployed images, and the folders of programs by image."""
        folders = {name: str(folder) for name, folder in self._programs.folders().items()}
        return {"images": sorted(self._images.names), "programs": folders}

    def put_images(self, known: Mapping[str, Any]) -> None:
        """Take over what `images_known` returned; what is not there any more is warned of."""
        self._images.names.update(known["images"])
        for name, folder in known["programs"].items():
            try:
                self._programs.register(name, Path(folder))
            except ValueError as error:
                _log.warning("the program of image %s is not there any more, deploy again: %s", name, error)
        if self._docker is not None:
            for name in known["images"]:
                if not self._docker.api.images(name=name, quiet=True):
                    _log.warning("image %s is not in the engine any more: deploy again before jobs need it", name)

    def _engine(self, region: str) -> BatchEngine:
        engine = self._made[region] = BatchEngine(
            account=self._site.account,
            region=region,
            runner=self._runner or self._make_runner(region),
            emit=lambda event: self._site.emit(region, event),
        )
        return engine

    def _make_runner(self, region: str) -> Runner:
        def client(service: str) -> Any:  # noqa: ANN401 - a boto3 client
            return self._site.client(service, region)

        made: DockerRunner | ProcessRunner
        if self._docker is None:
            made = ProcessRunner(client=client, region=region, endpoint=self._site.endpoint, programs=self._programs)
        else:
            made = DockerRunner(
                client=client,
                region=region,
                endpoint=self._site.container_endpoint,
                label=self._label,
                docker_client=self._docker,
            )
        self._runners.append(made)
        return made

    def _publisher(self) -> ImagePublisher:
        if self._runner is not None:
            return UnusedImages()
        if self._docker is not None:
            return DockerImages(host=docker_engine.name(self._docker))
        return ProcessImages(self._programs)


@dataclass(frozen=True, slots=True)
class _Noted:
    """Remembers the names of images that were made available."""

    publisher: ImagePublisher
    names: set[str] = field(default_factory=set)

    def publish(self, asset: ImageAsset) -> None:
        """Make one image available."""
        self.publisher.publish(asset)
        self.names.add(asset.name)
