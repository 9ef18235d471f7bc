"""What each submission's job asks for, and what the environments of its queue offer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchwright.checks.rule import Violation
from batchwright.checks.templates import fields, items, number, text
from batchwright.checks.views.host_images import chosen_by_batch
from batchwright.model import Capacity, Platform
from batchwright.model.managed_instances import KIND as MANAGED_INSTANCES
from batchwright.model.queue_kinds import UNMANAGED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchwright.checks.system import Container, Definition, Environment, Queue, Submission, System
    from batchwright.checks.templates import Resource
    from batchwright.model import Problem

_OVERRIDES = ("ContainerOverrides", "EcsPropertiesOverride", "EksPropertiesOverride", "NodeOverrides")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """An amount that a job asks for, and where that is written.

    Attributes:
        amount: The amount; of several containers on one host at least that much. None when open or not set.
        resource: The job definition, or what submits it with another amount.
        path: The property.
    """

    amount: float | None
    resource: Resource
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Containers that start together on one host, as one submission asks for them.

    Attributes:
        definition: Its definition.
        vcpus: vCPUs.
        memory: Memory in MiB.
        gpus: GPUs.
        capacities: What the environments of its queue offer.
    """

    definition: Definition
    vcpus: Need
    memory: Need
    gpus: Need
    capacities: tuple[Capacity | None, ...]


def jobs(system: System) -> Iterator[Job]:
    """All jobs whose definition and queue are in the application."""
    capacities = {id(queue): offers(queue) for queue in system.queues}
    for submission in system.submissions:
        definition, queue = submission.definition, submission.queue
        if definition is None or queue is None:
            continue
        for group in _groups(definition.containers):
            yield Job(
                definition=definition,
                vcpus=_need("VCPU", submission, definition, group),
                memory=_need("MEMORY", submission, definition, group),
                gpus=_need("GPU", submission, definition, group),
                capacities=capacities[id(queue)],
            )


def offers(queue: Queue) -> tuple[Capacity | None, ...]:
    """What a queue's environments offer; None for one that is open, and one more None when there are others."""
    known = tuple(_offer(environment) for environment in queue.environments)
    return known if queue.complete else (*known, None)


def kinds(queue: Queue) -> tuple[str | None, ...]:
    """Kinds of a queue's environments, `UNMANAGED` among them; None for an open one, and when there are others."""
    known = tuple(UNMANAGED if each.managed is False else each.kind for each in queue.environments)
    return known if queue.complete else (*known, None)


def at(need: Need, problems: Sequence[Problem]) -> Iterator[Violation]:
    """Put problems where an amount is written."""
    for problem in problems:
        yield Violation(resource=need.resource, path=need.path, problem=problem)


def _offer(environment: Environment) -> Capacity | None:
    kind, most = environment.kind, environment.max_vcpus
    if kind not in {"EC2", "SPOT", "FARGATE", "FARGATE_SPOT", MANAGED_INSTANCES}:
        return None
    fargate = kind.startswith("FARGATE")
    types = environment.instance_types or ()
    own_image = kind == MANAGED_INSTANCES or chosen_by_batch(environment) is None
    if own_image and any(_is_grace_or_graviton_gpu(each) for each in types):
        # Batch has no GPU image for these; the user's own, or that of Managed Instances, may do.
        types = ()
    architectures = environment.architectures or frozenset()
    return Capacity(
        kind=kind,
        platform=Platform.FARGATE if fargate else Platform.EC2,
        max_vcpus=None if most is None else int(most),
        architecture=next(iter(architectures)) if len(architectures) == 1 and not fargate else None,
        instance_types=() if fargate else types,
    )


def _is_grace_or_graviton_gpu(instance_type: str) -> bool:
    return bool(re.match(r"(?:g|p)\d+[a-z]*g|p\d+e-gb", instance_type))


def _groups(containers: Sequence[Container]) -> list[list[Container]]:
    """Containers by the host that they share; those that run before the others take no more than they do."""
    found: dict[str, list[Container]] = {}
    for container in containers:
        if container.shape != "eks_init":
            # Of `...TaskProperties[0].Containers[1]`, what all containers of the task have.
            shared = container.path.rpartition(".Containers[")[0] or container.path
            found.setdefault(shared, []).append(container)
    return list(found.values())


def _need(kind: str, submission: Submission, definition: Definition, group: Sequence[Container]) -> Need:
    given = [name for name in _OVERRIDES if name in submission.request]
    if "ContainerOverrides" in given:
        need = _overridden(kind, submission)
        if need is not None:
            return need
    elif given:
        return Need(amount=None, resource=submission.resource, path=submission.request_path)
    amounts = [_amount(kind, each) for each in group]
    known = [(amount, path) for amount, path in amounts if amount is not None]
    _, path = max(known) if known else amounts[0]
    total = sum(amount for amount, _ in known) if known else None
    return Need(amount=total, resource=definition.resource, path=path)


def _amount(kind: str, container: Container) -> tuple[float | None, str]:
    if kind == "VCPU":
        return container.vcpus, container.vcpus_path
    if kind == "MEMORY":
        return container.memory_mib, container.memory_path
    return container.gpus, container.gpus_path


def _overridden(kind: str, submission: Submission) -> Need | None:
    """What the submission asks for in place of the definition; None when it leaves that as it is."""
    overrides = submission.request["ContainerOverrides"]
    open_need = Need(amount=None, resource=submission.resource, path=f"{submission.request_path}.ContainerOverrides")
    if not isinstance(overrides, dict) or {"VCPU": "Vcpus", "MEMORY": "Memory"}.get(kind) in overrides:
        return open_need
    requirements = overrides.get("ResourceRequirements", [])
    if not isinstance(requirements, list):
        return open_need
    for index, each in enumerate(items(requirements)):
        asked = text(fields(each).get("Type"))
        if asked is None:
            return open_need
        if asked == kind:
            path = f"{submission.request_path}.ContainerOverrides.ResourceRequirements[{index}].Value"
            return Need(amount=number(fields(each).get("Value")), resource=submission.resource, path=path)
    return None
