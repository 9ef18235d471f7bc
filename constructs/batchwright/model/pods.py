"""Pods: what their containers owe each other."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.model.architecture import Architecture

IMAGE_PULL_POLICIES: Final = ("Always", "IfNotPresent", "Never")
"""Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksContainer.html"""

DNS_POLICIES: Final = ("Default", "ClusterFirst", "ClusterFirstWithHostNet")
"""Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksPodProperties.html"""


def pod_amount(running: Sequence[float | None], before: Sequence[float | None]) -> float | None:
    """What a pod needs of a resource: all containers together, or the greediest init container, which runs before.

    Args:
        running: What each container asks for; None when known only at deployment.
        before: What each init container asks for.

    Returns:
        The amount; None when one of them is open.

    Source: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
    """
    together = [amount for amount in running if amount is not None]
    alone = [amount for amount in before if amount is not None]
    if len(together) + len(alone) < len(running) + len(before):
        return None
    return max(sum(together), max(alone, default=0))


def container_name_problems(field: str, names: Sequence[str]) -> Sequence[Problem]:
    """Find containers of one pod that share a name."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    fix = "Give each container a name= of its own."
    return [Problem(field, name, "a name that no other container of the pod has", fix) for name in twice]


def mixed_architecture_problems(
    field: str, architectures: Mapping[str, Architecture], *, together: str = "a pod"
) -> Sequence[Problem]:
    """Find images of different CPU architectures in one pod or task, which runs on one host.

    Args:
        field: The argument at fault.
        architectures: The image's architecture of each container, by its name.
        together: What the containers are in.
    """
    if len(set(architectures.values())) <= 1:
        return []
    value = ", ".join(f"{name}: {architecture}" for name, architecture in architectures.items())
    return [Problem(field, value, f"images of one architecture in {together}", "Build all of them for the same.")]


def mount_target_problems(field: str, paths: Sequence[str]) -> Sequence[Problem]:
    """Find two volumes mounted at one path of a container."""
    given: Sequence[object] = paths
    twice = [path for path, count in Counter(path for path in given if isinstance(path, str)).items() if count > 1]
    return [Problem(field, path, "one volume for each path", "Mount them side by side.") for path in twice]


def root_user_problems(field: str, *, user: int | None, non_root: bool | None) -> Sequence[Problem]:
    """Find a container that must not run as root, and shall.

    Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    """
    if user != 0 or not non_root:
        return []
    return [Problem(field, 0, "another user than 0 with non_root", "Give it a user id such as 1000.")]


def escalation_problems(field: str, *, privileged: bool | None, escalation: bool | None) -> Sequence[Problem]:
    """Find a privileged container that may not escalate privileges: Kubernetes refuses the pod.

    Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
    """
    if not privileged or escalation is not False:
        return []
    allowed = "True or left out for a privileged container"
    return [Problem(field, False, allowed, "Leave it out, or run the container without privileges.")]


def user_id_problems(field: str, number: float | None) -> Sequence[Problem]:
    """Find a user or group id that is none; None is left out or known only at deployment."""
    if number is None or (0 <= number <= _MAX_ID and number == int(number)):
        return []
    return [Problem(field, number, f"0 to {_MAX_ID:,}, whole", "Use the id that the image's program runs as.")]


# Kubernetes keeps ids in 64 bits and takes those that fit into 32, signed.
# Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/validation.go (IsValidUserID)
_MAX_ID: Final = 2_147_483_647
