"""What Docker sets up around a container."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from support.cloudformation_schema import schema_problems
from support.fake_queues import plain_job
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright import ContainerSecurity, Device, LinuxParameters, Tmpfs, Ulimit
from batchwright.model import Platform

GIB = cdk.Size.gibibytes(1)


def container_of(platform: Platform = Platform.EC2, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    stack = new_stack()
    plain_job(stack, platform, **options)
    template = synthesize(stack)
    assert not schema_problems(template.body)
    definition = template.only("AWS::Batch::JobDefinition")
    if platform is not Platform.MANAGED_INSTANCES:
        container: dict[str, Any] = definition["ContainerProperties"]
        return container
    (only,) = definition["EcsProperties"]["TaskProperties"][0]["Containers"]
    return dict(only)


ALL = LinuxParameters(
    shared_memory=cdk.Size.mebibytes(512),
    tmpfs=[Tmpfs(path="/scratch", size=cdk.Size.mebibytes(64), options=["noexec", "uid=1000"])],
    max_swap=cdk.Size.gibibytes(4),
    swappiness=10,
    devices=[
        Device(host_path="/dev/neuron0"),
        Device(host_path="/dev/fuse", container_path="/f", permissions=["READ"]),
    ],
    init_process=True,
    ulimits=[Ulimit(name="memlock", soft=-1), Ulimit(name="nofile", soft=1024, hard=65536)],
)


@pytest.mark.parametrize("platform", [Platform.EC2, Platform.MANAGED_INSTANCES])
def test_all_of_it_is_rendered_on_hosts(platform: Platform) -> None:
    container = container_of(platform, linux=ALL)
    assert container["LinuxParameters"] == {
        "SharedMemorySize": 512,
        "Tmpfs": [{"ContainerPath": "/scratch", "Size": 64, "MountOptions": ["noexec", "uid=1000"]}],
        "MaxSwap": 4096,
        "Swappiness": 10,
        "Devices": [
            {"HostPath": "/dev/neuron0", "ContainerPath": "/dev/neuron0"},
            {"HostPath": "/dev/fuse", "ContainerPath": "/f", "Permissions": ["READ"]},
        ],
        "InitProcessEnabled": True,
    }
    assert container["Ulimits"] == [
        {"Name": "memlock", "SoftLimit": -1, "HardLimit": -1},
        {"Name": "nofile", "SoftLimit": 1024, "HardLimit": 65536},
    ]


def test_limits_alone_are_no_linux_parameters() -> None:
    container = container_of(linux=LinuxParameters(ulimits=[Ulimit(name="core", soft=0)]))
    assert "LinuxParameters" not in container
    assert container["Ulimits"] == [{"Name": "core", "SoftLimit": 0, "HardLimit": 0}]


def test_an_init_process_is_all_that_fargate_has() -> None:
    container = container_of(Platform.FARGATE, linux=LinuxParameters(init_process=True))
    assert container["LinuxParameters"] == {"InitProcessEnabled": True}
    error = refused(lambda: plain_job(new_stack(), Platform.FARGATE, linux=ALL))
    lacking = ("shared_memory", "tmpfs", "max_swap", "swappiness", "devices", "ulimits")
    assert fields(error) == [f"linux.{name}" for name in lacking]


@pytest.mark.parametrize(
    ("linux", "field"),
    [
        (LinuxParameters(shared_memory=cdk.Size.gibibytes(3)), "linux.shared_memory"),
        (LinuxParameters(shared_memory=cdk.Size.mebibytes(0)), "linux.shared_memory"),
        (LinuxParameters(tmpfs=[Tmpfs(path="/t", size=cdk.Size.gibibytes(3))]), "linux.tmpfs[0].size"),
        (LinuxParameters(tmpfs=[Tmpfs(path="/t", size=cdk.Size.mebibytes(0))]), "linux.tmpfs[0].size"),
        (LinuxParameters(tmpfs=[Tmpfs(path="t", size=GIB)]), "linux.tmpfs[0].path"),
        (LinuxParameters(tmpfs=[Tmpfs(path="/t", size=GIB, options=["fast"])]), "linux.tmpfs[0].options"),
        (LinuxParameters(swappiness=101, max_swap=GIB), "linux.swappiness"),
        (LinuxParameters(swappiness=60), "linux.swappiness"),
        (LinuxParameters(devices=[Device(host_path="dev/fuse")]), "linux.devices[0].host_path"),
        (LinuxParameters(devices=[Device(host_path="/f", container_path="f")]), "linux.devices[0].container_path"),
        (LinuxParameters(devices=[Device(host_path="/f", permissions=["rw"])]), "linux.devices[0].permissions"),
        (LinuxParameters(ulimits=[Ulimit(name="files", soft=1)]), "linux.ulimits[0].name"),
        (LinuxParameters(ulimits=[Ulimit(name="core", soft=2, hard=1)]), "linux.ulimits[0].soft"),
        (LinuxParameters(ulimits=[Ulimit(name="core", soft=-1, hard=1)]), "linux.ulimits[0].soft"),
        (LinuxParameters(ulimits=[Ulimit(name="core", soft=-2)]), "linux.ulimits[0].soft"),
    ],
)
def test_what_docker_would_refuse_is_named(linux: LinuxParameters, field: str) -> None:
    assert fields(refused(lambda: plain_job(new_stack(), Platform.EC2, linux=linux))) == [field]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"shared_memory": 64}, "linux.shared_memory"),
        ({"max_swap": "1g"}, "linux.max_swap"),
        ({"swappiness": "10"}, "linux.swappiness"),
        ({"init_process": 1}, "linux.init_process"),
        ({"tmpfs": "/tmp"}, "linux.tmpfs"),
        ({"tmpfs": ["/tmp"]}, "linux.tmpfs[0]"),
        ({"tmpfs": [Tmpfs(path="/t", size=1)]}, "linux.tmpfs[0].size"),  # type: ignore[arg-type]
        ({"tmpfs": [Tmpfs(path="/t", size=GIB, options="ro")]}, "linux.tmpfs[0].options"),
        ({"devices": [Device(host_path="/f", permissions="READ")]}, "linux.devices[0].permissions"),
        ({"devices": Device(host_path="/f")}, "linux.devices"),
        ({"ulimits": [("core", 1)]}, "linux.ulimits[0]"),
        ({"ulimits": [Ulimit(name="core", soft="1")]}, "linux.ulimits[0].soft"),  # type: ignore[arg-type]
    ],
)
def test_wrong_kinds_are_named(options: dict[str, Any], field: str) -> None:
    linux = LinuxParameters(**options)
    assert fields(refused(lambda: plain_job(new_stack(), Platform.EC2, linux=linux))) == [field]


def test_what_is_known_at_deployment_is_not_judged() -> None:
    stack = new_stack()
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    size = cdk.Size.mebibytes(number)
    linux = LinuxParameters(shared_memory=size, max_swap=size, swappiness=number, tmpfs=[Tmpfs(path="/t", size=size)])
    plain_job(stack, Platform.EC2, linux=linux)
    rendered = synthesize(stack).only("AWS::Batch::JobDefinition")["ContainerProperties"]["LinuxParameters"]
    assert rendered["SharedMemorySize"] == rendered["Swappiness"] == {"Ref": "Number"}


@pytest.mark.parametrize("platform", [Platform.EC2, Platform.MANAGED_INSTANCES])
def test_user_and_root_file_system(platform: Platform) -> None:
    container = container_of(
        platform, security=ContainerSecurity(user="1000:app", read_only_root=True, privileged=False)
    )
    assert container["User"] == "1000:app"
    assert container["ReadonlyRootFilesystem"] is True
    assert container["Privileged"] is False


def test_nothing_of_it_is_rendered_unless_asked() -> None:
    left_out = {"User", "Privileged", "ReadonlyRootFilesystem", "LinuxParameters", "Ulimits", "Secrets", "MountPoints"}
    assert not left_out & container_of().keys()


@pytest.mark.parametrize(
    ("platform", "security", "field"),
    [
        (Platform.FARGATE, ContainerSecurity(privileged=True), "security.privileged"),
        (Platform.EC2, ContainerSecurity(user="a b"), "security.user"),
        (Platform.EC2, ContainerSecurity(user=1000), "security.user"),  # type: ignore[arg-type]
        (Platform.EC2, ContainerSecurity(read_only_root="yes"), "security.read_only_root"),  # type: ignore[arg-type]
        (Platform.EC2, "root", "security"),
    ],
)
def test_wrong_security_is_named(platform: Platform, security: Any, field: str) -> None:  # noqa: ANN401
    assert fields(refused(lambda: plain_job(new_stack(), platform, security=security))) == [field]
