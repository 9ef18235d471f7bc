from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from batchwright.local.emulator.docker_engine import ContainerAddress, connect, container_address, refuse_unreachable
from batchwright.local.emulator.errors import LocalAwsError


def engine(configuration: list[dict[str, Any]] | None, system: str = "Debian GNU/Linux 12") -> Any:  # noqa: ANN401
    networks = [
        SimpleNamespace(name="bridge-of-someone", attrs={"IPAM": {"Config": [{"Gateway": "10.0.0.1"}]}}),
        SimpleNamespace(name="bridge", attrs={"IPAM": {"Config": configuration}}),
    ]
    return SimpleNamespace(
        info=lambda: {"OperatingSystem": system},
        networks=SimpleNamespace(list=lambda **_: networks),
        api=SimpleNamespace(base_url="http://engine"),
    )


@pytest.mark.parametrize(
    ("configuration", "gateway"),
    [
        ([{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}], "172.17.0.1"),
        ([{"Subnet": "172.30.0.0/24"}], "172.30.0.1"),
        ([{"Subnet": "fd00::/64", "Gateway": "fd00::1"}, {"Gateway": "172.18.0.1"}], "172.18.0.1"),
    ],
)
def test_the_gateway_of_the_bridge_is_found(configuration: list[dict[str, str]], gateway: str) -> None:
    assert container_address(engine(configuration)) == ContainerAddress(host=gateway, listen=gateway)


def test_docker_desktop_has_a_name_for_the_host() -> None:
    address = container_address(engine(None, system="Docker Desktop"))

    assert address == ContainerAddress(host="host.docker.internal", listen=None)


@pytest.mark.parametrize("configuration", [None, [], [{"Gateway": "fd00::1"}]])
def test_an_engine_without_an_ipv4_bridge_is_refused(configuration: list[dict[str, str]] | None) -> None:
    with pytest.raises(LocalAwsError, match='no network "bridge" with an IPv4 gateway'):
        container_address(engine(configuration))


def test_a_remote_engine_is_explained() -> None:
    error = refuse_unreachable(engine(None), "10.1.2.3", OSError("Cannot assign requested address"))

    assert "has its bridge at 10.1.2.3, where this process cannot listen" in str(error)
    assert 'runner="process"' in str(error)


def test_no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:  # noqa: ANN401
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")

    with pytest.raises(LocalAwsError, match="no Docker engine answers"):
        connect()
