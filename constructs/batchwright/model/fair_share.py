"""Fair-share scheduling policies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_FairsharePolicy.html
_MAX_DECAY_SECONDS: Final = 604_800
_MAX_RESERVATION: Final = 99
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html
_MIN_WEIGHT: Final = 0.0001
_MAX_WEIGHT: Final = 999.9999
# Portions whose weights are surely in that range.
_MIN_RELATIVE: Final = 0.0011
_MAX_RELATIVE: Final = 10_000
_MAX_SHARES: Final = 500
_SHARE: Final = re.compile(r"[A-Za-z0-9]{1,255}\*?")
_ANY: Final = "*"


def decay_problems(seconds: float, *, field: str = "share_decay_seconds") -> Sequence[Problem]:
    """Find a share decay outside its range."""
    if is_whole(seconds) and 0 <= seconds <= _MAX_DECAY_SECONDS:
        return []
    fix = "An hour (3600) to a day (86400) suits most queues."
    return [Problem(field, tidy(seconds), f"0 to {_MAX_DECAY_SECONDS} whole seconds (a week)", fix)]


def reservation_problems(percentage: float, *, field: str = "compute_reservation") -> Sequence[Problem]:
    """Find a reservation for shares that are not active yet that is outside its range."""
    if is_whole(percentage) and 0 <= percentage <= _MAX_RESERVATION:
        return []
    fix = "It is a percentage of the queue's vCPUs that stay idle: keep it small."
    return [Problem(field, tidy(percentage), f"a whole number, 0 to {_MAX_RESERVATION}", fix)]


def weight_problems(weight: float) -> Sequence[Problem]:
    """Find a weight outside its range."""
    if _MIN_WEIGHT <= weight <= _MAX_WEIGHT:
        return []
    fix = "1 is the default; a share of weight 0.125 gets eight times as much."
    return [Problem("weight_factor", tidy(weight), f"{_MIN_WEIGHT} to {_MAX_WEIGHT}", fix)]


def relative_problems(relative: float, *, field: str) -> Sequence[Problem]:
    """Find a share's portion, relative to the others, that no weight stands for."""
    if _MIN_RELATIVE <= relative <= _MAX_RELATIVE:
        return []
    fix = "1 is the default; a share of 4 gets four times as much."
    return [Problem(field, tidy(relative), f"{_MIN_RELATIVE} to {tidy(_MAX_RELATIVE)}", fix)]


def weight_of(relative: float) -> float:
    """Turn a portion into AWS's weight, which is its inverse: 4 times as much has the weight 0.25."""
    return float(f"{1 / relative:.6g}")


def share_pattern_problems(share: str, *, field: str = "share_identifier") -> Sequence[Problem]:
    """Find what is wrong with a share of a policy: its identifier, or the beginning of some with a `*` after it."""
    if _SHARE.fullmatch(share):
        return []
    allowed = "1 to 255 letters and digits, and a * after them to mean all that begin so"
    return [Problem(field, share, allowed, "Take the other characters out.")]


def share_count_problems(count: int, *, field: str = "share_distribution") -> Sequence[Problem]:
    """Find more shares than a queue can have active."""
    if count <= _MAX_SHARES:
        return []
    fix = "Put several into one entry that ends with *."
    return [Problem(field, f"{count} shares", f"up to {_MAX_SHARES}", fix)]


def overlap_problems(shares: Sequence[str], *, field: str = "share_identifier") -> Sequence[Problem]:
    """Find shares that another one means as well, such as `UserA1` beside `UserA*`: one problem for each."""
    beginnings = {share.removesuffix(_ANY) for share in shares if share.endswith(_ANY)}
    found = []
    seen: set[str] = set()
    for share in shares:
        other = share if share in seen else _wider(share, beginnings)
        seen.add(share)
        if other is not None:
            fix = "Leave one of the two out, or name their beginnings more exactly."
            allowed = f"shares that do not overlap; {other!r} means it too"
            found.append(Problem(field, share, allowed, fix))
    return found


def policy_kind_problems(*, fair_share: bool, quota_share: bool) -> Sequence[Problem]:
    """Find a policy of both kinds.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateSchedulingPolicy.html
    """
    if not (fair_share and quota_share):
        return []
    allowed = "FairsharePolicy or QuotaSharePolicy, not both"
    return [Problem("fairshare_policy", "both", allowed, "Make one policy for each queue.")]


def _wider(share: str, beginnings: set[str]) -> str | None:
    """A beginning that the share begins with, other than itself."""
    text = share.removesuffix(_ANY)
    lengths = range(len(text) if share.endswith(_ANY) else len(text) + 1)
    return next((f"{text[:length]}{_ANY}" for length in lengths if text[:length] in beginnings), None)
