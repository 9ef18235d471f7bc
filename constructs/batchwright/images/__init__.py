"""Container images and where they are kept."""

from batchwright.images.job_image import JobImage
from batchwright.images.pull_through_cache import PullThroughCache
from batchwright.images.repository import ImageRepository

__all__ = ["ImageRepository", "JobImage", "PullThroughCache"]
