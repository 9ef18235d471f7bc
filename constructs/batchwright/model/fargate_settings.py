"""Settings that jobs on Fargate cannot have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAVE_OUT: Final = "Leave it out, or run the job on EC2."
# Source: https://docs.aws.amazon.com/batch/latest/userguide/fargate-job-definitions.html
_REFUSED: Final = {
    "privileged": _LEAVE_OUT,
    "ulimits": _LEAVE_OUT,
    "devices": _LEAVE_OUT,
    "shared_memory": _LEAVE_OUT,
    "shared_memory_size": _LEAVE_OUT,
    "tmpfs": _LEAVE_OUT,
    "max_swap": _LEAVE_OUT,
    "swappiness": _LEAVE_OUT,
    "ipc_mode": _LEAVE_OUT,
    "host_path": "Use an EFS volume, or ephemeral storage.",
    "vcpus": "Set vCPUs in ResourceRequirements, with the type VCPU.",
    "memory": "Set memory in ResourceRequirements, with the type MEMORY.",
}


def fargate_setting_problems(setting: str, value: object, *, field: str | None = None) -> Sequence[Problem]:
    """Say that Fargate does not have a setting, such as `privileged` or `devices`; `field` is another name for it."""
    old = setting in ("vcpus", "memory")
    allowed = "nothing here on Fargate, only in ResourceRequirements" if old else "nothing on Fargate"
    return [Problem(field or setting, value, allowed, _REFUSED[setting])]


def fargate_role_problems() -> Sequence[Problem]:
    """Say that Fargate needs a role to pull the image and to write the log."""
    allowed = "an execution role on Fargate"
    fix = "Set ExecutionRoleArn to a role with the policy AmazonECSTaskExecutionRolePolicy."
    return [Problem("execution_role", None, allowed, fix)]


def fargate_gpu_problems(gpus: float | None) -> Sequence[Problem]:
    """Find GPUs, which Fargate does not have; None is known only at deployment."""
    if not gpus:
        return []
    return [Problem("gpus", tidy(gpus), "0 on Fargate", "Use a queue over EC2 environments with GPU instances.")]
