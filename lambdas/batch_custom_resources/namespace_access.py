"""Permission for AWS Batch to manage pods in a namespace of an EKS cluster.

Batch makes its access entry on the cluster itself, with a policy for the cluster as a whole; the one for namespaces has
to be associated afterwards, or jobs stay RUNNABLE.
https://docs.aws.amazon.com/batch/latest/userguide/eks-access-entries.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

POLICY_NAME = "AWSBatchNamespacePolicy"
SECONDS_BETWEEN_LOOKS = 5.0


def allow(
    eks: Any,  # noqa: ANN401 - the client of EKS
    *,
    cluster: str,
    principal: str,
    namespace: str,
    until: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> None:
    """Add a namespace to those in which Batch may manage pods, once its access entry is there.

    EKS takes the list of namespaces as a whole, so that of two resources that add one at a time the later undoes the
    earlier: each looks again whether its own has stayed.

    Raises:
        LookupError: There is still no access entry at the time `until`, or the namespace does not stay in it.
    """
    while True:
        try:
            namespaces = _namespaces(eks, cluster=cluster, principal=principal)
            if namespace in namespaces:
                return
            _associate(eks, cluster=cluster, principal=principal, namespaces=[*namespaces, namespace])
            why = f"the namespace {namespace} does not stay in the access entry of {principal} on cluster {cluster}"
        except ClientError as error:
            if not _is_absent(error):
                raise
            why = (
                f"cluster {cluster} has no access entry for {principal}. AWS Batch makes it once every compute "
                "environment of the cluster has the access entry ENABLED, and the cluster takes access entries"
            )
        if clock() >= until:
            raise LookupError(why)
        sleep(SECONDS_BETWEEN_LOOKS)


def withdraw(eks: Any, *, cluster: str, principal: str, namespace: str) -> None:  # noqa: ANN401 - the client of EKS
    """Take a namespace away again; a cluster or an entry that is gone already is no error."""
    try:
        namespaces = _namespaces(eks, cluster=cluster, principal=principal)
        if namespace not in namespaces:
            return
        rest = [each for each in namespaces if each != namespace]
        if rest:
            _associate(eks, cluster=cluster, principal=principal, namespaces=rest)
        else:
            eks.disassociate_access_policy(clusterName=cluster, principalArn=principal, policyArn=_policy(principal))
    except ClientError as error:
        if not _is_absent(error):
            raise


def _namespaces(eks: Any, *, cluster: str, principal: str) -> list[str]:  # noqa: ANN401 - the client of EKS
    pages = eks.get_paginator("list_associated_access_policies").paginate(clusterName=cluster, principalArn=principal)
    return [
        namespace
        for page in pages
        for policy in page["associatedAccessPolicies"]
        if policy["policyArn"] == _policy(principal)
        for namespace in policy["accessScope"].get("namespaces", [])
    ]


def _associate(eks: Any, *, cluster: str, principal: str, namespaces: list[str]) -> None:  # noqa: ANN401 - see above
    eks.associate_access_policy(
        clusterName=cluster,
        principalArn=principal,
        policyArn=_policy(principal),
        accessScope={"type": "namespace", "namespaces": namespaces},
    )


def _policy(principal: str) -> str:
    partition = principal.split(":", 2)[1]
    return f"arn:{partition}:eks::aws:cluster-access-policy/{POLICY_NAME}"


def _is_absent(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ResourceNotFoundException"
