"""How much the containers of a pod ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.local.engine.api.rules import refuse
from batchwright.local.engine.errors import BatchError
from batchwright.model.eks import (
    eks_cpu_limit_problems,
    eks_cpu_problems,
    eks_gpu_problems,
    eks_memory_problems,
    eks_unequal_problems,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.model.problems import Problem

GPU: Final = "nvidia.com/gpu"


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
        if GPU in level:
            found += eks_gpu_problems(_number(where, GPU, level[GPU]))
    if "cpu" in limits and "cpu" in requests:
        found += eks_cpu_limit_problems(float(limits["cpu"]), float(requests["cpu"]))
    for resource in ("memory", GPU):
        if resource in limits and resource in requests:
            found += eks_unequal_problems(resource, limits[resource], requests[resource])
    refuse(where, found)


def _number(where: str, resource: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BatchError(f"{where}: {resource} is {text!r}, but must be a number.") from None
