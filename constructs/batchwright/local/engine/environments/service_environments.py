"""Service environments: where service jobs (SageMaker training) would run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.local.engine.api.names import Names, check_name
from batchwright.local.engine.api.paging import page
from batchwright.local.engine.api.records import RecordStore
from batchwright.local.engine.api.rules import refuse
from batchwright.local.engine.errors import BatchError
from batchwright.model.service_environments import capacity_unit_problems, count_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ServiceEnvironment:
    """A service environment as DescribeServiceEnvironments shows it, and the queues that have it."""

    def __init__(self, *, name: str, arn: str, record: dict[str, Any]) -> None:
        self.name = name
        self.arn = arn
        self.record = record
        self.queues: set[str] = set()

    @property
    def units(self) -> list[str]:
        """What its capacity is counted in: `NUM_INSTANCES`, or instance types."""
        return [str(limit["capacityUnit"]) for limit in self.record["capacityLimits"]]


class ServiceEnvironments:
    """The operations on service environments. They are kept and described; nothing here trains.

    Args:
        names: Forms the ARNs.
    """

    def __init__(self, *, names: Names) -> None:
        self._names = names
        self.store: RecordStore[ServiceEnvironment] = RecordStore(label="ServiceEnvironment")

    def create(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """CreateServiceEnvironment."""
        name = check_name("serviceEnvironmentName", request["serviceEnvironmentName"])
        _check_limits(request["capacityLimits"])
        arn = self._names.arn("service-environment", name)
        record = {
            "tags": {},
            **request,
            "serviceEnvironmentType": str(request["serviceEnvironmentType"]).upper(),
            "serviceEnvironmentArn": arn,
            "state": str(request.get("state", "ENABLED")).upper(),
            "status": "VALID",
        }
        self.store.add(ServiceEnvironment(name=name, arn=arn, record=record))
        return {"serviceEnvironmentName": name, "serviceEnvironmentArn": arn}

    def update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateServiceEnvironment."""
        environment = self.store.get(request["serviceEnvironment"])
        changes = {member: value for member, value in request.items() if member != "serviceEnvironment"}
        if "capacityLimits" in changes:
            _check_limits(changes["capacityLimits"])
        if "state" in changes:
            changes["state"] = str(changes["state"]).upper()
        environment.record = {**environment.record, **changes}
        return {"serviceEnvironmentName": environment.name, "serviceEnvironmentArn": environment.arn}

    def delete(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DeleteServiceEnvironment. It has to be disabled, and in no queue."""
        environment = self.store.get(request["serviceEnvironment"])
        if environment.queues:
            raise BatchError("Cannot delete, found existing JobQueue relationship")
        if environment.record["state"] == "ENABLED":
            raise BatchError(f"Cannot delete, ServiceEnvironment {environment.name} must be DISABLED first.")
        self.store.remove(environment)
        return {}

    def describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DescribeServiceEnvironments. Names that do not exist are left out."""
        found, rest = page(self.store.chosen(request.get("serviceEnvironments")), request)
        return {"serviceEnvironments": [environment.record for environment in found], **rest}


def _check_limits(limits: Sequence[Mapping[str, Any]]) -> None:
    missing = [limit for limit in limits if "capacityUnit" not in limit or "maxCapacity" not in limit]
    if missing:
        raise BatchError("capacityLimits: each entry must have maxCapacity and capacityUnit.")
    problems = [
        *capacity_unit_problems([limit["capacityUnit"] for limit in limits], field="capacity_unit"),
        *(problem for limit in limits for problem in count_problems("max_capacity", limit["maxCapacity"])),
    ]
    refuse("capacityLimits", problems)
