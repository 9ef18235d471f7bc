"""Capacity limits of service environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem
from batchwright.model.quota_shares import NUMBER_OF_INSTANCES, instance_type_problems

if TYPE_CHECKING:
    from collections.abc import Sequence


def capacity_unit_problems(units: Sequence[str], *, field: str = "instances") -> Sequence[Problem]:
    """Find units that are no instance types, none at all, or a total beside limits of single types.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityLimit.html
    """
    if not units:
        allowed = "a number, or a number for each instance type"
        return [Problem(field, {}, allowed, 'Use 10, or {"ml.g6.xlarge": 10} for a queue with quota shares.')]
    if NUMBER_OF_INSTANCES in units and len(units) > 1:
        allowed = f"either {NUMBER_OF_INSTANCES} or instance types"
        return [Problem(field, ", ".join(units), allowed, f"Leave {NUMBER_OF_INSTANCES} out.")]
    types = [unit for unit in units if unit != NUMBER_OF_INSTANCES]
    return [problem for unit in types for problem in instance_type_problems(str(unit), field=field)]


def count_problems(field: str, count: float | None) -> Sequence[Problem]:
    """Find what is no whole number of instances from 1; None is known only at deployment."""
    if count is None or (is_whole(count) and count >= 1):
        return []
    return [Problem(field, tidy(count), "whole instances, 1 or more", "Use enabled=False to stop new jobs.")]
