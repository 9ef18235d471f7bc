"""Finds the Docker engine and the address at which containers reach this machine."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.runners.docker.engine import cause

if TYPE_CHECKING:
    import docker

_PING_SECONDS = 5
_CALL_SECONDS = 120
# Each running container holds a connection for its output and now and then one for a call.
_CONNECTIONS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerAddress:
    """How containers reach the server.

    Attributes:
        host: Name or address in the endpoint that containers get.
        listen: Address to listen on besides 127.0.0.1, None when loopback is enough.
    """

    host: str
    listen: str | None


def name(client: docker.DockerClient) -> str:
    """Where the engine listens; the client itself calls every socket `http+docker://localhost`."""
    address = str(client.api.base_url)
    if not address.startswith("http+docker"):
        return address
    return _host()


def _host() -> str:
    return os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"


def connect() -> docker.DockerClient:
    """Return a client of the engine that DOCKER_HOST or the default socket names.

    Raises:
        LocalAwsError: no engine answers; the text says what was tried.
    """
    import docker
    from docker.errors import DockerException

    try:
        probe = docker.from_env(timeout=_PING_SECONDS)
    except DockerException as error:
        raise LocalAwsError(f"no Docker engine answers at {_host()}: {cause(error)}") from error
    try:
        probe.ping()
    except Exception as error:
        raise LocalAwsError(f"no Docker engine answers at {name(probe)}: {cause(error)}") from error
    finally:
        probe.close()
    return docker.from_env(timeout=_CALL_SECONDS, max_pool_size=_CONNECTIONS)


def container_address(client: docker.DockerClient) -> ContainerAddress:
    """Return how containers on the default bridge reach this machine.

    Docker Desktop forwards host.docker.internal to the host's loopback; elsewhere it is the gateway of the network
    "bridge", which has to be an address of this machine.
    """
    if "Docker Desktop" in str(client.info().get("OperatingSystem", "")):
        return ContainerAddress(host="host.docker.internal", listen=None)
    gateway = _bridge_gateway(client)
    return ContainerAddress(host=gateway, listen=gateway)


def refuse_unreachable(client: docker.DockerClient, address: str, cause: Exception) -> LocalAwsError:
    """Return the error for an engine whose bridge is not on this machine."""
    return LocalAwsError(
        f"the Docker engine at {name(client)} has its bridge at {address}, where this process cannot listen "
        f"({cause}). Remote and rootless engines are not supported: set DOCKER_HOST to an engine of this machine, or "
        'use runner="process".'
    )


def _bridge_gateway(client: docker.DockerClient) -> str:
    configurations: list[dict[str, Any]] = []
    for network in client.networks.list(names=["bridge"]):
        if network.name == "bridge":
            configurations = (network.attrs.get("IPAM") or {}).get("Config") or []
    for configuration in configurations:
        gateway = configuration.get("Gateway")
        if not gateway and configuration.get("Subnet"):
            gateway = str(next(ipaddress.ip_network(configuration["Subnet"], strict=False).hosts()))
        if gateway and ipaddress.ip_address(gateway.split("/")[0]).version == 4:
            return str(gateway.split("/")[0])
    raise LocalAwsError(
        'the Docker engine has no network "bridge" with an IPv4 gateway, so containers cannot reach the local AWS; '
        'use runner="process"'
    )
