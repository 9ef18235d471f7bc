"""Quota shares: a team's part of a queue for SageMaker training."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch

from batchwright.model import Problem
from batchwright.model.arguments import choice_problems, flag_problems, mapping_problems
from batchwright.model.numbers import is_whole
from batchwright.model.quota_shares import (
    UNLIMITED,
    borrow_limit_problems,
    capacity_limit_count_problems,
    instance_type_problems,
)
from batchwright.queues.arguments import number_problems
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct


class Sharing(StrEnum):
    """What happens to capacity that a quota share leaves idle."""

    RESERVE = "RESERVE"
    """It stays idle."""
    LEND = "LEND"
    """Others may use it until this share's jobs need it: theirs are then preempted."""
    LEND_AND_BORROW = "LEND_AND_BORROW"
    """Others may use it, and this share may use what others leave idle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaShare:
    """A team's part of a `TrainingQueue`; jobs are submitted to it by its name.

    Attributes:
        name: Its name, 1 to 128 letters, digits, - and _. Another name is another share.
        instances: How many instances of each type are its own: `{"ml.g6.xlarge": 4}`; one to five types.
        sharing: What happens to what it leaves idle: lent by default, as idle accelerators are the dearest.
        borrow_limit_percent: How much it may borrow, in percent of its own instances: all there is by default. Only
            with `Sharing.LEND_AND_BORROW`.
        preempts: Whether a job of higher priority stops one of lower priority in the same share.
        enabled: Whether it accepts jobs. Jobs already in it go on.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
    """

    name: str
    instances: Mapping[str, int]
    sharing: Sharing = Sharing.LEND
    borrow_limit_percent: int | None = None
    preempts: bool = False
    enabled: bool = True

    def problems(self) -> Sequence[Problem]:
        """Find what AWS refuses, except in its name."""
        place = f"quota_shares[{self.name!r}]"
        found = list(
            choice_problems(f"{place}.sharing", [self.sharing], tuple(Sharing), fix="Use Sharing.LEND, for example.")
        )
        if self.borrow_limit_percent is not None:
            field = f"{place}.borrow_limit_percent"
            judge = partial(_borrow_problems, borrows=self.sharing == Sharing.LEND_AND_BORROW, field=field)
            found += number_problems(field, self.borrow_limit_percent, judge)
        for name in ("preempts", "enabled"):
            found += flag_problems(f"{place}.{name}", getattr(self, name))
        return [*found, *_instance_problems(f"{place}.instances", self.instances)]

    def build(self, scope: Construct, *, queue_arn: str) -> batch.CfnQuotaShare:
        """Create the share in a queue, under its name."""
        borrows = self.sharing == Sharing.LEND_AND_BORROW
        limit = UNLIMITED if self.borrow_limit_percent is None else self.borrow_limit_percent
        return batch.CfnQuotaShare(
            scope,
            self.name,
            quota_share_name=self.name,
            job_queue=queue_arn,
            capacity_limits=[
                batch.CfnQuotaShare.QuotaShareCapacityLimitProperty(capacity_unit=unit, max_capacity=count)
                for unit, count in self.instances.items()
            ],
            resource_sharing_configuration=batch.CfnQuotaShare.QuotaShareResourceSharingConfigurationProperty(
                strategy=Sharing(self.sharing).value, borrow_limit=limit if borrows else None
            ),
            preemption_configuration=batch.CfnQuotaShare.QuotaSharePreemptionConfigurationProperty(
                in_share_preemption="ENABLED" if self.preempts else "DISABLED"
            ),
            state="ENABLED" if self.enabled else "DISABLED",
        )


def _borrow_problems(percentage: float, *, borrows: bool, field: str) -> Sequence[Problem]:
    if not is_whole(percentage):
        return [Problem(field, percentage, "a whole number", "Write it without a fraction.")]
    return borrow_limit_problems(int(percentage), borrows=borrows, field=field)


def _instance_problems(field: str, instances: Mapping[str, int]) -> Sequence[Problem]:
    found = list(mapping_problems(field, instances, int, fix='Use {"ml.g6.xlarge": 4}.'))
    if found:
        return found
    found += capacity_limit_count_problems(len(instances), field=field)
    for unit, count in instances.items():
        if not is_token(unit):
            found += instance_type_problems(unit, field=field)
        if not is_token(count) and count < 1:
            found.append(Problem(f"{field}[{unit!r}]", count, "1 or more", "Leave the type out to give it none."))
    return found
