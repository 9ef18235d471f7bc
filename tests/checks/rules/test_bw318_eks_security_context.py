from __future__ import annotations

import pytest
from support.definitions import paths, pod

from batchwright.checks.rules.bw318_eks_security_context import RULE

FITS = {
    "what Batch knows": pod(
        {"Containers": [{"Image": "image", "SecurityContext": {"RunAsUser": 1, "Privileged": False}}]}
    ),
    "left out": pod({"SecurityContext": None, "Containers": [{"Image": "image"}]}),
    "the wrong types": pod({"Containers": [{"Image": "image", "SecurityContext": "x"}, 1]}),
}

BREAKS = {
    "of the pod": (
        pod({"SecurityContext": {"FsGroup": 1}, "Containers": [{"Image": "image"}]}),
        "EksProperties.PodProperties.SecurityContext",
    ),
    "of containers": (
        pod(
            {
                "Containers": [{"Image": "image", "SecurityContext": {"Capabilities": {"Drop": ["ALL"]}}}],
                "InitContainers": [
                    {"Image": "image", "SecurityContext": {"SeccompProfile": {"Type": "RuntimeDefault"}}}
                ],
            }
        ),
        "EksProperties.PodProperties.Containers[0].SecurityContext.Capabilities",
        "EksProperties.PodProperties.InitContainers[0].SecurityContext.SeccompProfile",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
