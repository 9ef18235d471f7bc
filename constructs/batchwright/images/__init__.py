"""Container images and where they are kept."""

from batchwright.images.job_image import JobImage
from batchwright.images.repository import ImageRepository

__all__ = ["ImageRepository", "JobImage"]
