"""CloudWatch Container Insights of an environment."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from batchwright.model import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence


class ContainerInsights(StrEnum):
    """How much CloudWatch Container Insights collects of an environment's tasks; it is billed as custom metrics.

    Once set it cannot be unset again: a template without it turns it off.
    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EcsSettings.html

    Attributes:
        DISABLED: Nothing.
        ENABLED: CPU, memory, disk and network of the environment.
        ENHANCED: The same, and each task's own.
    """

    DISABLED = "DISABLED"
    ENABLED = "ENABLED"
    ENHANCED = "ENHANCED"


def insights_problems(value: object) -> Sequence[Problem]:
    """Find what is no setting of Container Insights; None is left out."""
    if value is None or (isinstance(value, str) and value in set(ContainerInsights)):
        return []
    return [Problem("container_insights", value, ", ".join(ContainerInsights), "Use ContainerInsights.ENABLED.")]
