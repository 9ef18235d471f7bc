"""What hosts of a simulated cloud were there together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.local.engine import HostUse


def peak(hosts: Sequence[HostUse]) -> int:
    """Return the most vCPUs that they had."""
    changes = [(use.asked_at, use.vcpus) for use in hosts]
    changes += [(use.ended_at, -use.vcpus) for use in hosts if use.ended_at is not None]
    held = most = 0
    for _, change in sorted(changes):
        held += change
        most = max(most, held)
    return most
