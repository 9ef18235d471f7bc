"""The life of one container."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from docker.errors import APIError, ImageNotFound, NotFound
from docker.utils.socket import frames_iter

from batchwright.local.engine import Attempt, Container, Exit
from batchwright.local.runners.docker.engine import AWAY, FAULTS, Return, said
from batchwright.local.runners.docker.options import Shared, container_name, container_options
from batchwright.local.runners.launch import LaunchError
from batchwright.local.runners.preparing import prepare

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping

    from batchwright.local.runners.docker.site import DockerTools
    from batchwright.local.runners.logs import LogStream

_log = logging.getLogger(__name__)
_OUT_OF_MEMORY: Final = "OutOfMemoryError: Container killed due to memory usage"
_BAD_NAME: Final = "invalid reference format"
_CONFLICT: Final = 409
_LOST: Final = "Task was lost: the Docker engine stopped answering"
_WAS_AWAY: Final = "DockerEngineError: the Docker engine was away while the container ran, and may have stopped it"
_STOPPED: Final = "the task was stopped before the container started"
_NO_GPU: Final = "could not select device driver"


class ContainerWork:
    """Creates a container, ships its output, waits for its end.

    Calls are kept few, as each costs milliseconds: create, attach, start, wait; inspect only after a failure.

    Args:
        attempt: The attempt.
        container: One of its containers.
        shared: What it shares with the others.
        tools: What all attempts use.
        labels: Labels of the container.
        cancelled: Once it is set, the container need not start any more.
    """

    def __init__(
        self,
        *,
        attempt: Attempt,
        container: Container,
        shared: Shared,
        tools: DockerTools,
        labels: Mapping[str, str],
        cancelled: threading.Event,
    ) -> None:
        self._attempt = attempt
        self._container = container
        self._shared = shared
        self._tools = tools
        self._api = tools.api
        self._labels = labels
        self._cancelled = cancelled
        self._id = ""
        self._name = container_name(attempt, None if len(attempt.containers) == 1 else container.name)

    def run(self, started: Callable[[], None]) -> Exit:
        """Run the container to its end."""
        container, tools = self._container, self._tools
        environment, credentials = prepare(self._attempt, container, tools)
        stream = tools.shipper.open(container.log, self._attempt.log_stream_name(container))
        try:
            output = self._launch(environment, credentials)
            started()
            return self._follow(output, stream)
        finally:
            stream.close()

    def signal(self, *, kill: bool) -> None:
        """Send SIGTERM or SIGKILL to the container."""
        name = "SIGKILL" if kill else "SIGTERM"
        try:
            self._api.kill(self._id, signal=name)
        except NotFound:
            return
        except FAULTS as error:
            # 409: it is not running any more.
            if not isinstance(error, APIError) or error.status_code != _CONFLICT:
                _log.warning("job %s: %s could not be sent: %s", self._attempt.job_id, name, error)

    def clean_up(self) -> None:
        """Have the container removed."""
        if self._id:
            self._tools.janitor.remove_later(("container", self._id))

    def _launch(self, environment: dict[str, str], credentials: Mapping[str, str] | None) -> Any:  # noqa: ANN401 - a socket of the Docker client
        try:
            self._id = self._create_patiently(environment, credentials)
        except FAULTS as error:
            kind = "CannotPullContainerError" if _BAD_NAME in str(error) else "CannotCreateContainerError"
            raise LaunchError(f"{kind}: {_text(error)}") from error
        output = None
        try:
            # Attached before the start, so that no line is missed and nothing need be read again.
            output = self._api.attach_socket(self._id, params={"stdout": 1, "stderr": 1, "stream": 1})
            if self._cancelled.is_set():
                raise LaunchError(f"CannotStartContainerError: {_STOPPED}")
            self._api.start(self._id)
        except FAULTS as error:
            # Not tried again when the engine was away: it may have started.
            _close(output)
            raise LaunchError(f"CannotStartContainerError: {_text(error)}") from error
        except LaunchError:
            _close(output)
            raise
        return output

    def _create_patiently(self, environment: dict[str, str], credentials: Mapping[str, str] | None) -> str:
        """Create the container, also when the engine is away for a moment: a restart must not cost attempts."""
        back: Return | None = None
        while True:
            try:
                return self._create(environment, credentials)
            except AWAY:
                back = back or Return(self._api, self._cancelled.is_set)
                if not back.came():
                    raise
            # The answer was lost, not always the request.
            self._tools.janitor.remove("container", self._name)

    def _create(self, environment: dict[str, str], credentials: Mapping[str, str] | None) -> str:
        tools, container = self._tools, self._container
        if container.always_pull:
            tools.images.refresh(container.image, credentials, self._cancelled)
        if container.non_root and _is_root(container.user):
            if container.user is not None:
                raise LaunchError("CreateContainerConfigError: container's runAsUser breaks non-root policy")
            self._with_image(lambda: tools.images.refuse_root(container.image), credentials)
        arguments = container_options(
            self._api,
            self._attempt,
            container,
            shared=self._shared,
            environment={**tools.direct(), **environment},
            labels=self._labels,
            name=self._name,
            host_cpus=tools.host_cpus(),
        )
        return str(self._with_image(lambda: self._api.create_container(**arguments)["Id"], credentials))

    def _with_image(self, call: Callable[[], Any], credentials: Mapping[str, str] | None) -> Any:  # noqa: ANN401 - whatever the call returns
        """Do what needs the image; pull it and do it again when the engine has none."""
        try:
            return call()
        except ImageNotFound:
            if self._container.never_pull:
                raise LaunchError(
                    f'ErrImageNeverPull: Container image "{self._container.image}" is not present with pull policy of '
                    "Never"
                ) from None
            self._tools.images.pull(self._container.image, credentials, self._cancelled)
        return call()

    def _follow(self, output: Any, stream: LogStream) -> Exit:  # noqa: ANN401 - a socket of the Docker client
        try:
            for source, chunk in frames_iter(output, tty=False):  # type: ignore[no-untyped-call]
                stream.write(chunk, source)
        except FAULTS as error:
            _log.warning("job %s: the rest of its output is lost: %s", self._attempt.job_id, error)
        finally:
            _close(output)
        return self._await_end()

    def _await_end(self) -> Exit:
        """Wait for the container's end, also over a short absence of the engine: it may run on meanwhile."""
        back: Return | None = None
        while True:
            try:
                code = int(self._api.wait(self._id)["StatusCode"])
                killed = code != 0 and self._api.inspect_container(self._id)["State"].get("OOMKilled", False)
            except NotFound as error:
                reason = f"DockerEngineError: the container was removed while it ran: {_text(error)}"
                return Exit(exit_code=None, reason=reason, status_reason=_LOST)
            except FAULTS as error:
                back = back or Return(self._api)
                if not back.came():
                    reason = f"DockerEngineError: {said(error)}, while the container ran"
                    return Exit(exit_code=None, reason=reason, status_reason=_LOST)
                continue
            if killed:
                return Exit(exit_code=code, reason=_OUT_OF_MEMORY)
            return Exit(exit_code=code, reason=_WAS_AWAY if code and back else None)


def _close(output: Any) -> None:  # noqa: ANN401 - a socket of the Docker client
    # The client leaves the response on the socket; without closing it the connection stays open until it is collected.
    response = getattr(output, "_response", None)
    if response is not None:
        response.close()
    if output is not None:
        output.close()


def _text(error: Exception) -> str:
    text = said(error)
    return f"{text} (the Docker engine of this machine has no GPUs for containers)" if _NO_GPU in text else text


def _is_root(user: str | None) -> bool:
    return user is None or user.split(":")[0] in ("", "0", "root")
