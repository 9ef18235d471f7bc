"""The life of one container."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

import requests
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.utils.socket import frames_iter

from batchwright.local.engine import Attempt, Exit, Started
from batchwright.local.runners.container_options import container_options
from batchwright.local.runners.launch import Clients, LaunchError, launch_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import docker

    from batchwright.local.runners.janitor import Janitor
    from batchwright.local.runners.logs import LogShipper, LogStream

_log = logging.getLogger(__name__)
_OUT_OF_MEMORY: Final = "OutOfMemoryError: Container killed due to memory usage"
_KILLED: Final = 137
_CONFLICT: Final = 409
_LOST: Final = "Task was lost: the Docker engine stopped answering"
_ENGINE_SECONDS: Final = 10.0
"""An engine that is being restarted is back by then, and may still have the container."""
_ENGINE_PAUSE_SECONDS: Final = 0.5
_ENGINE_ERRORS: Final = (DockerException, requests.RequestException, OSError)


class ContainerWork:
    """Creates a container, ships its output, waits for its end.

    Calls are kept few, as each costs milliseconds: create, attach, start, wait; inspect only after a failure. Its
    arguments are those of the runner.
    """

    def __init__(
        self,
        *,
        attempt: Attempt,
        api: docker.APIClient,
        client: Clients,
        region: str,
        endpoint: str,
        label: str,
        shipper: LogShipper,
        janitor: Janitor,
        host_cpus: Callable[[], int],
        pull: Callable[[str], None],
        direct: Mapping[str, str],
    ) -> None:
        self._attempt = attempt
        self._api = api
        self._client = client
        self._region = region
        self._endpoint = endpoint
        self._label = label
        self._shipper = shipper
        self._janitor = janitor
        self._host_cpus = host_cpus
        self._pull = pull
        self._direct = direct
        self._id = ""
        self._volumes: tuple[str, ...] = ()

    def run(self, started: Callable[[Started], None]) -> Exit:
        """Run the container to its end."""
        attempt = self._attempt
        environment = launch_environment(attempt, client=self._client, region=self._region, endpoint=self._endpoint)
        stream = self._shipper.open(attempt.container.log, attempt.log_stream_name)
        try:
            output = self._launch(environment)
            started(Started(log_stream_name=stream.name))
            return self._follow(output, stream)
        finally:
            stream.close()

    def signal(self, *, kill: bool) -> None:
        """Send SIGTERM or SIGKILL to the container."""
        try:
            self._api.kill(self._id, signal="SIGKILL" if kill else "SIGTERM")
        except NotFound:
            return
        except APIError as error:
            # 409: it is not running any more.
            if error.status_code != _CONFLICT:
                raise

    def clean_up(self) -> None:
        """Have the container and its volumes removed."""
        if self._id or self._volumes:
            self._janitor.remove_later(self._id or None, self._volumes)

    def _launch(self, environment: dict[str, str]) -> Any:  # noqa: ANN401 - a socket of the Docker client
        try:
            options = container_options(
                self._api,
                self._attempt,
                environment={**self._direct, **environment},
                label=self._label,
                host_cpus=self._host_cpus(),
            )
            self._volumes = options.volumes
            self._id = self._create(dict(options.arguments))
        except APIError as error:
            raise LaunchError(f"CannotCreateContainerError: Error response from daemon: {_text(error)}") from error
        except _ENGINE_ERRORS as error:
            raise LaunchError(f"CannotCreateContainerError: the Docker engine does not answer: {error}") from error
        output = None
        try:
            # Attached before the start, so that no line is missed and nothing need be read again.
            output = self._api.attach_socket(self._id, params={"stdout": 1, "stderr": 1, "stream": 1})
            self._api.start(self._id)
        except _ENGINE_ERRORS as error:
            _close(output)
            if isinstance(error, APIError):
                raise LaunchError(f"CannotStartContainerError: Error response from daemon: {_text(error)}") from error
            raise LaunchError(f"CannotStartContainerError: the Docker engine does not answer: {error}") from error
        return output

    def _create(self, arguments: dict[str, Any]) -> str:
        try:
            return str(self._api.create_container(**arguments)["Id"])
        except ImageNotFound:
            self._pull(arguments["image"])
        return str(self._api.create_container(**arguments)["Id"])

    def _follow(self, output: Any, stream: LogStream) -> Exit:  # noqa: ANN401 - a socket of the Docker client
        try:
            for _, chunk in frames_iter(output, tty=False):  # type: ignore[no-untyped-call]
                stream.write(chunk)
        except _ENGINE_ERRORS as error:
            _log.warning("job %s: the rest of its output is lost: %s", self._attempt.job_id, error)
        finally:
            _close(output)
        return self._await_end()

    def _await_end(self) -> Exit:
        """Wait for the container's end, also over a short absence of the engine: it may run on meanwhile."""
        deadline = time.monotonic() + _ENGINE_SECONDS
        while True:
            try:
                code = int(self._api.wait(self._id)["StatusCode"])
                killed = code != 0 and self._api.inspect_container(self._id)["State"].get("OOMKilled", False)
            except NotFound as error:
                reason = f"DockerEngineError: the container was removed while it ran: {_text(error)}"
                return Exit(exit_code=None, reason=reason, status_reason=_LOST)
            except _ENGINE_ERRORS as error:
                if time.monotonic() >= deadline:
                    reason = f"DockerEngineError: the Docker engine stopped answering while the container ran: {error}"
                    return Exit(exit_code=None, reason=reason, status_reason=_LOST)
                time.sleep(_ENGINE_PAUSE_SECONDS)
                continue
            if killed:
                return Exit(exit_code=_KILLED, reason=_OUT_OF_MEMORY)
            return Exit(exit_code=code)


def _close(output: Any) -> None:  # noqa: ANN401 - a socket of the Docker client
    # The client leaves the response on the socket; without closing it the connection stays open until it is collected.
    response = getattr(output, "_response", None)
    if response is not None:
        response.close()
    if output is not None:
        output.close()


def _text(error: APIError) -> str:
    return str(error.explanation or error)
