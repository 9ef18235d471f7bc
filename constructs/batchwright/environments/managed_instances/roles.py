"""The two roles of managed instances: ECS's, which launches them, and their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from constructs import Construct

# Launches, tags and ends instances that ECS manages; AWS keeps it in step with the service.
# Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html
INFRASTRUCTURE_POLICY: Final = "AmazonECSInfrastructureRolePolicyForManagedInstances"
# Registers the instance and reports on its tasks.
# Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-instance-profile.html
INSTANCE_POLICY: Final = "AmazonECSInstanceRolePolicyForManagedInstances"
# EC2's name in the China Regions is another.
_EC2: Final = ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"]


def new_instance_role(scope: Construct) -> iam.Role:
    """Make the instances' role."""
    return iam.Role(
        scope,
        "InstanceRole",
        assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(INSTANCE_POLICY)],
        description="Managed instances of a Batch compute environment; jobs have their own role",
    )


def new_infrastructure_role(scope: Construct, instance_role: iam.IRole) -> iam.Role:
    """Make ECS's role, which may hand this one instance role over.

    AWS's policy lets it hand over roles named `ecsInstanceRole...` only, and a role made here has no name of ours.
    The permission stands in the role itself: it has to be there before the first instance and after the last one.
    """
    hand_over = iam.PolicyStatement(
        actions=["iam:PassRole"],
        resources=[instance_role.role_arn],
        conditions={"StringEquals": {"iam:PassedToService": _EC2}},
    )
    return iam.Role(
        scope,
        "InfrastructureRole",
        assumed_by=iam.ServicePrincipal("ecs.amazonaws.com"),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(INFRASTRUCTURE_POLICY)],
        inline_policies={"InstanceRole": iam.PolicyDocument(statements=[hand_over])},
        description="ECS, for the managed instances of a Batch compute environment",
    )
