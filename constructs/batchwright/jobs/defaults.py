"""Defaults of the jobs, each with its reason."""

from __future__ import annotations

from typing import Final

ATTEMPTS: Final = 3
"""Two interruptions are survived; a job interrupted a third time is better off on On-Demand."""

TIMEOUT_HOURS: Final = 24
"""A job that hangs costs a day at most. Long-running work sets its own."""

FARGATE_PLATFORM_VERSION: Final = "LATEST"
"""Fargate's own default; named, so that the template says it."""

NODES_ATTEMPTS: Final = 2
"""Each attempt of a multi-node job starts all nodes again, so one host that is lost is survived, and no more."""

MPI_SHARED_MEMORY_MIB: Final = 4096
"""What AWS advises to start with for MPI over shared memory within a node; Docker's 64 MiB are too small for it."""
