"""What AWS Batch needs in a Kubernetes namespace, as Kubernetes takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BATCH_USER: Final = "aws-batch"
"""The Kubernetes user that the `aws-auth` ConfigMap makes of AWS Batch."""
_API: Final = "rbac.authorization.k8s.io"
_READ: Final = ["get", "list", "watch"]
# Both sets of rules: https://docs.aws.amazon.com/batch/latest/userguide/batch_eks_invalid_compute_environment.html
_CLUSTER_RULES: Final[Sequence[tuple[str, Sequence[str], Sequence[str]]]] = (
    ("", ["namespaces"], ["get"]),
    ("", ["nodes", "pods", "configmaps"], _READ),
    ("", ["events"], ["list"]),
    ("apps", ["daemonsets", "deployments", "statefulsets", "replicasets"], _READ),
    (_API, ["clusterroles", "clusterrolebindings"], ["get", "list"]),
)
_NAMESPACE_RULES: Final[Sequence[tuple[str, Sequence[str], Sequence[str]]]] = (
    ("", ["pods"], ["create", *_READ, "delete", "patch"]),
    ("", ["serviceaccounts"], ["get", "list"]),
    (_API, ["roles", "rolebindings"], ["get", "list"]),
)


def namespace_manifests(name: str, labels: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    """Write a namespace, and what lets Batch watch the cluster and manage pods in it.

    The role for the cluster bears the namespace's name, so that several namespaces do not argue over one.
    """
    watcher, manager = f"aws-batch-cluster-{name}", "aws-batch-compute-environment"
    return (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"name": name, **labels}}},
        _object("ClusterRole", {"name": watcher}, rules=_rules(_CLUSTER_RULES)),
        _object("ClusterRoleBinding", {"name": watcher}, **_binding("ClusterRole", watcher)),
        _object("Role", {"name": manager, "namespace": name}, rules=_rules(_NAMESPACE_RULES)),
        _object("RoleBinding", {"name": manager, "namespace": name}, **_binding("Role", manager)),
    )


def _object(kind: str, metadata: Mapping[str, str], **fields: object) -> dict[str, Any]:
    return {"apiVersion": f"{_API}/v1", "kind": kind, "metadata": dict(metadata), **fields}


def _rules(rules: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> list[dict[str, list[str]]]:
    return [
        {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)} for group, resources, verbs in rules
    ]


def _binding(kind: str, role: str) -> dict[str, Any]:
    return {
        "subjects": [{"kind": "User", "name": BATCH_USER, "apiGroup": _API}],
        "roleRef": {"kind": kind, "name": role, "apiGroup": _API},
    }
