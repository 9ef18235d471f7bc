"""What RegisterJobDefinition refuses of pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.rules import check_environment, check_mounts, needs_members, refuse, unique_names
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.tasks.pod_resources import check_pod_resources
from batchwright.model.eks import eks_container_count_problems, eks_namespace_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
