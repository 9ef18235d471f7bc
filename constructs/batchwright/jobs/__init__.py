"""Job definitions: what runs, and with what."""

from batchwright.jobs.container_job import ContainerJob
from batchwright.jobs.retries import RetryRule, RetryStrategy

__all__ = ["ContainerJob", "RetryRule", "RetryStrategy"]
