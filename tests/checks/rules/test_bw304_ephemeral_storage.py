from __future__ import annotations

import pytest
from support.definitions import OPEN, container, ec2, fargate, paths, tasks

from batchwright.checks.rules.bw304_ephemeral_storage import RULE

C = "ContainerProperties"

FITS = {
    "the least": fargate({"EphemeralStorage": {"SizeInGiB": 21}}),
    "the most, as text": fargate({"EphemeralStorage": {"SizeInGiB": "200"}}),
    "open": fargate({"EphemeralStorage": {"SizeInGiB": OPEN}}),
    "an open platform": ec2({"EphemeralStorage": {"SizeInGiB": 20}}, PlatformCapabilities=[OPEN]),
    "Managed Instances": tasks(container(), platform="MANAGED_INSTANCES", EphemeralStorage={"SizeInGiB": 20}),
    "the wrong type": fargate({"EphemeralStorage": "20"}),
}

BREAKS = {
    "20 GiB is what it has anyway": (
        fargate({"EphemeralStorage": {"SizeInGiB": 20}}),
        f"{C}.EphemeralStorage.SizeInGiB",
    ),
    "too much": (fargate({"EphemeralStorage": {"SizeInGiB": 201}}), f"{C}.EphemeralStorage.SizeInGiB"),
    "of a task": (
        tasks(container(), platform="FARGATE", EphemeralStorage={"SizeInGiB": 500}),
        "EcsProperties.TaskProperties[0].EphemeralStorage.SizeInGiB",
    ),
    "on EC2": (ec2({"EphemeralStorage": {"SizeInGiB": 100}}), f"{C}.EphemeralStorage"),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
