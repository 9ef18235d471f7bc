"""boto3 clients of one local server."""

from __future__ import annotations

import os
import threading
from typing import Any

ROOT_KEY = "test"
"""Access key and secret of the account's root: allowed everything, also with IAM enforcement on."""
Keys = tuple[str, str, str]
"""Access key, secret and session token."""
_KEY_NAMES = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")


class Clients:
    """Makes clients and keeps them; safe to use from any thread."""

    def __init__(self, *, endpoint: str, region: str) -> None:
        self._endpoint = endpoint
        self._region = region
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[tuple[str, str, Keys | None], Any] = {}

    def session(self) -> Any:  # noqa: ANN401 - boto3.Session, not imported with this module
        """Return a boto3 session whose clients all speak to the server."""
        import boto3
        from botocore.config import Config
        from botocore.session import Session

        # The user's profile and files have no say, and a profile that does not exist is no error.
        core = Session(
            session_vars={
                "profile": (None, None, None, None),
                "config_file": (None, None, os.devnull, None),
                "credentials_file": (None, None, os.devnull, None),
            }
        )
        create_client = core.create_client
        # A proxy of the user's shell has no way to this machine's loopback.
        direct = Config(proxies={})

        def local_client(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - botocore's signature
            # boto3 passes both by name, and None when the caller gave none.
            options["endpoint_url"] = options.get("endpoint_url") or self._endpoint
            options["config"] = direct.merge(options["config"]) if options.get("config") else direct
            return create_client(*arguments, **options)

        setattr(core, "create_client", local_client)  # noqa: B010 - to a type checker, a method is not assignable
        return boto3.Session(
            botocore_session=core,
            aws_access_key_id=ROOT_KEY,
            aws_secret_access_key=ROOT_KEY,
            region_name=self._region,
        )

    def client(self, service: str, region: str | None = None, keys: Keys | None = None) -> Any:  # noqa: ANN401
        """Return a client of a service: root's, or that of other keys."""
        from botocore.config import Config

        key = (service, region or self._region, keys)
        with self._lock:
            if self._session is None:
                self._session = self.session()
            if key not in self._clients:
                self._clients[key] = self._session.client(
                    service,
                    region_name=key[1],
                    **({} if keys is None else dict(zip(_KEY_NAMES, keys, strict=True))),
                    config=Config(
                        # An address has no names below it: buckets and sync- prefixes go into the path.
                        inject_host_prefix=False,
                        s3={"addressing_style": "path"},
                        retries={"mode": "standard", "max_attempts": 3},
                        max_pool_connections=64,
                    ),
                )
            return self._clients[key]

    def close(self) -> None:
        """Close the connections, so that the server need not wait for them."""
        with self._lock:
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            client.close()
