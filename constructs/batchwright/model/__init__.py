"""What jobs need and what environments offer, in plain Python: no CDK, no AWS, no I/O."""

from batchwright.model.accelerators import has_gpus
from batchwright.model.architecture import Architecture, architecture_of
from batchwright.model.capacity import Capacity, Platform
from batchwright.model.problems import ConfigurationError, Problem, Problems
from batchwright.model.requirements import Requirements
from batchwright.model.strategies import AllocationStrategy
from batchwright.model.windows import OperatingSystem

__all__ = [
    "AllocationStrategy",
    "Architecture",
    "Capacity",
    "ConfigurationError",
    "OperatingSystem",
    "Platform",
    "Problem",
    "Problems",
    "Requirements",
    "architecture_of",
    "has_gpus",
]
