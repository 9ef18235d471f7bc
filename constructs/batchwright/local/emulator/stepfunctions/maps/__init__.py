"""Distributed Map: items from S3, batches, child executions, tolerated failures, results in S3."""

from __future__ import annotations
