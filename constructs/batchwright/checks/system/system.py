"""An application's templates with their Batch parts linked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.checks.system.parts import Definition, Environment, LaunchTemplate, Queue, Submission, Subnet
    from batchwright.checks.templates import Resource


@dataclass(eq=False, slots=True, kw_only=True)
class System:
    """What rules are run over.

    Attributes:
        resources: Every resource, by type.
        environments: Compute environments.
        queues: Job queues.
        definitions: Job definitions.
        submissions: Every place that submits jobs.
        launch_templates: Launch templates, by resource.
        subnets: Subnets, by resource.
    """

    resources: Mapping[str, tuple[Resource, ...]]
    environments: tuple[Environment, ...]
    queues: tuple[Queue, ...]
    definitions: tuple[Definition, ...]
    submissions: tuple[Submission, ...]
    launch_templates: Mapping[Resource, LaunchTemplate] = field(default_factory=dict)
    subnets: Mapping[Resource, Subnet] = field(default_factory=dict)

    def of_type(self, resource_type: str) -> tuple[Resource, ...]:
        """All resources of a CloudFormation type."""
        return self.resources.get(resource_type, ())
