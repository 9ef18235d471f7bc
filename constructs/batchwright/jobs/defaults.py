"""Defaults of the jobs, each with its reason."""

from __future__ import annotations

from typing import Final

ATTEMPTS: Final = 3
"""Two interruptions are survived; a job interrupted a third time is better off on On-Demand."""

TIMEOUT_HOURS: Final = 24
"""A job that hangs costs a day at most. Long-running work sets its own."""

FARGATE_PLATFORM_VERSION: Final = "LATEST"
"""Fargate's own default; named, so that the template says it."""
