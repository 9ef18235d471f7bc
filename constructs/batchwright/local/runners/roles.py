"""Calls of the local AWS in the name of a role."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from batchwright.local.runners.launch import LaunchError

_NOT_IN_SESSION_NAME: Final = re.compile(r"[^A-Za-z0-9_=,.@-]")
_SESSION_NAME_LENGTH: Final = 64
# In whose name a role is assumed: the role has to trust it.
_SERVICE: Final = "ecs-tasks.amazonaws.com"

Clients = Callable[[str], Any]
Connect = Callable[[Any, Mapping[str, str]], Any]
"""Makes, from a client and the keys of a role, a client of the same service that uses the keys."""


class Roles:
    """Assumes the roles of jobs, and makes clients that use them. Thread-safe.

    Args:
        client: Service name to boto3 client, with permission for everything.
        connect: Makes the clients; by default with botocore.
    """

    def __init__(self, *, client: Clients, connect: Connect | None = None) -> None:
        self._client = client
        self._connect = connect or _Connections()

    def keys(self, role: str, session: str) -> Mapping[str, str]:
        """Return temporary keys of a role (`AccessKeyId`, `SecretAccessKey`, `SessionToken`).

        Raises:
            LaunchError: The role cannot be assumed.
        """
        name = _NOT_IN_SESSION_NAME.sub("-", session)[:_SESSION_NAME_LENGTH]
        try:
            answer = self._client("sts").assume_role(RoleArn=role, RoleSessionName=name, SourceIdentity=_SERVICE)
        except (ClientError, BotoCoreError) as error:
            raise LaunchError(
                f"ECS was unable to assume the role '{role}' that was provided for this task. Please verify that the "
                f"role being passed has the proper trust relationship and permissions. {error}"
            ) from error
        keys: Mapping[str, str] = answer["Credentials"]
        return keys

    def clients(self, role: str | None, session: str) -> Clients:
        """Return what gives clients that use a role's keys; without a role, those with permission for everything.

        The role is assumed with the first client.
        """
        if role is None:
            return self._client
        keys: dict[str, str] = {}

        def client(service: str) -> Any:  # noqa: ANN401 - a boto3 client
            if not keys:
                keys.update(self.keys(role, session))
            return self._connect(self._client(service), keys)

        return client


class _Connections:
    """Makes clients like others but for their keys, from one session, which keeps what it read of the services."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: Session | None = None

    def __call__(self, like: Any, keys: Mapping[str, str]) -> Any:  # noqa: ANN401 - boto3 clients
        with self._lock:
            if self._session is None:
                # The user's profile and files have no say, and a profile that does not exist is no error.
                self._session = Session(
                    session_vars={
                        "profile": (None, None, None, None),
                        "config_file": (None, None, os.devnull, None),
                        "credentials_file": (None, None, os.devnull, None),
                    }
                )
            return self._session.create_client(
                like.meta.service_model.service_name,
                region_name=like.meta.region_name,
                endpoint_url=like.meta.endpoint_url,
                config=like.meta.config,
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys["SessionToken"],
            )
