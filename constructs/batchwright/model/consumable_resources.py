"""Consumable resources that jobs hold while they run, such as licenses."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence


def consumable_quantity_problems(quantity: float, total: float, *, field: str = "quantity") -> Sequence[Problem]:
    """Find a job that asks for more than there is, and so waits for ever.

    A total of 0 is not judged: it is how a resource begins that is opened later.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling-how-to-for-jobs.html
    """
    if total <= 0 or quantity <= total:
        return []
    allowed = f"up to the resource's total quantity ({tidy(total)}); the job would wait for ever"
    return [Problem(field, tidy(quantity), allowed, "Ask for less, or raise TotalQuantity of the resource.")]


def consumable_total_problems(total: object, *, is_open: bool = False) -> Sequence[Problem]:
    """Find a total that is no whole number from 0; `is_open` is one that is known only at deployment.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateConsumableResource.html
    """
    if is_open or (_is_number(total) and total >= 0 and is_whole(total)):
        return []
    return [Problem("total_quantity", total, "a whole number, 0 or more", "Say how much of it there is.")]


def consumed_quantity_problems(quantity: object, *, field: str, is_open: bool = False) -> Sequence[Problem]:
    """Find an amount that is no whole number from 1; `is_open` is one that is known only at deployment."""
    if is_open or (_is_number(quantity) and quantity >= 1 and is_whole(quantity)):
        return []
    return [Problem(field, quantity, "a whole number, 1 or more", "Say how much of it one job holds.")]


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
