"""The fast network between nodes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aws_cdk import Size

from batchwright.jobs import defaults
from batchwright.jobs.containers.linux_parameters import Device, LinuxParameters, Ulimit
from batchwright.jobs.units import size_of
from batchwright.model import Problem
from batchwright.model.efa import DEVICES

if TYPE_CHECKING:
    from collections.abc import Sequence

_MEMORY_LOCK: Final = "memlock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Efa:
    """Elastic Fabric Adapters for the essential containers of all nodes, and what MPI and NCCL need beside them.

    Each gets the devices at the paths that they have on the host, may lock all of its memory, as RDMA does,
    and has room in shared memory for the exchange within a node, which libfabric does not send over the network.

    The hosts need interfaces: `HostLaunchTemplate(efa_interfaces=...)`, a cluster placement group and a security group
    that is open to itself.

    Attributes:
        devices: EFA devices of a container: as many as the hosts have interfaces.
        shared_memory: Size of `/dev/shm`, a part of the container's memory. `df -h /dev/shm` shows what is used. A
            container's own `LinuxParameters(shared_memory=...)` goes first.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/efa.html
    """

    devices: int = 1
    shared_memory: Size = field(default_factory=lambda: Size.mebibytes(defaults.MPI_SHARED_MEMORY_MIB))

    def problems(self, at: str = "efa") -> Sequence[Problem]:
        """Find a number of devices that is none, and what is no size."""
        _, found = size_of(f"{at}.shared_memory", self.shared_memory, fix="Use Size.gibibytes(4).")
        given: object = self.shared_memory
        if given is None:
            found.append(Problem(f"{at}.shared_memory", None, "a Size", "Leave it out for the default."))
        number: object = self.devices
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            found.append(Problem(f"{at}.devices", number, "whole numbers from 1", "Use 1; a p5 has 32."))
        return found

    def around(self, linux: LinuxParameters | None) -> LinuxParameters:
        """Add to what a container has; its own settings of the same things stay."""
        given = linux or LinuxParameters()
        mapped = {device.host_path for device in given.devices}
        paths = [f"{DEVICES}{number}" for number in range(self.devices)]
        limits = [*given.ulimits]
        if all(limit.name != _MEMORY_LOCK for limit in limits):
            limits.append(Ulimit(name=_MEMORY_LOCK, soft=-1))
        return replace(
            given,
            devices=[*given.devices, *(Device(host_path=path) for path in paths if path not in mapped)],
            ulimits=limits,
            shared_memory=given.shared_memory or self.shared_memory,
        )
