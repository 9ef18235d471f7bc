"""Access entries that AWS Batch makes on EKS clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from batchwright.local.emulator.batch.eks_access import wanted_entries

if TYPE_CHECKING:
    from support.local_server import LocalServer

ACCOUNT = "123456789012"
BATCH = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"


def environment(state: str | None, cluster: str = "shared", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    eks = {"eksClusterArn": f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/{cluster}", "kubernetesNamespace": "n"}
    entry = {} if state is None else {"accessEntry": {"desiredState": state}}
    return {"eksConfiguration": {**eks, **entry}, **more}


@pytest.mark.parametrize(
    ("environments", "wanted"),
    [
        ([], {}),
        ([{"type": "MANAGED"}], {}),
        ([environment("ENABLED", "other")], {}),
        ([environment("ENABLED"), environment("ENABLED")], {BATCH: True}),
        ([environment("ENABLED"), environment("DISABLED")], {BATCH: None}),
        ([environment("ENABLED"), environment(None)], {BATCH: None}),
        ([environment(None)], {BATCH: None}),
        ([environment("DISABLED")], {BATCH: False}),
        ([environment("ENABLED", serviceRole="arn:own")], {"arn:own": True}),
    ],
)
def test_all_environments_of_a_cluster_have_to_want_it(
    environments: list[dict[str, Any]], wanted: dict[str, bool | None]
) -> None:
    assert wanted_entries(iter(environments), "shared", ACCOUNT) == wanted


def test_a_namespace_can_be_given_to_batch_once_its_environment_is_there(server: LocalServer) -> None:
    eks, batch = server.client("eks"), server.client("batch")
    asked = {"clusterName": "imaging", "principalArn": BATCH}
    with pytest.raises(ClientError, match="No access entry"):
        eks.describe_access_entry(**asked)

    batch.create_compute_environment(
        computeEnvironmentName="nodes",
        type="MANAGED",
        eksConfiguration=environment("ENABLED", "imaging")["eksConfiguration"],
        computeResources={
            "type": "EC2",
            "minvCpus": 0,
            "maxvCpus": 16,
            "instanceTypes": ["m5.large"],
            "instanceRole": f"arn:aws:iam::{ACCOUNT}:instance-profile/nodes",
            "subnets": ["subnet-1"],
            "securityGroupIds": ["sg-1"],
        },
    )
    eks.associate_access_policy(
        **asked,
        policyArn="arn:aws:eks::aws:cluster-access-policy/AWSBatchNamespacePolicy",
        accessScope={"type": "namespace", "namespaces": ["imaging"]},
    )

    assert eks.describe_access_entry(**asked)["accessEntry"]["principalArn"] == BATCH
    policies = eks.list_associated_access_policies(**asked)["associatedAccessPolicies"]
    assert [policy["accessScope"]["namespaces"] for policy in policies] == [["imaging"]]
