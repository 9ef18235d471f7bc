"""Runs the attempts of Batch jobs in Docker containers."""

from __future__ import annotations

import functools
import logging
import re
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.utils import parse_repository_tag
from docker.utils.config import load_general_config

from batchwright.local.engine import Attempt, Exit, Handle, Started, SystemClock
from batchwright.local.proxies import without_proxy
from batchwright.local.runners.container_options import SERVER_LABEL
from batchwright.local.runners.container_work import ContainerWork
from batchwright.local.runners.janitor import Janitor
from batchwright.local.runners.launch import Clients, LaunchError
from batchwright.local.runners.logs import LogShipper
from batchwright.local.runners.pool import AttemptPool, PooledAttempt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_log = logging.getLogger(__name__)
_ECR_NAME: Final = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/")
_CLOSE_GRACE_SECONDS: Final = 2.0


class DockerRunner:
    """Runs each attempt as one container, its output in CloudWatch Logs while it runs.

    An image whose name is that of an ECR repository must be in the engine already: the local AWS pushes nothing. Any
    other image is pulled once if it is missing. Containers and volumes are removed after their attempt; they carry the
    label `batchwright.server`, and nothing without this server's value of it is ever touched.

    Args:
        client: Service name to boto3 client (`logs`, `sts`, `secretsmanager`, `ssm`).
        region: The region that programs see.
        endpoint: URL of the local AWS as seen from containers.
        label: This server's value of the label.
        docker_client: The Docker engine; by default what the environment says (`DOCKER_HOST`).
        max_containers: Most containers at once; further attempts stay STARTING. Sixteen keep a small machine usable.
    """

    def __init__(
        self,
        *,
        client: Clients,
        region: str,
        endpoint: str,
        label: str,
        docker_client: docker.DockerClient | None = None,
        max_containers: int = 16,
    ) -> None:
        self._client = functools.cache(client)
        self._region = region
        self._endpoint = endpoint
        self._label = label
        self._own_docker = docker_client is None
        # A connection for each container's calls, besides its attached stream.
        self._docker = docker_client or docker.from_env(max_pool_size=2 * max_containers + 4)
        self._shipper = LogShipper(client=self._client)
        self._janitor = Janitor(api=self._docker.api)
        self._clock = SystemClock(name="batchwright-docker-clock")
        self._pool = AttemptPool(name="batchwright-docker", size=max_containers)
        self._pulling = threading.Lock()
        self._used = False
        self._closed = False

    def start(
        self, attempt: Attempt, *, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> Handle:
        """Begin an attempt and return at once."""
        work = ContainerWork(
            attempt=attempt,
            api=self._docker.api,
            client=self._client,
            region=self._region,
            endpoint=self._endpoint,
            label=self._label,
            shipper=self._shipper,
            janitor=self._janitor,
            host_cpus=lambda: self._host_cpus,
            pull=self._pull,
            direct=self._direct,
        )
        handle = PooledAttempt(work=work, clock=self._clock, on_started=on_started, on_exit=on_exit)
        self._used = True
        self._pool.submit(handle)
        return handle

    def remove_leftovers(self) -> int:
        """Remove the containers and volumes with this server's label, such as those of a crash; return how many."""
        filters = {"label": f"{SERVER_LABEL}={self._label}"}
        containers = self._docker.api.containers(all=True, filters=filters)
        for container in containers:
            self._janitor.remove_container(container["Id"])
        volumes = self._docker.api.volumes(filters=filters).get("Volumes") or []
        for volume in volumes:
            self._janitor.remove_volume(volume["Name"])
        return len(containers) + len(volumes)

    def close(self) -> None:
        """Stop what runs, wait for it, and remove every container and volume. Idempotent."""
        if self._closed:
            return
        self._closed = True
        with ExitStack() as steps:
            # Each is done even when the one before fails or is interrupted; the last one first.
            if self._own_docker:
                steps.callback(self._docker.close)
            steps.callback(self._clock.close)
            steps.callback(self._shipper.close)
            if self._used:
                steps.callback(self._remove_the_rest)
            steps.callback(self._janitor.close)
            self._pool.close("The local AWS was closed", grace=_CLOSE_GRACE_SECONDS)

    def _remove_the_rest(self) -> None:
        """Remove what an engine that was away, or an interruption, made the janitor miss."""
        try:
            self.remove_leftovers()
        except (DockerException, requests.RequestException) as error:
            _log.warning("containers with the label %s=%s may be left: %s", SERVER_LABEL, self._label, error)

    @functools.cached_property
    def _host_cpus(self) -> int:
        return int(self._docker.info()["NCPU"])

    @functools.cached_property
    def _direct(self) -> dict[str, str]:
        """What keeps calls to the local AWS off the proxies that the user's Docker configuration gives containers."""
        proxies: Mapping[str, Mapping[str, str]] = load_general_config().get("proxies") or {}
        if not proxies:
            return {}
        excepted = ",".join(proxy["noProxy"] for proxy in proxies.values() if proxy.get("noProxy"))
        return without_proxy((urlsplit(self._endpoint).hostname or "",), {"NO_PROXY": excepted})

    def _pull(self, image: str) -> None:
        """Pull a missing image, one at a time, unless it could only come from ECR."""
        if _ECR_NAME.match(image):
            raise LaunchError(
                f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
                f"{image}: not found in the local Docker engine. Build it under this name, or deploy the app that does."
            )
        with self._pulling:
            try:
                self._docker.images.get(image)
            except ImageNotFound:
                _pull_once(self._docker, image)


def _pull_once(engine: docker.DockerClient, image: str) -> None:
    repository, tag = parse_repository_tag(image)
    try:
        engine.images.pull(repository, tag=tag or "latest")
    except (APIError, NotFound, DockerException, requests.RequestException) as error:
        detail = getattr(error, "explanation", None) or error
        raise LaunchError(f"CannotPullContainerError: Error response from daemon: {detail}") from error
