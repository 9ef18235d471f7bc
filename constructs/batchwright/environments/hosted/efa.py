"""What hosts with Elastic Fabric Adapters need around them: one zone, a cluster placement group, an open inside.

Source: https://docs.aws.amazon.com/batch/latest/userguide/efa.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_ec2 as ec2

if TYPE_CHECKING:
    from constructs import Construct


def open_group(scope: Construct, vpc: ec2.IVpc) -> ec2.SecurityGroup:
    """Make a security group whose members reach each other, and the rest of the world, and are reached by nobody else.

    The rules for itself are needed although all that goes out is allowed: EFA's traffic is known by group only.
    """
    group = ec2.SecurityGroup(scope, "SecurityGroup", vpc=vpc, description="Batch hosts with EFA: open to each other")
    name = group.security_group_id
    ec2.CfnSecurityGroupIngress(
        group,
        "FromItself",
        group_id=name,
        ip_protocol="-1",
        source_security_group_id=name,
        description="EFA between the hosts",
    )
    ec2.CfnSecurityGroupEgress(
        group,
        "ToItself",
        group_id=name,
        ip_protocol="-1",
        destination_security_group_id=name,
        description="EFA between the hosts",
    )
    return group


def cluster_group(scope: Construct) -> ec2.PlacementGroup:
    """Make a placement group that keeps hosts close together."""
    return ec2.PlacementGroup(scope, "PlacementGroup", strategy=ec2.PlacementGroupStrategy.CLUSTER)
