from __future__ import annotations

import pytest
from support.definitions import OPEN, paths, pod

from batchwright.checks.rules.bw317_eks_containers import RULE

FITS = {
    "ten of each": pod({"Containers": [{"Image": "image"}] * 10, "InitContainers": [{"Image": "image"}] * 10}),
    "open ones may not be there": pod({"Containers": [{"Image": "image"}, *[OPEN] * 10]}),
    "the wrong type": pod({"Containers": "x" * 11}),
}

BREAKS = {
    "eleven": (pod({"Containers": [{"Image": "image"}] * 11}), "EksProperties.PodProperties.Containers"),
    "eleven before": (
        pod({"Containers": [{"Image": "image"}], "InitContainers": [{"Image": "image"}] * 11}),
        "EksProperties.PodProperties.InitContainers",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
