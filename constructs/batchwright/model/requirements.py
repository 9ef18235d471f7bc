"""What a job asks of the environment that runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchwright.model.architecture import Architecture
    from batchwright.model.capacity import Platform


@dataclass(frozen=True, slots=True)
class Requirements:
    """What one attempt of a job needs.

    Attributes:
        platform: What it is made for.
        vcpus: vCPUs; whole on EC2, from 0.25 on Fargate. None when known only at deployment.
        memory_mib: Memory in MiB; the container is killed above it. None when known only at deployment.
        architecture: The image's architecture; None for an image of several, which runs on any.
        gpus: NVIDIA GPUs. None when known only at deployment.
    """

    platform: Platform
    vcpus: float | None
    memory_mib: int | None
    architecture: Architecture | None
    gpus: float | None = 0
