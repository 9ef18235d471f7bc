"""One compute environment: what it is, and the capacity that jobs take from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.environments.kinds import buys_spot, platform_of
from batchwright.local.engine.environments.room import vcpus_taken
from batchwright.local.engine.jobs.states import JobStatus
from batchwright.model.capacity import Capacity, Platform
from batchwright.model.fit import gpu_fit_problems, memory_fit_problems, together_fit_problems, vcpu_fit_problems
from batchwright.model.instances import expand
from batchwright.model.strategies import BEST_FIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.local.engine.environments.hosts import Hosts
    from batchwright.local.engine.jobs.job import Job, JobSpec
    from batchwright.local.engine.tasks.sizes import Size, Sizes

_DEFAULT_MAX_MILLI: Final = 256_000
"""256 vCPUs for an unmanaged environment that does not say how many it has."""
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
        host_sizes: The sizes of these in thousandths of a vCPU, the smallest first; empty when they are open.
        without_capacity: True when the cloud has no instance for it now.
        may_exceed: True when AWS may go beyond `maxvCpus` by one instance.
        cluster: Name of its ECS cluster.
        hosts: Where its jobs run in a simulated cloud; None where they start at once.
    """

    __slots__ = (
        "_fit",
        "_last",
        "_placed",
        "_record",
        "_served",
        "_taken",
        "arn",
        "capacity",
        "cluster",
        "enabled",
        "host_sizes",
        "hosts",
        "instance_types",
        "kind",
        "least",
        "may_exceed",
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
        self.hosts: Hosts | None = None
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
        self._served: tuple[JobSpec | None, bool] = None, False
        self.enabled = record["state"] == "ENABLED"
        self.usable = self.enabled and record["status"] == "VALID"
        self.kind = str(resources.get("type", ""))
        self.spot = buys_spot(resources)
        self.scale_down_delay = _MINUTE * resources.get("scalingPolicy", {}).get("minScaleDownDelayMinutes", 0)
        self.platform = platform_of(record, self.kind)
        self.capacity = _DEFAULT_MAX_MILLI if vcpus is None else int(vcpus) * 1000
        self.least = int(resources.get("minvCpus", 0)) * 1000
        self.instance_types = expand(resources.get("instanceTypes", ())) or None
        self.host_sizes = sorted({each.vcpus * 1000 for each in self.instance_types or ()})
        self.may_exceed = self.kind != "EC2" or resources.get("allocationStrategy", BEST_FIT) != BEST_FIT
        self.cluster = str(record.get("ecsClusterArn", "")).rpartition("/")[2]

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
        last, serves = self._served
        if last is not spec:  # Most jobs are children of one array.
            able = self.usable and not self.without_capacity and spec.milli_vcpus <= self.capacity
            serves = able and self.runs(spec) and self.holds(spec) and self.has_hosts(spec)
            self._served = spec, serves
        return serves

    def has_hosts(self, spec: JobSpec) -> bool:
        """Say whether there can be as many hosts as a job, or its nodes, need; without a cloud nobody asks."""
        return self.hosts is None or self.hosts.could_hold(spec)

    def fits(self, spec: JobSpec) -> bool:
        """Say whether a job can be placed now."""
        # AWS exceeds `maxvCpus` by up to one instance, so a job that needs a larger part of one runs there alone.
        # Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
        if self.used and self.used + self._takes_all(spec) > self.capacity:
            return False
        return self.serves(spec) and (self.hosts is None or self.hosts.have_room(spec))

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
        if self.hosts is not None:
            self.hosts.take(job)

    def remove(self, job: Job) -> None:
        """Give back what a job took."""
        self.used -= self._placed.pop(job)
        if self.hosts is not None:
            self.hosts.release(job)

    def expected(self) -> Iterator[Job]:
        """Yield the jobs that were placed and are RUNNABLE still: their hosts are on their way."""
        return (job for job in self._placed if job.status is JobStatus.RUNNABLE)

    def _takes_all(self, spec: JobSpec) -> int:
        sizes, taken = self._last
        if sizes is not spec.sizes:
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
