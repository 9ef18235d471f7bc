"""A queue with a fair-share policy, and jobs of its shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local.engine.harness import Batch


def fair_queue(batch: Batch, **policy: Any) -> str:  # noqa: ANN401
    """Make the queue `fair` over the first environment and return the ARN of its policy."""
    arn = str(batch("CreateSchedulingPolicy", name="policy", fairsharePolicy=policy)["arn"])
    batch.queue("fair", "environment", schedulingPolicyArn=arn)
    return arn


def weights(**factors: float) -> list[dict[str, Any]]:
    """A distribution of shares; `team_` means `team*`."""
    return [{"shareIdentifier": k.replace("_", "*"), "weightFactor": factor} for k, factor in factors.items()]


def submit(batch: Batch, share: str, *, name: str | None = None, priority: int = 0, **members: Any) -> str:  # noqa: ANN401
    """Submit a job for a share; it has the share's name unless it is given one."""
    return batch.submit(
        name or share, jobQueue="fair", shareIdentifier=share, schedulingPriorityOverride=priority, **members
    )
