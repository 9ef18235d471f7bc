"""Compute environments: records, their rules, and the capacity that jobs take from them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.names import Names, check_name
from batchwright.local.engine.api.paging import page
from batchwright.local.engine.api.records import RecordStore
from batchwright.local.engine.environments.kinds import buys_spot, platform_of
from batchwright.local.engine.environments.room import vcpus_taken
from batchwright.local.engine.environments.rules import (
    check_environment_request,
    check_resources,
    merged,
    updated_resources,
)
from batchwright.local.engine.errors import BatchError
from batchwright.model.capacity import Capacity, Platform
from batchwright.model.fit import gpu_fit_problems, memory_fit_problems, together_fit_problems, vcpu_fit_problems
from batchwright.model.instances import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine.cloud.model import CloudModel
    from batchwright.local.engine.jobs.job import Job, JobSpec, Size, Sizes

_DEFAULT_MAX_MILLI: Final = 256_000
"""256 vCPUs for an unmanaged environment that does not say how many it has."""
_INVALID: Final = "CLIENT_ERROR - the cloud model has this environment as INVALID"
_MINUTE: Final = 60.0


class ComputeEnvironment:
    """A compute environment and how much of it is taken, in thousandths of a vCPU.

    Attributes:
        name: Its name.
        arn: Its ARN.
        used: What placed jobs take.
        queues: ARNs of the queues that have it.
        enabled: True when its state is ENABLED.
        usable: True when jobs may be placed here: it is also VALID.
        capacity: `maxvCpus` (`unmanagedvCpus` of an unmanaged one) in thousandths of a vCPU.
        least: `minvCpus` likewise.
        kind: Type of its compute resources, such as SPOT; empty for an unmanaged one.
        spot: True when AWS may take its hosts back.
        scale_down_delay: Seconds for which a host that ran a job is kept after it.
        instance_types: What its hosts may be; None when that is open, as with `optimal`.
        without_capacity: True when the cloud has no instance for it now.
    """

    __slots__ = (
        "_fit",
        "_last",
        "_placed",
        "_record",
        "_taken",
        "arn",
        "capacity",
        "enabled",
        "instance_types",
        "kind",
        "least",
        "name",
        "platform",
        "queues",
        "scale_down_delay",
        "spot",
        "usable",
        "used",
        "without_capacity",
    )

    def __init__(self, *, name: str, arn: str, record: dict[str, Any], without_capacity: bool = False) -> None:
        self.name = name
        self.arn = arn
        self.used = 0
        # What each job took is what it gives back, whatever an update makes of the environment meanwhile.
        self._placed: dict[Job, int] = {}
        self.queues: set[str] = set()
        self.without_capacity = without_capacity
        self.record = record

    @property
    def record(self) -> dict[str, Any]:
        """The environment as DescribeComputeEnvironments shows it."""
        return self._record

    @record.setter
    def record(self, record: dict[str, Any]) -> None:
        # All that the scheduler asks for again and again is worked out here, once.
        resources = record.get("computeResources", {})
        vcpus = resources.get("maxvCpus", record.get("unmanagedvCpus"))
        self._record = record
        self._fit: dict[Sizes, bool] = {}
        self._taken: dict[Size, int] = {}
        self._last: tuple[Sizes, int] = (), 0
        self.enabled = record["state"] == "ENABLED"
        self.usable = self.enabled and record["status"] == "VALID"
        self.kind = str(resources.get("type", ""))
        self.spot = buys_spot(resources)
        self.scale_down_delay = _MINUTE * resources.get("scalingPolicy", {}).get("minScaleDownDelayMinutes", 0)
        self.platform = platform_of(record, self.kind)
        self.capacity = _DEFAULT_MAX_MILLI if vcpus is None else int(vcpus) * 1000
        self.least = int(resources.get("minvCpus", 0)) * 1000
        self.instance_types = expand(resources.get("instanceTypes", ())) or None

    def runs(self, spec: JobSpec) -> bool:
        """Say whether the environment is of a kind for the job: multi-node ones need On-Demand EC2 instances.

        See https://docs.aws.amazon.com/batch/latest/userguide/mnp-ce.html.
        """
        return spec.nodes is None or self.kind == "EC2"

    def holds(self, spec: JobSpec) -> bool:
        """Say whether a single host of its instance types has what the job, or each of its nodes, asks for."""
        fit = self._fit.get(spec.sizes)
        if fit is None:
            fit = self._fit[spec.sizes] = all(map(self._has, spec.sizes))
        return fit

    def serves(self, spec: JobSpec) -> bool:
        """Say whether a job can be placed when nothing else is."""
        able = self.usable and not self.without_capacity and spec.milli_vcpus <= self.capacity
        return able and self.runs(spec) and self.holds(spec)

    def fits(self, spec: JobSpec) -> bool:
        """Say whether a job can be placed now."""
        # AWS exceeds `maxvCpus` by up to one instance, so a job that needs a larger part of one runs there alone.
        # Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
        return (not self.used or self.used + self._takes_all(spec) <= self.capacity) and self.serves(spec)

    def takes(self, size: Size) -> int:
        """Return the thousandths of a vCPU of a host that go to a job, or to a node: `room.vcpus_taken` says more."""
        taken = self._taken.get(size)
        if taken is None:
            taken = self._taken[size] = vcpus_taken(size, self.instance_types or ())
        return taken

    def put(self, job: Job) -> None:
        """Take capacity for a job."""
        taken = self._placed[job] = self._takes_all(job.spec)
        self.used += taken

    def remove(self, job: Job) -> None:
        """Give back what a job took."""
        self.used -= self._placed.pop(job)

    def _takes_all(self, spec: JobSpec) -> int:
        sizes, taken = self._last
        if sizes is not spec.sizes:  # Most jobs are children of one array.
            taken = sum([self.takes(size) for size in spec.sizes])
            self._last = spec.sizes, taken
        return taken

    def _has(self, size: Size) -> bool:
        if self.instance_types is None:
            return True
        kind, types = self.kind, tuple(each.name for each in self.instance_types)
        capacities = [Capacity(kind, Platform(self.platform), None, instance_types=types)]
        vcpus, memory_mib, gpus = size.milli_vcpus / 1000, size.memory_mib, size.gpus
        return not (
            vcpu_fit_problems(vcpus, capacities)
            or memory_fit_problems(memory_mib, capacities)
            or gpu_fit_problems(gpus, capacities)
            or together_fit_problems(vcpus=vcpus, memory_mib=memory_mib, gpus=gpus, capacities=capacities)
        )


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
        arn = self._names.arn("compute-environment", name)
        record = {
            **request,
            "type": kind,
            "computeEnvironmentArn": arn,
            "state": str(request.get("state", "ENABLED")).upper(),
            "status": "INVALID" if name in self._invalid else "VALID",
            "statusReason": _INVALID if name in self._invalid else "ComputeEnvironment Healthy",
            "containerOrchestrationType": "EKS" if eks else "ECS",
            "uuid": str(uuid.uuid4()),
            **({} if eks else {"ecsClusterArn": self._names.cluster_arn(name)}),
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
            update = {k: v for k, v in changes["computeResources"].items() if k != "updateToLatestImageVersion"}
            changes["computeResources"] = updated_resources(environment.record.get("computeResources", {}), update)
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
