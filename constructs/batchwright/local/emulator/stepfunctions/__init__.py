"""Step Functions: the Batch integration, every aws-sdk action, and executions that can be stopped."""

from __future__ import annotations
