"""One execution environment: a container that asks the Runtime API for work."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from docker.errors import APIError, DockerException

from batchwright.local.emulator.functions.images.runtime_api import Invocation, RuntimeApi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import docker

    from batchwright.local.runners.docker.janitor import Janitor

_INIT_SECONDS: Final = 60.0
"""A container has to start first, on a machine that may be busy; AWS gives the initialization 10 s."""
_LOOK_SECONDS: Final = 0.2
_OUTPUT_SECONDS: Final = 0.1
_OUTPUT_LOOK_SECONDS: Final = 0.02
_MIB: Final = 1024 * 1024
_KILLED: Final = 137


class FunctionError(Exception):
    """An invocation that the environment could not answer.

    Attributes:
        kind: Name of the error, as Lambda gives it.
        message: What happened.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What is started. Two are the same when one environment serves both: keys and labels have no part in that.

    Attributes:
        name: The image.
        entrypoint: In place of the image's, or None.
        command: In place of the image's, or None.
        working_directory: In place of the image's, or None.
        environment: Variables, but for the address of the Runtime API.
        memory_mib: Memory of the function.
        ephemeral_mib: Size of /tmp.
        keys: Returns the variables with credentials, new ones for each container.
        labels: Labels of the container.
    """

    name: str
    entrypoint: Sequence[str] | None = None
    command: Sequence[str] | None = None
    working_directory: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    memory_mib: int = 128
    ephemeral_mib: int = 512
    keys: Callable[[], Mapping[str, str]] = field(default=dict, compare=False)
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)


class Environment:
    """Starts the container and calls the function in it, once at a time.

    Args:
        client: The Docker engine.
        janitor: Removes the container.
        listen: Address of this machine that containers reach.
        host: The same as containers name it.
        image: What to start.

    Attributes:
        image: What was started.
        used: When it was last called, by the monotonic clock.
    """

    def __init__(self, *, client: docker.DockerClient, janitor: Janitor, listen: str, host: str, image: Image) -> None:
        self._client = client
        self._janitor = janitor
        self._ended = threading.Event()
        self._exit_code = 0
        self.image = image
        self.used = time.monotonic()
        self._api = RuntimeApi(listen)
        try:
            self._container = self._start(image, f"{host}:{self._api.port}")
        except DockerException as error:
            self._api.close()
            reason = getattr(error, "explanation", None) or str(error)
            raise FunctionError("Runtime.InvalidEntrypoint", f"the container could not start: {reason}") from error
        threading.Thread(target=self._watch, name="batchwright-function", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the container runs."""
        return not self._ended.is_set()

    def invoke(self, invocation: Invocation, timeout: float) -> tuple[bool, Any]:
        """Call the function; returns whether it failed, and its answer.

        Raises:
            FunctionError: it did not start, ended, or took too long; the environment is of no more use then.
        """
        self._initialized()
        self._api.hand(invocation)
        deadline = time.monotonic() + timeout
        while True:
            answer = self._api.answer(min(_LOOK_SECONDS, max(0.0, deadline - time.monotonic())))
            if answer is not None:
                self.used = time.monotonic()
                return answer.failed, answer.value()
            if not self.alive:
                raise FunctionError("Runtime.ExitError", f"RequestId: {invocation.request_id} Error: {self._how()}")
            if time.monotonic() >= deadline:
                raise FunctionError(
                    "Sandbox.Timedout",
                    f"RequestId: {invocation.request_id} Error: Task timed out after {timeout:.2f} seconds",
                )

    def output(self, since: float) -> str:
        """Return what the container has printed since a time in seconds since 1970."""
        deadline = time.monotonic() + _OUTPUT_SECONDS
        try:
            # The engine passes lines on a moment after they were printed, and so perhaps after the answer.
            while not (text := self._client.api.logs(self._container, since=since)) and time.monotonic() < deadline:
                self._ended.wait(_OUTPUT_LOOK_SECONDS)
        except DockerException:
            return ""
        return str(text.decode("utf-8", "replace"))

    def close(self) -> None:
        """Remove the container. May be called twice."""
        self._api.close()
        self._janitor.remove("container", self._container)

    def _initialized(self) -> None:
        deadline = time.monotonic() + _INIT_SECONDS
        while not self._api.ready(_LOOK_SECONDS):
            if not self.alive:
                raise FunctionError("Runtime.ExitError", f"before it asked for work: {self._how()}")
            if time.monotonic() >= deadline:
                raise FunctionError(
                    "Sandbox.Timedout",
                    f"the container did not ask the Lambda Runtime API for work within {_INIT_SECONDS:.0f} s; its "
                    "image has to contain a runtime interface client",
                )
        if self._api.init_error is not None:
            value = self._api.init_error.value()
            told = value if isinstance(value, dict) else {"errorMessage": str(value)}
            raise FunctionError(
                str(told.get("errorType", "Runtime.InitError")), str(told.get("errorMessage", "initialization failed"))
            )

    def _how(self) -> str:
        if self._exit_code == _KILLED:
            return "Runtime exited with error: signal: killed"
        if self._exit_code:
            return f"Runtime exited with error: exit status {self._exit_code}"
        return "Runtime exited without providing a reason"

    def _start(self, image: Image, address: str) -> str:
        container = self._client.containers.create(
            image.name,
            command=list(image.command) if image.command is not None else None,
            entrypoint=list(image.entrypoint) if image.entrypoint is not None else None,
            working_dir=image.working_directory,
            environment={**image.environment, **image.keys(), "AWS_LAMBDA_RUNTIME_API": address},
            labels=dict(image.labels),
            mem_limit=image.memory_mib * _MIB,
            memswap_limit=image.memory_mib * _MIB,
            # As in Lambda, only /tmp can be written to.
            read_only=True,
            tmpfs={"/tmp": f"size={image.ephemeral_mib}m,exec,mode=1777"},  # noqa: S108 - a path in the container
        )
        name = str(container.id)
        try:
            container.start()
        except BaseException:
            self._janitor.remove("container", name)
            raise
        return name

    def _watch(self) -> None:
        try:
            self._exit_code = int(self._client.api.wait(self._container, timeout=None)["StatusCode"])
        except (APIError, OSError, DockerException):
            # Removed, or the engine is away: it runs no more.
            self._exit_code = _KILLED
        except Exception:
            # requests' errors of a connection that was cut.
            self._exit_code = _KILLED
        finally:
            self._ended.set()
