"""Defaults of the environments, each with its reason."""

from __future__ import annotations

from typing import Final

from batchwright.model.strategies import AllocationStrategy

MAX_VCPUS: Final = 256
"""A ceiling on the bill of a first deployment; raise it on purpose."""

MIN_VCPUS: Final = 0
"""Scale to zero: an idle environment costs nothing."""

ON_DEMAND_STRATEGY: Final = AllocationStrategy.BEST_FIT_PROGRESSIVE
"""Falls to the next type when the best is out of stock, and can be updated in place, unlike BEST_FIT.
https://docs.aws.amazon.com/batch/latest/userguide/allocation-strategies.html"""

SPOT_STRATEGY: Final = AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED
"""Weighs price against the risk of being reclaimed; AWS's own advice for Spot.
https://docs.aws.amazon.com/batch/latest/userguide/allocation-strategies.html"""

IMAGE_TYPE: Final = "ECS_AL2023"
"""Amazon Linux 2023; Batch blocks new environments on Amazon Linux 2 since 2026-06-30.
https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html"""

GPU_IMAGE_TYPE: Final = "ECS_AL2023_NVIDIA"
"""The same with NVIDIA's driver and container runtime, without which a container sees no GPU.
https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html"""

UPDATE_TIMEOUT_MINUTES: Final = 30
"""How long running jobs may go on during an infrastructure update before they are retried, AWS's own default.
https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdatePolicy.html"""
