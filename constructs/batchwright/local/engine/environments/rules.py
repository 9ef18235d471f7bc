"""What CreateComputeEnvironment refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.rules import refuse
from batchwright.local.engine.errors import BatchError
from batchwright.model.eks import eks_namespace_problems
from batchwright.model.environment_types import environment_type_problems
from batchwright.model.managed_instances import KIND, provider_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

MANAGED_INSTANCES: Final = KIND
_ON_EKS: Final = ("EC2", "SPOT")


def check_environment_request(request: Mapping[str, Any], kind: str) -> None:
    """Raise BatchError for an environment whose parts do not go together."""
    managed = kind == "MANAGED"
    if managed and "computeResources" not in request:
        raise BatchError("computeResources must be provided for a MANAGED compute environment.")
    problems = environment_type_problems(
        managed=managed,
        resources="computeResources" in request,
        role="serviceRole" in request,
        vcpus="unmanagedvCpus" in request,
    )
    refuse(f"{kind} compute environment", problems)
    eks = request.get("eksConfiguration")
    if eks is None:
        return
    if not managed:
        raise BatchError("eksConfiguration: a compute environment on Amazon EKS must be MANAGED.")
    refuse("eksConfiguration", eks_namespace_problems(eks["kubernetesNamespace"]))
    if str(request["computeResources"]["type"]).upper() not in _ON_EKS:
        raise BatchError(f"computeResources.type must be one of {', '.join(_ON_EKS)} on Amazon EKS.")


def check_provider(resources: Mapping[str, Any]) -> None:
    """Raise BatchError for Managed Instances without their provider, or a provider without them."""
    problems = provider_problems(
        kind=str(resources["type"]).upper(),
        provider="managedInstancesProvider" in resources,
        tags="capacityTags" in resources,
    )
    refuse("computeResources", problems)
