from __future__ import annotations

import pytest
from support.definitions import OPEN, container, ec2, fargate, paths, tasks

from batchwright.checks.rules.bw301_fargate_size import RULE

C = "ContainerProperties"

FITS = {
    "a pair of the table": fargate(container("0.25", "512")),
    "the largest pair": fargate(container("32", "249856")),
    "open vCPUs": fargate(container(OPEN, "1")),
    "open memory": fargate(container("1", OPEN)),
    "EC2 has no table": ec2(container("3", "1000")),
    "one of several containers": tasks(container("2", "4096"), container("6", "12288"), platform="FARGATE"),
    "an open container beside it": tasks(container("6", "12288"), OPEN, platform="FARGATE"),
    "a size of the wrong type": fargate(container([], {})),
}

BREAKS = {
    "memory of another pair": (fargate(container("1", "1024")), f"{C}.ResourceRequirements[1].Value"),
    "part of a MiB": (fargate(container("1", "2048.5")), f"{C}.ResourceRequirements[1].Value"),
    "vCPUs of no pair": (fargate(container("3", "8192")), f"{C}.ResourceRequirements[0].Value"),
    "the only container of a task": (
        tasks(container("6", "12288"), platform="FARGATE"),
        "EcsProperties.TaskProperties[0].Containers[0].ResourceRequirements[0].Value",
    ),
    "too much together": (
        tasks(container("16", "131072"), container("17", "131072"), platform="FARGATE"),
        "EcsProperties.TaskProperties[0].Containers",
        "EcsProperties.TaskProperties[0].Containers",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
