"""Job queues: the order in which environments take jobs, and who gets how much."""

from batchwright.queues.fair_share import FairShare, Share
from batchwright.queues.job_queue import JobQueue
from batchwright.queues.metrics import QueueMetric
from batchwright.queues.quota_share import QuotaShare, Sharing
from batchwright.queues.spot_then_on_demand import SpotThenOnDemand
from batchwright.queues.time_limits import TimeLimits
from batchwright.queues.training_queue import TrainingQueue

__all__ = [
    "FairShare",
    "JobQueue",
    "QueueMetric",
    "QuotaShare",
    "Share",
    "Sharing",
    "SpotThenOnDemand",
    "TimeLimits",
    "TrainingQueue",
]
