from __future__ import annotations

import pytest
from support.definitions import OPEN, Template, container, ec2, fargate, nodes, paths

from batchwright.checks.rules.bw323_linux_parameters import RULE

C = "ContainerProperties"


def linux(**parameters: object) -> Template:
    return ec2({"LinuxParameters": parameters})


FITS = {
    "from end to end": linux(Swappiness=0, MaxSwap=0, Tmpfs=[{"ContainerPath": "/tmp", "Size": 1}]),
    "the most": linux(Swappiness="100", MaxSwap=1),
    "open": linux(Swappiness=OPEN, MaxSwap=OPEN, Tmpfs=[OPEN, {"ContainerPath": "/tmp", "Size": OPEN}]),
    "Fargate has none of them": fargate({"LinuxParameters": {"Swappiness": 200}}),
    "the wrong types": linux(Swappiness=[], MaxSwap={}, Tmpfs="x"),
}

BREAKS = {
    "too much": (linux(Swappiness=101, MaxSwap=1), f"{C}.LinuxParameters.Swappiness"),
    "too little": (linux(Swappiness=-1, MaxSwap=-1), f"{C}.LinuxParameters.Swappiness", f"{C}.LinuxParameters.MaxSwap"),
    "no tmpfs": (
        linux(Tmpfs=[{"ContainerPath": "/tmp", "Size": 0}]),
        f"{C}.LinuxParameters.Tmpfs[0].Size",
    ),
    "of a node": (
        nodes(1, {"TargetNodes": ":", "Container": container(LinuxParameters={"Swappiness": 500})}),
        "NodeProperties.NodeRangeProperties[0].Container.LinuxParameters.Swappiness",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
