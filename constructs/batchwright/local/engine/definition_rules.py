"""What RegisterJobDefinition refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.retries import RetryStrategy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.limits import EngineLimits

_LATER: Final = {
    "nodeProperties": "multi-node parallel jobs",
    "ecsProperties": "multi-container jobs",
    "eksProperties": "jobs on Amazon EKS",
    "consumableResourceProperties": "jobs that need consumable resources",
}
_VOLUMES_LATER: Final = ("efsVolumeConfiguration", "s3filesVolumeConfiguration")
_MAX_PRIORITY: Final = 9_999


def check_definition(request: Mapping[str, Any], limits: EngineLimits) -> None:
    """Raise BatchError when AWS would refuse the definition or this engine cannot run it."""
    for member, what in _LATER.items():
        if request.get(member):
            raise BatchError(f"{member}: the local engine does not run {what} yet; it runs containerProperties.")
    if str(request["type"]).lower() != "container":
        raise BatchError("type 'multinode': the local engine does not run multi-node parallel jobs yet.")
    container = request.get("containerProperties")
    if not container:
        raise BatchError("Container properties should not be empty: containerProperties must be provided.")
    if len(request.get("platformCapabilities", ())) > 1:
        raise BatchError("platformCapabilities must name one platform, EC2 or FARGATE.")
    RetryStrategy.parse(request.get("retryStrategy"), max_attempts=limits.max_attempts)
    check_timeout(request.get("timeout"), limits)
    check_priority("schedulingPriority", request.get("schedulingPriority"))
    _check_container(container)
    if [str(p).upper() for p in request.get("platformCapabilities", ())] == ["FARGATE"]:
        _check_fargate(container)


def check_timeout(timeout: Mapping[str, Any] | None, limits: EngineLimits) -> None:
    """Raise BatchError for an `attemptDurationSeconds` that is too short."""
    seconds = (timeout or {}).get("attemptDurationSeconds")
    if seconds is not None and seconds < limits.min_timeout_seconds:
        raise BatchError(
            f"timeout.attemptDurationSeconds must be at least {limits.min_timeout_seconds} seconds, but is {seconds}."
        )


def check_priority(field: str, priority: int | None) -> None:
    """Raise BatchError for a scheduling priority outside 0 to 9999."""
    if priority is not None and not 0 <= priority <= _MAX_PRIORITY:
        raise BatchError(f"{field} must be between 0 and {_MAX_PRIORITY}, but is {priority}.")


def check_environment(variables: list[Mapping[str, str]]) -> None:
    """Raise BatchError for a variable whose name is reserved."""
    for variable in variables:
        if variable.get("name", "").startswith("AWS_BATCH"):
            raise BatchError(f"Environment variable {variable['name']} must not start with AWS_BATCH: reserved.")


def positive_number(kind: str, value: str) -> float:
    """Return the number in a resource requirement, or raise BatchError when it is none or not above 0."""
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise BatchError(f"resourceRequirements: {kind} must be a number above 0, but is {value!r}.")
    return number


def _check_container(container: Mapping[str, Any]) -> None:
    if not container.get("image"):
        raise BatchError("Container properties must contain image.")
    given = {str(r["type"]).upper() for r in container.get("resourceRequirements", ())}
    missing = [
        name for name, old in (("VCPU", "vcpus"), ("MEMORY", "memory")) if name not in given and old not in container
    ]
    if missing:
        raise BatchError(f"Container properties must contain resourceRequirements of type {' and '.join(missing)}.")
    for requirement in container.get("resourceRequirements", ()):
        positive_number(str(requirement["type"]).upper(), str(requirement["value"]))
    check_environment(container.get("environment", []))
    driver = str(container.get("logConfiguration", {}).get("logDriver", "awslogs"))
    if driver != "awslogs":
        raise BatchError(f"logConfiguration.logDriver {driver!r}: the local engine ships logs with awslogs only.")
    volumes = {volume.get("name"): volume for volume in container.get("volumes", ())}
    for volume in volumes.values():
        if used := [kind for kind in _VOLUMES_LATER if kind in volume]:
            raise BatchError(f"volumes: the local engine does not mount {used[0]} yet.")
    for mount in container.get("mountPoints", ()):
        if mount.get("sourceVolume") not in volumes:
            raise BatchError(f"mountPoints names the volume {mount.get('sourceVolume')!r}, which is not in volumes.")


def _check_fargate(container: Mapping[str, Any]) -> None:
    if not container.get("executionRoleArn"):
        raise BatchError("executionRoleArn must be provided for a job definition with the platform FARGATE.")
    if container.get("privileged"):
        raise BatchError("privileged is not applicable to jobs that run on Fargate resources.")
    if any("host" in volume and volume["host"].get("sourcePath") for volume in container.get("volumes", ())):
        raise BatchError("volumes: host.sourcePath is not supported for jobs that run on Fargate resources.")
