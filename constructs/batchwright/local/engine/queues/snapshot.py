"""GetJobQueueSnapshot: what stands in front of a queue, and what its jobs hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.api.records import RecordStore
    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.queues.job_queue import JobQueue
    from batchwright.local.engine.queues.quota_shares import QuotaShares
    from batchwright.local.engine.queues.share_line import Share

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
_FRONT: Final = 100
_TOP_SHARES: Final = 20


def queue_snapshot(
    request: Mapping[str, Any], *, queues: RecordStore[JobQueue], clock: Clock, quota_shares: QuotaShares
) -> dict[str, Any]:
    """GetJobQueueSnapshot."""
    queue = queues.get(request["jobQueue"])
    now = clock.now()
    at = int(now * 1000)
    # Those that have a place and wait for its host are in front of those that wait for a place.
    expected = sorted(job for each in queue.environments for job in each.expected() if job.spec.queue is queue)
    jobs = [*expected, *queue.line.first(_FRONT, now)][:_FRONT]
    front = [
        # A job moves up when one before it leaves, so it is where it is since then, or since it came.
        {"jobArn": job.arn, "earliestTimeAtPosition": max(job.runnable_at or 0, queue.line.advanced_at)}
        for job in jobs
    ]
    answer: dict[str, Any] = {
        "frontOfQueue": {"jobs": front, "lastUpdatedAt": at},
        "queueUtilization": {**_utilization(queue), "lastUpdatedAt": at},
    }
    if queue.policy is not None and not queue.policy.fair:
        names = [share.name for share in quota_shares.of(queue)]
        answer["frontOfQuotaShares"] = {"quotaShares": {name: [] for name in names}, "lastUpdatedAt": at}
    return answer


def _utilization(queue: JobQueue) -> dict[str, Any]:
    unit = "cpu" if queue.platform == "EKS" else "VCPU"
    found: dict[str, Any] = {"totalCapacityUsage": [] if queue.services else [_usage(unit, queue.used)]}
    if queue.shares is not None:
        using = [share for share in queue.shares.shares.values() if share.holds]
        using.sort(key=lambda share: (-share.holds, share.name))
        found["fairshareUtilization"] = {
            "activeShareCount": len(using),
            "topCapacityUtilization": [_of_share(unit, share) for share in using[:_TOP_SHARES]],
        }
    return found


def _of_share(unit: str, share: Share) -> dict[str, Any]:
    return {"shareIdentifier": share.name, "capacityUsage": [_usage(unit, share.holds)]}


def _usage(unit: str, milli: int) -> dict[str, Any]:
    return {"capacityUnit": unit, "quantity": milli / 1000}
