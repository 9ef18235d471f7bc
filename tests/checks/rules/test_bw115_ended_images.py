from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, template

from batchwright.checks.rules.bw115_ended_images import RULE


@pytest.mark.parametrize("kind", ["EKS_AL2", "EKS_AL2_NVIDIA"])
def test_amazon_linux_2_is_found(kind: str) -> None:
    (found,) = violations(RULE, template(E=environment({"Ec2Configuration": [{"ImageType": kind}]})))
    assert found.path == "ComputeResources.Ec2Configuration[0].ImageType"
    assert "2025-11-26" in found.problem.allowed


@pytest.mark.parametrize(
    "image",
    [
        {"ImageType": "EKS_AL2023"},
        {"ImageType": "ECS_AL2"},
        {"ImageType": OPEN},
        {"ImageType": "EKS_AL2", "ImageIdOverride": "ami-1"},
    ],
)
def test_others_are_taken(image: Json) -> None:
    assert not violations(RULE, template(E=environment({"Ec2Configuration": [image]})))
