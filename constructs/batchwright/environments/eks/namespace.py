"""A Kubernetes namespace for jobs on EKS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from batchwright.environments.eks.manifest import BATCH_USER, namespace_manifests
from batchwright.model import Problem, Problems
from batchwright.model.arguments import flag_problems, is_like, like_problems, mapping_problems
from batchwright.model.eks import eks_namespace_problems
from batchwright.model.kubernetes import pod_label_problems
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_eks as eks
    from aws_cdk import aws_eks_v2 as eks_v2

# Batch's role in this account. In the ConfigMap it stands without its path: https://docs.aws.amazon.com/batch/latest/userguide/verify-configmap-config.html
_BATCH_ROLE: Final = "AWSServiceRoleForBatch"
_BATCH_PATH: Final = "aws-service-role/batch.amazonaws.com"
_LOOKUP_MINUTES: Final = 5
# It makes clusters with access entries only.
_V2_CLUSTER: Final = "aws-cdk-lib.aws_eks_v2.Cluster"


class EksNamespace(Construct):
    """A namespace of an EKS cluster in which AWS Batch may manage pods; one or more `EksEnvironment`s use it.

    The namespace, and roles that let Batch watch the cluster and manage pods there, are applied to the cluster. When
    Batch gets in by an access entry, it needs an access policy for the namespace too, which nothing in CloudFormation
    gives to an entry that Batch has made: a small function does it once the environments are there.

    Without a way for the CDK to run kubectl (an imported cluster, or one without a kubectl provider) give `apply=False`
    and apply `manifests` yourself before the environments are deployed.

    Args:
        scope: The parent.
        construct_id: The id below it.
        cluster: The cluster, of `aws_eks` or `aws_eks_v2`, also an imported one.
        name: The namespace: 1 to 63 lower-case letters, digits and inner hyphens; not `default`, nor `kube-...`. Have
            one for Batch alone.
        labels: Further labels of the namespace, such as those of Pod Security admission.
        apply: Whether the CDK applies the manifests.

    Raises:
        ConfigurationError: The name is not one that Batch takes, or the CDK cannot apply manifests to the cluster.

    Attributes:
        cluster: The cluster.
        name: The namespace's name.
        manifests: The Kubernetes objects, ready to be written as YAML or JSON.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster | eks_v2.ICluster,
        name: str = "batch-jobs",
        labels: Mapping[str, str] | None = None,
        apply: bool = True,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(where(self))
        problems.extend([*_problems(cluster, name, labels), *flag_problems("apply", apply)])
        problems.raise_if_any()
        self.cluster = cluster
        self.name = name
        self.manifests: tuple[dict[str, Any], ...] = namespace_manifests(name, labels or {})
        self._applied = [self._apply(problems)] if apply else []
        self._access: cdk.CustomResource | None = None

    def _apply(self, problems: Problems) -> Construct:
        try:
            # Below the cluster, whose ids it shares.
            return self.cluster.add_manifest(f"BatchNamespace{self.node.addr[-8:]}", *self.manifests)
        except RuntimeError as error:
            # So the CDK's kernel hands on what the cluster says.
            reason = str(error).splitlines()[0]
            allowed = "a cluster that the CDK can run kubectl against"
            fix = f"Use apply=False, and apply .manifests yourself. ({reason})"
            problems.extend([Problem("cluster", self.cluster.node.path, allowed, fix)])
            problems.raise_if_any()
            raise

    def come_before(self, environment: cdk.CfnResource) -> None:
        """Apply the manifests before an environment, and remove them after it."""
        for applied in self._applied:
            environment.node.add_dependency(applied)

    def admit_batch_after(self, environment: cdk.CfnResource) -> None:
        """Let Batch manage pods here, once it has made its access entry with this environment."""
        if self._access is None:
            self._access = self._admit_batch()
        self._access.node.add_dependency(environment)

    def map_batch(self) -> Sequence[Construct]:
        """Name Batch's role in the cluster's `aws-auth` ConfigMap; nothing where the CDK does not manage that."""
        config_map = getattr(self.cluster, "aws_auth", None) if _has_config_map(self.cluster) else None
        if config_map is None:
            return []
        if self.node.try_find_child(_BATCH_ROLE) is None:
            arn = cdk.Stack.of(self).format_arn(service="iam", region="", resource="role", resource_name=_BATCH_ROLE)
            role = iam.Role.from_role_arn(self, _BATCH_ROLE, arn, mutable=False)
            config_map.add_role_mapping(role, username=BATCH_USER, groups=[])
        return [config_map]

    def _admit_batch(self) -> cdk.CustomResource:
        # Here, as loading it takes longer than what most applications build.
        from batchwright.functions import ShippedFunction

        stack, cluster = cdk.Stack.of(self), self.cluster.cluster_name
        function = ShippedFunction(self, "Access", name="batch_custom_resources", timeout_minutes=_LOOKUP_MINUTES)
        entry = stack.format_arn(
            service="eks",
            resource="access-entry",
            resource_name=f"{cluster}/role/{stack.account}/*{_BATCH_ROLE}/*",
        )
        changes = ["eks:AssociateAccessPolicy", "eks:DisassociateAccessPolicy", "eks:ListAssociatedAccessPolicies"]
        iam.Grant.add_to_principal(grantee=function, actions=changes, resource_arns=[entry])
        return cdk.CustomResource(
            self,
            "NamespaceAccess",
            service_token=function.function.function_arn,
            resource_type="Custom::BatchNamespaceAccess",
            # A function that dies answers nobody, and CloudFormation waits for an hour by itself.
            service_timeout=cdk.Duration.minutes(2 * _LOOKUP_MINUTES),
            properties={
                "ClusterName": cluster,
                "Namespace": self.name,
                "PrincipalArn": stack.format_arn(
                    service="iam", region="", resource="role", resource_name=f"{_BATCH_PATH}/{_BATCH_ROLE}"
                ),
            },
        )


def authentication_mode(cluster: object) -> str | None:
    """Tell how a cluster lets principals in: CONFIG_MAP, API or both; None when it is not known (imported)."""
    if getattr(type(cluster), "__jsii_type__", None) == _V2_CLUSTER:
        return "API"
    if not is_like(cluster, "authentication_mode"):
        return None
    mode = getattr(cluster, "authentication_mode", None)
    if mode is not None:
        return str(mode.name)
    # The default of a cluster that the CDK makes.
    return "CONFIG_MAP" if _has_config_map(cluster) else None


def _has_config_map(cluster: object) -> bool:
    return hasattr(type(cluster), "aws_auth")


def _problems(cluster: object, name: object, labels: Mapping[str, str] | None) -> Sequence[Problem]:
    found: list[Problem] = []
    fix = "Use eks.Cluster(...), or eks.Cluster.from_cluster_attributes(...) for an existing one."
    found.extend(like_problems("cluster", cluster, "cluster_name", kind="an eks.ICluster", fix=fix, required=True))
    if not isinstance(name, str):
        found.append(Problem("name", name, "a text", "Use 'batch-jobs'."))
    else:
        found.extend(Problem("name", name, each.allowed, each.fix) for each in eks_namespace_problems(name))
    if labels is not None:
        kinds = mapping_problems("labels", labels, str, fix="Use {'team': 'imaging'}.")
        found.extend(kinds or pod_label_problems("labels", labels))
    return found
