"""What CreateComputeEnvironment and UpdateComputeEnvironment refuse, and what they make of their resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.rules import refuse
from batchwright.local.engine.errors import BatchError
from batchwright.model.eks import eks_namespace_problems
from batchwright.model.environment_types import environment_type_problems
from batchwright.model.managed_instances import KIND, provider_problems
from batchwright.model.strategies import BEST_FIT

if TYPE_CHECKING:
    from collections.abc import Mapping

MANAGED_INSTANCES: Final = KIND
_ON_EKS: Final = ("EC2", "SPOT")
_SCALED: Final = ("EC2", "SPOT")
# Structures of which an update may name a part.
_PARTS: Final = frozenset(
    {"accessEntry", "infrastructureOptimization", "instanceLaunchTemplate", "managedInstancesProvider"}
)
# Source: https://docs.aws.amazon.com/batch/latest/userguide/error-desired-vcpus-update.html
_NO_SCALING_DOWN: Final = (
    "Manually scaling down compute environment is not supported. Disconnecting job queues from compute environment "
    "will cause it to scale-down to minvCpus."
)
# What an update may change of hosts that were chosen with BEST_FIT, which is also what Batch takes where none is named.
_SCALING: Final = frozenset({"minvCpus", "maxvCpus", "desiredvCpus", "scalingPolicy"})
# Source: https://repost.aws/knowledge-center/batch-update-ec2-environment
_BEST_FIT_STAYS: Final = (
    "Fields allocationStrategy, bidPercentage, ec2Configuration, ec2KeyPair, imageId, instanceRole, instanceTypes, "
    "launchTemplate, placementGroup, securityGroupIds, subnets, tags, type, updatePolicy, updateToLatestImageVersion, "
    "context can be updated for CE only with Allocation Strategy BEST_FIT_PROGRESSIVE and SPOT_CAPACITY_OPTIMIZED."
)


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


def check_resources(resources: Mapping[str, Any]) -> dict[str, Any]:
    """Return compute resources as they are described, or raise BatchError for sizes that contradict each other."""
    if not resources:
        return {}
    check_provider(resources)
    kind = str(resources["type"]).upper()
    most, least = resources["maxvCpus"], resources.get("minvCpus", 0)
    if most < 1:
        raise BatchError(f"computeResources.maxvCpus must be at least 1, but is {most}.")
    if least < 0:
        raise BatchError(f"computeResources.minvCpus must be at least 0, but is {least}.")
    if least > most:
        raise BatchError(f"computeResources.minvCpus ({least}) must not be above maxvCpus ({most}).")
    desired = resources.get("desiredvCpus", least)
    if not least <= desired <= most:
        raise BatchError(
            f"computeResources.desiredvCpus ({desired}) must be between minvCpus ({least}) and maxvCpus ({most})."
        )
    scaling = {"minvCpus": least, "desiredvCpus": least} if kind in _SCALED else {}
    return {**scaling, **resources, "type": kind}


def updated_resources(old: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """Lay an update over compute resources, or raise BatchError as `check_resources` does.

    Batch itself keeps the desired vCPUs between the limits; who sets them can only raise them.
    """
    _check_hardware(old, update)
    new = merged(old, {member: value for member, value in update.items() if member != "updateToLatestImageVersion"})
    if "desiredvCpus" in update:
        if update["desiredvCpus"] < old.get("desiredvCpus", 0):
            raise BatchError(_NO_SCALING_DOWN)
    elif "desiredvCpus" in new:
        new["desiredvCpus"] = max(new.get("minvCpus", 0), min(new["maxvCpus"], new["desiredvCpus"]))
    return check_resources(new)


def _check_hardware(old: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    if str(old.get("type")).upper() not in _SCALED:
        return
    changed = any(value != old.get(member) for member, value in update.items() if member not in _SCALING)
    if changed and old.get("allocationStrategy", BEST_FIT) == BEST_FIT:
        raise BatchError(_BEST_FIT_STAYS)


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Lay an update over what is there; what it leaves out stays, also within the provider of managed instances."""
    inner = {
        name: merged(old[name], value)
        for name, value in new.items()
        if name in _PARTS and isinstance(old.get(name), dict)
    }
    return {**old, **new, **inner}
