"""Allocation strategies, and what goes with them: Spot bids and the Spot Fleet role."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence


class AllocationStrategy(StrEnum):
    """How Batch chooses among an environment's instance types when it needs hosts.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/allocation-strategies.html

    Attributes:
        BEST_FIT: The cheapest type that fits, and nothing else: jobs wait while it is out of stock. On Spot it needs a
            Spot Fleet role. AWS can never update such an environment in place.
        BEST_FIT_PROGRESSIVE: The cheapest vCPUs first, then the next; the default of On-Demand environments.
        BEST_FIT_PROGRESSIVE_ORDERED: In the order in which the types are named; On-Demand only.
        SPOT_CAPACITY_OPTIMIZED: Where interruptions are least likely; Spot only.
        SPOT_PRICE_CAPACITY_OPTIMIZED: Weighs price against interruptions; the default of Spot environments; Spot only.
        SPOT_CAPACITY_OPTIMIZED_PRIORITIZED: Where interruptions are least likely, and among equals in the order in
            which the types are named; Spot only.
    """

    BEST_FIT = "BEST_FIT"
    BEST_FIT_PROGRESSIVE = "BEST_FIT_PROGRESSIVE"
    BEST_FIT_PROGRESSIVE_ORDERED = "BEST_FIT_PROGRESSIVE_ORDERED"
    SPOT_CAPACITY_OPTIMIZED = "SPOT_CAPACITY_OPTIMIZED"
    SPOT_PRICE_CAPACITY_OPTIMIZED = "SPOT_PRICE_CAPACITY_OPTIMIZED"
    SPOT_CAPACITY_OPTIMIZED_PRIORITIZED = "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED"


BEST_FIT: Final = "BEST_FIT"
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html (allocationStrategy)
_SPOT_ONLY: Final = ("SPOT_PRICE_CAPACITY_OPTIMIZED", "SPOT_CAPACITY_OPTIMIZED", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED")
_ON_DEMAND_ONLY: Final = "BEST_FIT_PROGRESSIVE_ORDERED"
_FIELD: Final = "allocation_strategy"


def strategy_problems(*, kind: str, strategy: str | None, eks: bool) -> Sequence[Problem]:
    """Find an allocation strategy that the environment's kind of capacity does not take.

    Args:
        kind: `EC2` or `SPOT`; nothing is found for others.
        strategy: The strategy; None when there is none, which Batch reads as `BEST_FIT`.
        eks: Whether the environment is on EKS.
    """
    if kind not in {"EC2", "SPOT"}:
        return []
    if eks and strategy in {None, BEST_FIT}:
        better = "BEST_FIT_PROGRESSIVE" if kind == "EC2" else _SPOT_ONLY[0]
        fix = f"Use {better}."
        return [Problem(_FIELD, strategy, "a strategy other than BEST_FIT, the default, on EKS", fix)]
    if kind == "EC2" and strategy in _SPOT_ONLY:
        return [Problem(_FIELD, strategy, "a BEST_FIT strategy on On-Demand instances", "Use BEST_FIT_PROGRESSIVE.")]
    if kind == "SPOT" and strategy == _ON_DEMAND_ONLY:
        fix = "Use SPOT_CAPACITY_OPTIMIZED_PRIORITIZED to keep an order, else SPOT_PRICE_CAPACITY_OPTIMIZED."
        return [Problem(_FIELD, strategy, "a SPOT strategy, BEST_FIT_PROGRESSIVE or BEST_FIT on Spot", fix)]
    return []


def bid_problems(percentage: float) -> Sequence[Problem]:
    """Find a Spot bid outside its range."""
    if 0 <= percentage <= 100:
        return []
    fix = "Leave it out: AWS's default of 100 % keeps the most capacity, and you pay the market price."
    return [Problem("bid_percentage", tidy(percentage), "0 to 100", fix)]


def idle_bid_problems(*, kind: str, percentage: float) -> Sequence[Problem]:
    """Find a Spot bid on On-Demand instances: accepted, and without effect.

    Source: https://github.com/nrdg/cloudknot/issues/140
    """
    if kind != "EC2":
        return []
    fix = "Make the environment of type SPOT, or leave it out."
    return [Problem("bid_percentage", tidy(percentage), "nothing on On-Demand instances, which take no bid", fix)]


def fleet_role_problems(*, strategy: str | None) -> Sequence[Problem]:
    """Find that a Spot environment without a Spot Fleet role has a strategy that needs one.

    Args:
        strategy: The strategy; None when there is none, which Batch reads as `BEST_FIT`.
    """
    if strategy not in {None, BEST_FIT}:
        return []
    allowed = "a role with AmazonEC2SpotFleetTaggingRole, which BEST_FIT (the default strategy) needs on Spot"
    fix = "Use SPOT_PRICE_CAPACITY_OPTIMIZED, which needs no role."
    return [Problem("spot_iam_fleet_role", None, allowed, fix)]


def fleet_policy_problems(policy: str) -> Sequence[Problem]:
    """Find a Spot Fleet role's policy that cannot tag the instances of an environment with tags."""
    if policy != "AmazonEC2SpotFleetRole":
        return []
    allowed = "AmazonEC2SpotFleetTaggingRole, as the environment's instances are tagged"
    return [Problem("spot_iam_fleet_role", policy, allowed, "Use AmazonEC2SpotFleetTaggingRole.")]
