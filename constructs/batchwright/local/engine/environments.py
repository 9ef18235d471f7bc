"""Compute environments: records, their rules, and the capacity that jobs take from them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.names import Names, check_name
from batchwright.local.engine.paging import page
from batchwright.local.engine.records import RecordStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine.container import Platform

_DEFAULT_MAX_MILLI: Final = 256_000
"""256 vCPUs for an unmanaged environment that does not say how many it has."""


@dataclass(slots=True, kw_only=True)
class ComputeEnvironment:
    """A compute environment and how much of it is taken, in thousandths of a vCPU."""

    name: str
    arn: str
    record: dict[str, Any]
    used: int = 0
    queues: set[str] = field(default_factory=set)

    @property
    def enabled(self) -> bool:
        """True when jobs may be placed here."""
        return bool(self.record["state"] == "ENABLED")

    @property
    def fargate(self) -> bool:
        """True for FARGATE and FARGATE_SPOT."""
        return str(self.record.get("computeResources", {}).get("type", "")).startswith("FARGATE")

    @property
    def platform(self) -> Platform:
        """The platform a job must be defined for to run here."""
        return "FARGATE" if self.fargate else "EC2"

    @property
    def capacity(self) -> int:
        """`maxvCpus` (`unmanagedvCpus` of an unmanaged one) in thousandths of a vCPU."""
        vcpus = self.record.get("computeResources", {}).get("maxvCpus", self.record.get("unmanagedvCpus"))
        return _DEFAULT_MAX_MILLI if vcpus is None else int(vcpus) * 1000

    def fits(self, milli_vcpus: int) -> bool:
        """Say whether a job of this size can be placed now."""
        return self.enabled and self.used + milli_vcpus <= self.capacity


class ComputeEnvironments:
    """The operations on compute environments.

    An environment is VALID at once: no instance is started, its `maxvCpus` is the capacity that jobs share.

    Args:
        names: Forms the ARNs.
        changed: Called when capacity may have been added.
    """

    def __init__(self, *, names: Names, changed: Callable[[], None]) -> None:
        self._names = names
        self._changed = changed
        self.store: RecordStore[ComputeEnvironment] = RecordStore(label="ComputeEnvironment")

    def create(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """CreateComputeEnvironment."""
        name = check_name("computeEnvironmentName", request["computeEnvironmentName"])
        kind = str(request["type"]).upper()
        if "eksConfiguration" in request:
            raise BatchError("eksConfiguration: the local engine does not run jobs on Amazon EKS yet.")
        if kind == "MANAGED" and "computeResources" not in request:
            raise BatchError("computeResources must be provided for a MANAGED compute environment.")
        resources = _checked(request.get("computeResources", {}))
        arn = self._names.arn("compute-environment", name)
        record = {
            **request,
            "type": kind,
            "computeEnvironmentArn": arn,
            "state": str(request.get("state", "ENABLED")).upper(),
            "status": "VALID",
            "statusReason": "ComputeEnvironment Healthy",
            "containerOrchestrationType": "ECS",
            "uuid": str(uuid.uuid4()),
            "ecsClusterArn": self._names.cluster_arn(name),
            "serviceRole": request.get("serviceRole") or self._service_role(),
            "tags": dict(request.get("tags", {})),
        }
        if resources:
            record["computeResources"] = resources
        self.store.add(ComputeEnvironment(name=name, arn=arn, record=record))
        return {"computeEnvironmentName": name, "computeEnvironmentArn": arn}

    def update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateComputeEnvironment. Running jobs go on; a lower `maxvCpus` only holds back new ones."""
        environment = self.store.get(request["computeEnvironment"])
        changes = {k: v for k, v in request.items() if k != "computeEnvironment"}
        if "state" in changes:
            changes["state"] = str(changes["state"]).upper()
        if "computeResources" in changes:
            update = {k: v for k, v in changes["computeResources"].items() if k != "updateToLatestImageVersion"}
            changes["computeResources"] = _checked({**environment.record.get("computeResources", {}), **update})
        environment.record = {**environment.record, **changes}
        self._changed()
        return {"computeEnvironmentName": environment.name, "computeEnvironmentArn": environment.arn}

    def delete(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DeleteComputeEnvironment."""
        environment = self.store.get(request["computeEnvironment"])
        if environment.queues:
            raise BatchError("Cannot delete, found existing JobQueue relationship")
        if environment.enabled:
            raise BatchError(f"Cannot delete, ComputeEnvironment {environment.name} must be DISABLED first.")
        self.store.remove(environment)
        return {}

    def describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DescribeComputeEnvironments. Names that do not exist are left out, as AWS does."""
        found, rest = page(self.store.chosen(request.get("computeEnvironments")), request)
        return {"computeEnvironments": [environment.record for environment in found], **rest}

    def _service_role(self) -> str:
        path = "aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
        return f"arn:{self._names.partition}:iam::{self._names.account}:role/{path}"


def _checked(resources: Mapping[str, Any]) -> dict[str, Any]:
    if not resources:
        return {}
    kind = str(resources["type"]).upper()
    most, least = resources["maxvCpus"], resources.get("minvCpus", 0)
    if most < 1:
        raise BatchError(f"computeResources.maxvCpus must be at least 1, but is {most}.")
    if least > most:
        raise BatchError(f"computeResources.minvCpus ({least}) must not be above maxvCpus ({most}).")
    scaling = {} if kind.startswith("FARGATE") else {"minvCpus": least, "desiredvCpus": least}
    return {**scaling, **resources, "type": kind}
