"""Jobs on Amazon EKS."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem
from batchwright.model.sizes import MIN_MEMORY_MIB

if TYPE_CHECKING:
    from collections.abc import Sequence


class EksAccess(StrEnum):
    """How AWS Batch gets into an EKS cluster: the state of its access entry that an environment asks for.

    Batch makes the entry only when all its environments of the cluster ask for it, and removes it only when none does.
    Source: https://docs.aws.amazon.com/batch/latest/userguide/eks-access-entries.html

    Attributes:
        ENABLED: By an access entry that Batch makes, AWS's advice; the cluster has to take access entries.
        DISABLED: By the `aws-auth` ConfigMap, the only way into a cluster that takes no access entries.
        INHERIT_FROM_CLUSTER: As it is on the cluster, where somebody else has settled it.
    """

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    INHERIT_FROM_CLUSTER = "INHERIT_FROM_CLUSTER"


# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksPodProperties.html
MAX_CONTAINERS: Final = 10
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksConfiguration.html (kubernetesNamespace)
_NAMESPACE: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksContainerResourceRequirements.html
_CPU_STEP: Final = 0.25
_MEMORY: Final = re.compile(r"([0-9]{1,12})Mi")
_VERSION: Final = re.compile(r"1\.[0-9]{1,3}")


def eks_cpu_problems(cpu: float) -> Sequence[Problem]:
    """Find CPUs that are not quarters."""
    if cpu > 0 and is_whole(cpu / _CPU_STEP):
        return []
    return [Problem("cpu", tidy(cpu), "multiples of 0.25", "Round it up to the next quarter.")]


def eks_memory_mib(memory: str) -> int | None:
    """MiB of a memory amount; None when it is not written as Batch wants it."""
    match = _MEMORY.fullmatch(memory)
    return int(match[1]) if match else None


def eks_memory_problems(memory: str) -> Sequence[Problem]:
    """Find memory that is not whole MiB, or too little."""
    mib = eks_memory_mib(memory)
    if mib is not None and mib >= MIN_MEMORY_MIB:
        return []
    allowed = f"whole MiB from {MIN_MEMORY_MIB}, written with Mi"
    return [Problem("memory", memory, allowed, "Write it in MiB: 2048Mi, not 2Gi or 2048.")]


def eks_gpu_problems(gpus: float) -> Sequence[Problem]:
    """Find GPUs that are not a whole number."""
    if gpus >= 0 and is_whole(gpus):
        return []
    return [Problem("nvidia.com/gpu", tidy(gpus), "whole GPUs", "Leave it out for a job without GPUs.")]


def eks_unequal_problems(resource: str, limit: object, request: object) -> Sequence[Problem]:
    """Find memory or GPUs whose limit differs from the request."""
    if limit == request:
        return []
    allowed = f"the same as in limits ({limit})"
    return [Problem(resource, request, allowed, "Set it in limits only.")]


def eks_cpu_limit_problems(limit: float, request: float) -> Sequence[Problem]:
    """Find a request for more CPUs than the limit."""
    if request <= limit:
        return []
    allowed = f"up to the limit ({tidy(limit)})"
    return [Problem("cpu", tidy(request), allowed, "Raise the limit, or lower the request.")]


def eks_namespace_problems(namespace: str) -> Sequence[Problem]:
    """Find a namespace that Batch does not place pods in."""
    if _NAMESPACE.fullmatch(namespace) and namespace != "default" and not namespace.startswith("kube-"):
        return []
    allowed = "1 to 63 lower-case letters, digits and inner hyphens; not default, nor one that starts with kube-"
    return [Problem("namespace", namespace, allowed, "Make a namespace for Batch, such as batch-jobs.")]


def eks_container_count_problems(count: int, *, field: str) -> Sequence[Problem]:
    """Find more containers than a pod of Batch may have."""
    if count <= MAX_CONTAINERS:
        return []
    return [Problem(field, f"{count} containers", f"up to {MAX_CONTAINERS}", "Merge some of them.")]


def eks_refused_setting_problems(setting: str, value: object, *, fix: str) -> Sequence[Problem]:
    """Say that a setting is not one of a job on EKS."""
    return [Problem(setting, value, "nothing for jobs on EKS", fix)]


def eks_unknown_setting_problems(setting: str) -> Sequence[Problem]:
    """Say that Kubernetes has a setting which CloudFormation has not."""
    allowed = "the fields of CloudFormation's SecurityContext, of a container"
    fix = "Take it out; set it for the namespace with a Pod Security admission or a mutating webhook of the cluster."
    return [Problem(setting, "set", allowed, fix)]


def access_problems(access: EksAccess, mode: str | None) -> Sequence[Problem]:
    """Find a way into a cluster that its authentication mode does not have.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/eks-access-entries.html

    Args:
        access: The state of the access entry that is asked for.
        mode: The cluster's authentication mode; None when it is not known.
    """
    if mode == "CONFIG_MAP" and access is EksAccess.ENABLED:
        fix = "Make the cluster with AuthenticationMode.API_AND_CONFIG_MAP, or leave it out."
        return [Problem("access", access.name, "EksAccess.DISABLED: the cluster takes no access entries", fix)]
    if mode == "API" and access is EksAccess.DISABLED:
        return [Problem("access", access.name, "EksAccess.ENABLED: the cluster reads no ConfigMap", "Leave it out.")]
    return []


def kubernetes_version_problems(version: str, *, fixed_image: bool) -> Sequence[Problem]:
    """Find what is no version of Kubernetes, or one beside an image that has its own.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html (imageKubernetesVersion)
    """
    if fixed_image:
        allowed = "nothing with images of your own, which have a version"
        return [Problem("kubernetes_version", version, allowed, "Leave one of the two out.")]
    if _VERSION.fullmatch(version):
        return []
    return [Problem("kubernetes_version", version, "a version as EKS writes it, such as 1.33", "Leave it out.")]
