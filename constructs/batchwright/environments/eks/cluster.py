"""What an environment takes from its EKS cluster, where the cluster knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model import Problem

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_eks as eks
    from aws_cdk import aws_eks_v2 as eks_v2


def cluster_vpc(cluster: eks.ICluster | eks_v2.ICluster, problems: list[Problem]) -> ec2.IVpc | None:
    """Take a cluster's VPC; an imported cluster may not know it."""
    try:
        return cluster.vpc
    except RuntimeError:
        # So the CDK's kernel hands on what the cluster says.
        fix = "Give vpc=, here or to Cluster.from_cluster_attributes(...)."
        problems.append(Problem("vpc", None, "the cluster's VPC, which this imported cluster does not know", fix))
        return None


def cluster_groups(cluster: eks.ICluster | eks_v2.ICluster, problems: list[Problem]) -> list[ec2.ISecurityGroup] | None:
    """Take the group that a cluster shares with its nodes; an imported cluster may not know it."""
    try:
        return [cluster.cluster_security_group]
    except RuntimeError:
        fix = "Give security_groups=, or cluster_security_group_id= to Cluster.from_cluster_attributes(...)."
        allowed = "the cluster's security group, which this imported cluster does not know"
        problems.append(Problem("security_groups", None, allowed, fix))
        return None
