"""Faults of the Docker engine itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import docker
import requests
from docker.errors import APIError, DockerException

if TYPE_CHECKING:
    from collections.abc import Callable

FAULTS: Final = (DockerException, requests.RequestException, OSError)
"""What calls of the engine raise."""
AWAY: Final = (requests.ConnectionError, ConnectionError)
"""What they raise when none answers."""
_AWAY_SECONDS: Final = 10.0
"""An engine that is being restarted is back by then, and may still have its containers."""
_PAUSE_SECONDS: Final = 0.5
_ASK_SECONDS: Final = 5
_ANY_VERSION: Final = "1.30"
"""Said so that it is not asked for."""


class Return:
    """Waits for an engine that is away, for 10 seconds from when it is made.

    Args:
        api: The Docker engine.
        unwanted: Says whether nobody needs it any more.
    """

    def __init__(self, api: docker.APIClient, unwanted: Callable[[], bool] = lambda: False) -> None:
        self._api = api
        self._unwanted = unwanted
        self._deadline = time.monotonic() + _AWAY_SECONDS

    def came(self) -> bool:
        """Wait until the engine answers; False when it did not in time."""
        while time.monotonic() < self._deadline and not self._unwanted():
            time.sleep(_PAUSE_SECONDS)
            if self._answers():
                return True
        return False

    def _answers(self) -> bool:
        try:
            self._api.ping()
        except FAULTS:
            return False
        return True


def said(error: Exception) -> str:
    """Return what a fault says, in the words of AWS where it is the engine's own."""
    if isinstance(error, APIError):
        return f"Error response from daemon: {error.explanation or error}"
    return f"the Docker engine does not answer: {cause(error)}"


def cause(error: BaseException) -> str:
    """Return the innermost reason: the client wraps it in errors of three libraries."""
    for inner in (error.__cause__, *error.args, getattr(error, "reason", None)):
        if isinstance(inner, BaseException):
            return cause(inner)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def fault(host: str) -> str | None:
    """Return why the engine that listens at a place does not answer; None when it does."""
    try:
        client = docker.APIClient(base_url=host, version=_ANY_VERSION, timeout=_ASK_SECONDS)
    except FAULTS as error:
        return cause(error)
    try:
        client.ping()
    except FAULTS as error:
        return cause(error)
    finally:
        client.close()
    return None
