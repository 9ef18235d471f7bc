"""Which reserved capacity hosts run in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchwright.model.host_settings import capacity_problems, reservation_problems
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityReservation:
    """Reserved EC2 capacity that hosts are launched into.

    One of the first three. Without one, EC2 places hosts in any open reservation that matches them.

    Attributes:
        reservation_id: One reservation, `cr-...`.
        resource_group_arn: A resource group of reservations.
        preference: `open`, `none` or `capacity-reservations-only`, in the place of a target.
        block: Whether the target is a Capacity Block for ML, which is a market of its own.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservations-using.html
    """

    reservation_id: str | None = None
    resource_group_arn: str | None = None
    preference: str | None = None
    block: bool = False

    @classmethod
    def of(cls, reservation_id: str) -> CapacityReservation:
        """Hosts in one On-Demand Capacity Reservation."""
        return cls(reservation_id=reservation_id)

    @classmethod
    def in_group(cls, resource_group_arn: str) -> CapacityReservation:
        """Hosts in any reservation of a resource group."""
        return cls(resource_group_arn=resource_group_arn)

    @classmethod
    def capacity_block(cls, reservation_id: str) -> CapacityReservation:
        """Hosts in a Capacity Block for ML; environments with it launch nothing outside the block's hours."""
        return cls(reservation_id=reservation_id, block=True)

    @classmethod
    def only(cls) -> CapacityReservation:
        """Hosts in any matching reservation, and nowhere else."""
        return cls(preference="capacity-reservations-only")

    @classmethod
    def avoided(cls) -> CapacityReservation:
        """Hosts outside reservations, which are left to others."""
        return cls(preference="none")

    def problems(self) -> Sequence[Problem]:
        """Find what describes no reservation, or two."""
        ids = {"reservation_id": self.reservation_id, "resource_group_arn": self.resource_group_arn}
        found = capacity_problems(
            preference=self.preference,
            reservation_id=self.reservation_id,
            resource_group_arn=self.resource_group_arn,
            block=self.block,
        )
        known = {name: None if value is None or is_token(value) else value for name, value in ids.items()}
        return found or reservation_problems(**known)
