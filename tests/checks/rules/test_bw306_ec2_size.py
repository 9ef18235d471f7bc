from __future__ import annotations

import pytest
from support.definitions import OPEN, container, definition, ec2, fargate, nodes, paths, pod, tasks

from batchwright.checks.rules.bw306_ec2_size import RULE

C = "ContainerProperties"

FITS = {
    "whole vCPUs": ec2(container("2", "4")),
    "a number is written as text": ec2(container(2, 2048)),
    "the old fields": definition({C: {"Image": "image", "Vcpus": 1, "Memory": 4}}),
    "open": ec2(container(OPEN, OPEN)),
    "a part of a vCPU on Fargate": fargate(container("0.25", "512")),
    "a part of a vCPU of several containers": tasks(container("0.5", "512"), container("0.5", "512")),
    "a part of a CPU on EKS": pod({"Containers": [{"Image": "image", "Resources": {"Limits": {"cpu": "0.25"}}}]}),
    "an open platform": ec2(container("0.5"), PlatformCapabilities=OPEN),
    "the wrong types": ec2(container({}, [])),
}

BREAKS = {
    "a part of a vCPU": (ec2(container("1.5")), f"{C}.ResourceRequirements[0].Value"),
    "none": (ec2(container("0")), f"{C}.ResourceRequirements[0].Value"),
    "a point in a whole number": (ec2(container("1.0")), f"{C}.ResourceRequirements[0].Value"),
    "too little memory": (ec2(container("1", "3")), f"{C}.ResourceRequirements[1].Value"),
    "too little memory in a task": (
        tasks(container("1", "2")),
        "EcsProperties.TaskProperties[0].Containers[0].ResourceRequirements[1].Value",
    ),
    "a part of a GPU": (
        ec2({"ResourceRequirements": [{"Type": "GPU", "Value": "0.5"}]}),
        f"{C}.ResourceRequirements[0].Value",
    ),
    "of a node": (
        nodes(2, {"TargetNodes": ":", "Container": {"Image": "image", "Vcpus": 0, "Memory": 1}}),
        "NodeProperties.NodeRangeProperties[0].Container.Memory",
        "NodeProperties.NodeRangeProperties[0].Container.Vcpus",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
