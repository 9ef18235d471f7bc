"""Labels of what a server makes in the Docker engine, which say whose it is."""

from __future__ import annotations

from typing import Final

SERVER_LABEL: Final = "batchwright.server"
"""A server: its value is the server's own."""
OWNER_LABEL: Final = "batchwright.owner"
"""A process, as `own_mark` writes it."""
JOB_LABEL: Final = "batchwright.job"
"""A job, by its id."""
