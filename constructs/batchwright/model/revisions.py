"""Revisions of job definitions: which are kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# What a schedule hands to its function may have 8,192 characters; an ARN of ours about 200 at most.
# Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html (Input)
MAX_JANITOR_JOBS: Final = 20
MAX_JANITOR_QUEUES: Final = 10
MAX_PINNED: Final = 10
_REVISION: Final = re.compile(r"arn:[\w-]+:batch:[\w-]+:\d{12}:job-definition/[A-Za-z0-9_-]{1,128}:[1-9]\d*")


def kept_revisions_problems(keep: float) -> Sequence[Problem]:
    """Find a number of newest revisions that is none: the newest is never deregistered."""
    if keep >= 1 and is_whole(keep):
        return []
    return [Problem("keep", tidy(keep), "whole numbers from 1", "The newest revision always stays; 10 is the default.")]


def kept_for_problems(seconds: float) -> Sequence[Problem]:
    """Find a time after which superseded revisions go that is no whole number of seconds."""
    if seconds >= 0 and is_whole(seconds):
        return []
    return [Problem("keep_for", f"{seconds:g} s", "whole seconds from 0", "Use Duration.days(7).")]


def revision_arn_problems(field: str, arn: str) -> Sequence[Problem]:
    """Find a text that is no ARN of a revision."""
    if _REVISION.fullmatch(arn):
        return []
    allowed = "the ARN of a revision, arn:aws:batch:<region>:<account>:job-definition/<name>:<revision>"
    return [Problem(field, arn, allowed, "Copy it from the console or from aws batch describe-job-definitions.")]


def schedule_rate_problems(seconds: float, *, field: str) -> Sequence[Problem]:
    """Find a period that is no whole number of minutes.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
    """
    minutes = seconds / 60
    if minutes >= 1 and is_whole(minutes):
        return []
    return [Problem(field, f"{seconds:g} s", "whole minutes from 1", "Use Duration.days(1).")]


def count_problems(field: str, count: int, *, least: int, most: int, fix: str) -> Sequence[Problem]:
    """Find a list that is too short or too long."""
    if least <= count <= most:
        return []
    return [Problem(field, f"{count} of them", f"{least} to {most}", fix)]
