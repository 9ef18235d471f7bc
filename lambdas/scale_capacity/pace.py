"""How much capacity a month's budget leaves: pure functions."""

from __future__ import annotations

import calendar
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class InvalidRequestError(ValueError):
    """The event does not say what to do."""


class UnusableCostsError(ValueError):
    """Cost Explorer's answer cannot be held against the budget."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the event asks for.

    Attributes:
        environment: ARN of the compute environment.
        budget_usd: What a month may cost.
        tag_key: The cost allocation tag that counts.
        tag_value: Its value.
        reduced_vcpus: `maxvCpus` with nothing of the budget left.
        full_vcpus: `maxvCpus` while spending keeps to an even pace, or stays below it.
    """

    environment: str
    budget_usd: float
    tag_key: str
    tag_value: str
    reduced_vcpus: int
    full_vcpus: int


def read_request(event: Mapping[str, Any]) -> Request:
    """Read the event.

    Raises:
        InvalidRequestError: A field is missing, or a number makes no sense.
    """
    try:
        request = Request(
            environment=str(event["environment"]),
            budget_usd=float(event["budget_usd"]),
            tag_key=str(event["tag_key"]),
            tag_value=str(event["tag_value"]),
            reduced_vcpus=int(event["reduced_vcpus"]),
            full_vcpus=int(event["full_vcpus"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidRequestError(f"the event lacks a field or has a wrong one: {error!r}") from error
    if not (math.isfinite(request.budget_usd) and request.budget_usd > 0):
        raise InvalidRequestError(f"budget_usd is {request.budget_usd}, not above 0")
    if not 1 <= request.reduced_vcpus <= request.full_vcpus:
        raise InvalidRequestError(f"vCPUs are {request.reduced_vcpus} to {request.full_vcpus}, not 1 or more, rising")
    return request


def total_usd(answer: Mapping[str, Any]) -> float:
    """Add up what Cost Explorer answers.

    Raises:
        UnusableCostsError: It has no amount, or one in another currency.
    """
    try:
        amounts = [result["Total"]["UnblendedCost"] for result in answer["ResultsByTime"]]
        units = {amount["Unit"] for amount in amounts}
        total = sum(float(amount["Amount"]) for amount in amounts)
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableCostsError(f"Cost Explorer's answer has no amount: {error!r}") from error
    if not amounts or not math.isfinite(total):
        raise UnusableCostsError("Cost Explorer's answer has no amount")
    if units != {"USD"}:
        raise UnusableCostsError(f"costs are in {', '.join(sorted(units))}, the budget in USD")
    return total


def allowance(*, budget_usd: float, spent_usd: float, today: date) -> float:
    """What each day left may cost, as a part of an even day's cost: 1 on pace or below, 0 with nothing left.

    Args:
        budget_usd: What the month may cost.
        spent_usd: What it has cost before today.
        today: A day of the month, not over yet.
    """
    days = calendar.monthrange(today.year, today.month)[1]
    left = days - today.day + 1
    pace = (budget_usd - spent_usd) / left / (budget_usd / days)
    return min(1.0, max(0.0, pace))


def max_vcpus(request: Request, *, spent_usd: float, today: date) -> int:
    """The capacity that the budget leaves, between the reduced and the full one."""
    part = allowance(budget_usd=request.budget_usd, spent_usd=spent_usd, today=today)
    return request.reduced_vcpus + int((request.full_vcpus - request.reduced_vcpus) * part)
