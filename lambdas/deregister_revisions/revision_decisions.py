"""Which revisions of a job definition go: plain decisions, without AWS."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Set
    from datetime import datetime, timedelta


class Action(StrEnum):
    """What happens to a revision."""

    KEEP = "KEEP"
    MARK = "MARK"
    """Kept, and from now on known as superseded."""
    UNMARK = "UNMARK"
    """Kept, and no longer known as superseded: it is the newest again, after a rollback."""
    DEREGISTER = "DEREGISTER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An active revision of a job definition.

    Attributes:
        arn: Its ARN, with the revision.
        number: The revision.
        superseded: When it was first seen not to be the newest; None as long as it was not.
    """

    arn: str
    number: int
    superseded: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is kept.

    Attributes:
        keep: Newest revisions that are kept, 1 or more.
        keep_for: How long a revision is kept after it was superseded: longer than any execution that may submit it.
        current: Revisions that stacks name.
        pinned: Revisions that somebody named.
    """

    keep: int
    keep_for: timedelta
    current: Set[str]
    pinned: Set[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What happens to one revision, and why."""

    revision: Revision
    action: Action
    reason: str


def decide(revisions: Iterable[Revision], *, policy: Policy, live: Set[str], now: datetime) -> list[Decision]:
    """Decide about all active revisions of one job definition.

    The newest is never deregistered, whatever `keep` says; nor is one that a stack names, that is pinned, or that a
    live job uses.

    Args:
        revisions: All its active revisions, in any order.
        policy: What is kept.
        live: Revisions that jobs from SUBMITTED to RUNNING use.
        now: The time.

    Returns:
        A decision for each, the newest first.
    """
    newest_first = sorted(revisions, key=lambda revision: revision.number, reverse=True)
    return [
        _decide(revision, place=place, policy=policy, live=live, now=now) for place, revision in enumerate(newest_first)
    ]


def _decide(revision: Revision, *, place: int, policy: Policy, live: Set[str], now: datetime) -> Decision:
    if place == 0 or revision.arn in policy.current:
        reason = "newest" if place == 0 else "its stack names it"
        action = Action.KEEP if revision.superseded is None else Action.UNMARK
        return Decision(revision=revision, action=action, reason=reason)
    superseded = revision.superseded or now
    kept = _reason_to_keep(revision, place=place, policy=policy, live=live)
    if kept is None and now - superseded < policy.keep_for:
        kept = f"superseded since {superseded.isoformat(timespec='seconds')}: executions may still submit it"
    if kept is None:
        return Decision(revision=revision, action=Action.DEREGISTER, reason="superseded, and nobody uses it")
    # Its time runs from the first sight on, whatever keeps it today.
    action = Action.MARK if revision.superseded is None else Action.KEEP
    return Decision(revision=revision, action=action, reason=kept)


def _reason_to_keep(revision: Revision, *, place: int, policy: Policy, live: Set[str]) -> str | None:
    if revision.arn in policy.pinned:
        return "pinned"
    if revision.arn in live:
        return "a live job uses it"
    if place < policy.keep:
        return f"among the newest {policy.keep}"
    return None
