"""Scheduling policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.local.engine.api.names import Names, check_name
from batchwright.local.engine.api.paging import page
from batchwright.local.engine.api.records import RecordStore
from batchwright.local.engine.api.rules import refuse
from batchwright.local.engine.errors import BatchError
from batchwright.model.fair_share import (
    decay_problems,
    overlap_problems,
    policy_kind_problems,
    reservation_problems,
    share_count_problems,
    share_pattern_problems,
    weight_problems,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class SchedulingPolicy:
    """A scheduling policy: of fair share, or of quota shares.

    Attributes:
        name: Its name.
        arn: Its ARN.
        decay_seconds: The window in which the past counts; 0 for AWS's shortest.
        compute_reservation: Percentage that is kept for shares that are not active yet.
    """

    def __init__(self, *, name: str, arn: str, record: dict[str, Any]) -> None:
        self.name = name
        self.arn = arn
        self.record = record

    @property
    def record(self) -> dict[str, Any]:
        """The policy as DescribeSchedulingPolicies shows it."""
        return self._record

    @record.setter
    def record(self, record: dict[str, Any]) -> None:
        fair = record.get("fairsharePolicy", {})
        self._record = record
        self.decay_seconds = float(fair.get("shareDecaySeconds", 0))
        self.compute_reservation = int(fair.get("computeReservation", 0))
        self._weights = {e["shareIdentifier"]: float(e.get("weightFactor", 1.0)) for e in _distribution(fair)}

    @property
    def fair(self) -> bool:
        """True for a fair-share policy."""
        return "quotaSharePolicy" not in self._record

    def weight(self, share: str) -> float:
        """Return the weight factor of a share: its own, that of the beginning that it has (`team*`), or 1."""
        found = self._weights.get(share)
        if found is None:
            # No two entries of a policy mean the same share, so there is one at most.
            beginnings = (share[:length] + "*" for length in range(len(share), -1, -1))
            found = next((self._weights[each] for each in beginnings if each in self._weights), 1.0)
        return found


class SchedulingPolicies:
    """The operations on scheduling policies.

    Args:
        names: Forms the ARNs.
        changed: Called when the order of waiting jobs may have changed.
    """

    def __init__(self, *, names: Names, changed: Callable[[], None]) -> None:
        self._names = names
        self._changed = changed
        self.store: RecordStore[SchedulingPolicy] = RecordStore(label="SchedulingPolicy")

    def create(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """CreateSchedulingPolicy."""
        name = check_name("name", request["name"])
        both = {"fair_share": "fairsharePolicy" in request, "quota_share": "quotaSharePolicy" in request}
        refuse("CreateSchedulingPolicy", policy_kind_problems(**both))
        _check(request)
        arn = self._names.arn("scheduling-policy", name)
        kind: dict[str, Any] = {} if "quotaSharePolicy" in request else {"fairsharePolicy": {}}
        record = {**kind, "tags": {}, **request, "arn": arn}
        self.store.add(SchedulingPolicy(name=name, arn=arn, record=record))
        return {"name": name, "arn": arn}

    def update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateSchedulingPolicy."""
        policy = self.store.get(request["arn"])
        changed = next((kind for kind in ("fairsharePolicy", "quotaSharePolicy") if kind in request), None)
        if changed is not None and changed not in policy.record:
            raise BatchError(f"{changed}: a scheduling policy cannot become one of another kind; make a new one.")
        _check(request)
        policy.record = {**policy.record, **request}
        self._changed()
        return {}

    def delete(self, request: Mapping[str, Any], *, used: set[str]) -> dict[str, Any]:
        """DeleteSchedulingPolicy; `used` holds the ARNs that queues name."""
        policy = self.store.get(request["arn"])
        if policy.arn in used:
            raise BatchError("Cannot delete, found existing JobQueue relationship")
        self.store.remove(policy)
        return {}

    def describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DescribeSchedulingPolicies."""
        found = (self.store.find(arn) for arn in request["arns"])
        return {"schedulingPolicies": [policy.record for policy in found if policy]}

    def list(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """ListSchedulingPolicies."""
        found, rest = page(self.store.numbered(), request)
        return {"schedulingPolicies": [{"arn": policy.arn} for policy in found], **rest}


def _check(request: Mapping[str, Any]) -> None:
    fair = request.get("fairsharePolicy", {})
    shares = [entry["shareIdentifier"] for entry in _distribution(fair)]
    problems = [
        *decay_problems(fair.get("shareDecaySeconds", 0)),
        *reservation_problems(fair.get("computeReservation", 0)),
        *share_count_problems(len(shares)),
        *(problem for share in shares for problem in share_pattern_problems(share)),
        *overlap_problems(shares),
        *(p for entry in _distribution(fair) for p in weight_problems(entry.get("weightFactor", 1.0))),
    ]
    refuse("fairsharePolicy", problems)


def _distribution(fair: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = fair.get("shareDistribution", ())
    return found
