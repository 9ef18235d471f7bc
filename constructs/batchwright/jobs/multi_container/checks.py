"""Everything that is checked before anything is made of a job of several containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.jobs.containers.container import within
from batchwright.jobs.multi_container.task import task_fit_problems, task_images, task_problems
from batchwright.jobs.registries import registries_problems
from batchwright.model import Platform, Problem
from batchwright.model.fit import architecture_fit_problems
from batchwright.model.log_drivers import AWSLOGS
from batchwright.model.multi_container import namespace_mode_problems
from batchwright.model.windows import windows_spot_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batchwright.contracts import Queue
    from batchwright.jobs.multi_container.container import TaskContainer
    from batchwright.model import Capacity

_FIELD: Final = "containers"


def containers_problems(
    containers: Sequence[TaskContainer], queue: Queue, *, ipc_mode: str | None, pid_mode: str | None
) -> Iterable[Problem]:
    """Find what AWS would refuse of the containers of a job, or accept and never run."""
    platform, capacities = queue.platform, queue.capacities
    if platform is Platform.EKS:
        fix = "Use an EksJob, whose Pod has several containers too."
        yield Problem("queue", "a queue on EKS", "queues on EC2, Fargate or Managed Instances", fix)
        return
    broken = task_problems(containers, _FIELD, platform=platform)
    yield from broken
    # Sums of wrong amounts are not compared with the queue.
    if not any(problem.field.endswith((".vcpus", ".memory", ".gpus")) for problem in broken):
        yield from task_fit_problems(containers, _FIELD, platform=platform, capacities=capacities)
    yield from _architecture_problems(containers, capacities)
    yield from registries_problems(task_images(containers, _FIELD), capacities)
    windows = any(each.image.operating_system.is_windows for each in containers)
    yield from namespace_mode_problems(ipc_mode=ipc_mode, pid_mode=pid_mode, platform=platform, windows=windows)
    if windows:
        yield from windows_spot_problems([each.kind for each in capacities])


def _architecture_problems(containers: Sequence[TaskContainer], capacities: Sequence[Capacity]) -> Iterable[Problem]:
    """Find the first container that no host of the queue can run; those of a mixture are refused together."""
    if len({each.image.architecture for each in containers} - {None}) > 1:
        return
    for number, container in enumerate(containers):
        found = architecture_fit_problems(container.image.architecture, capacities)
        yield from within(f"{_FIELD}[{number}].", found)
        if found:
            return


def log_group_problems(containers: Iterable[TaskContainer], log_group: object) -> Sequence[Problem]:
    """Find a log group that nothing would be written to."""
    if log_group is None or any(each.log_driver.to_cloudwatch for each in containers):
        return []
    allowed, fix = f"none when no container has the log driver {AWSLOGS}", "Leave it out."
    return [Problem("log_group", "a log group", allowed, fix)]
