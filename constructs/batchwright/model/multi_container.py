"""Jobs of several containers: what they owe each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EcsProperties.html
MAX_CONTAINERS: Final = 10
MAX_TASKS: Final = 1
# Source of the rest: https://docs.aws.amazon.com/batch/latest/APIReference/API_TaskContainerProperties.html
_MIN_TIMEOUT: Final = 2
_MAX_FARGATE_TIMEOUT: Final = 120
_AFTER_THE_END: Final = ("COMPLETE", "SUCCESS")


def task_count_problems(count: int) -> Sequence[Problem]:
    """Find more than one task."""
    if count <= MAX_TASKS:
        return []
    return [Problem("task_properties", f"{count} tasks", "1 task", "Put all containers into one task.")]


def task_container_count_problems(count: int) -> Sequence[Problem]:
    """Find more containers than a task may have."""
    if count <= MAX_CONTAINERS:
        return []
    return [Problem("containers", f"{count} containers", f"up to {MAX_CONTAINERS}", "Merge some of them.")]


def essential_problems(essential: Sequence[bool | None]) -> Sequence[Problem]:
    """Find a job without an essential container; None is a flag known only at deployment."""
    if not essential or any(flag is not False for flag in essential):
        return []
    fix = "Set Essential: true on the container whose end is the job's end, or leave it out there."
    return [Problem("essential", False, "at least one essential container", fix)]


def dependency_target_problems(target: str, names: Sequence[str]) -> Sequence[Problem]:
    """Find a dependency on a container that is not there."""
    if target in names:
        return []
    allowed = f"a container of the job ({', '.join(names)})" if names else "a container of the job"
    return [Problem("depends_on", target, allowed, "Name one of them; names are case-sensitive.")]


def dependency_condition_problems(target: str, condition: str, *, essential: bool) -> Sequence[Problem]:
    """Find a wait for the end of a container whose end is the end of the job."""
    if not essential or condition.upper() not in _AFTER_THE_END:
        return []
    allowed = f"START, as {target} is essential"
    return [Problem("condition", condition, allowed, f"Set Essential: false on {target}, or wait for START.")]


def dependency_cycle_problems(dependencies: Mapping[str, Sequence[str]]) -> Sequence[Problem]:
    """Find containers that wait for each other.

    Args:
        dependencies: The containers that each container waits for, by name.
    """
    left = {name: {target for target in targets if target in dependencies} for name, targets in dependencies.items()}
    while ready := [name for name, targets in left.items() if not targets]:
        for name in ready:
            del left[name]
        for targets in left.values():
            targets.difference_update(ready)
    if not left:
        return []
    allowed = "containers that wait for each other in one direction only"
    return [Problem("depends_on", " and ".join(sorted(left)), allowed, "Take one of the dependencies out.")]


def container_timeout_problems(seconds: float, *, field: str, fargate: bool) -> Sequence[Problem]:
    """Find a start or stop timeout that is too short, or too long for Fargate."""
    if seconds >= _MIN_TIMEOUT and not (fargate and seconds > _MAX_FARGATE_TIMEOUT):
        return []
    allowed = f"{_MIN_TIMEOUT} to {_MAX_FARGATE_TIMEOUT} s on Fargate" if fargate else f"{_MIN_TIMEOUT} s or more"
    nearest = _MIN_TIMEOUT if seconds < _MIN_TIMEOUT else _MAX_FARGATE_TIMEOUT
    return [Problem(field, f"{tidy(seconds)} s", allowed, f"Use {nearest}.")]
