"""Quota shares of a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
_MAX_SHARES: Final = 20
_MAX_QUEUES: Final = 1


def quota_share_count_problems(count: int) -> Sequence[Problem]:
    """Find more quota shares than a queue takes."""
    if count <= _MAX_SHARES:
        return []
    fix = "Put several into one, or make a second queue over a service environment of its own."
    return [Problem("quota_shares", f"{count} quota shares", f"up to {_MAX_SHARES} for a queue", fix)]


def quota_queue_count_problems(count: int) -> Sequence[Problem]:
    """Find more queues with quota shares than a service environment takes."""
    if count <= _MAX_QUEUES:
        return []
    fix = "Make a service environment for each."
    allowed = f"{_MAX_QUEUES} queue with quota shares for a service environment"
    return [Problem("service_environment_order", f"{count} queues", allowed, fix)]
