"""What the cloud adds to a scheduler: hosts that boot, Spot that is taken back, requests that are throttled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_FRACTIONS: Final = ("boot_seconds", "task_seconds", "idle_seconds", "spot_reclaims_per_host_hour")
API_TPS: Final = 50.0
"""SubmitJob requests that AWS takes of an account in a second.
Source: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudModel:
    """How the cloud behaves where it is not this machine. Given to `BatchEngine(cloud=...)`.

    With it, EC2 environments, Managed Instances and those on EKS have hosts: a job is RUNNABLE until a host has room
    for it. Fargate has a host of its own for each task. Unmanaged environments have none to boot. The times are the
    workload's own and vary from Region to Region and from image to image: no default here is a promise of AWS.
    The same seed and the same requests at the same simulated times give the same run.

    Attributes:
        boot_seconds: From the decision that another host is needed to the first attempt on it.
        task_seconds: The same for a task on Fargate.
        idle_seconds: How long a host without a job is kept; never below `minvCpus` of its environment, and after a job
            no shorter than the environment's own `minScaleDownDelayMinutes`.
        host_vcpus: Size that hosts come near to, of the environment's instance types; any where they leave it open.
        spot_reclaims_per_host_hour: How often a Spot host, or a task on Fargate Spot, is taken back: the rate of an
            exponential distribution. 0 for never. An attempt on it ends with AWS's own status reason.
        without_capacity: Names of environments for which no instance can be had now.
        invalid_environments: Names of environments that are INVALID, as with a service role that lost its rights.
        submit_tps: SubmitJob requests a second before `TooManyRequestsException`; None for no throttle. AWS has 50.
        seed: Seed of all that is drawn.

    Raises:
        ValueError: A number is negative, not finite, or 0 where there must be some.
    """

    boot_seconds: float = 120.0
    task_seconds: float = 30.0
    idle_seconds: float = 60.0
    host_vcpus: int = 16
    spot_reclaims_per_host_hour: float = 0.0
    without_capacity: frozenset[str] = frozenset()
    invalid_environments: frozenset[str] = frozenset()
    submit_tps: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name in _FRACTIONS:
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"CloudModel: {name} must be 0 or more, but is {value!r}.")
        if self.host_vcpus < 1:
            raise ValueError(f"CloudModel: host_vcpus must be 1 or more, but is {self.host_vcpus!r}.")
        if self.submit_tps is not None and not (math.isfinite(self.submit_tps) and self.submit_tps > 0):
            raise ValueError(f"CloudModel: submit_tps must be above 0, or None, but is {self.submit_tps!r}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostUse:
    """A host that an engine with a cloud model had, or has. Times are seconds since the epoch.

    Attributes:
        environment: Name of its compute environment.
        instance_id: Its id, such as `i-0123456789abcdef0`.
        vcpus: Its size.
        asked_at: When it was asked for.
        ready_at: When it could run its first job; None while it boots.
        ended_at: When it ended; None while it is there.
        reclaimed: Whether it was taken back.
    """

    environment: str
    instance_id: str
    vcpus: int
    asked_at: float
    ready_at: float | None
    ended_at: float | None
    reclaimed: bool
