"""Where jobs run: the Batch engine of each region, its runner, and what stands for images."""

from __future__ import annotations

import logging
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from botocore.exceptions import BotoCoreError, ClientError
from docker.errors import DockerException

from batchwright.local.deployer.images import DockerImages, ProcessImages, UnusedImages
from batchwright.local.emulator import docker_engine
from batchwright.local.emulator.engines import Engines
from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.engine import BatchEngine, EngineLimits
from batchwright.local.runners.docker.leftovers import remove_containers
from batchwright.local.runners.docker.owner import SERVER_LABEL
from batchwright.local.runners.docker.runner import DockerRunner
from batchwright.local.runners.process.runner import ProcessRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import docker

    from batchwright.local.deployer.assets import ImageAsset
    from batchwright.local.deployer.images import ImagePublisher
    from batchwright.local.engine import Runner
    from batchwright.local.runners.process.programs import ProgramRegistry
    from batchwright.local.state.journal import Journal

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
        max_at_once: Most containers or programs at once in a region; None for the runner's own number.
        journal: Makes what writes down what happens to the jobs of a region; None where nothing is kept.

    Attributes:
        label: What the containers of its jobs are labelled with.
    """

    def __init__(
        self,
        *,
        site: Site,
        docker_client: docker.DockerClient | None,
        runner: Runner | None,
        programs: ProgramRegistry,
        max_at_once: int | None = None,
        journal: Callable[[str], Journal] | None = None,
    ) -> None:
        self._journal = journal
        self._site = site
        self._docker = docker_client
        self._runner = runner
        self._programs = programs
        self._max_at_once = max_at_once
        self.label = uuid.uuid4().hex
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

    def remove_leftovers(self, label: str) -> None:
        """Remove what the server of that label left running, so that no job runs twice at a time.

        Raises:
            LocalAwsError: The engine does not let it be removed.
        """
        if self._docker is None:
            return
        try:
            remove_containers(self._docker.api, label)
        except (DockerException, requests.RequestException) as error:
            raise LocalAwsError(
                f"state: containers of the server before ({SERVER_LABEL}={label}) cannot be removed, and their jobs "
                f"would run twice: {error}"
            ) from error

    def restore(self, region: str, archive: Mapping[str, Any]) -> None:
        """Put resources and jobs into the engine of a region; jobs wait for `go_on`.

        Raises:
            LocalAwsError: They do not fit together.
        """
        try:
            self.engine(region).restore(archive)
        except LocalAwsError:
            raise
        except Exception as error:
            raise LocalAwsError(
                f"state: that of Batch in {region} cannot be restored: {error!r}; give another folder to start empty"
            ) from error

    def go_on(self, interrupted: Iterable[tuple[str, str]]) -> None:
        """Have restored jobs go on.

        Args:
            interrupted: Ids of stacks in the middle of an update, which are rolled back, each with its region.
        """
        for engine in list(self._made.values()):
            engine.go_on()
        for stack, region in interrupted:
            try:
                self._site.client("cloudformation", region).rollback_stack(StackName=stack)
            except (BotoCoreError, ClientError) as error:
                _log.warning("stack %s was in the middle of an update and is not rolled back: %s", stack, error)

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
        journal = None if self._journal is None else self._journal(region)
        runner = self._runner or self._make_runner(region)
        engine = self._made[region] = BatchEngine(
            account=self._site.account,
            region=region,
            runner=runner if journal is None else journal.runner(runner),
            emit=lambda event: self._site.emit(region, event),
            # How many jobs a minute are taken is for the server to say.
            limits=EngineLimits(max_jobs_per_minute=None),
            observe=None if journal is None else journal.observe,
            carried_out=None if journal is None else journal.carried_out,
        )
        if journal is not None:
            journal.follow(engine)
        return engine

    def _make_runner(self, region: str) -> Runner:
        def client(service: str) -> Any:  # noqa: ANN401 - a boto3 client
            return self._site.client(service, region)

        made: DockerRunner | ProcessRunner
        if self._docker is None:
            made = ProcessRunner(
                client=client,
                region=region,
                endpoint=self._site.endpoint,
                programs=self._programs,
                max_processes=self._max_at_once,
            )
        else:
            made = DockerRunner(
                client=client,
                region=region,
                endpoint=self._site.container_endpoint,
                label=self.label,
                docker_client=self._docker,
                max_containers=self._max_at_once,
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
