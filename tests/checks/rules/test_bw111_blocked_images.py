from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, template

from batchwright.checks.rules.bw111_blocked_images import RULE


@pytest.mark.parametrize("kind", ["ECS_AL2", "ECS_AL2_NVIDIA"])
def test_amazon_linux_2_is_found(kind: str) -> None:
    images = [{"ImageType": "ECS_AL2023"}, {"ImageType": kind}]
    (found,) = violations(RULE, template(E=environment({"Ec2Configuration": images})))
    assert found.path == "ComputeResources.Ec2Configuration[1].ImageType"
    assert found.problem.fix == f"Use {kind.replace('AL2', 'AL2023')}."


def test_a_third_image_type_is_found() -> None:
    images = [{"ImageType": kind} for kind in ("ECS_AL2023", "ECS_AL2023_NVIDIA", "ECS_AL2077")]
    (found,) = violations(RULE, template(E=environment({"Ec2Configuration": images})))
    assert found.path == "ComputeResources.Ec2Configuration"


@pytest.mark.parametrize(
    "compute",
    [
        {},
        {"Ec2Configuration": [{"ImageType": "ECS_AL2023"}, {"ImageType": "ECS_AL2023_NVIDIA"}]},
        {"Ec2Configuration": [{"ImageType": "ECS_AL2", "ImageIdOverride": "ami-1"}]},
        {"Ec2Configuration": [{"ImageType": "ECS_AL2"}], "ImageId": "ami-1"},
        {"Ec2Configuration": [{"ImageType": "ECS_AL2"}], "LaunchTemplate": {"LaunchTemplateName": "mine"}},
        {"Ec2Configuration": [{"ImageType": OPEN}]},
        {"Ec2Configuration": [{"ImageType": "EKS_AL2"}]},
        {"Ec2Configuration": ["ECS_AL2"]},
        {"Ec2Configuration": OPEN},
    ],
)
def test_others_are_taken(compute: Json) -> None:
    assert not violations(RULE, template(E=environment(compute)))
