"""Quota shares: the parts of a queue for service jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.local.engine.api.names import Names, check_name
from batchwright.local.engine.api.paging import page
from batchwright.local.engine.api.rules import refuse
from batchwright.local.engine.errors import BatchError
from batchwright.model.quota_shares import (
    borrow_limit_problems,
    capacity_limit_count_problems,
    instance_type_problems,
    quota_share_count_problems,
    unserved_type_problems,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from batchwright.local.engine.api.records import RecordStore
    from batchwright.local.engine.queues.job_queue import JobQueue


class QuotaShare:
    """A quota share as DescribeQuotaShare shows it."""

    def __init__(self, *, name: str, arn: str, record: dict[str, Any], queue: JobQueue, number: int) -> None:
        self.name = name
        self.arn = arn
        self.record = record
        self.queue = queue
        self.number = number


class QuotaShares:
    """The operations on quota shares. They are kept and described; nothing here trains.

    Args:
        names: Forms the ARNs.
        queues: Where a share's queue is looked up.
    """

    def __init__(self, *, names: Names, queues: RecordStore[JobQueue]) -> None:
        self._names = names
        self._queues = queues
        # Names are unique within a queue only, so ARNs are what they are found by.
        self._shares: dict[str, QuotaShare] = {}
        self._made = 0

    def create(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """CreateQuotaShare."""
        name = check_name("quotaShareName", request["quotaShareName"])
        queue = self._queues.get(request["jobQueue"])
        if queue.policy is None or queue.policy.fair:
            raise BatchError(f"JobQueue {queue.name} has no scheduling policy of quota shares.")
        arn = self._names.arn("job-queue", f"{queue.name}/quota-share/{name}")
        if arn in self._shares:
            raise BatchError(f"Object already exists: QuotaShare {name}")
        refuse("CreateQuotaShare", quota_share_count_problems(1 + sum(1 for _ in self.of(queue))))
        _check(request, queue)
        record = {
            "tags": {},
            **{member: value for member, value in request.items() if member != "jobQueue"},
            "quotaShareArn": arn,
            "jobQueueArn": queue.arn,
            "state": str(request.get("state", "ENABLED")).upper(),
            "status": "VALID",
        }
        self._made += 1
        self._shares[arn] = QuotaShare(name=name, arn=arn, record=record, queue=queue, number=self._made)
        return {"quotaShareName": name, "quotaShareArn": arn}

    def update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateQuotaShare."""
        share = self._get(request)
        changes = {member: value for member, value in request.items() if member != "quotaShareArn"}
        if "state" in changes:
            changes["state"] = str(changes["state"]).upper()
        _check({**share.record, **changes}, share.queue)
        share.record = {**share.record, **changes}
        return {"quotaShareName": share.name, "quotaShareArn": share.arn}

    def delete(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DeleteQuotaShare. It has to be disabled."""
        share = self._get(request)
        if share.record["state"] == "ENABLED":
            raise BatchError(f"Cannot delete, QuotaShare {share.name} must be DISABLED first.")
        del self._shares[share.arn]
        return {}

    def describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DescribeQuotaShare."""
        return dict(self._get(request).record)

    def list(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """ListQuotaShares, those of one queue."""
        queue = self._queues.get(request["jobQueue"])
        found, rest = page(((share.number, share) for share in self.of(queue)), request)
        summaries = [{k: v for k, v in share.record.items() if k != "tags"} for share in found]
        return {"quotaShares": summaries, **rest}

    def everything(self) -> tuple[dict[str, Any], ...]:
        """Return the shares' records, in the order of their creation."""
        return tuple(share.record for share in self._shares.values())

    def put(self, records: Iterable[dict[str, Any]]) -> None:
        """Put shares back, in the order of their creation."""
        for record in records:
            name, arn = record["quotaShareName"], record["quotaShareArn"]
            queue = self._queues.get(record["jobQueueArn"])
            self._made += 1
            self._shares[arn] = QuotaShare(name=name, arn=arn, record=record, queue=queue, number=self._made)

    def find(self, arn: str) -> QuotaShare | None:
        """Return the share with this ARN, or None."""
        return self._shares.get(arn)

    def of(self, queue: JobQueue) -> Iterator[QuotaShare]:
        """Yield the shares of a queue."""
        return (share for share in self._shares.values() if share.queue is queue)

    def check_deletable(self, queue: JobQueue) -> None:
        """Raise BatchError for a queue that still has quota shares."""
        if any(self.of(queue)):
            raise BatchError(f"Cannot delete, JobQueue {queue.name} has quota shares.")

    def _get(self, request: Mapping[str, Any]) -> QuotaShare:
        share = self._shares.get(request["quotaShareArn"])
        if share is None:
            raise BatchError(f"QuotaShare {request['quotaShareArn']} not found.")
        return share


def _check(request: Mapping[str, Any], queue: JobQueue) -> None:
    types = [str(limit["capacityUnit"]) for limit in request["capacityLimits"]]
    sharing = request["resourceSharingConfiguration"]
    borrows = str(sharing["strategy"]).upper() == "LEND_AND_BORROW"
    limit = sharing.get("borrowLimit")
    problems = [
        *capacity_limit_count_problems(len(types), field="capacity_limits"),
        *(problem for name in types for problem in instance_type_problems(name, field="capacity_unit")),
        *([] if limit is None else borrow_limit_problems(limit, borrows=borrows, field="borrow_limit")),
    ]
    if not problems:
        served = [unit for service in queue.services for unit in service.units]
        problems = [*unserved_type_problems(types, served, field="capacity_unit")]
    refuse("QuotaShare", problems)
