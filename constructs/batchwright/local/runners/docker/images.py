"""Finds the images of containers in the Docker engine, or pulls them."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Final

from docker.errors import ImageNotFound
from docker.utils import parse_repository_tag

from batchwright.local.runners.docker.engine import FAULTS, said
from batchwright.local.runners.launch import LaunchError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import docker

    from batchwright.local.runners.notices import Notices

_ECR_NAME: Final = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/")
_TURN_SECONDS: Final = 0.2
_ROOT: Final = ("", "0", "root")


class Images:
    """Pulls an image that is missing, one at a time, and can be interrupted.

    An image whose name is that of an ECR repository must be in the engine already: the local AWS pushes nothing.

    Args:
        api: The Docker engine.
        notices: Says what is done differently from AWS.
    """

    def __init__(self, *, api: docker.APIClient, notices: Notices) -> None:
        self._api = api
        self._notices = notices
        self._turn = threading.Lock()

    def pull(self, image: str, credentials: Mapping[str, str] | None, cancelled: threading.Event) -> None:
        """Pull an image unless the engine has it.

        Args:
            image: Its name.
            credentials: `username` and `password` of the registry.
            cancelled: Ends the pull when it is set, at the latest with the engine's next sign of progress.

        Raises:
            LaunchError: It cannot be pulled.
        """
        if _ECR_NAME.match(image):
            raise LaunchError(
                f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
                f"{image}: not found in the local Docker engine. Build it under this name, or deploy the app that does."
            )
        self._take_turn(image, cancelled)
        try:
            if not self._has(image):
                self._pull(image, credentials, cancelled)
        finally:
            self._turn.release()

    def refresh(self, image: str, credentials: Mapping[str, str] | None, cancelled: threading.Event) -> None:
        """Pull an image although the engine may have it; when that fails, the engine's own is used.

        A laptop without a network, and images that were only ever built here, must not stop jobs.

        Raises:
            LaunchError: It cannot be pulled, and the engine has none.
        """
        if _ECR_NAME.match(image):
            return
        self._take_turn(image, cancelled)
        try:
            self._pull(image, credentials, cancelled)
        except LaunchError as error:
            if cancelled.is_set() or not self._has(image):
                raise
            self._notices.say(f"image {image} could not be pulled again, the one in the Docker engine is used: {error}")
        finally:
            self._turn.release()

    def refuse_root(self, image: str) -> None:
        """Refuse an image whose user is root, or not said, as Kubernetes does for `runAsNonRoot`.

        Raises:
            LaunchError: It is.
        """
        found = self._api.inspect_image(image)  # type: ignore[no-untyped-call]
        user = str((found.get("Config") or {}).get("User") or "")
        if user.split(":")[0] in _ROOT:
            raise LaunchError("CreateContainerConfigError: container has runAsNonRoot and image will run as root")

    def _take_turn(self, image: str, cancelled: threading.Event) -> None:
        while not self._turn.acquire(timeout=_TURN_SECONDS):
            _check(image, cancelled)

    def _has(self, image: str) -> bool:
        try:
            self._api.inspect_image(image)  # type: ignore[no-untyped-call]
        except ImageNotFound:
            return False
        return True

    def _pull(self, image: str, credentials: Mapping[str, str] | None, cancelled: threading.Event) -> None:
        repository, tag = parse_repository_tag(image)
        _check(image, cancelled)
        try:
            answers = self._api.pull(
                repository,
                tag=tag or "latest",
                stream=True,
                decode=True,
                auth_config=dict(credentials) if credentials else None,
            )
            for answer in answers:
                _check(image, cancelled)
                if "error" in answer:
                    raise LaunchError(f"CannotPullContainerError: Error response from daemon: {answer['error']}")
        except FAULTS as error:
            raise LaunchError(f"CannotPullContainerError: {said(error)}") from error


def _check(image: str, cancelled: threading.Event) -> None:
    if cancelled.is_set():
        raise LaunchError(f"CannotPullContainerError: the task was stopped while {image} was pulled")
