"""The linked system: environments to queues, queues to definitions, subnets to routes and endpoints."""

from batchwright.checks.system.linking import link
from batchwright.checks.system.parts import (
    Container,
    Definition,
    Environment,
    LaunchTemplate,
    Queue,
    Submission,
    Subnet,
)
from batchwright.checks.system.system import System

__all__ = [
    "Container",
    "Definition",
    "Environment",
    "LaunchTemplate",
    "Queue",
    "Submission",
    "Subnet",
    "System",
    "link",
]
