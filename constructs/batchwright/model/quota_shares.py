"""Quota shares of a queue."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from batchwright.model.names import name_problems
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Source: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
_MAX_SHARES: Final = 20
_MAX_QUEUES: Final = 1
# Source: https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
_MAX_CAPACITY_LIMITS: Final = 5
_INSTANCE_TYPE: Final = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")
NUMBER_OF_INSTANCES: Final = "NUM_INSTANCES"
"""The unit of a service environment that counts instances of all types together."""
UNLIMITED: Final = -1
"""The borrow limit of a share that may borrow all that others leave idle."""


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


def share_name_problems(names: Sequence[str], *, field: str) -> Sequence[Problem]:
    """Find names of quota shares that AWS refuses, or that two shares of a queue have."""
    found = [problem for name in names for problem in name_problems(name, field=field)]
    double = [name for name, count in Counter(names).items() if count > 1]
    fix = "Name one of the two anew."
    return [*found, *(Problem(field, name, "a name of its own for each share", fix) for name in double)]


def capacity_limit_count_problems(count: int, *, field: str) -> Sequence[Problem]:
    """Find a quota share without capacity, or with limits for more types than it takes."""
    if 1 <= count <= _MAX_CAPACITY_LIMITS:
        return []
    allowed = f"1 to {_MAX_CAPACITY_LIMITS} instance types"
    return [Problem(field, f"{count} instance types", allowed, "Name those that the team needs most.")]


def instance_type_problems(name: str, *, field: str) -> Sequence[Problem]:
    """Find what is no instance type of SageMaker training."""
    if _INSTANCE_TYPE.fullmatch(name):
        return []
    fix = "Begin with ml., as SageMaker does."
    return [Problem(field, name, "SageMaker's instance types, such as ml.g6.xlarge", fix)]


def borrow_limit_problems(percentage: int, *, borrows: bool, field: str) -> Sequence[Problem]:
    """Find a borrow limit outside its range, or one of a share that does not borrow.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html
    """
    if not borrows:
        fix = "Leave it out, or let the share lend and borrow."
        return [Problem(field, percentage, "nothing unless the share borrows", fix)]
    if percentage >= UNLIMITED:
        return []
    allowed = f"0 or more percent, or {UNLIMITED} for no limit"
    return [Problem(field, percentage, allowed, "100 lets a share double its capacity.")]


def unserved_type_problems(types: Iterable[str], served: Iterable[str], *, field: str) -> Sequence[Problem]:
    """Find instance types of a quota share that its service environment has no limit for: their jobs wait for ever.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityLimit.html
    """
    known = sorted(served)
    wrong = [name for name in types if name not in known]
    fix = "Give the service environment a limit for it, or take it out."
    return [Problem(field, name, f"types of the environment: {', '.join(known)}", fix) for name in wrong]


def service_unit_problems(units: Iterable[str], *, quota_shares: bool) -> Sequence[Problem]:
    """Find a service environment whose capacity is counted in what its queue cannot schedule by.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityLimit.html

    Args:
        units: The units of the environment's capacity limits.
        quota_shares: Whether the queue has quota shares.
    """
    wrong = [unit for unit in units if (unit == NUMBER_OF_INSTANCES) is quota_shares]
    if not wrong:
        return []
    if quota_shares:
        allowed, fix = "limits by instance type with quota shares", "Give the environment a limit for each type."
    else:
        allowed, fix = f"{NUMBER_OF_INSTANCES} without quota shares", "Give the environment one number of instances."
    return [Problem("environment", ", ".join(wrong), allowed, fix)]
