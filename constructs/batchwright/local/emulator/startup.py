"""What LocalAws settles before anything runs: its values, the Docker engine, the port."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from batchwright.local.emulator import docker_engine
from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.emulator.gateway import Gateway

if TYPE_CHECKING:
    import docker

_log = logging.getLogger("batchwright.local")
LOOPBACK = "127.0.0.1"
_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_MAX_PORT = 65535


def check(*, port: int, account: str, region: str, runner: str) -> None:
    """Raise one `LocalAwsError` that names every value that is not allowed."""
    problems = []
    if not 0 <= port <= _MAX_PORT:
        problems.append(f"port: {port!r} is not allowed; give 0 (a free port) to {_MAX_PORT}")
    if not _ACCOUNT.fullmatch(account):
        problems.append(f"account: {account!r} is not allowed; give 12 digits")
    if not _REGION.fullmatch(region):
        problems.append(f'region: {region!r} is not allowed; give a region such as "us-east-1"')
    if runner not in {"auto", "docker", "process"}:
        problems.append(f'runner: {runner!r} is not allowed; give "auto", "docker" or "process"')
    if problems:
        raise LocalAwsError("; ".join(problems))


def engine(runner: str) -> tuple[docker.DockerClient | None, str]:
    """Return the engine that jobs run in, None for processes, and why."""
    if runner == "process":
        return None, "jobs run as processes, as asked"
    try:
        client = docker_engine.connect()
    except LocalAwsError as error:
        if runner == "docker":
            raise
        reason = f"jobs run as processes: {error}"
        _log.warning("%s", reason)
        return None, reason
    return client, f"jobs run in containers of the engine at {docker_engine.name(client)}"


def bind(addresses: list[str], port: int, client: docker.DockerClient | None) -> Gateway:
    """Take the port on every address; explain an engine whose bridge is not on this machine."""
    try:
        return Gateway.bind(addresses=addresses, port=port)
    except LocalAwsError as error:
        # With loopback alone the port would be free: then it is the bridge's address that is not ours.
        cause = error.__cause__
        if client is not None and len(addresses) > 1 and isinstance(cause, OSError) and addresses[1] in str(error):
            raise docker_engine.refuse_unreachable(client, addresses[1], cause) from error
        raise
