from __future__ import annotations

import dataclasses

import pytest

from batchwright.model import Capacity, Platform
from batchwright.model.managed_instances import CapacityOption


@pytest.mark.parametrize(("kind", "spot"), [("EC2", False), ("SPOT", True), ("FARGATE", False), ("FARGATE_SPOT", True)])
def test_spot_kinds_may_be_taken_back(kind: str, spot: bool) -> None:
    platform = Platform.FARGATE if "FARGATE" in kind else Platform.EC2
    assert Capacity(kind=kind, platform=platform, max_vcpus=4).is_spot is spot


def test_values_cannot_be_changed() -> None:
    capacity = Capacity(kind="EC2", platform=Platform.EC2, max_vcpus=4)
    with pytest.raises(dataclasses.FrozenInstanceError):
        capacity.max_vcpus = 8  # type: ignore[misc]


@pytest.mark.parametrize("option", CapacityOption)
def test_managed_instances_say_whether_they_are_on_spot(option: CapacityOption) -> None:
    capacity = Capacity(
        kind="ECS_MANAGED_INSTANCES", platform=Platform.MANAGED_INSTANCES, max_vcpus=4, capacity_option=option
    )
    assert capacity.is_spot is (option is CapacityOption.SPOT)
