"""Which EC2 instances an environment may launch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from batchwright.model import Architecture, Problems, architecture_of
from batchwright.model.architecture import mixed_type_problems
from batchwright.model.host_images import unbootable_problems

# Batch's own classes: it chooses among current C, M and R families, and new generations join without a change here.
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html (instanceTypes)
_X86_CLASS: Final = "default_x86_64"
_ARM_CLASS: Final = "default_arm64"


@dataclass(frozen=True, slots=True)
class Instances:
    """A set of EC2 instance types of one CPU architecture; made by one of its presets.

    Attributes:
        types: Types (`c7g.2xlarge`), families (`c7g`) or Batch's classes (`default_arm64`).
        architecture: The architecture that all of them share.
    """

    types: tuple[str, ...]
    architecture: Architecture

    @classmethod
    def x86(cls) -> Instances:
        """Let Batch choose among its current x86-64 families: the widest choice, the best for Spot."""
        return cls(types=(_X86_CLASS,), architecture=Architecture.X86_64)

    @classmethod
    def graviton(cls) -> Instances:
        """Let Batch choose among its current Graviton families; images must be built for arm64."""
        return cls(types=(_ARM_CLASS,), architecture=Architecture.ARM64)

    @classmethod
    def of(cls, *types: str) -> Instances:
        """Take exactly these types or families, all of one architecture.

        Raises:
            ConfigurationError: None is given, a name is not an instance type's, or architectures are mixed: a job
                would land on a host that cannot run its image.
        """
        architectures = {name: architecture_of(name) for name in types}
        problems = Problems("Instances.of")
        problems.check(
            bool(types),
            field="types",
            value=types,
            allowed="one or more types or families",
            fix="Name some, for example Instances.of('c7i', 'm7i'), or use Instances.x86().",
        )
        for name, architecture in architectures.items():
            problems.check(
                architecture is not None,
                field="types",
                value=name,
                allowed="EC2 instance types (c7g.2xlarge) or families (c7g)",
                fix="Look the name up with `aws ec2 describe-instance-types`.",
            )
            problems.extend(unbootable_problems(name))
        problems.extend(mixed_type_problems(types))
        problems.raise_if_any()
        return cls(types=types, architecture=next(filter(None, architectures.values())))
