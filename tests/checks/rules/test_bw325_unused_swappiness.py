from __future__ import annotations

import pytest
from support.definitions import OPEN, Template, ec2, paths

from batchwright.checks.rules.bw325_unused_swappiness import RULE

C = "ContainerProperties"


def linux(**parameters: object) -> Template:
    return ec2({"LinuxParameters": parameters})


FITS = {
    "with swap": linux(Swappiness=10, MaxSwap=512),
    "with open swap": linux(Swappiness=10, MaxSwap=OPEN),
    "none": linux(MaxSwap=1),
    "open": linux(Swappiness=OPEN),
    "the wrong type": ec2({"LinuxParameters": [{"Swappiness": 1}]}),
}

BREAKS = {
    "without swap": (linux(Swappiness=10), f"{C}.LinuxParameters.Swappiness"),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
