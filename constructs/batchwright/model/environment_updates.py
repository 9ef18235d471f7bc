"""What an environment says about its own updates and its shrinking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import tidy
from batchwright.model.problems import Problem
from batchwright.model.strategies import BEST_FIT

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdatePolicy.html
_MAX_UPDATE_MINUTES: Final = 7_200
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeScalingPolicy.html
_MIN_DELAY_MINUTES: Final = 20
_MAX_DELAY_MINUTES: Final = 10_080


def update_timeout_problems(minutes: float) -> Sequence[Problem]:
    """Find a wait for running jobs that is outside its range."""
    if 1 <= minutes <= _MAX_UPDATE_MINUTES:
        return []
    allowed = f"1 to {_MAX_UPDATE_MINUTES} minutes"
    return [Problem("job_execution_timeout_minutes", tidy(minutes), allowed, "AWS's own default is 30.")]


def scale_down_delay_problems(minutes: float) -> Sequence[Problem]:
    """Find a delay before idle hosts end that is outside its range."""
    if minutes == 0 or _MIN_DELAY_MINUTES <= minutes <= _MAX_DELAY_MINUTES:
        return []
    allowed = f"0 for no delay, or {_MIN_DELAY_MINUTES} to {_MAX_DELAY_MINUTES} minutes"
    fix = f"Use {_MIN_DELAY_MINUTES if minutes < _MIN_DELAY_MINUTES else _MAX_DELAY_MINUTES}, or leave it out."
    return [Problem("min_scale_down_delay_minutes", tidy(minutes), allowed, fix)]


def in_place_problems(*, strategy: str | None, own_role: bool, why: str) -> Sequence[Problem]:
    """Find what keeps Batch from updating an environment of EC2 or Spot instances in place.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/updating-compute-environments.html

    Args:
        strategy: The allocation strategy; None when there is none, which Batch reads as `BEST_FIT`.
        own_role: Whether its service role is another than Batch's service-linked role.
        why: Why it must be updated in place, such as "it has a name".
    """
    found = []
    if strategy in {None, BEST_FIT}:
        allowed = f"a strategy other than BEST_FIT, the default: {why}, and with BEST_FIT AWS cannot update it in place"
        fix = "Use BEST_FIT_PROGRESSIVE, or SPOT_PRICE_CAPACITY_OPTIMIZED on Spot."
        found.append(Problem("allocation_strategy", strategy, allowed, fix))
    if own_role:
        allowed = f"Batch's service-linked role: {why}, and with another role AWS cannot update it in place"
        fix = "Leave ServiceRole out: AWS then uses AWSServiceRoleForBatch."
        found.append(Problem("service_role", "a role of your own", allowed, fix))
    return found
