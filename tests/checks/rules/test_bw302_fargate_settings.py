from __future__ import annotations

import pytest
from support.definitions import OPEN, container, definition, ec2, fargate, paths, tasks

from batchwright.checks.rules.bw302_fargate_settings import RULE

C = "ContainerProperties"

FITS = {
    "a plain job": fargate(),
    "a role that is made elsewhere": fargate({"ExecutionRoleArn": OPEN}),
    "off, empty or open": fargate(
        {
            "Privileged": False,
            "Ulimits": [],
            "LinuxParameters": {"Devices": [], "InitProcessEnabled": True},
            "Vcpus": OPEN,
        }
    ),
    "an empty host volume": fargate({"Volumes": [{"Name": "scratch", "Host": {}}]}),
    "ulimits of several containers": tasks(
        container(Ulimits=[{"Name": "nofile", "SoftLimit": 1, "HardLimit": 1}]), platform="FARGATE"
    ),
    "all of it on EC2": ec2({"Privileged": True, "LinuxParameters": {"MaxSwap": 1}, "Vcpus": 1}),
    "the wrong types": fargate({"LinuxParameters": 1, "Volumes": {"Host": 2}, "Ulimits": "x", "Privileged": []}),
}

BREAKS = {
    "no execution role": (
        definition({"PlatformCapabilities": ["FARGATE"], C: container()}),
        f"{C}.ExecutionRoleArn",
    ),
    "privileged": (fargate({"Privileged": True}), f"{C}.Privileged"),
    "ulimits": (fargate({"Ulimits": [{"Name": "nofile"}]}), f"{C}.Ulimits"),
    "Linux parameters": (
        fargate(
            {
                "LinuxParameters": {
                    "Devices": [{"HostPath": "/dev/fuse"}],
                    "Tmpfs": [{"ContainerPath": "/tmp", "Size": 1}],
                    "SharedMemorySize": 64,
                    "MaxSwap": 1,
                    "Swappiness": 1,
                }
            }
        ),
        *(f"{C}.LinuxParameters.{name}" for name in ("Devices", "Tmpfs", "SharedMemorySize", "MaxSwap", "Swappiness")),
    ),
    "a directory of the host": (
        fargate({"Volumes": [{"Name": "data", "Host": {"SourcePath": "/data"}}]}),
        f"{C}.Volumes[0].Host.SourcePath",
    ),
    "GPUs": (
        fargate({"ResourceRequirements": [{"Type": "GPU", "Value": "1"}]}),
        f"{C}.ResourceRequirements[0].Value",
    ),
    "the old fields": (fargate({"Vcpus": 1, "Memory": 2048}), f"{C}.Vcpus", f"{C}.Memory"),
    "a task": (
        tasks(container(Privileged=True), platform="FARGATE", IpcMode="host", ExecutionRoleArn=None),
        "EcsProperties.TaskProperties[0].ExecutionRoleArn",
        "EcsProperties.TaskProperties[0].IpcMode",
        "EcsProperties.TaskProperties[0].Containers[0].Privileged",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
