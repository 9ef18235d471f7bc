"""The ECS cluster that Batch makes for an unmanaged environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from constructs import Construct

# A function that dies answers nobody, and CloudFormation waits for an hour by itself.
_LONGEST_MINUTES: Final = 5


def find_cluster(scope: Construct, environment_arn: str) -> cdk.CustomResource:
    """Look the cluster up when the stack is deployed: CloudFormation does not tell it.

    Args:
        scope: Where the function that looks is made.
        environment_arn: The environment.

    Returns:
        A resource with the cluster's `Arn` and `Name`.
    """
    # Here, as loading it takes longer than what most applications build.
    from batchwright.functions import ShippedFunction

    function = ShippedFunction(scope, "ClusterLookup", name="batch_custom_resources", timeout_minutes=1)
    iam.Grant.add_to_principal(grantee=function, actions=["batch:DescribeComputeEnvironments"], resource_arns=["*"])
    return cdk.CustomResource(
        scope,
        "Cluster",
        service_token=function.function.function_arn,
        resource_type="Custom::BatchEcsCluster",
        service_timeout=cdk.Duration.minutes(_LONGEST_MINUTES),
        properties={"ComputeEnvironment": environment_arn},
    )
