from __future__ import annotations

from typing import Any

import pytest
from support.definitions import OPEN, ROLE, Template, container, fargate, paths, tasks

from batchwright.checks.rules.bw322_efs_volumes import RULE

C = "ContainerProperties"
PLACE = f"{C}.Volumes[0].EfsVolumeConfiguration"


def mount(access: object = None, job: dict[str, Any] | None = None, **efs: Any) -> Template:  # noqa: ANN401
    """A job that mounts EFS."""
    whole = {"FileSystemId": "fs-1", **({} if access is None else {"AuthorizationConfig": access}), **efs}
    return fargate({"Volumes": [{"Name": "data", "EfsVolumeConfiguration": whole}], **(job or {})})


FITS = {
    "plain": mount(),
    "a directory": mount(RootDirectory="/data"),
    "an access point": mount({"AccessPointId": "fsap-1"}, RootDirectory="/", TransitEncryption="ENABLED"),
    "IAM": mount({"Iam": "ENABLED"}, {"JobRoleArn": ROLE}, TransitEncryption="enabled"),
    "open encryption": mount({"AccessPointId": "fsap-1"}, TransitEncryption=OPEN),
    "an access point that may be none": mount({"AccessPointId": OPEN}, RootDirectory="/data"),
    "an open role": mount({"Iam": "ENABLED"}, {"JobRoleArn": OPEN}, TransitEncryption="ENABLED"),
    "the latest platform": mount(job={"FargatePlatformConfiguration": {"PlatformVersion": "LATEST"}}),
    "a platform that can": mount(job={"FargatePlatformConfiguration": {"PlatformVersion": "1.10.0"}}),
    "a port": mount(TransitEncryptionPort=20049),
    "an old platform without EFS": fargate({"FargatePlatformConfiguration": {"PlatformVersion": "1.3.0"}}),
    "the wrong types": mount("x", RootDirectory=[], TransitEncryptionPort={}),
}

BREAKS = {
    "a directory beside an access point": (
        mount({"AccessPointId": "fsap-1"}, RootDirectory="/data", TransitEncryption="ENABLED"),
        f"{PLACE}.RootDirectory",
    ),
    "an access point in the clear": (mount({"AccessPointId": "fsap-1"}), f"{PLACE}.TransitEncryption"),
    "an access point of the application": (
        mount({"AccessPointId": {"Ref": "Job"}}, TransitEncryption="DISABLED"),
        f"{PLACE}.TransitEncryption",
    ),
    "IAM in the clear": (mount({"Iam": "ENABLED"}, {"JobRoleArn": ROLE}), f"{PLACE}.TransitEncryption"),
    "IAM without a role": (mount({"Iam": "ENABLED"}, TransitEncryption="ENABLED"), f"{C}.JobRoleArn"),
    "no port": (mount(TransitEncryptionPort=65_536), f"{PLACE}.TransitEncryptionPort"),
    "an old platform": (
        mount(job={"FargatePlatformConfiguration": {"PlatformVersion": "1.3.0"}}),
        f"{C}.FargatePlatformConfiguration.PlatformVersion",
    ),
    "in a task": (
        tasks(
            container(),
            platform="FARGATE",
            PlatformVersion="1.3.0",
            Volumes=[
                {
                    "Name": "data",
                    "EfsVolumeConfiguration": {
                        "FileSystemId": "fs-1",
                        "TransitEncryption": "ENABLED",
                        "AuthorizationConfig": {"Iam": "ENABLED"},
                    },
                }
            ],
        ),
        "EcsProperties.TaskProperties[0].TaskRoleArn",
        "EcsProperties.TaskProperties[0].PlatformVersion",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
