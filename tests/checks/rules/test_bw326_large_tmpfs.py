from __future__ import annotations

import pytest
from support.definitions import OPEN, Template, container, ec2, paths

from batchwright.checks.rules.bw326_large_tmpfs import RULE

C = "ContainerProperties"


def linux(**parameters: object) -> Template:
    return ec2({"LinuxParameters": parameters})


FITS = {
    "as large as the memory": linux(Tmpfs=[{"ContainerPath": "/tmp", "Size": 2048}]),
    "open memory": ec2({**container("1", OPEN), "LinuxParameters": {"Tmpfs": [{"ContainerPath": "/a", "Size": 4096}]}}),
    "open": linux(Tmpfs=[{"ContainerPath": "/tmp", "Size": OPEN}, OPEN]),
    "the wrong type": linux(Tmpfs={"Size": 4096}),
}

BREAKS = {
    "larger than the memory": (
        linux(Tmpfs=[{"ContainerPath": "/a", "Size": 1}, {"ContainerPath": "/b", "Size": 2049}]),
        f"{C}.LinuxParameters.Tmpfs[1].Size",
    ),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
