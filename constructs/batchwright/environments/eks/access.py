"""Ways into an EKS cluster: for Batch and for the nodes that it launches.

Source: https://docs.aws.amazon.com/batch/latest/userguide/eks-access-entries.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.environments.eks.namespace import authentication_mode
from batchwright.model.eks import EksAccess

if TYPE_CHECKING:
    import aws_cdk as cdk
    from aws_cdk import aws_iam as iam

    from batchwright.environments.eks.settings import EksSettings

# What a node is in Kubernetes; an access entry of type EC2_LINUX says the same.
# Source: https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
_NODE_USER: Final = "system:node:{{EC2PrivateDNSName}}"
_NODE_GROUPS: Final = ("system:bootstrappers", "system:nodes")


def let_batch_in(environment: cdk.CfnResource, settings: EksSettings) -> None:
    """Let Batch manage pods in the namespace."""
    access, namespace = settings.chosen_access, settings.namespace
    mode = authentication_mode(namespace.cluster)
    # Left to a cluster that takes nothing else, Batch makes an entry too.
    if access is EksAccess.ENABLED or (access is EksAccess.INHERIT_FROM_CLUSTER and mode == "API"):
        namespace.admit_batch_after(environment)
    if access is EksAccess.DISABLED:
        for mapped in namespace.map_batch():
            environment.node.add_dependency(mapped)


def let_nodes_in(environment: cdk.CfnResource, role: iam.IRole, settings: EksSettings) -> None:
    """Let nodes join the cluster; without it they start, are billed and never take a job."""
    cluster = settings.namespace.cluster
    if settings.chosen_access is EksAccess.DISABLED or authentication_mode(cluster) == "CONFIG_MAP":
        config_map = getattr(cluster, "aws_auth", None) if hasattr(type(cluster), "aws_auth") else None
        if config_map is not None and settings.node_access:
            config_map.add_role_mapping(role, username=_NODE_USER, groups=list(_NODE_GROUPS))
            environment.node.add_dependency(config_map)
    elif settings.node_access:
        # Here, as loading it takes longer than all that most applications build.
        from aws_cdk import aws_eks as eks

        environment.node.add_dependency(
            eks.CfnAccessEntry(
                environment.node.scope,  # type: ignore[arg-type]
                "NodeAccess",
                cluster_name=cluster.cluster_name,
                principal_arn=role.role_arn,
                type="EC2_LINUX",
            )
        )
