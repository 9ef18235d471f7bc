"""The operations on compute environments."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.names import Names, check_name
from batchwright.local.engine.api.paging import page
from batchwright.local.engine.api.records import RecordStore
from batchwright.local.engine.environments.environment import ComputeEnvironment
from batchwright.local.engine.environments.rules import (
    check_environment_request,
    check_resources,
    merged,
    updated_resources,
)
from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine.cloud.model import CloudModel

_INVALID: Final = "CLIENT_ERROR - the cloud model has this environment as INVALID"


class ComputeEnvironments:
    """The operations on compute environments.

    An environment is VALID at once. Hosts are simulated only with a cloud model.

    Args:
        names: Forms the ARNs.
        changed: Called when capacity may have been added.
        cloud: Which of them are INVALID, or get no instances.
    """

    def __init__(self, *, names: Names, changed: Callable[[], None], cloud: CloudModel | None) -> None:
        self._names = names
        self._invalid = frozenset() if cloud is None else cloud.invalid_environments
        self._without_capacity = frozenset() if cloud is None else cloud.without_capacity
        self._changed = changed
        self.store: RecordStore[ComputeEnvironment] = RecordStore(label="ComputeEnvironment")

    def create(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """CreateComputeEnvironment."""
        name = check_name("computeEnvironmentName", request["computeEnvironmentName"])
        kind = str(request["type"]).upper()
        check_environment_request(request, kind)
        resources = check_resources(request.get("computeResources", {}))
        eks = "eksConfiguration" in request
        arn, ident = self._names.arn("compute-environment", name), str(uuid.uuid4())
        record = {
            **request,
            "type": kind,
            "computeEnvironmentArn": arn,
            "state": str(request.get("state", "ENABLED")).upper(),
            "status": "INVALID" if name in self._invalid else "VALID",
            "statusReason": _INVALID if name in self._invalid else "ComputeEnvironment Healthy",
            "containerOrchestrationType": "EKS" if eks else "ECS",
            "uuid": ident,
            **({} if eks else {"ecsClusterArn": self._names.cluster_arn(name, ident)}),
            "serviceRole": request.get("serviceRole") or self._service_role(),
            "tags": dict(request.get("tags", {})),
        }
        if resources:
            record["computeResources"] = resources
        lacking = name in self._without_capacity
        self.store.add(ComputeEnvironment(name=name, arn=arn, record=record, without_capacity=lacking))
        self._changed()
        return {"computeEnvironmentName": name, "computeEnvironmentArn": arn}

    def update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateComputeEnvironment. Running jobs go on; a lower `maxvCpus` only holds back new ones."""
        environment = self.store.get(request["computeEnvironment"])
        changes = {k: v for k, v in request.items() if k != "computeEnvironment"}
        if "state" in changes:
            changes["state"] = str(changes["state"]).upper()
        if "computeResources" in changes:
            resources = environment.record.get("computeResources", {})
            changes["computeResources"] = updated_resources(resources, changes["computeResources"])
        if "eksConfiguration" in changes:
            if "eksConfiguration" not in environment.record:
                raise BatchError(f"eksConfiguration: ComputeEnvironment {environment.name} is not on Amazon EKS.")
            changes["eksConfiguration"] = merged(environment.record["eksConfiguration"], changes["eksConfiguration"])
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
