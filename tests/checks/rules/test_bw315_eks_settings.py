from __future__ import annotations

import pytest
from support.definitions import OPEN, ec2, nodes, paths, pod

from batchwright.checks.rules.bw315_eks_settings import RULE

FITS = {
    "a plain pod": pod({"Containers": [{"Image": "image"}]}),
    "empty, off or open": pod({"Containers": [{"Image": "image"}]}, PlatformCapabilities=[OPEN], PropagateTags=False),
    "ECS has them": ec2(PlatformCapabilities=["EC2"], PropagateTags=True),
    "the wrong types": pod({"Containers": [{"Image": "image"}]}, PlatformCapabilities={"EC2": 1}, PropagateTags=[]),
}

BREAKS = {
    "a platform": (pod({"Containers": [{"Image": "image"}]}, PlatformCapabilities=["EC2"]), "PlatformCapabilities"),
    "propagated tags": (pod({"Containers": [{"Image": "image"}]}, PropagateTags="true"), "PropagateTags"),
    "of nodes": (
        nodes(
            1,
            {"TargetNodes": ":", "EksProperties": {"PodProperties": {"Containers": [{"Image": "image"}]}}},
            PropagateTags=True,
        ),
        "PropagateTags",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
