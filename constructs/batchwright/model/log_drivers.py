"""Where a container's output may go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

_FARGATE: Final = ("awslogs", "splunk")
_FIRELENS: Final = "awsfirelens"


def fargate_log_driver_problems(driver: str, *, firelens: bool) -> Sequence[Problem]:
    """Find a log driver that Fargate does not have.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_LogConfiguration.html (logDriver)

    Args:
        driver: The log driver; capitals do not matter.
        firelens: Whether a container beside this one may route logs, as in `EcsProperties`.
    """
    drivers = (*_FARGATE, _FIRELENS) if firelens else _FARGATE
    if driver.lower() in drivers:
        return []
    return [Problem("log_driver", driver, f"{', '.join(drivers)} on Fargate", "Use awslogs.")]
