"""Fair-share scheduling: a queue that several users or teams share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_batch as batch

from batchwright.model import Problem
from batchwright.model.arguments import kind_problems
from batchwright.model.fair_share import (
    decay_problems,
    overlap_problems,
    relative_problems,
    reservation_problems,
    share_count_problems,
    share_pattern_problems,
    weight_of,
)
from batchwright.queues.arguments import number_problems
from batchwright.tokens import is_token, open_unit_problems, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

_DECAY_SECONDS: Final = 3_600


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a queue one share gets while others wait.

    Attributes:
        identifier: What jobs are submitted with (`share_identifier`): letters and digits; a `*` at the end means all
            that begin so, each with a portion of its own.
        relative: Its portion, relative to the others: 4 gets four times as much as 1, the portion of a share that is
            not listed. 0.0011 to 10,000. (AWS's `weightFactor` is the inverse, 0.25 for 4.)
    """

    identifier: str
    relative: float = 1


@dataclass(frozen=True, slots=True)
class FairShare:
    """Shares a queue out among those who submit to it, instead of first come, first served.

    Every submission then names its share, and every job definition has a scheduling priority, which counts inside the
    share. At most 500 shares are active at a time.

    ```python
    JobQueue(self, "Queue", environments=[...], fair_share=FairShare([Share("research", relative=4), Share("ci*")]))
    ```

    Attributes:
        shares: The portions; a share that is not listed counts 1.
        decay: How far back usage counts: 1 hour by default, which suits jobs of minutes; up to a week for long ones.
            Zero means AWS's minimum, 10 minutes.
        reservation_percentage: Part of the vCPUs kept free for shares that have no jobs yet, 0 to 99. With n active
            shares (percentage / 100) to the power of n stays idle: nothing by default.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_FairsharePolicy.html
    """

    shares: Sequence[Share] = ()
    decay: cdk.Duration | None = None
    reservation_percentage: int = 0

    def problems(self) -> Sequence[Problem]:
        """Find what AWS refuses."""
        found = list(kind_problems("fair_share.decay", self.decay, cdk.Duration, fix="Use Duration.hours(1)."))
        if not found and self.decay is not None:
            decay = seconds(self.decay)
            field = "fair_share.decay"
            found += open_unit_problems(field, self.decay) if decay is None else decay_problems(decay, field=field)
        field = "fair_share.reservation_percentage"
        found += number_problems(
            field, self.reservation_percentage, lambda percentage: reservation_problems(percentage, field=field)
        )
        return [*found, *_share_problems(self.shares)]

    def render(self) -> batch.CfnSchedulingPolicy.FairsharePolicyProperty:
        """Render as the policy's `FairsharePolicy`."""
        return batch.CfnSchedulingPolicy.FairsharePolicyProperty(
            compute_reservation=self.reservation_percentage,
            share_decay_seconds=_DECAY_SECONDS if self.decay is None else self.decay.to_seconds(),
            share_distribution=[
                batch.CfnSchedulingPolicy.ShareAttributesProperty(
                    share_identifier=share.identifier, weight_factor=weight_of(share.relative)
                )
                for share in self.shares
            ],
        )


def _share_problems(shares: Sequence[Share]) -> Sequence[Problem]:
    field = "fair_share.shares"
    if not isinstance(shares, list | tuple) or not all(isinstance(share, Share) for share in shares):
        return [Problem(field, shares, "a list of Share", 'Use [Share("research", relative=4)].')]
    found = list(share_count_problems(len(shares), field=field))
    names = [share.identifier for share in shares if isinstance(share.identifier, str)]
    names = [name for name in names if not is_token(name)]
    for share in shares:
        if not isinstance(share.identifier, str):
            found.append(Problem(field, share.identifier, "a text", "Use letters and digits."))
        found += _relative_problems(f"{field}[{share.identifier!r}].relative", share.relative)
    for name in names:
        found += share_pattern_problems(name, field=field)
    return [*found, *overlap_problems(names, field=field)]


def _relative_problems(field: str, relative: float) -> Sequence[Problem]:
    if is_token(relative):
        fix = "Write the number here: AWS takes its inverse."
        return [Problem(field, relative, "a number that is known at synthesis", fix)]
    return number_problems(field, relative, lambda number: relative_problems(number, field=field))
