"""Lambda function: set a compute environment's `maxvCpus` to what this month's budget leaves.

Event: `{"environment": ARN, "budget_usd": 1000, "tag_key": "team", "tag_value": "vision", "reduced_vcpus": 16,
"full_vcpus": 256}`.

Reads what the resources with the tag have cost since the first of the month (UTC) from Cost Explorer, without credits
and refunds, and sets `maxvCpus`: all of `full_vcpus` while that keeps to an even pace, less in proportion to what each
day left may cost, and `reduced_vcpus` with nothing left. Running jobs go on.

Returns `{"max_vcpus": ..., "spent_usd": ..., "budget_usd": ...}`. On any error the capacity stays as it is, and the
error ends the invocation, so that it is counted.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import boto3
from pace import Request, max_vcpus, read_request, total_usd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_batch import BatchClient

LOG = logging.getLogger(__name__)
LOG.setLevel(logging.INFO)


class Costs(Protocol):
    """What is used of Cost Explorer's client."""

    def get_cost_and_usage(self, **request: Any) -> Mapping[str, Any]:  # noqa: ANN401
        """Ask for costs."""


@cache
def _clients() -> tuple[Costs, BatchClient]:
    """Clients for all invocations of this environment, as Lambda advises."""
    return boto3.client("ce"), boto3.client("batch")


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Entry point of the function; see the module."""
    costs, batch = _clients()
    return scale_capacity(event, costs=costs, batch=batch, today=datetime.now(UTC).date())


def scale_capacity(event: Mapping[str, Any], *, costs: Costs, batch: BatchClient, today: date) -> dict[str, Any]:
    """Do what the module says.

    Raises:
        InvalidRequestError: The event does not say what to do.
        UnusableCostsError: Cost Explorer's answer cannot be held against the budget.
        botocore.exceptions.ClientError: Cost Explorer or Batch refuses.
    """
    request = read_request(event)
    spent = spent_usd(request, costs=costs, today=today)
    limit = max_vcpus(request, spent_usd=spent, today=today)
    batch.update_compute_environment(computeEnvironment=request.environment, computeResources={"maxvCpus": limit})
    result = {"max_vcpus": limit, "spent_usd": round(spent, 2), "budget_usd": request.budget_usd}
    LOG.info("%s", json.dumps({"environment": request.environment, **result}))
    return result


def spent_usd(request: Request, *, costs: Costs, today: date) -> float:
    """What the resources with the tag have cost this month before today.

    On the first of a month that is nothing, and Cost Explorer refuses an empty period.
    """
    first = today.replace(day=1)
    if today == first:
        return 0.0
    answer = costs.get_cost_and_usage(
        TimePeriod={"Start": first.isoformat(), "End": today.isoformat()},
        Granularity="MONTHLY",
        Metrics=["UnblendedCost"],
        Filter={
            "And": [
                {"Tags": {"Key": request.tag_key, "Values": [request.tag_value]}},
                # Credits would hide what is used up.
                {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}},
            ]
        },
    )
    spent = total_usd(answer)
    if spent == 0:
        LOG.warning(
            "No cost with tag %s=%s since %s. Is it active as a cost allocation tag?",
            request.tag_key,
            request.tag_value,
            first,
        )
    return spent
