"""Jobs that run on some kinds of environments only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# What an environment's kind reads as when Batch does not manage its capacity.
UNMANAGED: Final = "UNMANAGED"


def multi_node_queue_problems(kinds: Sequence[str | None]) -> Sequence[Problem]:
    """Find a multi-node parallel job on a queue that has no environment for it; an open kind (None) may be one.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/mnp-ce.html
    """
    if not kinds or any(kind in {None, "EC2"} for kind in kinds):
        return []
    fix = "Submit it to a queue over an On-Demand EC2 environment."
    value = f"a multi-node parallel job on {_list(kinds)}"
    return [Problem("queue", value, "On-Demand EC2 environments that Batch manages", fix)]


def windows_queue_problems(kinds: Sequence[str | None]) -> Sequence[Problem]:
    """Find a Windows job on a queue over Fargate Spot alone, which it blocks.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_RuntimePlatform.html
    """
    if not kinds or set(kinds) != {"FARGATE_SPOT"}:
        return []
    fix = "Add a FARGATE environment to the queue, or use another queue; until then the job blocks all behind it."
    return [Problem("queue", "a Windows job on FARGATE_SPOT", "queues with a FARGATE environment", fix)]


def _list(kinds: Sequence[str | None]) -> str:
    return " and ".join(dict.fromkeys(str(kind) for kind in kinds))
