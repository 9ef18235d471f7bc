from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, template

from batchwright.checks.rules.bw107_image_types import RULE

TYPE = "ComputeResources.Ec2Configuration[0].ImageType"
TYPES = "ComputeResources.InstanceTypes"
PLAIN_TEMPLATE: Json = {
    "Type": "AWS::EC2::LaunchTemplate",
    "Properties": {"LaunchTemplateData": {"EbsOptimized": True}},
}


def images(*types: object) -> list[Json]:
    return [{"ImageType": kind} for kind in types]


def with_images(types: object, *image_types: object, **compute: object) -> Json:
    return environment({"InstanceTypes": types, "Ec2Configuration": images(*image_types), **compute})


@pytest.mark.parametrize(
    ("types", "image_types", "path", "value"),
    [
        (["g6.xlarge"], ["ECS_AL2023"], TYPE, "ECS_AL2023"),
        (["g6", "p5.48xlarge"], ["EKS_AL2023"], TYPE, "EKS_AL2023"),
        (["m7g"], ["ECS_AL2023_NVIDIA"], TYPE, "ECS_AL2023_NVIDIA"),
        (["g5g.xlarge"], ["ecs_al2023_nvidia"], TYPE, "ECS_AL2023_NVIDIA"),
        (["p3.2xlarge", "g6"], ["ECS_AL2023_NVIDIA"], TYPES, "p3.2xlarge"),
        (["g3s"], ["ECS_AL2023", "ECS_AL2023_NVIDIA"], TYPES, "g3s"),
        (["a1", "m7g"], ["ECS_AL2023"], TYPES, "a1"),
    ],
)
def test_images_that_do_not_suit_are_found(types: list[str], image_types: list[str], path: str, value: str) -> None:
    (found,) = violations(RULE, template(E=with_images(types, *image_types)))
    assert (found.path, found.problem.value) == (path, value)


@pytest.mark.parametrize(
    ("types", "image_types"),
    [
        (["g6"], ["ECS_AL2023_NVIDIA"]),
        (["g6", "m7i"], ["ECS_AL2023"]),
        (["g6", "m7i"], ["ECS_AL2023", "ECS_AL2023_NVIDIA"]),
        (["m7i"], ["ECS_AL2023_NVIDIA"]),
        (["m7g"], ["ECS_AL2023", "ECS_AL2023_NVIDIA"]),
        (["p3"], ["ECS_AL2_NVIDIA"]),
        (["a1"], ["ECS_AL2"]),
        (["p3", "a1"], []),
        (["g6"], ["ECS_AL2077"]),
        (["g6"], [OPEN]),
        ([OPEN], ["ECS_AL2023"]),
    ],
)
def test_others_are_taken(types: list[object], image_types: list[object]) -> None:
    assert not violations(RULE, template(E=with_images(types, *image_types)))


@pytest.mark.parametrize(
    "compute",
    [
        {"ImageId": "ami-1"},
        {"ImageId": OPEN},
        {"Ec2Configuration": [{"ImageType": "ECS_AL2023", "ImageIdOverride": "ami-1"}]},
        {"LaunchTemplate": {"LaunchTemplateId": "lt-1"}},
        {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "WithImage"}}},
        {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "WithUserData"}}},
        {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "Plain"}, "Version": "3"}},
        {"LaunchTemplate": {"LaunchTemplateId": {"Ref": "Plain"}, "Overrides": [{"LaunchTemplateId": "lt-2"}]}},
    ],
)
def test_images_of_ones_own_are_not_judged(compute: Json) -> None:
    data = {"WithImage": {"ImageId": "ami-1"}, "WithUserData": {"UserData": {"Fn::Base64": "install"}}}
    others: dict[str, Json] = {
        name: {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": each}}
        for name, each in data.items()
    }
    resources = template(E=with_images(["g6"], "ECS_AL2023", **compute), Plain=PLAIN_TEMPLATE, **others)
    assert not violations(RULE, resources)


@pytest.mark.parametrize("version", [None, "$Latest", {"Fn::GetAtt": ["Plain", "LatestVersionNumber"]}])
def test_a_launch_template_without_an_image_changes_nothing(version: object) -> None:
    named = {"LaunchTemplateId": {"Ref": "Plain"}, **({"Version": version} if version else {})}
    broken = with_images(["g6"], "ECS_AL2023", LaunchTemplate=named)
    assert violations(RULE, template(E=broken, Plain=PLAIN_TEMPLATE))
