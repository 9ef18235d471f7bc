"""What an environment on Fargate cannot have: everything about hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# The CloudFormation properties of ComputeResources that the API calls not applicable to Fargate.
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
HOST_SETTINGS: Final[dict[str, str]] = {
    "AllocationStrategy": "allocation_strategy",
    "BidPercentage": "bid_percentage",
    "DesiredvCpus": "desired_vcpus",
    "Ec2Configuration": "ec2_configuration",
    "Ec2KeyPair": "ec2_key_pair",
    "ImageId": "image_id",
    "InstanceRole": "instance_role",
    "InstanceTypes": "instances",
    "LaunchTemplate": "launch_template",
    "MinvCpus": "min_vcpus",
    "PlacementGroup": "placement_group",
    "ScalingPolicy": "scaling_policy",
    "SpotIamFleetRole": "spot_iam_fleet_role",
    "Tags": "tags",
}


def host_setting_problems(setting: str, value: object) -> Sequence[Problem]:
    """Find a setting of hosts on an environment that has none.

    Args:
        setting: The CloudFormation property of `ComputeResources`.
        value: Its value, as the message shall show it.
    """
    field = HOST_SETTINGS.get(setting)
    if field is None:
        return []
    fix = f"Leave {setting} out, or make the environment of type EC2."
    return [Problem(field, value, "nothing on Fargate, which has no hosts to set up", fix)]


def fargate_update_policy_problems() -> Sequence[Problem]:
    """Find an update policy on Fargate: it holds for replaced hosts only.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdatePolicy.html
    """
    allowed = "nothing on Fargate: Batch ignores it when the environment is made, and refuses it in an update"
    return [Problem("update_policy", "an update policy", allowed, "Leave UpdatePolicy out.")]
