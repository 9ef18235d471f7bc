"""Runs the attempts of Batch jobs in Docker containers."""

from __future__ import annotations

import functools
import logging
import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import docker
from docker.utils.config import load_general_config

from batchwright.local.processes import own_mark
from batchwright.local.proxies import without_proxy
from batchwright.local.runners.docker.engine import FAULTS
from batchwright.local.runners.docker.images import Images
from batchwright.local.runners.docker.janitor import Janitor
from batchwright.local.runners.docker.lifeline import Lifeline
from batchwright.local.runners.docker.networks import Networks
from batchwright.local.runners.docker.owner import OWNER_LABEL, SERVER_LABEL
from batchwright.local.runners.docker.pause import PauseImage
from batchwright.local.runners.docker.site import DockerSite, DockerTools
from batchwright.local.runners.docker.volumes import Volumes
from batchwright.local.runners.logs import LogShipper
from batchwright.local.runners.memory import MachineMemory
from batchwright.local.runners.notices import Notices
from batchwright.local.runners.pool import AttemptPool, PooledAttempt, places_for
from batchwright.local.runners.roles import Connect, Roles
from batchwright.local.runners.task import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine import Attempt, Exit, Handle, Started
    from batchwright.local.runners.roles import Clients

_log = logging.getLogger(__name__)
_NOT_IN_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]")
_LABEL_LENGTH: Final = 48
_CLOSE_GRACE_SECONDS: Final = 2.0
_CONTAINERS: Final = 16


class DockerRunner:
    """Runs each attempt in containers, their output in CloudWatch Logs while they run.

    An image whose name is that of an ECR repository must be in the engine already: the local AWS pushes nothing. Any
    other image is pulled once if it is missing. Everything that is made in the engine carries the labels
    `batchwright.server`, with this server's value, and `batchwright.owner`, which says which process made it.
    Containers go with their attempt, networks with their job, shared volumes with this runner; what a process leaves
    that is killed goes at once, or, when the engine is away then, when the next one makes a runner. Nothing else is
    ever touched.

    The network of this machine is not given to jobs, nor are its processes: what asks for those of the host gets
    those of the task.

    Args:
        client: Service name to boto3 client (`logs`, `sts`, `secretsmanager`, `ssm`, `efs`).
        region: The region that programs see.
        endpoint: URL of the local AWS as seen from containers.
        label: This server's value of the label.
        docker_client: The Docker engine; by default what the environment says (`DOCKER_HOST`).
        max_containers: Most containers at once, by default 16, which keeps a small machine usable; further attempts
            stay STARTING.
            A job of several containers, or nodes, waits until there is room for all of them.
        connect: Makes clients with the keys of a role; by default with botocore.
    """

    def __init__(
        self,
        *,
        client: Clients,
        region: str,
        endpoint: str,
        label: str,
        docker_client: docker.DockerClient | None = None,
        max_containers: int | None = None,
        connect: Connect | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._label = label
        self._own_docker = docker_client is None
        size = max_containers or _CONTAINERS
        # A connection for each container's calls, besides its attached stream.
        self._docker = docker_client or docker.from_env(max_pool_size=2 * size + 4)
        self._notices = Notices()
        self._shipper = LogShipper(client=functools.cache(client))
        self._janitor = Janitor(api=self._docker.api)
        self._tools = self._make_tools(functools.cache(client), region, connect)
        self._lifeline = Lifeline()
        self._pool = AttemptPool(name="batchwright-docker", size=size, notices=self._notices, memory=MachineMemory())
        self._used = False
        self._closed = False
        self._janitor.remove_abandoned_later()

    def _make_tools(self, client: Clients, region: str, connect: Connect | None) -> DockerTools:
        api = self._docker.api
        labels = {SERVER_LABEL: self._label, OWNER_LABEL: own_mark()}
        name = _NOT_IN_NAME.sub("-", self._label)[:_LABEL_LENGTH]
        prefix = f"batchwright-{name}"
        pause = PauseImage(
            api=api, labels=labels, name=f"batchwright-pause:{name}", architecture=lambda: self._architecture
        )
        return DockerTools(
            api=api,
            region=region,
            endpoint=self._endpoint,
            labels=labels,
            roles=Roles(client=client, connect=connect),
            shipper=self._shipper,
            janitor=self._janitor,
            images=Images(api=api, notices=self._notices),
            networks=Networks(api=api, janitor=self._janitor, labels=labels, prefix=prefix),
            pause=pause,
            volumes=Volumes(api=api, client=client, labels=labels, prefix=prefix, pause=pause),
            host_cpus=lambda: self._host_cpus,
            direct=lambda: self._direct,
        )

    def start(
        self, attempt: Attempt, *, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> Handle:
        """Begin an attempt and return at once."""
        self._say_what_differs(attempt)
        work = Task(attempt=attempt, site=DockerSite(attempt=attempt, tools=self._tools))
        handle = PooledAttempt(work=work, on_started=on_started, on_exit=on_exit)
        self._used = True
        self._lifeline.hold()
        self._pool.submit(handle, places=places_for(attempt))
        return handle

    def release(self, network: str) -> None:
        """Have the network of a multi-node job removed, once its containers are gone."""
        self._tools.networks.release(network)

    def remove_leftovers(self) -> int:
        """Remove all with this server's label, and all of servers whose process is gone; return how much was found."""
        return self._janitor.remove_labelled(self._label) + self._janitor.remove_abandoned()

    def close(self) -> None:
        """Stop what runs, wait for it, and remove everything that was made. Idempotent."""
        if self._closed:
            return
        self._closed = True
        with ExitStack() as steps:
            # Each is done even when the one before fails or is interrupted; the last one first.
            if self._own_docker:
                steps.callback(self._docker.close)
            steps.callback(self._lifeline.close)
            steps.callback(self._shipper.close)
            if self._used:
                steps.callback(self._remove_the_rest)
            steps.callback(self._janitor.close)
            self._pool.close("The local AWS was closed", grace=_CLOSE_GRACE_SECONDS)

    def _remove_the_rest(self) -> None:
        """Remove what jobs shared, and what an engine that was away, or an interruption, made the janitor miss."""
        try:
            self._janitor.remove_labelled(self._label)
        except FAULTS as error:
            _log.warning("containers with the label %s=%s may be left: %s", SERVER_LABEL, self._label, error)

    def _say_what_differs(self, attempt: Attempt) -> None:
        for container in attempt.containers:
            if container.log.driver != "awslogs":
                self._notices.say(
                    f"output of containers with the log driver {container.log.driver} goes to CloudWatch Logs here"
                )
        if attempt.execute_command:
            self._notices.say("`aws ecs execute-command` has no way into local jobs: use `docker exec`")
        if attempt.image_pull_secrets:
            self._notices.say("imagePullSecrets are not read here: images are pulled as `docker login` allows")
        if attempt.service_account:
            self._notices.say(f"pods have no AWS credentials of service account {attempt.service_account} here")

    @functools.cached_property
    def _info(self) -> Mapping[str, object]:
        return dict(self._docker.info())

    @property
    def _host_cpus(self) -> int:
        return int(str(self._info["NCPU"]))

    @property
    def _architecture(self) -> str:
        return str(self._info["Architecture"])

    @functools.cached_property
    def _direct(self) -> dict[str, str]:
        """What keeps calls to the local AWS off the proxies that the user's Docker configuration gives containers."""
        proxies: Mapping[str, Mapping[str, str]] = load_general_config().get("proxies") or {}
        if not proxies:
            return {}
        excepted = ",".join(proxy["noProxy"] for proxy in proxies.values() if proxy.get("noProxy"))
        return without_proxy((urlsplit(self._endpoint).hostname or "",), {"NO_PROXY": excepted})
