"""Everything that is checked before anything is made of a job of one container."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.contracts import Queue
from batchwright.jobs.registries import registries_problems
from batchwright.jobs.sizes import size_problems
from batchwright.jobs.units import payload_problems
from batchwright.model.arguments import required_problems
from batchwright.model.fit import architecture_fit_problems
from batchwright.model.windows import windows_spot_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.jobs.containers.container import ContainerSpec
    from batchwright.jobs.definition import DefinitionOptions
    from batchwright.jobs.task_options import TaskOptions
    from batchwright.model import Problem

_QUEUE_FIX = "Use a JobQueue, or the queue of a BatchPlatform."


def job_kind_problems(
    container: ContainerSpec, options: DefinitionOptions, task: TaskOptions, queue: object
) -> Sequence[Problem]:
    """Find arguments of another kind than a job takes; until they are right, nothing else can be asked."""
    return [
        *container.kind_problems(),
        *required_problems("queue", queue, Queue, fix=_QUEUE_FIX),
        *options.kind_problems(),
        *task.kind_problems(),
    ]


def job_problems(
    container: ContainerSpec, options: DefinitionOptions, task: TaskOptions, queue: Queue
) -> Sequence[Problem]:
    """Find what AWS would refuse, or accept and never run."""
    capacities, image = queue.capacities, container.image
    found = [
        *size_problems(container.requirements(queue.platform), capacities),
        *architecture_fit_problems(image.architecture, capacities),
        *registries_problems({"image": image}, capacities),
        *container.problems(queue.platform),
        *options.problems(queue, command=container.command),
        *task.problems(queue),
        *payload_problems([*container.command, *_texts(container.environment), *_texts(options.parameters)]),
    ]
    if image.operating_system.is_windows:
        found.extend(windows_spot_problems([each.kind for each in capacities]))
    return found


def _texts(values: Mapping[str, str]) -> list[str]:
    return [text for pair in values.items() for text in pair]
