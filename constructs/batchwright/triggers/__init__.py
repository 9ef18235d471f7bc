"""Triggers: what starts a pipeline."""

from batchwright.triggers.s3 import S3Trigger

__all__ = ["S3Trigger"]
