"""Job queues: the order in which environments take jobs."""

from batchwright.queues.job_queue import JobQueue
from batchwright.queues.time_limits import TimeLimits

__all__ = ["JobQueue", "TimeLimits"]
