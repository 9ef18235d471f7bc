"""What RegisterJobDefinition and SubmitJob refuse of pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.rules import check_environment, check_mounts, needs_members, refuse, unique_names
from batchwright.local.engine.errors import BatchError
from batchwright.model.eks import (
    eks_container_count_problems,
    eks_cpu_limit_problems,
    eks_cpu_problems,
    eks_gpu_problems,
    eks_memory_problems,
    eks_namespace_problems,
    eks_unequal_problems,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.model.problems import Problem

_GPU: Final = "nvidia.com/gpu"
_KINDS: Final = ("emptyDir", "hostPath", "persistentVolumeClaim", "secret")
_DNS: Final = ("Default", "ClusterFirst", "ClusterFirstWithHostNet", "None")


def check_pod(properties: Mapping[str, Any], where: str = "eksProperties") -> None:
    """Raise BatchError for `eksProperties` that AWS would refuse."""
    pod = properties.get("podProperties") or {}
    containers, init = pod.get("containers") or [], pod.get("initContainers") or []
    if not containers:
        raise BatchError(f"{where}: podProperties must have at least one container.")
    refuse(where, eks_container_count_problems(len(containers), field="containers"))
    refuse(where, eks_container_count_problems(len(init), field="initContainers"))
    unique_names([entry.get("name") or "Default" for entry in (*init, *containers)], where)
    policy = pod.get("dnsPolicy")
    if policy is not None and policy not in _DNS:
        raise BatchError(f"{where}: dnsPolicy is {policy!r}, but must be one of {', '.join(_DNS)}.")
    namespace = pod.get("metadata", {}).get("namespace")
    if namespace is not None:
        refuse(where, eks_namespace_problems(namespace))
    volumes = _volumes(pod.get("volumes", ()), where)
    for entry in (*init, *containers):
        _check_container(entry, volumes, where)


def check_pod_resources(name: str, resources: Mapping[str, Mapping[str, str]]) -> None:
    """Raise BatchError for resources that are missing or break the rules of Batch on EKS."""
    limits, requests = resources.get("limits", {}), resources.get("requests", {})
    where = f"container {name}: resources"
    for resource in ("cpu", "memory"):
        if resource not in limits and resource not in requests:
            raise BatchError(f"{where} must have {resource} in limits or requests.")
    found: list[Problem] = []
    for level in (limits, requests):
        if "cpu" in level:
            found += eks_cpu_problems(_number(where, "cpu", level["cpu"]))
        if "memory" in level:
            found += eks_memory_problems(level["memory"])
        if _GPU in level:
            found += eks_gpu_problems(_number(where, _GPU, level[_GPU]))
    if "cpu" in limits and "cpu" in requests:
        found += eks_cpu_limit_problems(float(limits["cpu"]), float(requests["cpu"]))
    for resource in ("memory", _GPU):
        if resource in limits and resource in requests:
            found += eks_unequal_problems(resource, limits[resource], requests[resource])
    refuse(where, found)


def _check_container(entry: Mapping[str, Any], volumes: Sequence[str], where: str) -> None:
    if not entry.get("image"):
        raise BatchError(f"{where}: each container must have an image.")
    check_environment(entry.get("env", []))
    check_pod_resources(entry.get("name") or "Default", entry.get("resources", {}))
    mounts = entry.get("volumeMounts", ())
    check_mounts(mounts, volumes, members=("name", "mountPath"), where=f"{where}: volumeMounts")


def _volumes(entries: Sequence[Mapping[str, Any]], where: str) -> list[str]:
    for entry in entries:
        if len([kind for kind in _KINDS if kind in entry]) > 1:
            raise BatchError(f"{where}: volume {entry['name']!r} can be of one kind only: {', '.join(_KINDS)}.")
        if "hostPath" in entry:
            needs_members(entry["hostPath"], ("path",), f"{where}: volume {entry['name']!r}: hostPath")
    return [entry["name"] for entry in entries]


def _number(where: str, resource: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BatchError(f"{where}: {resource} is {text!r}, but must be a number.") from None
