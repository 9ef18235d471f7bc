from __future__ import annotations

from typing import Any

import pytest
from support.definitions import OPEN, container, definition, ec2, nodes, paths, tasks

from batchwright.checks.rules.bw319_multi_container import RULE

WHERE = "EcsProperties.TaskProperties[0].Containers"


def named(name: str, *dependencies: tuple[str, str], **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    """A container that waits for others."""
    waits = [{"ContainerName": target, "Condition": condition} for target, condition in dependencies]
    return container(Name=name, DependsOn=waits, **properties)


FITS = {
    "AWS's own example": tasks(
        named("a", Essential=False), named("b", ("a", "SUCCESS"), Essential=False), named("c", ("b", "START"))
    ),
    "ten containers": tasks(*[container()] * 10),
    "an open flag": tasks(container(Essential=OPEN), container(Essential=False)),
    "an open container": tasks(container(Essential=False, DependsOn=[{"ContainerName": "x"}]), OPEN),
    "an open name": tasks(named("a", ("b", "START")), container(Name=OPEN)),
    "an open condition": tasks(named("a"), container(Name="b", DependsOn=[{"ContainerName": "a", "Condition": OPEN}])),
    "long timeouts on EC2": tasks(container(StartTimeout=2, StopTimeout=3600)),
    "the longest on Fargate": tasks(container(StopTimeout=120), platform="FARGATE"),
    "a single container": ec2(),
    "the wrong types": tasks(container(DependsOn="x", StopTimeout=[]), 1, "x"),
}

BREAKS = {
    "eleven containers": (tasks(*[container()] * 11), WHERE),
    "two tasks": (
        definition({"EcsProperties": {"TaskProperties": [{"Containers": [container()]}] * 2}}),
        "EcsProperties.TaskProperties",
    ),
    "none essential": (tasks(container(Essential=False), container(Essential="false")), WHERE),
    "a container that is not there": (tasks(named("a", ("b", "START"))), f"{WHERE}[0].DependsOn[0].ContainerName"),
    "the end of an essential container": (
        tasks(named("a"), named("b", ("a", "success"))),
        f"{WHERE}[1].DependsOn[0].Condition",
    ),
    "a circle": (tasks(named("a", ("b", "START")), named("b", ("a", "START"))), WHERE),
    "itself": (tasks(named("a", ("a", "START"))), WHERE),
    "too short": (tasks(container(StartTimeout=1)), f"{WHERE}[0].StartTimeout"),
    "too long on Fargate": (tasks(container(StopTimeout=121), platform="FARGATE"), f"{WHERE}[0].StopTimeout"),
    "of a node": (
        nodes(1, {"TargetNodes": ":", "EcsProperties": {"TaskProperties": [{"Containers": [container()] * 11}]}}),
        "NodeProperties.NodeRangeProperties[0].EcsProperties.TaskProperties[0].Containers",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
