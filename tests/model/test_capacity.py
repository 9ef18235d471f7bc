from __future__ import annotations

import dataclasses

import pytest

from batchwright.model import Capacity, PlatformCapability


@pytest.mark.parametrize(("kind", "spot"), [("EC2", False), ("SPOT", True), ("FARGATE", False), ("FARGATE_SPOT", True)])
def test_spot_kinds_may_be_taken_back(kind: str, spot: bool) -> None:
    platform = PlatformCapability.FARGATE if "FARGATE" in kind else PlatformCapability.EC2
    assert Capacity(kind=kind, platform=platform, max_vcpus=4).is_spot is spot


def test_values_cannot_be_changed() -> None:
    capacity = Capacity(kind="EC2", platform=PlatformCapability.EC2, max_vcpus=4)
    with pytest.raises(dataclasses.FrozenInstanceError):
        capacity.max_vcpus = 8  # type: ignore[misc]
