"""What the containers of one task owe each other, and what they need together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.jobs.containers.container import within
from batchwright.jobs.multi_container.container import TaskContainer
from batchwright.jobs.sizes import fit_problems
from batchwright.model import Platform, Problem, Requirements
from batchwright.model.arguments import item_problems
from batchwright.model.fargate import fargate_size_problems, fargate_total_problems
from batchwright.model.fargate_settings import fargate_gpu_problems
from batchwright.model.job_shapes import ContainerPart, TaskForm, TaskShape
from batchwright.model.multi_container import (
    dependency_condition_problems,
    dependency_cycle_problems,
    dependency_target_problems,
    essential_problems,
    mixed_system_problems,
    repeated_name_problems,
    routed_log_problems,
    router_count_problems,
    task_container_count_problems,
)
from batchwright.model.pods import mixed_architecture_problems
from batchwright.model.sizes import ec2_memory_problems, gpu_problems, positive_vcpu_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from constructs import Construct

    from batchwright.contracts import Queue
    from batchwright.images.job_image import JobImage
    from batchwright.jobs.containers.rendering import TaskSettings
    from batchwright.jobs.task_options import TaskOptions
    from batchwright.model import Capacity


def task_kind_problems(containers: object, field: str) -> Sequence[Problem]:
    """Find what is no list of containers, and arguments of another kind than a container takes."""
    found = item_problems(field, containers, TaskContainer, fix="Use [TaskContainer(...)].")
    if found or not isinstance(containers, list | tuple):
        return found
    if not containers:
        return [Problem(field, "none", "1 to 10 containers", "Add a TaskContainer.")]
    return [problem for number, each in enumerate(containers) for problem in each.kind_problems(f"{field}[{number}].")]


def task_problems(containers: Sequence[TaskContainer], field: str, *, platform: Platform) -> Sequence[Problem]:
    """Find what AWS would refuse of containers of one task, whether they fit into a queue aside."""
    routers = [each.name for each in containers if each.firelens is not None]
    architectures = {each.name: arch for each in containers if (arch := each.image.architecture) is not None}
    systems = {each.name: each.image.operating_system for each in containers}
    found = [*task_container_count_problems(len(containers))]
    for number, container in enumerate(containers):
        at, driver = f"{field}[{number}].", container.log_driver.name
        routed = routed_log_problems(driver, is_router=container.firelens is not None, has_router=bool(routers))
        found.extend(container.problems(at, platform=platform))
        found.extend(within(at, [*routed, *_size_problems(container, platform)]))
    return [
        *found,
        *repeated_name_problems([each.name for each in containers], field=field),
        *within(f"{field}[*].", essential_problems([each.essential for each in containers])),
        *_dependency_problems(containers, field),
        *router_count_problems(routers, field=field),
        *mixed_architecture_problems(field, architectures, together="a job"),
        *mixed_system_problems(systems, field=field),
    ]


def task_fit_problems(
    containers: Sequence[TaskContainer], field: str, *, platform: Platform, capacities: Sequence[Capacity]
) -> Sequence[Problem]:
    """Find sums that Fargate has no size for, or no environment of the queue can give."""
    needs = task_requirements(containers, platform)
    found: Sequence[Problem] = []
    if platform is Platform.FARGATE and len(containers) == 1:
        found = fargate_size_problems(vcpus=needs.vcpus, memory_mib=needs.memory_mib)
    elif platform is Platform.FARGATE:
        # What is open only adds to the sum.
        found = fargate_total_problems(
            vcpus=sum(each.spec.requirements(platform).vcpus or 0 for each in containers),
            memory_mib=sum(each.spec.memory_mib or 0 for each in containers),
        )
    fits = fit_problems(needs, capacities, broken={problem.field for problem in found})
    return within(f"{field}[*]." if len(containers) > 1 else f"{field}[0].", [*found, *fits])


def task_requirements(containers: Sequence[TaskContainer], platform: Platform) -> Requirements:
    """Say what containers of one task need together."""
    needs = [each.spec.requirements(platform) for each in containers]
    memory = [each.memory_mib for each in needs]
    return Requirements(
        platform=platform,
        vcpus=_sum([each.vcpus for each in needs]),
        memory_mib=None if None in memory else sum(filter(None, memory)),
        architecture=next(filter(None, (each.architecture for each in needs)), None),
        gpus=_sum([each.gpus for each in needs]),
    )


def task_shape(containers: Sequence[TaskContainer], form: TaskForm = TaskForm.ECS) -> TaskShape:
    """Say which containers a submission may change."""
    return TaskShape(form, tuple(ContainerPart(each.name, tuple(each.command)) for each in containers))


def task_images(containers: Iterable[TaskContainer], field: str) -> dict[str, JobImage]:
    """The images of containers, by their fields' names."""
    return {f"{field}[{number}].image": each.image for number, each in enumerate(containers)}


def task_environments(containers: Iterable[TaskContainer], field: str) -> dict[str, Mapping[str, str]]:
    """The environment variables of containers, by their fields' names."""
    return {f"{field}[{number}].environment": each.environment for number, each in enumerate(containers)}


def task_words(containers: Iterable[TaskContainer]) -> list[str]:
    """The commands of containers, one after another."""
    return [word for each in containers for word in each.command]


def make_task(scope: Construct, shared: TaskOptions, queue: Queue, containers: Sequence[TaskContainer]) -> TaskSettings:
    """Make the roles and the log group that containers share, below the job."""
    built_for = next((each.image for each in containers if each.image.architecture), containers[0].image)
    mounts = [mount for each in containers for mount in each.mounts]
    logged = any(each.log_driver.to_cloudwatch for each in containers)
    return shared.make(scope, queue, built_for, mounts, to_cloudwatch=logged)


def _sum(amounts: Sequence[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _size_problems(container: TaskContainer, platform: Platform) -> Iterable[Problem]:
    """Judge one of several containers; whether each needs a whole vCPU on EC2 AWS does not say."""
    needs = container.spec.requirements(platform)
    yield from positive_vcpu_problems(needs.vcpus)
    yield from ec2_memory_problems(needs.memory_mib)
    yield from fargate_gpu_problems(needs.gpus) if platform is Platform.FARGATE else gpu_problems(needs.gpus)


def _dependency_problems(containers: Sequence[TaskContainer], field: str) -> Iterable[Problem]:
    by_name = {each.name: each for each in containers}
    for number, container in enumerate(containers):
        for target, condition in container.depends_on.items():
            at = f"{field}[{number}]."
            yield from within(at, dependency_target_problems(target, list(by_name)))
            essential = target in by_name and by_name[target].essential
            if isinstance(condition, str):
                yield from within(
                    f"{at}depends_on[{target!r}].",
                    dependency_condition_problems(target, condition, essential=essential),
                )
    waits = {each.name: list(each.depends_on) for each in containers}
    yield from within(f"{field}[*].", dependency_cycle_problems(waits))
