"""What a compute environment offers to jobs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchwright.model.architecture import Architecture
    from batchwright.model.managed_instances import CapacityOption


class Platform(StrEnum):
    """What jobs run on: AWS's `platformCapabilities`, and EKS, whose job definitions have pods instead."""

    EC2 = "EC2"
    FARGATE = "FARGATE"
    MANAGED_INSTANCES = "MANAGED_INSTANCES"
    EKS = "EKS"


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one compute environment can give a job.

    Attributes:
        kind: The environment's resource type: `EC2`, `SPOT`, `FARGATE`, `FARGATE_SPOT` or `ECS_MANAGED_INSTANCES`;
            `UNMANAGED` for one whose hosts are not Batch's business.
        platform: The platform that its jobs must be able to run on.
        max_vcpus: vCPUs that it grows to at most; None when known only at deployment.
        architecture: Its CPU architecture; None on Fargate, where each job chooses.
        instance_types: Types, families or classes it may launch; empty on Fargate.
        public_ip: Whether Fargate jobs need a public address to reach AWS (public subnets).
        efa_interfaces: Elastic Fabric Adapters of each host.
        namespace: Kubernetes namespace of its pods; None anywhere but on EKS.
        internet: Whether its hosts or tasks reach the internet; None when that is open, as in an imported VPC.
        capacity_option: How Managed Instances are bought; None elsewhere, where `kind` says it.
    """

    kind: str
    platform: Platform
    max_vcpus: int | None
    architecture: Architecture | None = None
    instance_types: tuple[str, ...] = ()
    public_ip: bool = False
    efa_interfaces: int = 0
    namespace: str | None = None
    internet: bool | None = None
    capacity_option: CapacityOption | None = None

    @property
    def is_spot(self) -> bool:
        """Whether AWS may take the capacity back while a job runs."""
        return self.kind in {"SPOT", "FARGATE_SPOT"} or self.capacity_option == "SPOT"
