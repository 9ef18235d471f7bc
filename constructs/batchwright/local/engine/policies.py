"""Scheduling policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.names import Names, check_name
from batchwright.local.engine.paging import page
from batchwright.local.engine.records import RecordStore

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True, kw_only=True)
class SchedulingPolicy:
    """A scheduling policy as DescribeSchedulingPolicies shows it."""

    name: str
    arn: str
    record: dict[str, Any]


class SchedulingPolicies:
    """The operations on scheduling policies.

    Policies are kept and described, and a queue with one asks for share identifiers as on AWS; the order in which jobs
    run stays first in, first out.

    Args:
        names: Forms the ARNs.
    """

    def __init__(self, *, names: Names) -> None:
        self._names = names
        self.store: RecordStore[SchedulingPolicy] = RecordStore(label="SchedulingPolicy")

    def create(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """CreateSchedulingPolicy."""
        name = check_name("name", request["name"])
        if "quotaSharePolicy" in request:
            raise BatchError("quotaSharePolicy: the local engine does not schedule by quota shares yet.")
        arn = self._names.arn("scheduling-policy", name)
        record = {"fairsharePolicy": {}, "tags": {}, **request, "arn": arn}
        self.store.add(SchedulingPolicy(name=name, arn=arn, record=record))
        return {"name": name, "arn": arn}

    def update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateSchedulingPolicy."""
        policy = self.store.get(request["arn"])
        policy.record = {**policy.record, **request}
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
