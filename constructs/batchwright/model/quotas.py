"""Quotas of an account in a Region, which AWS does not raise.

Source: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_QUEUES: Final = 50
MAX_ENVIRONMENTS: Final = 50
MAX_EKS_ENVIRONMENTS: Final = 5


def queue_count_problems(count: int) -> Sequence[Problem]:
    """Find more job queues than a Region takes."""
    fix = "Share queues between workloads, or spread them over Regions or accounts."
    return _too_many("queues", count, MAX_QUEUES, "job queues in a Region", fix)


def environment_count_problems(count: int) -> Sequence[Problem]:
    """Find more compute environments than a Region takes."""
    fix = "Let queues share environments, or spread them over Regions or accounts."
    return _too_many("environments", count, MAX_ENVIRONMENTS, "compute environments in a Region", fix)


def eks_environment_count_problems(count: int) -> Sequence[Problem]:
    """Find more compute environments than an EKS cluster takes."""
    fix = "Let queues share environments, or use another cluster."
    return _too_many("environments", count, MAX_EKS_ENVIRONMENTS, "compute environments on one EKS cluster", fix)


def _too_many(field: str, count: int, most: int, what: str, fix: str) -> Sequence[Problem]:
    return [Problem(field, count, f"up to {most} {what}", fix)] if count > most else []
