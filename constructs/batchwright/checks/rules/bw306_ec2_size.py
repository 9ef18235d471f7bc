"""BW306: a job on EC2 asks for whole vCPUs and GPUs, and for memory to run in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, each
from batchwright.checks.templates import text
from batchwright.model.sizes import ec2_memory_problems, ec2_vcpu_problems, ec2_vcpu_text_problems, gpu_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import Container, System
    from batchwright.checks.templates import Resource


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        if definition.platforms != frozenset({"EC2"}):
            continue
        for container in definition.containers:
            if container.shape.startswith("eks") or "EksProperties" in container.path:
                continue
            yield from at(definition.resource, container.memory_path, ec2_memory_problems(container.memory_mib))
            yield from at(definition.resource, container.gpus_path, gpu_problems(container.gpus))
            # Whether each of several containers needs a whole vCPU AWS does not say.
            if "EcsProperties" not in container.path:
                yield from _vcpus(definition.resource, container)


def _vcpus(resource: Resource, container: Container) -> Iterator[Violation]:
    problems = ec2_vcpu_problems(container.vcpus)
    yield from at(resource, container.vcpus_path, problems)
    if problems:
        return
    path = f"{container.path}.ResourceRequirements"
    for place, requirement in each(container.properties.get("ResourceRequirements"), path):
        written = requirement.get("Value")
        if (text(requirement.get("Type")) or "").upper() == "VCPU" and isinstance(written, str):
            yield from at(resource, f"{place}.Value", ec2_vcpu_text_problems(written))


RULE: Final = Rule(
    id="BW306",
    severity=Severity.ERROR,
    title="A job on EC2 asks for whole vCPUs, whole GPUs and 4 MiB or more",
    what="vCPUs of a container on EC2 are whole, from 1, and written with digits only; GPUs are whole; memory is 4 "
    "MiB or more. vCPUs are not judged in `EcsProperties`. Silent on what is open.",
    why="AWS refuses the job definition when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html",
    check=_check,
)
