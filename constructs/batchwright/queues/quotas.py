"""What quota shares and their service environment must agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.model import Problem
from batchwright.model.arguments import item_problems
from batchwright.model.quota_shares import (
    quota_share_count_problems,
    service_unit_problems,
    share_name_problems,
    unserved_type_problems,
)
from batchwright.queues.quota_share import QuotaShare
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.contracts import ServiceEnvironment


def service_problems(environment: ServiceEnvironment, *, shared: bool) -> Sequence[Problem]:
    """Find what is no service environment, or one whose capacity is counted in the wrong unit."""
    units = getattr(environment, "capacity_limits", None)
    if units is None:
        fix = "Use ServiceEnvironment(self, ...)."
        return [Problem("environment", environment, "a service environment", fix)]
    return service_unit_problems([unit for unit in units if not is_token(unit)], quota_shares=shared)


def quota_problems(shares: Sequence[QuotaShare], environment: ServiceEnvironment) -> Sequence[Problem]:
    """Find what is wrong with the quota shares of a queue over a service environment."""
    wrong = item_problems("quota_shares", shares, QuotaShare, fix="Use [QuotaShare(name=..., instances=...)].")
    if wrong:
        return wrong
    found = list(quota_share_count_problems(len(shares)))
    found += _name_problems([share.name for share in shares])
    served = getattr(environment, "capacity_limits", {})
    for share in shares:
        own = share.problems()
        # A unit that counts all types together is the environment's own fault, and said of it.
        known = not own and all(unit.startswith("ml.") for unit in served)
        field = f"quota_shares[{share.name!r}].instances"
        found += own or (unserved_type_problems(share.instances, served, field=field) if known else [])
    return found


def _name_problems(names: Sequence[object]) -> Sequence[Problem]:
    field, fix = "quota_shares.name", "Write it here: submissions use it."
    wrong = [name for name in names if not isinstance(name, str) or is_token(name)]
    if wrong:
        return [Problem(field, name, "a text that is known at synthesis", fix) for name in wrong]
    return share_name_problems([str(name) for name in names], field=field)
