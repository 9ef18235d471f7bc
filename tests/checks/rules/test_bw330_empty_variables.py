from __future__ import annotations

import pytest
from support.definitions import OPEN, container, ec2, nodes, paths, pod, tasks

from batchwright.checks.rules.bw330_empty_variables import RULE

EMPTY = {"Environment": [{"Name": "A", "Value": "x"}, {"Name": "B", "Value": ""}]}

FITS = {
    "values": ec2({"Environment": [{"Name": "A", "Value": "0"}, {"Name": "B", "Value": " "}]}),
    "open": ec2({"Environment": [{"Name": "A", "Value": OPEN}, OPEN]}),
    "the wrong types": ec2({"Environment": {"A": ""}}),
    "pods": pod({"Containers": [{"Image": "image", "Env": [{"Name": "A", "Value": ""}]}]}),
}

BREAKS = {
    "of a container": (ec2(EMPTY), "ContainerProperties.Environment[1].Value"),
    "of a task": (tasks(container(**EMPTY)), "EcsProperties.TaskProperties[0].Containers[0].Environment[1].Value"),
    "of nodes": (
        nodes(2, {"TargetNodes": "0:", "Container": container(**EMPTY)}),
        "NodeProperties.NodeRangeProperties[0].Container.Environment[1].Value",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
