from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, maybe, template

from batchwright.checks.rules.bw108_latest_image import RULE

TEMPLATE: Json = {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": {"ImageId": "ami-1"}}}
NAMED = {"LaunchTemplateId": {"Ref": "Template"}}


@pytest.mark.parametrize(
    "compute",
    [
        {"ImageId": "ami-1"},
        {"Ec2Configuration": [{"ImageType": "ECS_AL2023", "ImageIdOverride": "ami-1"}]},
        {"LaunchTemplate": NAMED},
    ],
)
@pytest.mark.parametrize("newest", [True, "true"])
def test_a_fixed_image_is_found(newest: object, compute: Json) -> None:
    broken = environment({"UpdateToLatestImageVersion": newest, **compute})
    (found,) = violations(RULE, template(E=broken, Template=TEMPLATE))
    assert found.path == "ComputeResources.UpdateToLatestImageVersion"


@pytest.mark.parametrize(
    "compute",
    [
        {"UpdateToLatestImageVersion": True},
        {"UpdateToLatestImageVersion": False, "ImageId": "ami-1"},
        {"UpdateToLatestImageVersion": OPEN, "ImageId": "ami-1"},
        {"UpdateToLatestImageVersion": True, "ImageId": maybe("ami-1")},
        {
            "UpdateToLatestImageVersion": True,
            "Ec2Configuration": [
                {"ImageType": "ECS_AL2023", "ImageIdOverride": "ami-1"},
                {"ImageType": "ECS_AL2023_NVIDIA"},
            ],
        },
        {"UpdateToLatestImageVersion": True, "LaunchTemplate": {"LaunchTemplateId": "lt-1"}},
        {"UpdateToLatestImageVersion": True, "LaunchTemplate": {**NAMED, "Version": "1"}},
    ],
)
def test_others_are_taken(compute: Json) -> None:
    assert not violations(RULE, template(E=environment(compute), Template=TEMPLATE))
