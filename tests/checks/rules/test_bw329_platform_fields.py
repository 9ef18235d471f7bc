from __future__ import annotations

import pytest
from support.definitions import OPEN, container, definition, ec2, fargate, nodes, paths, pod, tasks

from batchwright.checks.rules.bw329_platform_fields import RULE

C = "ContainerProperties"
TASK = "EcsProperties.TaskProperties[0]"
ADDRESS = {"NetworkConfiguration": {"AssignPublicIp": "ENABLED"}}
VERSION = {"FargatePlatformConfiguration": {"PlatformVersion": "1.4.0"}}

FITS = {
    "on Fargate": fargate({**ADDRESS, **VERSION}),
    "a task on Fargate": tasks(container(), platform="FARGATE", PlatformVersion="1.4.0", **ADDRESS),
    "the network of Managed Instances": tasks(container(), platform="MANAGED_INSTANCES", NetworkMode="host"),
    "either": definition({"PlatformCapabilities": ["EC2", "FARGATE"], C: container(**ADDRESS)}),
    "open platforms": definition({"PlatformCapabilities": [OPEN], C: container(**ADDRESS)}),
    "open fields": ec2({"NetworkConfiguration": OPEN}),
    "empty fields": ec2({"NetworkConfiguration": {}}),
    "the wrong types": ec2({"NetworkConfiguration": ["ENABLED"]}),
    "a pod": pod({"Containers": [{"Image": "image"}]}),
}

BREAKS = {
    "an address on EC2": (ec2(ADDRESS), f"{C}.NetworkConfiguration"),
    "a version on EC2": (ec2(VERSION), f"{C}.FargatePlatformConfiguration"),
    "an address on Managed Instances": (
        tasks(container(), platform="MANAGED_INSTANCES", **ADDRESS),
        f"{TASK}.NetworkConfiguration",
    ),
    "a task's version on EC2": (tasks(container(), PlatformVersion="1.4.0"), f"{TASK}.PlatformVersion"),
    "a task's network on EC2": (tasks(container(), NetworkMode="host"), f"{TASK}.NetworkMode"),
    "a task's network on Fargate": (tasks(container(), platform="FARGATE", NetworkMode="host"), f"{TASK}.NetworkMode"),
    "nodes": (
        nodes(2, {"TargetNodes": "0:", "Container": container(**ADDRESS)}),
        "NodeProperties.NodeRangeProperties[0].Container.NetworkConfiguration",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
