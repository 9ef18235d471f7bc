"""Consumable resources that jobs hold while they run, such as licenses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model.numbers import tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence


def consumable_quantity_problems(quantity: float, total: float) -> Sequence[Problem]:
    """Find a job that asks for more than there is, and so waits for ever.

    A total of 0 is not judged: it is how a resource begins that is opened later.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling-how-to-for-jobs.html
    """
    if total <= 0 or quantity <= total:
        return []
    allowed = f"up to the resource's total quantity ({tidy(total)}); the job would wait for ever"
    return [Problem("quantity", tidy(quantity), allowed, "Ask for less, or raise TotalQuantity of the resource.")]
