from __future__ import annotations

import dataclasses

import pytest

from batchwright.model import Capacity, Platform


@pytest.mark.parametrize(("kind", "spot"), [("EC2", False), ("SPOT", True), ("FARGATE", False), ("FARGATE_SPOT", True)])
def test_spot_kinds_may_be_taken_back(kind: str, spot: bool) -> None:
    platform = Platform.FARGATE if "FARGATE" in kind else Platform.EC2
    assert Capacity(kind=kind, platform=platform, max_vcpus=4).is_spot is spot


def test_values_cannot_be_changed() -> None:
    capacity = Capacity(kind="EC2", platform=Platform.EC2, max_vcpus=4)
    with pytest.raises(dataclasses.FrozenInstanceError):
        capacity.max_vcpus = 8  # type: ignore[misc]
