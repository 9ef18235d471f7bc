"""Where a container's output may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

AWSLOGS: Final = "awslogs"
_FARGATE: Final = (AWSLOGS, "splunk")
FIRELENS: Final = "awsfirelens"
_DRIVERS: Final = (*_FARGATE, "fluentd", "gelf", "journald", "json-file", "syslog")


def log_driver_problems(driver: object, *, field: str = "log_driver", firelens: bool) -> Sequence[Problem]:
    """Find what is no log driver of ECS.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_LogConfiguration.html (logDriver)

    Args:
        driver: The log driver.
        field: What the caller calls it.
        firelens: Whether a container beside this one may route logs.
    """
    drivers = (*_DRIVERS, FIRELENS) if firelens else _DRIVERS
    if driver in drivers:
        return []
    return [Problem(field, driver, ", ".join(drivers), f"Use {AWSLOGS}.")]


def fargate_log_driver_problems(driver: str, *, firelens: bool, field: str = "log_driver") -> Sequence[Problem]:
    """Find a log driver that Fargate does not have.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_LogConfiguration.html (logDriver)

    Args:
        driver: The log driver; capitals do not matter.
        firelens: Whether a container beside this one may route logs, as in `EcsProperties`.
        field: What the caller calls it.
    """
    drivers = (*_FARGATE, FIRELENS) if firelens else _FARGATE
    if driver.lower() in drivers:
        return []
    return [Problem(field, driver, f"{', '.join(drivers)} on Fargate", "Use awslogs.")]
