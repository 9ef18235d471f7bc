"""Jobs of several containers: what they owe each other."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from batchwright.model.capacity import Platform
from batchwright.model.fargate_settings import fargate_setting_problems
from batchwright.model.log_drivers import FIRELENS
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
_CONDITIONS: Final = ("START", *_AFTER_THE_END)
# Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (name)
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EcsTaskProperties.html
IPC_MODES: Final = ("host", "task", "none")
PID_MODES: Final = ("host", "task")


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


def task_container_name_problems(name: str, *, field: str = "name") -> Sequence[Problem]:
    """Find what is no name of a container of a task."""
    if _NAME.fullmatch(name):
        return []
    return [Problem(field, name, "1 to 255 letters, digits, - and _", 'Use a name such as "agent".')]


def repeated_name_problems(names: Sequence[str], *, field: str = "containers") -> Sequence[Problem]:
    """Find containers of one task that share a name."""
    allowed, fix = "a name that no other container of the job has", "Give each container a name= of its own."
    return [Problem(field, name, allowed, fix) for name, count in Counter(names).items() if count > 1]


def condition_problems(condition: object, *, field: str) -> Sequence[Problem]:
    """Find what is no condition of a dependency."""
    if condition in _CONDITIONS:
        return []
    return [
        Problem(field, condition, ", ".join(_CONDITIONS), "Use START, or SUCCESS to wait for a set-up to end well.")
    ]


def router_count_problems(routers: Sequence[str], *, field: str = "containers") -> Sequence[Problem]:
    """Find more than one router of logs in a task; `routers` are their names.

    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html
    """
    if len(routers) <= 1:
        return []
    return [Problem(field, ", ".join(routers), "one container with firelens", "Leave firelens out of the others.")]


def routed_log_problems(driver: str, *, is_router: bool, has_router: bool) -> Sequence[Problem]:
    """Find a container whose log is routed without a router, or by itself.

    Args:
        driver: Its log driver.
        is_router: Whether it is the router.
        has_router: Whether there is a router in its task.
    """
    if driver != FIRELENS or (has_router and not is_router):
        return []
    if is_router:
        fix = "Leave log_driver out, so that what it says of itself goes to CloudWatch Logs."
        return [Problem("log_driver", driver, "another driver for the router itself", fix)]
    fix = "Give one container firelens=FireLens(), or use another log driver."
    return [Problem("log_driver", driver, f"{FIRELENS} beside a container that routes logs", fix)]


def namespace_mode_problems(
    *, ipc_mode: str | None, pid_mode: str | None, platform: Platform, windows: bool
) -> Sequence[Problem]:
    """Find namespaces that a platform does not share.

    Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html (ipcMode, pidMode)
    """
    found: list[Problem] = []
    for field, mode, modes in (("ipc_mode", ipc_mode, IPC_MODES), ("pid_mode", pid_mode, PID_MODES)):
        if mode is None:
            continue
        if mode not in modes:
            found.append(Problem(field, mode, ", ".join(modes), "Use task, to share it within the job only."))
        elif windows:
            found.append(Problem(field, mode, "nothing for Windows containers", "Leave it out."))
        elif platform is Platform.FARGATE and field == "ipc_mode":
            found.extend(fargate_setting_problems(field, mode))
        elif platform is Platform.FARGATE and mode == "host":
            found.append(Problem(field, mode, "task on Fargate, which has no host to share", "Use task."))
    return found


def mixed_system_problems(systems: Mapping[str, str], *, field: str = "containers") -> Sequence[Problem]:
    """Find images for different operating systems in one task; `systems` are theirs by the containers' names."""
    if len(set(systems.values())) <= 1:
        return []
    value = ", ".join(f"{name}: {system}" for name, system in systems.items())
    return [Problem(field, value, "images for one operating system in a job", "Build all of them for the same.")]
