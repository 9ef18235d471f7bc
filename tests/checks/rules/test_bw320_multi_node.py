from __future__ import annotations

from typing import Any

import pytest
from support.definitions import OPEN, container, ec2, nodes, paths

from batchwright.checks.rules.bw320_multi_node import RULE

WHERE = "NodeProperties.NodeRangeProperties"


def group(targets: object, **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"TargetNodes": targets, "Container": container(), **properties}


FITS = {
    "all nodes in one": nodes(4, group("0:3")),
    "an open end": nodes(4, group("0:"), main=3),
    "all": nodes(4, group(":")),
    "two parts": nodes(10, group("0:4"), group("5:9")),
    "one in another": nodes(11, group("0:10"), group("4:5")),
    "a great many, where AWS raised the quota": nodes(5000, group("0:")),
    "an open number": nodes(OPEN, group("0:1"), main=7),
    "an open range": nodes(4, group(OPEN)),
    "a part that is open": nodes(4, group("0:1"), OPEN),
    "another way to write it": nodes(4, group("0")),
    "one type": nodes(2, group("0:0", InstanceTypes=["c6i.large"]), group("1:1", InstanceTypes=["c6i.large"])),
    "the wrong types": nodes([], 1, "x"),
    "a single node": ec2(),
}

BREAKS = {
    "a node in none": (nodes(4, group("0:2")), WHERE),
    "a gap": (nodes(6, group("0:1"), group("3:")), WHERE),
    "not the first": (nodes(4, group("1:")), WHERE),
    "six ranges": (nodes(6, *(group(f"{number}:{number}") for number in range(6))), WHERE),
    "a main node too many": (nodes(4, group(":"), main=4), "NodeProperties.MainNode"),
    "no nodes": (nodes(0, group(":")), "NodeProperties.NumNodes"),
    "two types": (
        nodes(2, group("0:0", InstanceTypes=["c6i.large"]), group("1:1", InstanceTypes=["c6i.xlarge"])),
        WHERE,
    ),
    "Fargate": (nodes(2, group(":"), PlatformCapabilities=["FARGATE"]), "PlatformCapabilities"),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
