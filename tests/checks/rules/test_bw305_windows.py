from __future__ import annotations

import pytest
from support.definitions import OPEN, container, fargate, paths, tasks

from batchwright.checks.rules.bw305_windows import RULE

C = "ContainerProperties"

FITS = {
    "a plain Windows job": fargate({"RuntimePlatform": {"OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}),
    "named architecture": fargate(
        {"RuntimePlatform": {"OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "CpuArchitecture": "X86_64"}}
    ),
    "Linux has them": fargate({"RuntimePlatform": {"OperatingSystemFamily": "LINUX"}, "User": "1000"}),
    "an open family": fargate({"RuntimePlatform": {"OperatingSystemFamily": OPEN}, "User": "1000"}),
    "off and empty": fargate(
        {
            "RuntimePlatform": {"OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
            "ReadonlyRootFilesystem": False,
            "LinuxParameters": {},
            "Ulimits": [],
        }
    ),
    "the wrong types": fargate({"RuntimePlatform": ["WINDOWS_SERVER_2022_CORE"], "User": {}}),
}

BREAKS = {
    "arm64": (
        fargate({"RuntimePlatform": {"OperatingSystemFamily": "WINDOWS_SERVER_2019_FULL", "CpuArchitecture": "ARM64"}}),
        f"{C}.RuntimePlatform.CpuArchitecture",
    ),
    "Linux settings": (
        fargate(
            {
                "RuntimePlatform": {"OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
                "User": "1000",
                "ReadonlyRootFilesystem": True,
                "LinuxParameters": {"InitProcessEnabled": True},
                "Volumes": [{"Name": "data", "EfsVolumeConfiguration": {"FileSystemId": "fs-1"}}],
            }
        ),
        f"{C}.Volumes[0].EfsVolumeConfiguration",
        f"{C}.User",
        f"{C}.ReadonlyRootFilesystem",
        f"{C}.LinuxParameters",
    ),
    "in a task": (
        tasks(
            container(User="1000", Ulimits=[{"Name": "nofile"}]),
            platform="FARGATE",
            RuntimePlatform={"OperatingSystemFamily": "WINDOWS_SERVER_2022_FULL"},
        ),
        "EcsProperties.TaskProperties[0].Containers[0].User",
        "EcsProperties.TaskProperties[0].Containers[0].Ulimits",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
