from __future__ import annotations

import pytest
from support.definitions import OPEN, ec2, nodes, paths, pod

from batchwright.checks.rules.bw313_image_reference import RULE

C = "ContainerProperties"

FITS = {
    "short": ec2(),
    "255 characters": ec2({"Image": "a" * 255}),
    "open": ec2({"Image": {"Fn::Join": ["", ["a" * 300, OPEN]]}}),
    "EKS names no limit": pod({"Containers": [{"Image": "a" * 256}]}),
    "the wrong type": ec2({"Image": ["a" * 300]}),
}

BREAKS = {
    "256 characters": (ec2({"Image": "a" * 256}), f"{C}.Image"),
    "of a node": (
        nodes(1, {"TargetNodes": "0:", "Container": {"Image": "a" * 300}}),
        "NodeProperties.NodeRangeProperties[0].Container.Image",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
