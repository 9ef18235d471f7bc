"""What a listener is told of each transition, without the cost of an event."""

from __future__ import annotations

from typing import NamedTuple


class Transition(NamedTuple):
    """A job's change of status.

    Attributes:
        job_id: The job; a child's is `parent:index`, a node's `job#index`.
        job_name: Its name.
        queue: Name of its queue.
        environment: Name of the compute environment it was placed in; None where it is in none.
        before: The status that it leaves; None for a new job.
        status: The status that it enters.
        at: Seconds since the epoch.
        attempt: Number of the attempt that runs, is to come, or was the last, from 1.
        vcpus: What it holds while it is placed.
        reason: Its status reason.
        parent: True for the parent of an array, which never runs itself.
        share_identifier: The share that it counts for.
    """

    job_id: str
    job_name: str
    queue: str
    environment: str | None
    before: str | None
    status: str
    at: float
    attempt: int
    vcpus: float
    reason: str | None
    parent: bool
    share_identifier: str | None
