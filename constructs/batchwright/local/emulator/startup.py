"""What LocalAws settles before anything runs: its values, the Docker engine, the port."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

from batchwright.local.deployer.deployer import DOCKER_SHIM
from batchwright.local.emulator import docker_engine
from batchwright.local.emulator.clients import ROOT_KEY
from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.emulator.http.gateway import Gateway, is_taken
from batchwright.local.emulator.job_brake import DEFAULT_JOBS_A_MINUTE
from batchwright.local.proxies import LOOPBACK_NAMES, without_proxy

if TYPE_CHECKING:
    from collections.abc import Mapping

    import docker

_log = logging.getLogger("batchwright.local")
LOOPBACK = "127.0.0.1"
_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_MAX_PORT = 65535
_PROFILE_FILE = Path(__file__).with_name("profile.ini")


def check(
    *,
    port: int,
    account: str,
    region: str,
    runner: str,
    max_jobs_per_minute: int = DEFAULT_JOBS_A_MINUTE,
    max_containers: int | None = None,
) -> None:
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
    counts: dict[str, object] = {"max_jobs_per_minute": max_jobs_per_minute}
    if max_containers is not None:
        counts["max_containers"] = max_containers
    for name, count in counts.items():
        # A caller without a type checker may give anything.
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            problems.append(f"{name}: {count!r} is not allowed; give a whole number from 1 up")
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


def overrides(environment: Mapping[str, str], endpoint: str) -> dict[str, str]:
    """Return what has to replace variables of a user's shell, so that SDKs and the CDK CLI stay with this server.

    Args:
        environment: The variables that are there.
        endpoint: URL of the server.
    """
    replaced = without_proxy(LOOPBACK_NAMES, environment)
    # More specific than AWS_ENDPOINT_URL, and so stronger.
    replaced.update({name: endpoint for name in environment if name.startswith("AWS_ENDPOINT_URL_")})
    if "AWS_SESSION_TOKEN" in environment:
        # Empty counts as absent.
        replaced["AWS_SESSION_TOKEN"] = ""
    if environment.keys() & {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}:
        # The CDK CLI prefers a profile to keys in variables, and botocore fails for one that does not exist.
        files = str(_PROFILE_FILE)
        replaced.update(AWS_PROFILE="default", AWS_CONFIG_FILE=files, AWS_SHARED_CREDENTIALS_FILE=files)
    return replaced


def variables(
    environment: Mapping[str, str], *, endpoint: str, account: str, region: str, docker_host: str | None
) -> dict[str, str]:
    """Return the variables that point the CDK CLI, the AWS CLI or any SDK at a server.

    Args:
        environment: The variables that they are laid over.
        endpoint: URL of the server.
        account: Its account.
        region: Its home region.
        docker_host: The engine that its jobs run in, None for processes.
    """
    return {
        **({} if docker_host is None else {"DOCKER_HOST": docker_host}),
        **overrides(environment, endpoint),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DEFAULT_ACCOUNT": account,
        "CDK_DEFAULT_REGION": region,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DOCKER": str(DOCKER_SHIM),
    }


def listen(client: docker.DockerClient | None, *, port: int, before: int = 0) -> tuple[Gateway, str]:
    """Take the port where programs of this machine, and containers, reach it.

    Args:
        client: The engine of the containers, if there are any.
        port: The port; 0 for a free one.
        before: The one that is taken instead of any free one, if it is free itself; 0 for none.

    Returns:
        What listens, and the name of this machine inside containers.
    """
    host, addresses = LOOPBACK, [LOOPBACK]
    if client is not None:
        address = docker_engine.container_address(client)
        host = address.host
        if address.listen is not None:
            addresses.append(address.listen)
    if before and not port:
        try:
            return bind(addresses, before, client), host
        except LocalAwsError as error:
            if not is_taken(error):
                raise
    return bind(addresses, port, client), host


def bind(addresses: list[str], port: int, client: docker.DockerClient | None) -> Gateway:
    """Take the port on every address; explain an engine whose bridge is not on this machine."""
    try:
        return Gateway.bind(addresses=addresses, port=port)
    except LocalAwsError as error:
        # What fails on the bridge's address for another reason than a taken port: the address is not ours.
        cause = error.__cause__
        unreachable = len(addresses) > 1 and addresses[1] in str(error) and not is_taken(error)
        if client is not None and unreachable and isinstance(cause, OSError):
            raise docker_engine.refuse_unreachable(client, addresses[1], cause) from error
        raise
