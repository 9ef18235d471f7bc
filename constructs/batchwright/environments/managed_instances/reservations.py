"""Capacity reservations that managed instances are launched into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchwright.model import Problem
from batchwright.model.arguments import kind_problems, option_problems
from batchwright.model.managed_instances import ReservationPreference
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservations:
    """Which capacity reservations managed instances use, and how strictly.

    Attributes:
        preference: Reserved capacity first and On-Demand behind it, unless told otherwise.
        group_arn: ARN of a resource group of reservations; any open reservation that matches when left out.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityReservationRequest.html
    """

    preference: ReservationPreference = ReservationPreference.FIRST
    group_arn: str | None = None

    def problems(self) -> Sequence[Problem]:
        """Find values of another kind than is meant."""
        field, fix = "reservations.group_arn", "Use the ARN of a resource group."
        return [
            *option_problems("reservations.preference", self.preference, ReservationPreference),
            *(kind_problems(field, self.group_arn, str, fix=fix) or self._arn_problems(field, fix)),
        ]

    def _arn_problems(self, field: str, fix: str) -> Sequence[Problem]:
        given = self.group_arn
        if given is None or is_token(given) or given.startswith("arn:"):
            return []
        return [Problem(field, given, "an ARN", fix)]
